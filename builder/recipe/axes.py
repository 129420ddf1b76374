"""Axes: subsets of one pool that differ in one thing only, to weigh diversity against quantity.

The base has few tools, few toolsets and some tasks. Along each axis one thing grows by the factor, and all else is the
base's: *quantity* has more tasks, *variety* more toolsets over the same tools, *pool* more tools in as many toolsets,
*both* more tools and more toolsets. A toolset is the set of tools that a task calls. See docs/diversity/axes.md.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from builder.errors import SettingsError

FACTORS = (2, 4)
"""How far axes go unless said otherwise; 1 is the base, which all axes share."""

AXES = ("quantity", "variety", "pool", "both")

LEANINGS = (0.75, 0.5, 1.0, 0.25)
"""Powers of a toolset's tasks that the base's tools are chosen by, tried in turn: 1 favours tools with many tasks,
which quantity needs, 0 those with many toolsets, which variety needs."""

MOST_NEW = 8
"""With more new tools than this, a toolset is weighed alone: their parts would be too many to look at."""

Tools = frozenset[str]


@dataclass(frozen=True, slots=True)
class Item:
    """A row that may be taken: an attempt of a task of its own."""

    row: str
    task: str
    tools: Tools
    tokens: int


@dataclass(frozen=True, slots=True)
class Want:
    """The base that is asked for."""

    tools: int
    toolsets: int
    tasks: int
    equal_tokens: bool = False
    """Whether subsets have as many tokens as the base (quantity: the factor times as many), and not as many tasks."""
    axes: tuple[str, ...] = AXES
    factors: tuple[int, ...] = FACTORS

    def __post_init__(self) -> None:
        unknown = [axis for axis in self.axes if axis not in AXES]
        if unknown or not self.axes:
            raise SettingsError(f"--axes {' '.join(unknown)}: name some of {', '.join(AXES)}")
        if not self.factors or min(self.factors) < 2:
            raise SettingsError(f"--factors {' '.join(map(str, self.factors))}: name whole numbers from 2")
        for name in ("tools", "toolsets", "tasks"):
            if getattr(self, name) < 1:
                raise SettingsError(f"--{name} {getattr(self, name)}: the base needs at least one")
        most = max(self.factors) if {"variety", "both"} & {*self.axes} else 1
        if self.tasks < most * self.toolsets:
            raise SettingsError(
                f"--tasks {self.tasks}: with {most} times {self.toolsets} toolsets each needs a task (ask for "
                f"{most * self.toolsets} tasks, or for {self.tasks // most} toolsets)"
            )


@dataclass(frozen=True, slots=True)
class Subset:
    """One subset: its axis and factor (the base: `base`, 1), its rows in the order in which they are taken."""

    axis: str
    factor: int
    rows: tuple[Item, ...]

    @property
    def name(self) -> str:
        return self.axis if self.factor == 1 else f"{self.axis}_{self.factor}x"

    @property
    def tools(self) -> Tools:
        return frozenset().union(*(item.tools for item in self.rows))

    @property
    def toolsets(self) -> frozenset[Tools]:
        return frozenset(item.tools for item in self.rows)

    @property
    def tokens(self) -> int:
        return sum(item.tokens for item in self.rows)


def subsets(items: Sequence[Item], want: Want) -> tuple[Subset, ...]:
    """The base and all axes at all factors. Does not depend on the order of `items`.

    Raises SettingsError that names every count the pool is short of, and by how much.
    """
    plans = []
    for leaning in LEANINGS:
        plan = _Plan(items, want, leaning)
        plan.choose()
        if not plan.short:
            return tuple(plan.found)
        plans.append(plan)
    least = min(plans, key=lambda plan: len(plan.short))
    raise SettingsError(
        f"the pool cannot give these axes: {'; '.join(least.short)} (ask for a smaller base, fewer axes or smaller "
        "factors, or draw more)"
    )


@dataclass(slots=True)
class _Plan:
    items: Sequence[Item]
    want: Want
    leaning: float
    by_set: dict[Tools, list[Item]] = field(default_factory=dict)
    """Rows of each toolset, in a fixed order."""
    found: list[Subset] = field(default_factory=list)
    short: list[str] = field(default_factory=list)

    def choose(self) -> None:
        for item in sorted(self.items, key=lambda item: item.task):
            self.by_set.setdefault(item.tools, []).append(item)
        want = self.want
        tools = self._base_tools()
        self._need("base", "tools", want.tools, len(tools))
        cover = self._cover(tools)
        self._need("base", "toolsets to call every tool once", len(cover), want.toolsets, "asked for")
        if self.short:
            return
        base = self._filled(cover, tools, want.toolsets)
        self._need("base", "toolsets over its tools", want.toolsets, len(base))
        self._take("base", 1, base, want.tasks)
        spare, wanted = cover, {*want.axes}
        for factor in sorted(want.factors):
            more = factor * want.toolsets
            if "quantity" in wanted:
                self._take("quantity", factor, base, factor * want.tasks)
            if "variety" in wanted:
                self._take("variety", factor, self._enough("variety", factor, base, tools, more), want.tasks)
            if wanted & {"pool", "both"}:
                spare = self._widened(spare, factor * want.tools, want.toolsets)
                wide: Tools = frozenset().union(*spare)
                what = f"tools in {want.toolsets} toolsets"
                self._need(f"pool {factor}x", what, factor * want.tools, len(wide))
                few = self._filled(spare, wide, want.toolsets)
                if "pool" in wanted:
                    self._take("pool", factor, few, want.tasks)
                if "both" in wanted:
                    self._take("both", factor, self._enough("both", factor, few, wide, more), want.tasks)

    def _enough(self, axis: str, factor: int, start: Sequence[Tools], tools: Tools, count: int) -> list[Tools]:
        found = self._filled(start, tools, count)
        self._need(f"{axis} {factor}x", f"toolsets over {len(tools)} tools", count, len(found))
        return found

    def _need(self, where: str, what: str, wanted: int, there: int, given: str = "there are") -> None:
        if there < wanted:
            self.short.append(f"{where}: {wanted:,} {what} are needed, {given} {there:,}, {wanted - there:,} short")

    def _base_tools(self) -> Tools:
        """So many tools that much can be asked of: toolsets are added by what they open up for each new tool.

        A toolset is worth its tasks to the power of the leaning, as far as quantity could take them all.
        """
        useful = math.ceil(max(self.want.factors) * self.want.tasks / self.want.toolsets)
        tools: Tools = frozenset()
        while len(tools) < self.want.tools:
            missing: dict[Tools, float] = {}
            for called, rows in self.by_set.items():
                lacks: Tools = called - tools
                if 0 < len(lacks) <= self.want.tools - len(tools):
                    missing[lacks] = missing.get(lacks, 0.0) + min(len(rows), useful) ** self.leaning
            if not missing:
                break
            tools |= max(missing, key=lambda lacks: (_opened(frozenset(lacks), missing) / len(lacks), sorted(lacks)))
        return tools

    def _cover(self, tools: Tools) -> list[Tools]:
        """Few toolsets that together call all of `tools`."""
        inside = [called for called in self.by_set if called <= tools]
        cover: list[Tools] = []
        left = set(tools)
        while left:
            cover.append(max(inside, key=lambda called: (len(called & left), len(self.by_set[called]), sorted(called))))
            left -= cover[-1]
        return cover

    def _filled(self, start: Sequence[Tools], tools: Tools, count: int) -> list[Tools]:
        """`start` and those toolsets over `tools` that have the most tasks, `count` in all as far as there are."""
        chosen = list(dict.fromkeys(start))
        rest = [called for called in self.by_set if called <= tools and called not in set(chosen)]
        rest.sort(key=lambda called: (-len(self.by_set[called]), sorted(called)))
        return chosen + rest[: max(0, count - len(chosen))]

    def _widened(self, start: Sequence[Tools], count: int, room: int) -> list[Tools]:
        """`start` and further toolsets, `room` in all at most, that together call `count` tools as far as they can."""
        chosen = list(start)
        tools: Tools = frozenset().union(*chosen)
        while len(tools) < count and len(chosen) < room:
            # What each toolset that may still come has to bring until the widest pool, so that the room lasts.
            due = math.ceil((max(self.want.factors) * self.want.tools - len(tools)) / (room - len(chosen)))
            options = [called for called in self.by_set if 0 < len(called - tools) <= count - len(tools)]
            if not options:
                break
            best = min(
                options,
                key=lambda called: (abs(len(called - tools) - due), -len(self.by_set[called]), sorted(called)),
            )
            chosen.append(best)
            tools |= best
        return chosen

    def _take(self, axis: str, factor: int, toolsets: Sequence[Tools], tasks: int) -> None:
        """Rows in turns from the toolsets, so that each has as many as the others as far as it has them."""
        order = list(_in_turns([self.by_set[called] for called in toolsets]))
        if axis == "base" or not self.want.equal_tokens:
            where = axis if factor == 1 else f"{axis} {factor}x"
            self._need(where, f"tasks over {len(toolsets)} toolsets", tasks, len(order))
            self.found.append(Subset(axis, factor, tuple(order[:tasks])))
            return
        budget = self.found[0].tokens * (factor if axis == "quantity" else 1)
        rows, tokens = [], 0
        for item in order:
            if tokens + item.tokens <= budget:
                rows.append(item)
                tokens += item.tokens
        if tokens < 0.99 * budget:
            self._need(f"{axis} {factor}x", f"tokens over {len(toolsets)} toolsets", budget, tokens)
        unheard = len(toolsets) - len({item.tools for item in rows})
        if unheard:
            self.short.append(f"{axis} {factor}x: {unheard} toolsets find no room in {budget:,} tokens")
        self.found.append(Subset(axis, factor, tuple(rows)))


def _opened(lacks: Tools, missing: Mapping[Tools, float]) -> float:
    """What all toolsets are worth that lack nothing but some of these tools."""
    if len(lacks) > MOST_NEW:
        return missing[lacks]
    parts = (frozenset(part) for size in range(1, len(lacks) + 1) for part in combinations(sorted(lacks), size))
    return sum(missing.get(part, 0.0) for part in parts)


def _in_turns(columns: Sequence[Sequence[Item]]) -> Iterator[Item]:
    for turn in range(max(map(len, columns), default=0)):
        yield from (column[turn] for column in columns if turn < len(column))


def facts(subset: Subset, columns: Mapping[str, Mapping[str, float]]) -> dict[str, float | int | str]:
    """What a manifest says of a subset: counts, and means of `columns` (by task), which ought to be alike."""
    means = {
        f"mean_{name}": round(_mean(values[item.task] for item in subset.rows), 3) for name, values in columns.items()
    }
    return {
        "axis": subset.axis,
        "factor": subset.factor,
        "tasks": len(subset.rows),
        "tools": len(subset.tools),
        "toolsets": len(subset.toolsets),
        "tokens": subset.tokens,
        **means,
    }


def _mean(values: Iterable[float]) -> float:
    found = list(values)
    return sum(found) / len(found) if found else 0.0

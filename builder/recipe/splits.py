"""Splits: what training never shows, which tasks may only be held out together, and which are.

See docs/diversity/splits.md.
"""

from __future__ import annotations

import difflib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from builder.errors import SettingsError
from builder.identity import digest
from builder.recipe.scenarios import tools_of
from builder.recipe.view import PoolView
from builder.settings import HeldOutSettings

BREADTH = 0.05
"""What more than this share of the scenarios calls is not held out: training would lose all that builds on it."""

CLUSTER = 3
"""Fewest tools of a provider that is held out as a whole; fewer are single tools."""

ROOM = 4
"""A held-out split is chosen from about this many times its rows, so that there is a choice."""

SHARE = 0.125
"""No split holds out more than this share of the tasks, unless its rows alone are more."""


def groups(keys: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Tasks that share a key, directly or over others, get one group: the smallest id among them.

    Keys are what must not stand on both sides of a split: seed entity, called tools with their literals,
    question.
    """
    parent = {task: task for task in sorted(keys)}

    def root(task: str) -> str:
        while parent[task] != task:
            parent[task] = parent[parent[task]]
            task = parent[task]
        return task

    first: dict[str, str] = {}
    for task in parent:
        for key in keys[task]:
            low, high = sorted((root(first.setdefault(key, task)), root(task)))
            parent[high] = low
    return {task: root(task) for task in parent}


def held_out(
    group_of: Mapping[str, str], tasks: Iterable[str], rows: int, trainable: Iterable[str] | None = None
) -> set[str]:
    """Tasks to choose a held-out split of `rows` from: whole groups in an order that is random but fixed.

    Small groups only: a few seeds that half of the tasks start from stay with the training rows. Where no
    group is small, the smallest is held out, unless there is but one. A group is as large as what it takes from
    training: `trainable` are the tasks that may train, by default `tasks`. Groups that take nothing go first.
    """
    members: dict[str, list[str]] = defaultdict(list)
    for task in tasks:
        members[group_of[task]].append(task)
    taking = Counter(group_of[task] for task in (trainable if trainable is not None else _all(members)))
    wanted = min(ROOM * rows, max(rows, int(SHARE * taking.total())))
    chosen: set[str] = set()
    taken = 0
    order = sorted(members, key=lambda group: (taking[group] > 0, digest("held out", group)))
    for group in order:
        if len(chosen) < wanted and taking[group] <= max(wanted // ROOM, wanted - taken):
            chosen.update(members[group])
            taken += taking[group]
    if not chosen and rows and len(members) > 1:
        chosen.update(members[min(order, key=lambda group: taking[group])])
    return chosen


def _all(members: Mapping[str, Sequence[str]]) -> list[str]:
    return [task for group in members.values() for task in group]


@dataclass(frozen=True, slots=True)
class Unseen:
    """What no training row may offer, not even as a distractor."""

    tools: frozenset[str]
    """Tools of `test_unseen_tool`."""
    providers: tuple[str, ...]
    """Providers of which all tools are among them."""
    domain: str | None
    domain_tools: frozenset[str]
    """Tools of `test_unseen_domain`."""

    @property
    def barred(self) -> frozenset[str]:
        return self.tools | self.domain_tools


def unseen(view: PoolView, options: HeldOutSettings, run_seed: int) -> Unseen:
    """What a run holds out. Depends on pool, settings and seed alone, so it is known before the first draw.

    Each tool decides for itself by a digest, so one more tool in the pool changes nothing for the others. A pool in
    which fewer providers can be held out gives fewer. Raises SettingsError for a name that the pool does not have.
    """
    uses = _uses(view)
    scenarios = len(view.scenarios)
    by_provider: dict[str, list[str]] = defaultdict(list)
    for tool in sorted(view.tools):
        by_provider[_provider(tool)].append(tool)
    named = _named(options.names, by_provider)
    clusters = {
        provider: _lot("unseen provider", run_seed, provider)
        for provider, members in by_provider.items()
        if len(members) >= CLUSTER and 0 < len(set().union(*(uses[tool] for tool in members))) <= BREADTH * scenarios
    }
    providers = sorted(clusters, key=clusters.__getitem__)[: options.providers]
    alone = [tool for tool in sorted(view.tools) if uses[tool] and len(uses[tool]) <= BREADTH * scenarios]
    single = {tool for tool in alone if _lot("unseen tool", run_seed, tool) < options.tools}
    if options.tools and alone and not single:
        single = {min(alone, key=lambda tool: _lot("unseen tool", run_seed, tool))}
    tools = frozenset({*single, *named, *(tool for provider in providers for tool in by_provider[provider])})
    whole = tuple(sorted(provider for provider, members in by_provider.items() if tools.issuperset(members)))
    domain = options.domain
    elsewhere = {tool for tool, users in uses.items() if any(view.scenarios[user].domain != domain for user in users)}
    shared = {tool for tool in elsewhere if view.tools[tool].role == "processing"}
    inside = {tool for tool in view.tools if tool.partition(".")[0] == domain} - shared
    return Unseen(tools, whole, domain, frozenset(inside))


def _uses(view: PoolView) -> dict[str, set[str]]:
    """Scenarios that can run and call each tool of the pool."""
    uses: dict[str, set[str]] = {tool: set() for tool in view.tools}
    for scenario in view.scenarios.values():
        called = tools_of(scenario)
        if all(tool in uses for tool in called):
            for tool in called:
                uses[tool].add(scenario.id)
    return uses


def _named(names: Iterable[str], by_provider: Mapping[str, Sequence[str]]) -> set[str]:
    """Tools of the names given, each of a tool or of a provider."""
    known = {tool: [tool] for members in by_provider.values() for tool in members} | dict(by_provider)
    for name in names:
        if name not in known:
            near = difflib.get_close_matches(name, sorted(known), 1)
            remedy = f"did you mean {near[0]}?" if near else "`dive-builder tools list` shows the ids"
            raise SettingsError(f"held_out.names: no tool or provider {name} is active here ({remedy})")
    return {tool for name in names for tool in known[name]}


def _provider(tool: str) -> str:
    return tool.rpartition(".")[0]


def _lot(kind: str, run_seed: int, name: str) -> float:
    """A number in [0, 1) that depends on nothing but kind, seed and name."""
    return int(digest(kind, run_seed, name)[:12], 16) / 16**12

"""Frames over a complete list that compute a figure: leads, spreads, medians, shares, proportions, averages."""

from __future__ import annotations

import itertools
import random
import statistics
from collections.abc import Generator, Mapping
from typing import Any

from builder.errors import Refused
from builder.recipe.atlas import Atlas, Edge
from builder.recipe.frames.base import (
    Candidate,
    Frame,
    Walk,
    described,
    extremes,
    head_of,
    own_phrase,
    retried,
    said,
    unit_apart,
    unit_of,
)
from builder.recipe.frames.fanouts import kept_above, limit_words
from builder.recipe.frames.grounds import CALCULATOR, STATISTICS, Ground, computed, option, pairs
from builder.recipe.frames.limits import set_limit, total_limit
from builder.recipe.frames.uses import (
    addable,
    averaged,
    meant_for,
    moved_as_said,
    percent,
    placed,
    shared_out,
    spread_out,
    subtracted,
    tied,
    yearly,
)
from builder.recipe.operators import near
from builder.recipe.plans import FLAG, PERCENT, Plan, PlannedRound, answer_spec, apart
from builder.recipe.view import PoolView
from builder.records.base import Json
from builder.records.derivations import AnswerSpec, CallStep, Literal, OpStep, Ref, Sources
from builder.records.tools import Call, Result, Use

LEAST_SHARE = 0.01
"""Jersey among the users of the pound has no weight to ask for."""

PROPORTION_MEMBERS = 8
"""Of five or six countries people say how many, not what percentage."""


def _lists(need: str, over: Use, suits: Any, by: Use | None = None) -> Any:
    """Candidates over lists whose attribute has the words it needs and suits the frame, by name and as described.

    `over` is what the frame does over the list, and by default with the attribute too.
    """

    def candidates(atlas: Atlas) -> list[Candidate]:
        found = []
        for members, attribute in pairs(atlas, need, over, by or over):
            if attribute.returned.head and attribute.returned.highest and suits(attribute, atlas.view):
                edges = {"list": members.id, "attribute": attribute.id}
                found += described(members, edges, dict.fromkeys((members.tool, attribute.tool)), atlas)
        return found

    return candidates


def _by_name(need: str, over: Use, suits: Any) -> Any:
    """The same with the list by name only: a question that names a member has enough names."""

    def candidates(atlas: Atlas) -> list[Candidate]:
        return [each for each in _lists(need, over, suits)(atlas) if "relation" not in each.edges]

    return candidates


def _relative(edge: Edge, view: PoolView) -> bool:
    """Set against an average in percent, as rates that are multiplied and not as ages, or in percentage points."""
    return averaged(edge, view) and (percent(edge, view) or meant_for(edge, "factor"))


def _ahead(edge: Edge, view: PoolView) -> bool:
    return placed(edge, view) and subtracted(edge, view)


def _limited(edge: Edge, view: PoolView) -> bool:
    return not yearly(edge, view)


class Figures(Ground):
    """A list with its members' attribute, and the statistics over it."""

    def __init__(self, atlas: Atlas, slots: Mapping[str, Json]) -> None:
        super().__init__(atlas, slots)
        self.kind = self.view.types[self.attribute.returned.type]
        self.head = head_of(self.attribute)
        self.unit = unit_apart(self.view, self.attribute)
        self.top, self.bottom = extremes(self.attribute)
        self.statistics = CallStep(id="statistics", tool=STATISTICS, arguments={"values": self.keys})

    def measured(self) -> Generator[Call, Result, list[Any]]:
        """The members' values. Raises Refused when all are alike."""
        self.listed, values = yield from self.measure()
        self.values = list(values)
        if near(min(values), max(values)):
            raise Refused("law:degenerate", "all members are alike")
        return list(values)

    def plain_words(self, name: str, **pieces: str) -> Any:
        return self.words(name, head=self.head, top=self.top, bottom=self.bottom, **pieces)

    def in_unit(self, values: list[Any], more: int = 0) -> AnswerSpec:
        """An answer in the attribute's own unit: whole when all values are, unless `more` decimals are wanted."""
        whole = not more and all(isinstance(value, int) for value in values)
        places = None if whole else min((self.kind.decimals or 0) + more, 3 if more else 9)
        return AnswerSpec(kind="number", type=self.kind.name, decimals=places, unit=self.kind.unit)

    def goes_up(self, value: Any) -> None:
        """Raises Refused where the words speak of a rise and this value is none."""
        if not moved_as_said(self.attribute, self.view, value):
            raise Refused("law:degenerate", f"{self.attribute.id} moved the other way")

    def start(self) -> PlannedRound:
        """The member with the most."""
        pick = OpStep(id="best", op="argmax", inputs={"items": self.items, "keys": self.keys})
        words = self.words("superlative", best=str(self.attribute.returned.highest))
        return PlannedRound("start", (*self.steps, pick), Ref(step="best"), self.entity, words, "superlative")

    def second_value(self) -> tuple[OpStep, OpStep, CallStep]:
        """The highest value, the others, and statistics over those."""
        inputs: dict[str, Sources] = {"item": Ref(step="best"), "items": self.items, "values": self.keys}
        top = OpStep(id="top", op="value_for", inputs=inputs)
        inputs = {"items": self.keys, "keys": self.keys, "relation": option("!="), "threshold": Ref(step="top")}
        others = OpStep(id="others", op="filter", inputs=inputs)
        return top, others, CallStep(id="next", tool=STATISTICS, arguments={"values": Ref(step="others")})

    def own_value(self, member: Literal) -> OpStep:
        """The value of a named member."""
        inputs: dict[str, Sources] = {"item": member, "items": self.items, "values": self.keys}
        return OpStep(id="own", op="value_for", inputs=inputs)

    def one_round(self, steps: tuple[Any, ...], answer: Ref, spec: AnswerSpec, words: Any) -> Plan:
        return Plan(self.literals, (PlannedRound("start", (*self.steps, *steps), answer, spec, words),))


def _set_apart(edge: Edge, view: PoolView, values: list[Any], count: int) -> None:
    """The first places are clear. Raises Refused."""
    ordered = sorted(values, reverse=True)[: count + 1]
    if len(set(map(str, values))) < len(values) or any(tied(edge, view, a, b) for a, b in itertools.pairwise(ordered)):
        raise Refused("law:degenerate", "two of the first places tie or nearly tie")


def runner_up(atlas: Atlas, slots: Mapping[str, Json], rng: random.Random) -> Walk:
    """The member with the most; then the one that comes second."""
    ground = Figures(atlas, slots)
    values = yield from ground.measured()
    _set_apart(ground.attribute, ground.view, values, 2)
    ground.goes_up(sorted(values)[-2])
    inputs: dict[str, Sources] = {
        "item": Ref(step="next", field="maximum"),
        "items": ground.keys,
        "values": ground.items,
    }
    found = OpStep(id="second", op="value_for", inputs=inputs)
    words = ground.plain_words("runner_up")
    steps = (*ground.second_value(), found)
    return Plan(
        ground.literals,
        (ground.start(), PlannedRound("stricter", steps, Ref(step="second"), ground.entity, words)),
    )


def lead(atlas: Atlas, slots: Mapping[str, Json], rng: random.Random) -> Walk:
    """The member with the most; then how far it is ahead of the next."""
    ground = Figures(atlas, slots)
    values = yield from ground.measured()
    _set_apart(ground.attribute, ground.view, values, 1)
    ground.goes_up(sorted(values)[-2])
    spec = apart(said(ground.in_unit(values), max(values) - sorted(values)[-2], *values))
    gap = computed("subtract", Ref(step="top"), Ref(step="next", field="maximum"))
    words = ground.plain_words("lead", unit=ground.unit)
    steps = (*ground.second_value(), gap)
    answer = Ref(step="apart", field="result")
    return Plan(ground.literals, (ground.start(), PlannedRound("deeper", steps, answer, spec, words)))


def spread(atlas: Atlas, slots: Mapping[str, Json], rng: random.Random) -> Walk:
    """How far the highest value is above the lowest."""
    ground = Figures(atlas, slots)
    values = yield from ground.measured()
    ends = Ref(step="statistics", field="maximum"), Ref(step="statistics", field="minimum")
    gap = computed("subtract", *ends)
    words = ground.plain_words("spread", unit=ground.unit)
    answer = Ref(step="apart", field="result")
    spec = apart(said(ground.in_unit(values), max(values) - min(values), *values))
    return ground.one_round((ground.statistics, gap), answer, spec, words)


def median(atlas: Atlas, slots: Mapping[str, Json], rng: random.Random) -> Walk:
    """The median over the members."""
    ground = Figures(atlas, slots)
    values = yield from ground.measured()
    unit = unit_of(ground.view, ground.attribute)
    words = ground.words("median", head=ground.head, unit=unit)
    # Between two members the median may have a decimal more.
    middle = statistics.median(values)
    if all(isinstance(value, int) for value in values) and not float(middle).is_integer():
        raise Refused("law:degenerate", "between two members lies half an inhabitant")
    spec = said(ground.in_unit(values, more=0 if middle in values or float(middle).is_integer() else 1), middle)
    return ground.one_round((ground.statistics,), Ref(step="statistics", field="median"), spec, words)


def select(atlas: Atlas, slots: Mapping[str, Json], rng: random.Random) -> Walk:
    """The members above a round limit."""
    ground = Ground(atlas, slots)
    _members, values = yield from ground.measure()
    # A list of nearly all members is tedious to ask for.
    limit = set_limit(values, rng, least=2, most=max(2, 2 * len(values) // 3))
    kept = kept_above("kept", ground.items, ground.keys, limit, ground.attribute.returned.type)
    words = ground.words("select", above=limit_words(ground.attribute, limit))
    spec = answer_spec(ground.view, (ground.members.returned.type, True))
    return Plan(ground.literals, (PlannedRound("start", (*ground.steps, kept), Ref(step="kept"), spec, words),))


def proportion(atlas: Atlas, slots: Mapping[str, Json], rng: random.Random) -> Walk:
    """What percentage of the members lies above a round limit."""
    ground = Ground(atlas, slots)
    _members, values = yield from ground.measure()
    limit = set_limit(values, rng, least=2)
    kept = kept_above("kept", ground.items, ground.keys, limit, ground.attribute.returned.type)
    some = OpStep(id="some", op="count", inputs={"items": Ref(step="kept")})
    every = OpStep(id="every", op="count", inputs={"items": ground.items})
    part = computed("percent_of", Ref(step="some"), Ref(step="every"), "part")
    words = ground.words("proportion", above=limit_words(ground.attribute, limit))
    answer = Ref(step="part", field="result")
    steps = (*ground.steps, kept, some, every, part)
    return Plan(ground.literals, (PlannedRound("start", steps, answer, PERCENT, words),))


def above_average(atlas: Atlas, slots: Mapping[str, Json], rng: random.Random) -> Walk:
    """The members above the simple average of all."""
    ground = Figures(atlas, slots)
    values = yield from ground.measured()
    if sum(value > sum(values) / len(values) for value in values) < 2:
        raise Refused("law:degenerate", "one member alone makes the average")
    inputs: dict[str, Sources] = {
        "items": ground.items,
        "keys": ground.keys,
        "relation": option(">"),
        "threshold": Ref(step="statistics", field="mean"),
    }
    kept = OpStep(id="kept", op="filter", inputs=inputs)
    spec = answer_spec(ground.view, (ground.members.returned.type, True))
    words = ground.words("above_average", head=ground.head)
    return ground.one_round((ground.statistics, kept), Ref(step="kept"), spec, words)


def _named_member(ground: Figures, rng: random.Random) -> Literal:
    """One of the members, placed in the question by name: neither end nor middle, which statistics give already."""
    given = (min(ground.values), max(ground.values), statistics.median(ground.values))
    others = [m for m, value in zip(ground.listed, ground.values, strict=True) if value not in given]
    if not others:
        raise Refused("law:degenerate", "every member is an end or the middle of the list")
    literal = Literal(literal=rng.choice(others), type=ground.members.returned.type)
    ground.literals["member"] = literal
    return literal


def share(atlas: Atlas, slots: Mapping[str, Json], rng: random.Random) -> Walk:
    """A named member's percentage of the total."""
    ground = Figures(atlas, slots)
    yield from ground.measured()
    member = _named_member(ground, rng)
    if ground.values[ground.listed.index(member.literal)] < LEAST_SHARE * sum(ground.values):
        raise Refused("law:purpose", "nobody gives the share of what is all but nothing")
    own = ground.own_value(member)
    part = computed("percent_of", Ref(step="own"), Ref(step="statistics", field="sum"), "part")
    words = ground.words("part", head=ground.head, member="{member}")
    return ground.one_round((ground.statistics, own, part), Ref(step="part", field="result"), PERCENT, words)


def versus_average(atlas: Atlas, slots: Mapping[str, Json], rng: random.Random) -> Walk:
    """How far a named member lies above or below the simple average, in percent or in percentage points."""
    ground = Figures(atlas, slots)
    yield from ground.measured()
    own = ground.own_value(_named_member(ground, rng))
    mean, value = Ref(step="statistics", field="mean"), Ref(step="own")
    if percent(ground.attribute, ground.view):
        change, spec, by = computed("subtract", value, mean), apart(ground.in_unit([0.5])), "how many percentage points"
    else:
        change, spec, by = computed("percent_change", mean, value), PERCENT, "what percentage"
    words = ground.words("versus_average", figure=own_phrase(ground.attribute, "member"), by=by)
    return ground.one_round((ground.statistics, own, change), Ref(step="apart", field="result"), spec, words)


def total_claim(atlas: Atlas, slots: Mapping[str, Json], rng: random.Random) -> Walk:
    """Whether all members together exceed a round limit. Half of the claims are wrong."""
    return (yield from retried(lambda these: _total_claim(atlas, these, rng), atlas, slots, rng))


def _total_claim(atlas: Atlas, slots: Mapping[str, Json], rng: random.Random) -> Walk:
    ground = Figures(atlas, slots)
    values = yield from ground.measured()
    if (yield from ground.divided(values)):
        raise Refused("law:purpose", "the members are the parts of what has the figure itself")
    limit = total_limit(values, rng)
    inputs: dict[str, Sources] = {
        "left": Ref(step="statistics", field="sum"),
        "relation": option(">"),
        "right": Literal(literal=limit, type="number"),
    }
    holds = OpStep(id="holds", op="compare", inputs=inputs)
    words = ground.words("total_claim", above=limit_words(ground.attribute, limit))
    return ground.one_round((ground.statistics, holds), Ref(step="holds"), FLAG, words)


BOTH = (STATISTICS, CALCULATOR)

FRAMES = {
    "runner_up": Frame(_lists("highest", "pick", placed), runner_up, (STATISTICS,), least=4),
    "lead": Frame(_lists("highest", "spread", _ahead, by="gap"), lead, BOTH, least=4),
    "spread": Frame(_lists("highest", "spread", spread_out), spread, BOTH),
    "median": Frame(_lists("highest", "average", averaged), median, (STATISTICS,), least=5),
    "select": Frame(_lists("above", "limit", _limited), select, least=4),
    "proportion": Frame(
        _lists("above", "proportion", _limited, by="limit"), proportion, (CALCULATOR,), least=PROPORTION_MEMBERS
    ),
    "above_average": Frame(_lists("highest", "average", averaged), above_average, (STATISTICS,), least=4),
    "share": Frame(_by_name("above", "share", shared_out), share, BOTH, least=4),
    "versus_average": Frame(_by_name("highest", "average", _relative), versus_average, BOTH, least=4),
    "total_claim": Frame(_lists("above", "total", addable), total_claim, (STATISTICS,)),
}

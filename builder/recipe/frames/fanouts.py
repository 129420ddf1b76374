"""Frames over a complete list: superlatives, counts under a condition, averages, identification."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from typing import Any

from builder.errors import Refused
from builder.recipe.atlas import Atlas, Edge
from builder.recipe.frames.base import (
    Candidate,
    Frame,
    Walk,
    call,
    compose,
    described,
    fetch,
    head_of,
    members_phrase,
    numeric,
    seconds,
    that_question,
    tidy,
    unit_of,
    yearly,
)
from builder.recipe.frames.forms import Forms, forms
from builder.recipe.frames.limits import threshold, two_limits
from builder.recipe.operators import near
from builder.recipe.plans import Plan, PlannedRound, answer_spec
from builder.recipe.wording import describable, number_text
from builder.records.base import Json
from builder.records.derivations import AnswerSpec, CallStep, Literal, MapStep, OpStep, Ref, Sources
from builder.records.tools import Call

STATISTICS = "general.mathematics.describe_numbers"
CALCULATOR = "general.mathematics.calculate"

COUNT_MEMBERS = 5
"""A count over fewer members is guessed."""

_CLAUSE = re.compile(r"\b(whose|that|which|where|who|whom)\b")

LOWEST_SHARE = 0.4
"""Share of superlatives that ask for the other end, where the field has words for it."""


def _pairs(atlas: Atlas, need: str) -> list[tuple[Edge, Edge]]:
    """Lists with an attribute of their members. Limits are set by proportion, which means nothing for years."""
    found = []
    for members in atlas.lists:
        for attribute in atlas.about(members.returned.type):
            if need == "above" and yearly(attribute, atlas.view):
                continue
            if numeric(attribute, atlas.view) and getattr(attribute.returned, need):
                found.append((members, attribute))
    return found


def _superlatives(atlas: Atlas) -> list[Candidate]:
    found = []
    for members, attribute in _pairs(atlas, "highest"):
        edges = {"list": members.id, "attribute": attribute.id}
        tools = dict.fromkeys((members.tool, attribute.tool))
        more = [e for e in seconds(atlas, attribute, members.returned.type) if e.returned.type != members.subject]
        for second in more:
            found += described(members, {**edges, "second": second.id}, dict.fromkeys((*tools, second.tool)), atlas)
        if not more:
            found += described(members, edges, tools, atlas)
    return found


def _counts(atlas: Atlas) -> list[Candidate]:
    found = []
    for members, attribute in _pairs(atlas, "above"):
        edges = {"list": members.id, "attribute": attribute.id}
        found += described(members, edges, dict.fromkeys((members.tool, attribute.tool)), atlas)
    return found


def _aggregates(atlas: Atlas) -> list[Candidate]:
    """Only a quantity by which people decide is worth adding up, and counts of links overlap from member to member."""
    if any(helper not in atlas.view.tools for helper in (STATISTICS, CALCULATOR)):
        return []
    found = []
    for members, attribute in _pairs(atlas, "above"):
        kind = atlas.view.types[attribute.returned.type]
        if (
            kind.scale != "ratio"
            or kind.name == "count"
            or not (attribute.returned.head and attribute.returned.highest)
        ):
            continue
        edges = {"list": members.id, "attribute": attribute.id}
        found += described(members, edges, dict.fromkeys((members.tool, attribute.tool)), atlas)
    return found


def _identities(atlas: Atlas) -> list[Candidate]:
    found = []
    for members, attribute in _pairs(atlas, "above"):
        for second in atlas.about(members.returned.type):
            if yearly(second, atlas.view) or second.id <= attribute.id:
                continue
            if second.returned.above and numeric(second, atlas.view):
                edges = {"list": members.id, "attribute": attribute.id, "second": second.id}
                tools = dict.fromkeys((members.tool, attribute.tool, second.tool))
                # By name only: two conditions are enough to hold in mind.
                found += described(members, edges, tools, atlas)[:1]
    return found


class _Ground:
    """The list with its members' attribute: what every frame of this module starts from."""

    def __init__(self, atlas: Atlas, slots: Mapping[str, Json], attribute: str = "attribute") -> None:
        self.view = atlas.view
        self.subject = slots["~subject"]
        self.members = atlas.edges[str(slots["list"])]
        self.attribute = atlas.edges[str(slots[attribute])]
        self.literals = {"subject": Literal(literal=self.subject, type=self.members.subject)}
        self.items = Ref(step="list", field=self.members.field)
        self.keys = Ref(step="each", field=self.attribute.field)
        self.steps = (
            call("list", self.members, self.literals["subject"]),
            MapStep(id="each", tool=self.attribute.tool, over=self.items, parameter=self.attribute.parameter),
        )
        self.entity = answer_spec(self.view, (self.members.returned.type, False))

    def again(self, second: Edge) -> CallStep | OpStep:
        """Another field of the chosen member: read off the fan-out when its tool has given it already."""
        if second.tool != self.attribute.tool:
            return CallStep(id="more", tool=second.tool, arguments={second.parameter: Ref(step="best")})
        values = Ref(step="each", field=second.field)
        return OpStep(
            id="more",
            op="value_for",
            inputs={"item": Ref(step="best"), "items": self.items, "values": values},
        )

    @property
    def noun(self) -> str:
        return self.view.types[self.members.returned.type].noun

    def words(self, name: str, **pieces: str) -> Forms:
        """The forms of a frame with the list's phrase and these pieces in place."""
        members = members_phrase(self.members, "subject")
        chosen = forms(name)
        if _CLAUSE.search(members):
            # A second clause right after the first would attach to the wrong noun.
            chosen = describable(chosen, "members", strict=True)
        all_pieces = {"members": members, "noun": self.noun, **pieces}
        return tuple((register, tidy(compose(text, **all_pieces))) for register, text in chosen)

    def measure(self) -> Any:
        """Execute the list and its fan-out in the walk, to choose among forms by what came back."""
        listed = yield from fetch(Call(self.members.tool, {self.members.parameter: self.subject}))
        members = listed[self.members.field]
        values = []
        for member in members:
            result = yield from fetch(Call(self.attribute.tool, {self.attribute.parameter: member}))
            if result[self.attribute.field] is None:
                raise Refused("law:imputation", f"{member} has no {self.attribute.field}")
            values.append(result[self.attribute.field])
        return members, values


def superlative(atlas: Atlas, slots: Mapping[str, Json], rng: random.Random) -> Walk:
    """The member with the extreme value; then another field of that member."""
    ground = _Ground(atlas, slots)
    _, values = yield from ground.measure()
    ordered = sorted(values)
    ends = []
    if ground.attribute.returned.highest and not near(ordered[-1], ordered[-2]):
        ends.append("argmax")
    if ground.attribute.returned.lowest and not near(ordered[0], ordered[1]):
        ends.append("argmin")
    if not ends:
        raise Refused("law:degenerate", "both ends tie or nearly tie")
    end = ends[0] if len(ends) == 1 or rng.random() >= LOWEST_SHARE else ends[1]
    best = ground.attribute.returned.lowest if end == "argmin" else ground.attribute.returned.highest
    assert best is not None
    pick = OpStep(id="best", op=end, inputs={"items": ground.items, "keys": ground.keys})
    words = ground.words("superlative", best=best)
    rounds = [PlannedRound("start", (*ground.steps, pick), Ref(step="best"), ground.entity, words)]
    if "second" in slots:
        second = atlas.edges[str(slots["second"])]
        step = ground.again(second)
        question = that_question(second, ground.noun, rng)
        spec = answer_spec(ground.view, (second.returned.type, False))
        words = ground.words("superlative_then", best=best, ask=question)
        field = "" if isinstance(step, OpStep) else second.field
        rounds.append(PlannedRound("deeper", (step,), Ref(step="more", field=field), spec, words))
    return Plan(ground.literals, tuple(rounds))


def _filter(step: str, items: Ref, keys: Ref, limit: Any, kind: str) -> OpStep:
    literal = Literal(literal=limit, type=kind)
    above = Literal(literal=">", type="option")
    return OpStep(id=step, op="filter", inputs={"items": items, "keys": keys, "relation": above, "threshold": literal})


def _limit_words(edge: Edge, limit: Any) -> str:
    """`have more than 5,000,000 inhabitants`"""
    assert edge.returned.above is not None
    return compose(edge.returned.above, value=number_text(limit))


def count(atlas: Atlas, slots: Mapping[str, Json], rng: random.Random) -> Walk:
    """How many members lie above a round threshold."""
    ground = _Ground(atlas, slots)
    _, values = yield from ground.measure()
    limit = threshold(values, rng, least=2)
    kept = _filter("kept", ground.items, ground.keys, limit, ground.attribute.returned.type)
    tally = OpStep(id="count", op="count", inputs={"items": Ref(step="kept")})
    words = ground.words("count", above=_limit_words(ground.attribute, limit))
    spec = AnswerSpec(kind="number", type="count")
    planned = PlannedRound("start", (*ground.steps, kept, tally), Ref(step="count"), spec, words)
    return Plan(ground.literals, (planned,))


def aggregate(atlas: Atlas, slots: Mapping[str, Json], rng: random.Random) -> Walk:
    """Mean or total over the members by the statistics tool; then the share of the largest."""
    ground = _Ground(atlas, slots)
    _, values = yield from ground.measure()
    kind = ground.view.types[ground.attribute.returned.type]
    if near(min(values), max(values)):
        raise Refused("law:degenerate", "all members are alike")
    if ("%" in kind.unit or "percent" in kind.unit) and near(sum(values), 100):
        raise Refused("law:degenerate", "the members are the parts of one whole")
    head, unit = head_of(ground.attribute), unit_of(ground.view, ground.attribute)
    total = kind.additive and rng.random() < 0.5
    statistics = CallStep(id="statistics", tool=STATISTICS, arguments={"values": ground.keys})
    whole = all(isinstance(value, int) for value in values)
    places = (None if whole else kind.decimals) if total else min((kind.decimals or 0) + 1, 2)
    spec = AnswerSpec(kind="number", type=kind.name, decimals=places, unit=kind.unit)
    words = ground.words("total" if total else "average", head=head, unit=unit)
    answer = Ref(step="statistics", field="sum" if total else "mean")
    rounds = [PlannedRound("start", (*ground.steps, statistics), answer, spec, words)]
    if kind.additive:
        arguments: dict[str, Sources] = {
            "operation": Literal(literal="percent_of", type="option"),
            "a": Ref(step="statistics", field="maximum"),
            "b": Ref(step="statistics", field="sum"),
        }
        share = CallStep(id="share", tool=CALCULATOR, arguments=arguments)
        percent = AnswerSpec(kind="number", type="percentage", decimals=1, unit="%")
        words = ground.words("share", head=head, best=str(ground.attribute.returned.highest))
        rounds.append(PlannedRound("wider", (share,), Ref(step="share", field="result"), percent, words))
    return Plan(ground.literals, tuple(rounds))


def identify(atlas: Atlas, slots: Mapping[str, Json], rng: random.Random) -> Walk:
    """The one member above two thresholds of different fields, each of which others pass."""
    ground, other = _Ground(atlas, slots), _Ground(atlas, slots, "second")
    second = other.attribute
    members, first_values = yield from ground.measure()
    _, second_values = yield from other.measure()
    low, high = two_limits(members, first_values, second_values, rng)
    kept = _filter("kept", ground.items, ground.keys, low, ground.attribute.returned.type)
    extra: tuple[MapStep, ...] = ()
    step = "each"
    if second.tool != ground.attribute.tool:
        step = "again"
        extra = (MapStep(id=step, tool=second.tool, over=ground.items, parameter=second.parameter),)
    also = _filter("also", ground.items, Ref(step=step, field=second.field), high, second.returned.type)
    both = OpStep(id="both", op="common", inputs={"left": Ref(step="kept"), "right": Ref(step="also")})
    found = OpStep(id="found", op="only", inputs={"items": Ref(step="both")})
    words = ground.words(
        "identify",
        first=_limit_words(ground.attribute, low),
        second=_limit_words(second, high),
    )
    planned = PlannedRound(
        "start", (*ground.steps, *extra, kept, also, both, found), Ref(step="found"), ground.entity, words
    )
    return Plan(ground.literals, (planned,))


FRAMES = {
    "superlative": Frame(3.0, _superlatives, superlative),
    "count": Frame(1.5, _counts, count, least=COUNT_MEMBERS),
    "aggregate": Frame(2.0, _aggregates, aggregate, helpers=(STATISTICS, CALCULATOR)),
    "identify": Frame(1.0, _identities, identify),
}

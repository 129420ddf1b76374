"""Frames over a complete list: superlatives, counts under a condition, averages, identification."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

from builder.errors import Refused
from builder.recipe.atlas import Atlas, Edge
from builder.recipe.frames.base import (
    MEMBERS_MAX,
    MEMBERS_MIN,
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
    that_question,
    unit_of,
)
from builder.recipe.plans import Plan, PlannedRound, answer_spec
from builder.recipe.wording import number_text
from builder.records.base import Json
from builder.records.derivations import AnswerSpec, CallStep, Literal, MapStep, OpStep, Ref, Sources
from builder.records.tools import Call

STATISTICS = "general.mathematics.describe_numbers"
CALCULATOR = "general.mathematics.calculate"

SUPERLATIVE = (
    ("plain", "Of the {members}, which one {best}?"),
    ("plain", "Which of the {members} {best}?"),
    ("plain", "Looking at all {members}: which {noun} {best}?"),
    ("formal", "Consider all {members} and name the one that {best}."),
    ("formal", "Name the {noun} that {best} among the {members}."),
    ("reason", "I am comparing the {members}. Which of them {best}?"),
    ("reason", "For an overview of the {members}, I need the one that {best}. Which is it?"),
)
THEN = (
    ("plain", "Of the {members}, take the one that {best}. {ask}"),
    ("formal", "Among the {members}, find the one that {best}. {ask}"),
    ("reason", "From the {members} I picked the one that {best}. {ask}"),
    ("plain", "One of the {members} {best}. {ask}"),
)
COUNT = (
    ("plain", "How many of the {members} {above}?"),
    ("plain", "Of the {members}, how many {above}?"),
    ("formal", "Count the {members} that {above}."),
    ("reason", "I am drawing up a list of the {members}. How many of them {above}?"),
)
AVERAGE = (
    ("plain", "What is the simple average {head} of the {members}{unit}?"),
    ("formal", "Calculate the unweighted mean {head}{unit} of the {members}, each counted once."),
    ("reason", "I want to say what is typical of the {members}. What is their simple average {head}{unit}?"),
)
TOTAL = (
    ("plain", "What do the {members} come to together in {head}{unit}?"),
    ("formal", "Calculate the total {head}{unit} of the {members}."),
    ("reason", "I am adding up the {members}. What is their total {head}{unit}?"),
)
SHARE = (
    ("plain", "What percentage of the total {head} of the {members} falls to the one that {best}?"),
    ("formal", "Among the {members}, take the one that {best}. State its share of their total {head} in percent."),
    (
        "reason",
        "How uneven are the {members}? I need the percentage of their total {head} held by the one that {best}.",
    ),
)
IDENTIFY = (
    ("plain", "Which one of the {members} is the only one to {first} and also to {second}?"),
    ("formal", "Exactly one of the {members} meets two conditions: to {first}, and to {second}. Name it."),
    ("reason", "I remember that just one of the {members} happens to {first} and to {second}. Which was it?"),
)


def _pairs(atlas: Atlas, need: str) -> list[tuple[Edge, Edge]]:
    found = []
    for members in atlas.lists:
        for attribute in atlas.about(members.returned.type):
            if numeric(attribute, atlas.view) and getattr(attribute.returned, need):
                found.append((members, attribute))
    return found


def _candidates(need: str, *helpers: str) -> Any:
    def candidates(atlas: Atlas) -> list[Candidate]:
        if any(helper not in atlas.view.tools for helper in helpers):
            return []
        return [
            candidate
            for members, attribute in _pairs(atlas, need)
            for candidate in described(
                members,
                {"list": members.id, "attribute": attribute.id},
                dict.fromkeys((members.tool, attribute.tool)),
                atlas,
            )
        ]

    return candidates


class _Ground:
    """The list with its members' attribute: what every frame of this module starts from."""

    def __init__(self, atlas: Atlas, slots: Mapping[str, Json], subject: Any) -> None:
        self.view = atlas.view
        self.members = atlas.edges[str(slots["list"])]
        self.attribute = atlas.edges[str(slots["attribute"])]
        self.literals = {"subject": Literal(literal=subject, type=self.members.subject)}
        self.items = Ref(step="list", field=self.members.field)
        self.keys = Ref(step="each", field=self.attribute.field)
        self.steps = (
            call("list", self.members, self.literals["subject"]),
            MapStep(id="each", tool=self.attribute.tool, over=self.items, parameter=self.attribute.parameter),
        )
        self.entity = answer_spec(self.view, (self.members.returned.type, False))

    def phrase(self) -> str:
        return members_phrase(self.members, "subject")

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

    def words(self, texts: tuple[tuple[str, str], ...], **pieces: str) -> tuple[tuple[str, str], ...]:
        return tuple((r, compose(t, members=self.phrase(), noun=self.noun, **pieces)) for r, t in texts)


def _measure(ground: _Ground, subject: Any) -> Any:
    """Execute the list and its fan-out in the walk, to choose among forms by what came back."""
    listed = yield from fetch(Call(ground.members.tool, {ground.members.parameter: subject}))
    members = listed[ground.members.field]
    if not MEMBERS_MIN <= len(members) <= MEMBERS_MAX:
        raise Refused("law:completeness", f"{len(members)} members; 3 to 12 make a question")
    values = []
    for member in members:
        result = yield from fetch(Call(ground.attribute.tool, {ground.attribute.parameter: member}))
        if result[ground.attribute.field] is None:
            raise Refused("law:imputation", f"{member} has no {ground.attribute.field}")
        values.append(result[ground.attribute.field])
    return members, values


def superlative(atlas: Atlas, slots: Mapping[str, Json], rng: random.Random) -> Walk:
    """The member with the extreme value; then another field of that member."""
    ground = _Ground(atlas, slots, slots["~subject"])
    yield from _measure(ground, slots["~subject"])
    lowest = bool(ground.attribute.returned.lowest) and rng.random() < 0.4
    best = ground.attribute.returned.lowest if lowest else ground.attribute.returned.highest
    assert best is not None
    pick = OpStep(id="best", op="argmin" if lowest else "argmax", inputs={"items": ground.items, "keys": ground.keys})
    rounds = [
        PlannedRound(
            "start",
            (*ground.steps, pick),
            Ref(step="best"),
            ground.entity,
            ground.words(SUPERLATIVE, best=best),
        )
    ]
    others = [
        e
        for e in atlas.about(ground.members.returned.type)
        if e.returned.ask and e.returned.topic == ground.attribute.returned.topic and e.id != ground.attribute.id
    ] or [e for e in atlas.about(ground.members.returned.type) if e.returned.ask and e.tool != ground.attribute.tool]
    others = [e for e in others if e.returned.type != ground.members.subject and e.tool in slots["~toolset"]]
    if others:
        second = rng.choice(others)
        step = ground.again(second)
        question = that_question(second, ground.noun, rng)
        spec = answer_spec(ground.view, (second.returned.type, False))
        texts = ground.words(THEN, best=best, ask=question)
        field = "" if isinstance(step, OpStep) else second.field
        rounds.append(PlannedRound("deeper", (step,), Ref(step="more", field=field), spec, texts))
    return Plan(ground.literals, tuple(rounds))


def _threshold(values: list[Any], rng: random.Random) -> tuple[Any, int]:
    """A round number that splits the values, and how many lie above it."""
    ordered = sorted(values)
    places = list(range(len(ordered) - 1))
    rng.shuffle(places)
    for place in places:
        low, high = ordered[place], ordered[place + 1]
        if high <= 0 or high - low < 0.1 * abs(high):
            continue
        for digits in (1, 2, 3):
            middle = float(f"{(low + high) / 2:.{digits - 1}e}")
            whole = all(isinstance(v, int) for v in values)
            value: Any = int(middle) if whole or middle.is_integer() else middle
            if low < value < high and value - low > 0.03 * abs(high) and high - value > 0.03 * abs(high):
                return value, len(ordered) - place - 1
    raise Refused("walk:threshold", "no round number splits the members")


def _filter(step: str, items: Ref, keys: Ref, threshold: Any, kind: str) -> OpStep:
    limit = Literal(literal=threshold, type=kind)
    above = Literal(literal=">", type="option")
    return OpStep(id=step, op="filter", inputs={"items": items, "keys": keys, "relation": above, "threshold": limit})


def count(atlas: Atlas, slots: Mapping[str, Json], rng: random.Random) -> Walk:
    """How many members lie above a round threshold."""
    ground = _Ground(atlas, slots, slots["~subject"])
    _, values = yield from _measure(ground, slots["~subject"])
    threshold, above = _threshold(values, rng)
    if above < 2 or len(values) < 5:
        raise Refused("gate:guessable", "a count of one, or over few members, is guessed")
    kept = _filter("kept", ground.items, ground.keys, threshold, ground.attribute.returned.type)
    tally = OpStep(id="count", op="count", inputs={"items": Ref(step="kept")})
    assert ground.attribute.returned.above is not None
    words = compose(ground.attribute.returned.above, value=number_text(threshold))
    spec = AnswerSpec(kind="number", type="count")
    planned = PlannedRound(
        "start", (*ground.steps, kept, tally), Ref(step="count"), spec, ground.words(COUNT, above=words)
    )
    return Plan(ground.literals, (planned,))


def aggregate(atlas: Atlas, slots: Mapping[str, Json], rng: random.Random) -> Walk:
    """Mean or total over the members by the statistics tool; then the share of the largest."""
    ground = _Ground(atlas, slots, slots["~subject"])
    yield from _measure(ground, slots["~subject"])
    kind = ground.view.types[ground.attribute.returned.type]
    head, unit = head_of(ground.attribute), unit_of(ground.view, ground.attribute)
    total = kind.additive and rng.random() < 0.5
    field = "sum" if total else "mean"
    statistics = CallStep(id="statistics", tool=STATISTICS, arguments={"values": ground.keys})
    places = (kind.decimals or 0) if total else min((kind.decimals or 0) + 1, 2)
    spec = AnswerSpec(kind="number", type=kind.name, decimals=places, unit=kind.unit)
    texts = ground.words(TOTAL if total else AVERAGE, head=head, unit=unit)
    answer = Ref(step="statistics", field=field)
    rounds = [PlannedRound("start", (*ground.steps, statistics), answer, spec, texts)]
    if kind.additive and ground.attribute.returned.highest and CALCULATOR in ground.view.tools:
        arguments: dict[str, Sources] = {
            "operation": Literal(literal="percent_of", type="option"),
            "a": Ref(step="statistics", field="maximum"),
            "b": Ref(step="statistics", field="sum"),
        }
        share = CallStep(id="share", tool=CALCULATOR, arguments=arguments)
        percent = AnswerSpec(kind="number", type="percentage", decimals=1, unit="%")
        words = ground.words(SHARE, head=head, best=ground.attribute.returned.highest)
        rounds.append(PlannedRound("wider", (share,), Ref(step="share", field="result"), percent, words))
    return Plan(ground.literals, tuple(rounds))


def identify(atlas: Atlas, slots: Mapping[str, Json], rng: random.Random) -> Walk:
    """The one member above two thresholds of different fields, each of which others pass."""
    ground = _Ground(atlas, slots, slots["~subject"])
    seconds = [
        e
        for e in atlas.about(ground.members.returned.type)
        if e.returned.above and numeric(e, ground.view) and e.id != ground.attribute.id and e.tool in slots["~toolset"]
    ]
    if not seconds:
        raise Refused("walk:wording", "no second field with a threshold")
    second = rng.choice(seconds)
    other = _Ground(atlas, {**slots, "attribute": second.id}, slots["~subject"])
    members, first_values = yield from _measure(ground, slots["~subject"])
    _, second_values = yield from _measure(other, slots["~subject"])
    for _ in range(12):
        low, _ = _threshold(first_values, rng)
        high, _ = _threshold(second_values, rng)
        first = {m for m, v in zip(members, first_values, strict=True) if v > low}
        meets = {m for m, v in zip(members, second_values, strict=True) if v > high and m in first}
        if len(meets) == 1 and len(first) > 1:
            break
    else:
        raise Refused("gate:unique", "no two round thresholds leave exactly one member")
    kept = _filter("kept", ground.items, ground.keys, low, ground.attribute.returned.type)
    extra: tuple[MapStep, ...] = ()
    step = "each"
    if second.tool != ground.attribute.tool:
        step = "again"
        extra = (MapStep(id=step, tool=second.tool, over=ground.items, parameter=second.parameter),)
    also = _filter("also", ground.items, Ref(step=step, field=second.field), high, second.returned.type)
    both = OpStep(id="both", op="common", inputs={"left": Ref(step="kept"), "right": Ref(step="also")})
    found = OpStep(id="found", op="only", inputs={"items": Ref(step="both")})
    assert ground.attribute.returned.above and second.returned.above
    texts = ground.words(
        IDENTIFY,
        first=compose(ground.attribute.returned.above, value=number_text(low)),
        second=compose(second.returned.above, value=number_text(high)),
    )
    planned = PlannedRound(
        "start", (*ground.steps, *extra, kept, also, both, found), Ref(step="found"), ground.entity, texts
    )
    return Plan(ground.literals, (planned,))


FRAMES = {
    "superlative": Frame(3.0, _candidates("highest"), superlative),
    "count": Frame(1.5, _candidates("above"), count),
    "aggregate": Frame(2.0, _candidates("head", STATISTICS), aggregate, helpers=(STATISTICS, CALCULATOR)),
    "identify": Frame(1.0, _candidates("above"), identify),
}

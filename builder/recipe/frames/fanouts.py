"""Frames over a complete list: superlatives, counts under a condition, averages, identification."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

from builder.errors import Refused
from builder.recipe.atlas import Atlas, Edge
from builder.recipe.frames.base import (
    Candidate,
    Frame,
    Walk,
    compose,
    described,
    head_of,
    retried,
    said_of,
    seconds,
    tells_apart,
    that_question,
    unit_of,
)
from builder.recipe.frames.grounds import CALCULATOR, STATISTICS, Ground, computed, looked_into, option, pairs
from builder.recipe.frames.limits import set_limit, two_limits
from builder.recipe.frames.uses import (
    addable,
    averaged,
    meant_for,
    moved_as_said,
    numeric,
    percent,
    shared_out,
    tied,
    yearly,
)
from builder.recipe.operators import near
from builder.recipe.plans import PERCENT, Plan, PlannedRound
from builder.recipe.view import PoolView
from builder.recipe.wording import number_text
from builder.records.base import Json
from builder.records.derivations import AnswerSpec, CallStep, Literal, MapStep, OpStep, Ref, Sources
from builder.records.tools import Use

COUNT_MEMBERS = 5
"""A count over fewer members is guessed."""

MOST_SHARE = 0.95
"""Of what is nearly all in one place nobody asks the percentage."""

WHOLE = 1000
"""The average of numbers from here on is asked for as a whole number: nobody has a tenth of an inhabitant."""

LOWEST_SHARE = 0.4
"""Share of superlatives that ask for the other end, where the field has words for it."""


def _superlatives(atlas: Atlas) -> list[Candidate]:
    found = []
    for members, attribute in pairs(atlas, "highest", "pick", "pick"):
        edges = {"list": members.id, "attribute": attribute.id}
        tools = dict.fromkeys((members.tool, attribute.tool))
        leads = seconds(atlas, attribute, members.returned.type) if meant_for(attribute, "pivot") else []
        more = [e for e in leads if e.returned.type != members.subject]
        for second in more:
            found += described(members, {**edges, "second": second.id}, dict.fromkeys((*tools, second.tool)), atlas)
        if not more:
            found += described(members, edges, tools, atlas)
    return found


def _counts(atlas: Atlas) -> list[Candidate]:
    found = []
    for members, attribute in pairs(atlas, "above", "limit", "limit"):
        edges = {"list": members.id, "attribute": attribute.id}
        found += described(members, edges, dict.fromkeys((members.tool, attribute.tool)), atlas)
    return found


def _aggregates(atlas: Atlas) -> list[Candidate]:
    """Only a quantity by which people decide is worth adding up, and counts of links overlap from member to member."""
    if any(helper not in atlas.view.tools for helper in (STATISTICS, CALCULATOR)):
        return []
    found = []
    for members in atlas.lists:
        for attribute in atlas.about(members.returned.type):
            words = attribute.returned
            if not looked_into(members, attribute):
                continue
            if not (words.head and words.highest and _figures(members, attribute, atlas.view)):
                continue
            edges = {"list": members.id, "attribute": attribute.id}
            found += described(members, edges, dict.fromkeys((members.tool, attribute.tool)), atlas)
    return found


def _figures(members: Edge, attribute: Edge, view: PoolView) -> list[str]:
    """What people compute of an attribute over a list: its average, its total, the part of the largest."""
    fits = {"average": averaged, "total": addable, "share": shared_out}
    uses: tuple[Use, ...] = ("average", "total", "share")
    return [use for use in uses if meant_for(members, use) and fits[use](attribute, view)]


def _identities(atlas: Atlas) -> list[Candidate]:
    found = []
    for members, attribute in pairs(atlas, "above", "limit", "limit"):
        for second in atlas.about(members.returned.type):
            if yearly(second, atlas.view) or second.id <= attribute.id or not meant_for(second, "limit"):
                continue
            if second.tool != attribute.tool:
                continue  # large and long-lived: nobody looks for what is both
            if atlas.view.types[second.returned.type].name == "count" == attribute.returned.type:
                continue  # two counts of the parts of one thing are nearly one condition
            if second.returned.above and numeric(second, atlas.view):
                edges = {"list": members.id, "attribute": attribute.id, "second": second.id}
                tools = dict.fromkeys((members.tool, attribute.tool, second.tool))
                # By name only: two conditions are enough to hold in mind.
                found += described(members, edges, tools, atlas)[:1]
    return found


def superlative(atlas: Atlas, slots: Mapping[str, Json], rng: random.Random) -> Walk:
    """The member with the extreme value; then another field of that member."""
    ground = Ground(atlas, slots)
    members, values = yield from ground.measure()
    ordered = sorted(values)
    ends = []
    rose = moved_as_said(ground.attribute, ground.view, ordered[-1])
    if ground.attribute.returned.highest and rose and not tied(ground.attribute, ground.view, ordered[-1], ordered[-2]):
        ends.append("argmax")
    if ground.attribute.returned.lowest and not tied(ground.attribute, ground.view, ordered[0], ordered[1]):
        ends.append("argmin")
    if not ends:
        raise Refused("law:degenerate", "both ends tie or nearly tie")
    end = ends[0] if len(ends) == 1 or rng.random() >= LOWEST_SHARE else ends[1]
    best = ground.attribute.returned.lowest if end == "argmin" else ground.attribute.returned.highest
    assert best is not None
    pick = OpStep(id="best", op=end, inputs={"items": ground.items, "keys": ground.keys})
    words = ground.words("superlative", best=best)
    rounds = [PlannedRound("start", (*ground.steps, pick), Ref(step="best"), ground.entity, words)]
    second = atlas.edges.get(str(slots.get("second", "")))
    if second is not None and (yield from tells_apart(second, members)):
        step = ground.again(second)
        question = that_question(second, ground.noun, rng)
        chosen = members[values.index(ordered[0] if end == "argmin" else ordered[-1])]
        spec = yield from said_of(ground.view, second, chosen)
        words = ground.words("superlative_then", best=best, ask=question)
        field = "" if isinstance(step, OpStep) else second.field
        rounds.append(PlannedRound("deeper", (step,), Ref(step="more", field=field), spec, words))
    return Plan(ground.literals, tuple(rounds))


def kept_above(step: str, items: Ref, keys: Ref, limit: Any, kind: str) -> OpStep:
    literal = Literal(literal=limit, type=kind)
    inputs: dict[str, Sources] = {"items": items, "keys": keys, "relation": option(">"), "threshold": literal}
    return OpStep(id=step, op="filter", inputs=inputs)


def limit_words(edge: Edge, limit: Any) -> str:
    """`have more than 5,000,000 inhabitants`"""
    assert edge.returned.above is not None
    return compose(edge.returned.above, value=number_text(limit))


def count(atlas: Atlas, slots: Mapping[str, Json], rng: random.Random) -> Walk:
    """How many members lie above a round threshold."""
    ground = Ground(atlas, slots)
    _, values = yield from ground.measure()
    limit = set_limit(values, rng, least=2)
    kept = kept_above("kept", ground.items, ground.keys, limit, ground.attribute.returned.type)
    tally = OpStep(id="count", op="count", inputs={"items": Ref(step="kept")})
    words = ground.words("count", above=limit_words(ground.attribute, limit))
    spec = AnswerSpec(kind="number", type="count")
    planned = PlannedRound("start", (*ground.steps, kept, tally), Ref(step="count"), spec, words)
    return Plan(ground.literals, (planned,))


def aggregate(atlas: Atlas, slots: Mapping[str, Json], rng: random.Random) -> Walk:
    """Mean or total over the members by the statistics tool; then the share of the largest."""
    ground = Ground(atlas, slots)
    _, values = yield from ground.measure()
    kind = ground.view.types[ground.attribute.returned.type]
    if near(min(values), max(values)):
        raise Refused("law:degenerate", "all members are alike")
    if percent(ground.attribute, ground.view) and near(sum(values), 100):
        raise Refused("law:degenerate", "the members are the parts of one whole")
    figures = _figures(ground.members, ground.attribute, ground.view)
    if "total" in figures and (yield from ground.divided(values)):
        figures.remove("total")
    head, unit = head_of(ground.attribute), unit_of(ground.view, ground.attribute)
    statistics = CallStep(id="statistics", tool=STATISTICS, arguments={"values": ground.keys})
    steps: tuple[Any, ...] = (*ground.steps, statistics)
    rounds = []
    plain = [figure for figure in figures if figure != "share"]
    if plain:
        total = rng.choice(plain) == "total"
        whole = all(isinstance(value, int) for value in values)
        places = (None if whole else kind.decimals) if total else min((kind.decimals or 0) + 1, 2)
        if not total and whole and min(values) >= WHOLE:
            places = 0
        spec = AnswerSpec(kind="number", type=kind.name, decimals=places, unit=kind.unit)
        words = ground.words("total" if total else "average", head=head, unit=unit)
        answer = Ref(step="statistics", field="sum" if total else "mean")
        rounds.append(PlannedRound("start", steps, answer, spec, words))
        steps = ()
    # After an average, a part of the total is another question.
    if "share" in figures and max(values) < MOST_SHARE * sum(values) and (not plain or total):
        largest, every = (Ref(step="statistics", field=field) for field in ("maximum", "sum"))
        share = computed("percent_of", largest, every, "share")
        words = ground.words("share", head=head, best=str(ground.attribute.returned.highest))
        rounds.append(PlannedRound("wider", (*steps, share), Ref(step="share", field="result"), PERCENT, words))
    if not rounds:
        raise Refused("law:purpose", "nothing is computed over this list")
    return Plan(ground.literals, tuple(rounds))


def identify(atlas: Atlas, slots: Mapping[str, Json], rng: random.Random) -> Walk:
    """The one member above two thresholds of different fields, each of which others pass."""
    return (yield from retried(lambda these: _identify(atlas, these, rng), atlas, slots, rng))


def _identify(atlas: Atlas, slots: Mapping[str, Json], rng: random.Random) -> Walk:
    ground, other = Ground(atlas, slots), Ground(atlas, slots, "second")
    second = other.attribute
    members, first_values = yield from ground.measure()
    _, second_values = yield from other.measure()
    low, high = two_limits(members, first_values, second_values, rng)
    kept = kept_above("kept", ground.items, ground.keys, low, ground.attribute.returned.type)
    extra: tuple[MapStep, ...] = ()
    step = "each"
    if second.tool != ground.attribute.tool:
        step = "again"
        extra = (MapStep(id=step, tool=second.tool, over=ground.items, parameter=second.parameter),)
    also = kept_above("also", ground.items, Ref(step=step, field=second.field), high, second.returned.type)
    both = OpStep(id="both", op="common", inputs={"left": Ref(step="kept"), "right": Ref(step="also")})
    found = OpStep(id="found", op="only", inputs={"items": Ref(step="both")})
    words = ground.words(
        "identify",
        first=limit_words(ground.attribute, low),
        second=limit_words(second, high),
    )
    planned = PlannedRound(
        "start", (*ground.steps, *extra, kept, also, both, found), Ref(step="found"), ground.entity, words
    )
    return Plan(ground.literals, (planned,))


FRAMES = {
    "superlative": Frame(_superlatives, superlative),
    "count": Frame(_counts, count, least=COUNT_MEMBERS),
    "aggregate": Frame(_aggregates, aggregate, helpers=(STATISTICS, CALCULATOR)),
    "identify": Frame(_identities, identify),
}

"""Frames that go on from what a list or a description has found: profiles, conversions, lists of a member, chains."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

from builder.errors import Refused
from builder.recipe.atlas import Atlas, Edge
from builder.recipe.frames.base import (
    BRACKETS,
    MEMBERS_MAX,
    MEMBERS_MIN,
    Candidate,
    Frame,
    Walk,
    described,
    fetch,
    head_of,
    named,
    retried,
    said_of,
    seconds,
    tells_apart,
    tidy,
    unit_of,
)
from builder.recipe.frames.figures import Figures
from builder.recipe.frames.forms import forms
from builder.recipe.frames.grounds import Ground, pairs
from builder.recipe.frames.uses import meant_for, numeric
from builder.recipe.operators import near
from builder.recipe.plans import Plan, PlannedRound, answer_spec
from builder.recipe.wording import fill, pronoun
from builder.records.base import Json
from builder.records.derivations import AnswerSpec, CallStep, Literal, MapStep, OpStep, Ref, Sources
from builder.records.tools import Call

CONVERT = "general.units.convert_quantity"

OTHER_UNITS: Mapping[str, tuple[str, str, str, int]] = {
    "km²": ("square_kilometre", "square_mile", "square miles", 0),
    "ft": ("foot", "metre", "metres", 0),
    "km": ("kilometre", "mile", "miles", 1),
    "m": ("metre", "foot", "feet", 0),
    "°C": ("degree_celsius", "degree_fahrenheit", "degrees Fahrenheit", 1),
    "K": ("kelvin", "degree_celsius", "degrees Celsius", 1),
    "kg": ("kilogram", "pound", "pounds", 1),
    "miles per gallon": ("mile_per_us_gallon", "kilometre_per_litre", "kilometres per litre", 1),
}
"""Units of which readers elsewhere use another: both by the names of the conversion tool, in words, and decimals."""

INNER_MAX = 10
"""Members of a list inside a list: with the outer fan-out a task stays under two dozen calls."""


def _superlatives(atlas: Atlas) -> list[tuple[Edge, Edge]]:
    return [(members, field) for members, field in pairs(atlas, "highest", "pick", "pick") if field.returned.head]


def _profiles(atlas: Atlas) -> list[Candidate]:
    found = []
    for members, attribute in _superlatives(atlas):
        if not meant_for(attribute, "pivot"):
            continue
        fields = _profile_fields(atlas, members, attribute)
        if len(fields) < 2:
            continue
        edges = {"list": members.id, "attribute": attribute.id}
        tools = dict.fromkeys((members.tool, attribute.tool, *(edge.tool for edge in fields)))
        found += described(members, edges, tuple(tools)[:4], atlas)
    return found


def _profile_fields(atlas: Atlas, members: Edge, attribute: Edge) -> list[Edge]:
    """Further fields of the picked member with a bare name, save where the list starts from."""
    fields = seconds(atlas, attribute, members.returned.type, "fact")
    return [edge for edge in fields if edge.returned.head and edge.returned.type != members.subject]


def profile(atlas: Atlas, slots: Mapping[str, Json], rng: random.Random) -> Walk:
    """The member with the most; then two further fields of it as a record."""
    ground = Figures(atlas, slots)
    values = yield from ground.measured()
    offered = slots["~toolset"]
    fields = [e for e in _profile_fields(atlas, ground.members, ground.attribute) if e.tool in offered]
    rng.shuffle(fields)
    chosen: list[Edge] = []
    for field in fields:
        if len(chosen) < 2 and (yield from tells_apart(field, ground.listed)):
            chosen.append(field)
    names = [BRACKETS.sub("", head_of(edge)).replace(" ", "_") for edge in chosen]
    if len(chosen) < 2 or len({edge.returned.type for edge in chosen}) < 2 or len(set(names)) < 2:
        raise Refused("law:purpose", "no two further fields of the topic")
    steps: dict[str, CallStep | OpStep] = {}
    inputs: dict[str, Sources] = {}
    for number, (name, edge) in enumerate(zip(names, chosen, strict=True), 1):
        if edge.tool == ground.attribute.tool:
            step: CallStep | OpStep = ground.again(edge).model_copy(update={"id": f"more{number}"})
            inputs[name] = Ref(step=step.id)
            steps[step.id] = step
        else:
            steps.setdefault(edge.tool, ground.again(edge).model_copy(update={"id": f"more{number}"}))
            inputs[name] = Ref(step=steps[edge.tool].id, field=edge.field)
    record = OpStep(id="report", op="record", inputs=inputs)
    best = ground.listed[values.index(max(values))]
    specs = {}
    for name, edge in zip(names, chosen, strict=True):
        specs[name] = yield from said_of(atlas.view, edge, best)
    said = [tidy(f"its {head_of(edge)}{unit_of(atlas.view, edge)}") for edge in chosen]
    words = ground.words("profile", best=str(ground.attribute.returned.highest), fields=" and ".join(said))
    spec = AnswerSpec(kind="record", fields=specs)
    planned = PlannedRound("wider", (*steps.values(), record), Ref(step="report"), spec, words)
    return Plan(ground.literals, (ground.start(), planned))


def _conversions(atlas: Atlas) -> list[Candidate]:
    if CONVERT not in atlas.view.tools:
        return []
    found = []
    for members, attribute in _superlatives(atlas):
        if atlas.view.types[attribute.returned.type].unit in OTHER_UNITS:
            edges = {"list": members.id, "attribute": attribute.id}
            found += described(members, edges, dict.fromkeys((members.tool, attribute.tool)), atlas)
    return found


def conversion(atlas: Atlas, slots: Mapping[str, Json], rng: random.Random) -> Walk:
    """The member with the most; then the highest value in the unit that readers elsewhere use."""
    ground = Figures(atlas, slots)
    yield from ground.measured()
    from_unit, to_unit, said, places = OTHER_UNITS[ground.kind.unit]
    inputs: dict[str, Sources] = {"item": Ref(step="best"), "items": ground.items, "values": ground.keys}
    value = OpStep(id="top", op="value_for", inputs=inputs)
    arguments: dict[str, Sources] = {
        "value": Ref(step="top"),
        "from_unit": Literal(literal=from_unit, type="unit_name"),
        "to_unit": Literal(literal=to_unit, type="unit_name"),
    }
    turned = CallStep(id="turned", tool=CONVERT, arguments=arguments)
    words = ground.plain_words("conversion", unit=said)
    spec = AnswerSpec(kind="number", type="number", decimals=places, unit=said)
    planned = PlannedRound("deeper", (value, turned), Ref(step="turned", field="result"), spec, words)
    return Plan(ground.literals, (ground.start(), planned))


def alike(one: Edge, other: Edge) -> bool:
    """Law 12. Whether two fields measure the same: species of a family and of a genus, cross-sections of either."""
    last = [BRACKETS.sub("", each.returned.head or "").split()[-1:] for each in (one, other)]
    return last[0] == last[1] != []


def _nested(atlas: Atlas) -> list[Candidate]:
    """Lists whose members have parts: never neighbours of a neighbour, nor links that lead back."""
    found = []
    ways = {(edge.subject, edge.returned.type) for edge in atlas.lists}
    for members, attribute in pairs(atlas, "highest", "pick", "pivot"):
        kind = members.returned.type
        for inner in atlas.lists:
            inside = inner.returned.type
            if not meant_for(inner, "inside"):
                continue
            if not atlas.view.fits(kind, inner.subject):
                continue
            # Parts of a part are of the same kind where a whole is divided again and again.
            again = inside == kind and inner.returned.uses is not None
            if not again and inside in (kind, members.subject):
                continue
            # A tool that gives the list with the attribute would be asked twice.
            if (not again and (inside, inner.subject) in ways) or inner.tool == attribute.tool:
                continue
            for field in atlas.about(inside):
                if not (field.returned.highest and numeric(field, atlas.view) and meant_for(field, "pick")):
                    continue
                if not alike(attribute, field):
                    continue  # who goes into the parts of the largest measures them alike
                edges = {
                    "list": members.id,
                    "attribute": attribute.id,
                    "group": inner.id,
                    "inner": field.id,
                }
                tools = tuple(dict.fromkeys((members.tool, attribute.tool, inner.tool, field.tool)))
                found += described(members, edges, tools, atlas)[:1]
    return found


def nested(atlas: Atlas, slots: Mapping[str, Json], rng: random.Random) -> Walk:
    """The member with the most; then, of a list about that member, the one with the most."""
    return (yield from retried(lambda these: _inside(atlas, these), atlas, slots, rng))


def _inside(atlas: Atlas, slots: Mapping[str, Json]) -> Walk:
    ground = Ground(atlas, slots)
    members, values = yield from ground.measure()
    inner, field = (atlas.edges[str(slots[role])] for role in ("group", "inner"))
    if near(*sorted(values)[-2:]):
        raise Refused("law:degenerate", "two members tie or nearly tie")
    best = members[values.index(max(values))]
    listed = (yield from fetch(Call(inner.tool, {inner.parameter: best})))[inner.field]
    if not MEMBERS_MIN <= len(listed) <= min(INNER_MAX, MEMBERS_MAX):
        raise Refused("law:completeness", f"{len(listed)} members of {inner.id}")
    phrase = pronoun(str(inner.returned.members), inner.parameter, ground.noun)
    if phrase is None:
        raise Refused("walk:wording", f"{inner.id} has no phrase for `that {ground.noun}`")
    pick = OpStep(id="best", op="argmax", inputs={"items": ground.items, "keys": ground.keys})
    inside = Ref(step="inside", field=inner.field)
    steps: tuple[Any, ...] = (
        CallStep(id="inside", tool=inner.tool, arguments={inner.parameter: Ref(step="best")}),
        MapStep(id="deep", tool=field.tool, over=inside, parameter=field.parameter),
        OpStep(
            id="found",
            op="argmax",
            inputs={"items": inside, "keys": Ref(step="deep", field=field.field)},
        ),
    )
    highest = str(ground.attribute.returned.highest)
    start = PlannedRound(
        "start",
        (*ground.steps, pick),
        Ref(step="best"),
        ground.entity,
        ground.words("superlative", best=highest),
        "superlative",
    )
    spec = answer_spec(atlas.view, (inner.returned.type, False))
    words = ground.words("nested", best=highest, inner=phrase, inner_best=str(field.returned.highest))
    return Plan(ground.literals, (start, PlannedRound("deeper", steps, Ref(step="found"), spec, words)))


def _chains(atlas: Atlas) -> list[Candidate]:
    """Fields of an entity as people describe it, never the field that the description starts from."""
    found = []
    for edge in atlas.attributes:
        if _ending(edge) is None or not meant_for(edge, "fact"):
            continue
        for candidate in described(edge, {"attribute": edge.id}, (edge.tool,), atlas):
            relation = atlas.edges.get(candidate.edges.get("relation", ""))
            if relation is not None and relation.subject != edge.returned.type:
                found.append(candidate)
    return found


def _ending(edge: Edge) -> str | None:
    """A phrase that ends with its entity, so that in every form a mark follows the description."""
    return next((text for text in edge.returned.phrases if text.endswith("{" + edge.parameter + "}")), None)


def chain(atlas: Atlas, slots: Mapping[str, Json], rng: random.Random) -> Walk:
    """A field of an entity, which the last round describes by another."""
    edge = atlas.edges[str(slots["attribute"])]
    literal = Literal(literal=slots["~subject"], type=edge.subject)
    step = CallStep(id="value", tool=edge.tool, arguments={edge.parameter: literal})
    phrase = _ending(edge)
    assert phrase is not None
    unit = unit_of(atlas.view, edge)
    # "What is the half-life of the nuclide that forms when ..., in hours?"
    text = named(phrase, edge.parameter, "subject") + unit.replace(" (", ", ").removesuffix(")")
    words = tuple((register, fill(form, {"phrase": text})) for register, form in forms("chain"))
    spec = yield from said_of(atlas.view, edge, slots["~subject"])
    planned = PlannedRound("start", (step,), Ref(step="value", field=edge.field), spec, words)
    return Plan({"subject": literal}, (planned,))


FRAMES = {
    "profile": Frame(_profiles, profile),
    "conversion": Frame(_conversions, conversion, (CONVERT,)),
    "nested": Frame(_nested, nested),
    "chain": Frame(_chains, chain),
}

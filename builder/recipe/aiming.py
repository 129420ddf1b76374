"""What a draw aims for: the plan of its scenario or frame, with the description that a later round may use."""

from __future__ import annotations

import random
from collections.abc import Callable, Generator
from dataclasses import replace
from typing import Any

from builder.errors import Refused
from builder.recipe.atlas import Atlas, Edge
from builder.recipe.frames import FRAMES, Frame
from builder.recipe.plans import Described, Plan, folded
from builder.recipe.scenarios import bind
from builder.recipe.variation import maker_of, vary
from builder.recipe.view import PoolView
from builder.records.base import Json
from builder.records.derivations import CallStep, Literal
from builder.records.tasks import Draw
from builder.records.tools import Call, Result

TRIES = 24
"""Entities tried as the start of a frame, or as the far end of a description, before the draw is given up."""

Suits = Callable[[Any], Generator[Call, Result, bool]]


def aim(draw: Draw, view: PoolView, atlas: Atlas, rng: random.Random) -> Generator[Call, Result, Plan]:
    """The plan of a draw: a scenario with its slots bound, or a frame's walk."""
    if draw.exemplar.startswith("frame."):
        return (yield from _frame(draw, atlas, rng))
    scenario = view.scenarios[draw.exemplar]
    slots = dict(draw.slots)
    wish, asked = slots.pop("~describe", None), slots.pop("~vary", None)
    route = slots.pop("~route", None) if asked is None else asked["route"]
    described = None
    if wish is not None:
        edge = atlas.edges[wish["edge"]]
        slot = scenario.slots[wish["slot"]]
        wanted = set(slot.choices or atlas.seeds(slot.type, slot.where))
        found = yield from _describe(edge, _some(atlas, edge, rng), wanted, wish["slot"], _always)
        if found is not None:
            slots[wish["slot"]], described = found
    plan = bind(view, scenario, slots, route)
    if described is not None:
        # The description takes a round of its own, the third of K = 3 at the latest.
        plan = replace(plan, described=described, rounds=folded(plan.rounds, 2))
    if asked is not None:
        plan = yield from vary(maker_of(view, scenario, slots, asked), plan, asked, rng)
    return plan


def _frame(draw: Draw, atlas: Atlas, rng: random.Random) -> Generator[Call, Result, Plan]:
    frame = FRAMES[draw.exemplar.removeprefix("frame.")]
    slots = {**draw.slots, "~toolset": set(draw.toolset)}
    slots["~subject"] = slots["~seed"]
    described = None
    if frame.peers != (0, 0):
        yield from _peers(atlas, frame, slots, rng)
    elif "relation" in slots:
        edge, base = (
            atlas.edges[str(slots[role])] for role in ("relation", "list" if "list" in slots else "attribute")
        )
        wanted = set(atlas.values(base.tool, base.parameter))
        tries = [slots["~seed"], *_some(atlas, edge, rng)]
        found = yield from _describe(edge, tries, wanted, "subject", _suits(atlas, frame, slots))
        if found is None:
            raise Refused("walk:uncovered", f"{edge.id} leads to nothing that {base.tool} can ask about")
        slots["~subject"], described = found
    elif "list" in slots:
        base = atlas.edges[str(slots["list"])]
        suits = _suits(atlas, frame, slots)
        for value in [slots["~seed"], *_some(atlas, base, rng)]:
            if (yield from suits(value)):
                slots["~subject"] = value
                break
        else:
            raise Refused("law:completeness", f"no list of {base.tool} has {frame.least} to {frame.most} members")
    plan = yield from frame.plan(atlas, slots, rng)
    plan.described = described
    return plan


def _some(atlas: Atlas, edge: Edge, rng: random.Random) -> list[Any]:
    """A few entities that an edge starts from."""
    pool = atlas.values(edge.tool, edge.parameter)
    return rng.sample(pool, min(len(pool), TRIES))


def _always(_: Any) -> Generator[Call, Result, bool]:
    yield from ()  # a search like the others, which needs no call
    return True


def _suits(atlas: Atlas, frame: Frame, slots: dict[str, Any]) -> Suits:
    """Whether the list about an entity is long and short enough, and every member is known to the attributes' tools."""

    def suits(value: Any) -> Generator[Call, Result, bool]:
        if "list" not in slots:
            return True
        members = yield from _members(atlas.edges[str(slots["list"])], value)
        if not frame.least <= len(members) <= frame.most:
            return False
        edges = [atlas.edges[str(slots[role])] for role in ("attribute", "second") if role in slots]
        return all(member in known for edge in edges if (known := _known(atlas, edge)) for member in members)

    return suits


def _members(edge: Edge, value: Any) -> Generator[Call, Result, list[Any]]:
    result = yield Call(edge.tool, {edge.parameter: value})
    return list(result.value[edge.field] or ()) if result.value is not None else []


def _known(atlas: Atlas, edge: Edge) -> frozenset[Any]:
    """The values that an edge's tool declares to cover; empty when it declares none."""
    coverage = atlas.view.declared[edge.tool].parameters[edge.parameter].coverage
    if coverage is None:
        return frozenset()
    return frozenset(atlas.view.values(coverage.table, coverage.column, coverage.where))


def _peers(atlas: Atlas, frame: Frame, slots: dict[str, Any], rng: random.Random) -> Generator[Call, Result, None]:
    """Members of one group as peers, where the draw names a group; else they are drawn already."""
    edge = atlas.edges[str(slots["attribute"])]
    slots["~peer_type"] = edge.subject
    if "group" not in slots:
        return
    group = atlas.edges[str(slots["group"])]
    least, most = frame.peers
    known = set(atlas.values(edge.tool, edge.parameter))
    for value in [slots["~seed"], *_some(atlas, group, rng)]:
        members = yield from _members(group, value)
        usable = [member for member in members if member in known]
        if frame.whole and not (len(usable) == len(members) <= most):
            continue
        if len(usable) >= least:
            count = len(usable) if frame.whole else rng.randint(least, min(most, len(usable)))
            slots["peers"] = rng.sample(usable, count)
            return
    raise Refused("walk:slots", f"no list of {group.tool} holds {least} that {edge.tool} knows")


def _describe(
    edge: Edge, entities: list[Any], wanted: set[Any], slot: str, suits: Suits
) -> Generator[Call, Result, tuple[Json, Described] | None]:
    """Look up entities until one leads to a wanted value that suits: that value, and how it is described."""
    for entity in entities:
        literal = Literal(literal=entity, type=edge.subject)
        step = CallStep(id="described", tool=edge.tool, arguments={edge.parameter: literal})
        result = yield Call(edge.tool, {edge.parameter: entity})
        if result.value is None or result.value[edge.field] not in wanted:
            continue
        if (yield from suits(result.value[edge.field])):
            assert edge.returned.describes is not None
            found = Described(slot, edge.returned.describes, step, edge.field, {edge.parameter: literal})
            return result.value[edge.field], found
    return None

"""What a draw aims for: the plan of its scenario or frame, with the description that a later round may use."""

from __future__ import annotations

import random
from collections.abc import Generator
from typing import Any

from builder.errors import Refused
from builder.recipe.atlas import Atlas, Edge
from builder.recipe.frames import FRAMES
from builder.recipe.plans import Described, Plan
from builder.recipe.scenarios import bind
from builder.recipe.view import PoolView
from builder.records.base import Json
from builder.records.derivations import CallStep, Literal
from builder.records.tasks import Draw
from builder.records.tools import Call, Result

DESCRIBE_TRIES = 6
"""Entities tried as the far end of a description before the draw is given up."""


def aim(draw: Draw, view: PoolView, atlas: Atlas, rng: random.Random) -> Generator[Call, Result, Plan]:
    """The plan of a draw: a scenario with its slots bound, or a frame's walk."""
    if not draw.exemplar.startswith("frame."):
        scenario = view.scenarios[draw.exemplar]
        slots = dict(draw.slots)
        wish = slots.pop("~describe", None)
        described = None
        if wish is not None:
            edge = atlas.edges[wish["edge"]]
            wanted = set(atlas.seeds(scenario.slots[wish["slot"]].type, scenario.slots[wish["slot"]].where))
            pool = atlas.values(edge.tool, edge.parameter)
            found = yield from _describe(edge, rng.sample(pool, min(len(pool), DESCRIBE_TRIES)), wanted, wish["slot"])
            if found is not None:
                slots[wish["slot"]], described = found
        plan = bind(view, scenario, slots)
        plan.described = described
        return plan
    slots = {**draw.slots, "~toolset": set(draw.toolset)}
    described = None
    slots["~subject"] = slots["~seed"]
    if "relation" in slots:
        edge = atlas.edges[str(slots["relation"])]
        base = atlas.edges[str(slots.get("list", slots["attribute"]))]
        wanted = set(atlas.values(base.tool, base.parameter))
        pool = atlas.values(edge.tool, edge.parameter)
        tries = [slots["~seed"], *rng.sample(pool, min(len(pool), DESCRIBE_TRIES - 1))]
        found = yield from _describe(edge, tries, wanted, "subject")
        if found is None:
            raise Refused("walk:uncovered", f"{edge.id} leads to nothing that {base.tool} covers")
        slots["~subject"], described = found
    plan = yield from FRAMES[draw.exemplar.removeprefix("frame.")].plan(atlas, slots, rng)
    plan.described = described
    return plan


def _describe(
    edge: Edge, entities: list[Any], wanted: set[Any], slot: str
) -> Generator[Call, Result, tuple[Json, Described] | None]:
    """Look up entities until one leads to a wanted value: that value, and how it is described."""
    for entity in entities:
        literal = Literal(literal=entity, type=edge.subject)
        step = CallStep(id="described", tool=edge.tool, arguments={edge.parameter: literal})
        result = yield Call(edge.tool, {edge.parameter: entity})
        if result.ok and result.value is not None and result.value[edge.field] in wanted:
            assert edge.returned.describes is not None
            found = Described(slot, edge.returned.describes, step, edge.field, {edge.parameter: literal})
            return result.value[edge.field], found
    return None

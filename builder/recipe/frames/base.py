"""What every frame shares: candidates over the atlas, wording pieces, and the shape of a frame."""

from __future__ import annotations

import random
from collections.abc import Callable, Generator, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from builder.errors import Refused
from builder.recipe.atlas import Atlas, Edge
from builder.recipe.plans import Plan
from builder.recipe.view import PoolView
from builder.recipe.wording import fill, pronoun, slots_in
from builder.records.base import Json
from builder.records.derivations import CallStep, Literal
from builder.records.tools import Call, Result

Walk = Generator[Call, Result, Plan]

MEMBERS_MIN, MEMBERS_MAX = 3, 12
"""A fan-out with two members is a comparison; more than 12 nobody keeps in mind."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One way to apply a frame: the edges it needs, and how its literals are drawn."""

    domain: str
    edges: Mapping[str, str]
    """Role (`list`, `attribute`, `second`, `relation`) to edge id."""
    tools: tuple[str, ...]
    draw: Callable[[Atlas, random.Random], dict[str, Json]]

    def slots(self, atlas: Atlas, rng: random.Random) -> dict[str, Json]:
        """Slots of a draw: edges by role, drawn literals, and the seed under `~seed`, `~seed_type`."""
        return {**self.edges, **self.draw(atlas, rng)}


@dataclass(frozen=True, slots=True)
class Frame:
    """A question form by rule."""

    weight: float
    candidates: Callable[[Atlas], list[Candidate]]
    plan: Callable[[Atlas, Mapping[str, Json], random.Random], Walk]
    helpers: tuple[str, ...] = ()
    """Processing tools that the frame calls whatever the candidate."""


def one_seed(edge: Edge) -> Callable[[Atlas, random.Random], dict[str, Json]]:
    """Draw the entity of an edge's parameter."""

    def draw(atlas: Atlas, rng: random.Random) -> dict[str, Json]:
        values = atlas.values(edge.tool, edge.parameter)
        if not values:
            raise Refused("walk:slots", f"{edge.tool} covers no seed")
        return {"~seed": rng.choice(values), "~seed_type": edge.subject}

    return draw


def peers(edge: Edge, least: int, most: int) -> Callable[[Atlas, random.Random], dict[str, Json]]:
    """Draw different entities of one kind, all covered by the edge's tool."""

    def draw(atlas: Atlas, rng: random.Random) -> dict[str, Json]:
        values = atlas.values(edge.tool, edge.parameter)
        count = rng.randint(least, most)
        if len(values) < count * 3:
            raise Refused("walk:slots", f"{edge.tool} covers too few peers")
        chosen = rng.sample(values, count)
        return {"peers": chosen, "~seed": chosen[0], "~seed_type": edge.subject}

    return draw


def described(base: Edge, edges: Mapping[str, str], tools: Iterable[str], atlas: Atlas) -> list[Candidate]:
    """The candidate by name, and one for each way in which people describe its entity."""
    found = [Candidate(base.tool.split(".", 1)[0], edges, tuple(tools), one_seed(base))]
    for relation in atlas.describers.get(base.subject, []):
        if relation.tool in tools:
            continue
        found.append(
            Candidate(
                base.tool.split(".", 1)[0],
                {**edges, "relation": relation.id},
                (*tools, relation.tool),
                one_seed(relation),
            )
        )
    return found


def literals_of(slots: Mapping[str, Json], atlas: Atlas) -> list[Literal]:
    """The peers of a draw as literals."""
    return [Literal(literal=value, type=str(slots["~seed_type"])) for value in slots["peers"]]


def named(text: str, parameter: str, slot: str) -> str:
    """A phrase of a spec with its parameter renamed to a slot of the plan."""
    if slots_in(text) - {parameter}:
        raise Refused("walk:wording", f"{text!r} needs more than {parameter}")
    return fill(text, {parameter: "{" + slot + "}"})


def that_question(edge: Edge, noun: str, rng: random.Random) -> str:
    """A direct question about an entity that the sentence before has picked. Raises Refused when none fits."""
    found = [text for ask in edge.returned.ask if (text := pronoun(ask, edge.parameter, noun)) is not None]
    if not found:
        raise Refused("walk:wording", f"{edge.id} has no question about `that {noun}`")
    return rng.choice(found)


def members_phrase(edge: Edge, slot: str) -> str:
    """`countries bordering {subject}`"""
    assert edge.returned.members is not None
    return named(edge.returned.members, edge.parameter, slot)


def head_of(edge: Edge) -> str:
    """The bare name of a field. Raises Refused when the spec gives none."""
    if not edge.returned.head:
        raise Refused("walk:wording", f"{edge.id} has no head")
    return edge.returned.head


def unit_of(view: PoolView, edge: Edge) -> str:
    """` in km`, or nothing when the type has no unit or the field's words say it."""
    unit = view.types[edge.returned.type].unit
    words = " ".join([edge.returned.head or "", *edge.returned.phrases[:1]])
    if not unit or unit in words or unit == "inhabitants":
        return ""
    return f" (in {unit})"


def call(step: str, edge: Edge, source: Any) -> CallStep:
    """The call that an edge stands for."""
    return CallStep(id=step, tool=edge.tool, arguments={edge.parameter: source})


def compose(text: str, **pieces: str) -> str:
    """Place pieces into a frame's wording; slots inside pieces stay for later."""
    return fill(text, pieces)


def numeric(edge: Edge, view: PoolView) -> bool:
    """Whether the field is an ordered quantity."""
    kind = view.types[edge.returned.type]
    return kind.kind == "quantity" and kind.scale in ("ratio", "interval")


def fetch(call_: Call) -> Generator[Call, Result, dict[str, Any]]:
    """One call of the walk itself. Raises Refused when it fails."""
    result = yield call_
    if not result.ok or result.value is None:
        kind = (result.error or {}).get("kind", "failed")
        raise Refused(f"walk:{kind}", f"{call_.tool}: {(result.error or {}).get('message', '')}")
    return result.value

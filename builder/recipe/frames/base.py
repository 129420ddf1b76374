"""What every frame shares: candidates over the atlas, wording pieces, and the shape of a frame."""

from __future__ import annotations

import math
import random
import re
from collections.abc import Callable, Generator, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from builder.errors import Refused
from builder.recipe.atlas import Atlas, Edge
from builder.recipe.frames.uses import meant_for, percent
from builder.recipe.plans import Plan, answer_spec
from builder.recipe.view import PoolView
from builder.recipe.wording import fill, pronoun, slots_in
from builder.records.base import Json
from builder.records.derivations import AnswerSpec, CallStep, Literal
from builder.records.tools import Call, Result, Use

Walk = Generator[Call, Result, Plan]

MEMBERS_MIN, MEMBERS_MAX = 3, 12
"""A fan-out with two members is a comparison; more than 12 nobody keeps in mind."""

FREE_PEERS = 200
"""Entities that belong to no list are compared with each other only where there are few enough to know them."""

HUB = 2
"""A type that so many kinds of thing lead to (the country of a bank, an airport, a company) is a hub."""

BRACKETS = re.compile(r"\s*\([^)]*\)")
"""What a head says in brackets (whose scale, which year) is no part of a field's name."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One way to apply a frame: the edges it needs, and how its literals are drawn."""

    domain: str
    edges: Mapping[str, str]
    """Role (`list`, `group`, `attribute`, `second`, `relation`) to edge id."""
    tools: tuple[str, ...]
    draw: Callable[[Atlas, random.Random], dict[str, Json]]

    def slots(self, atlas: Atlas, rng: random.Random) -> dict[str, Json]:
        """Slots of a draw: edges by role, drawn literals, and the seed under `~seed`, `~seed_type`."""
        return {**self.edges, **self.draw(atlas, rng)}


@dataclass(frozen=True, slots=True)
class Frame:
    """A question form by rule."""

    candidates: Callable[[Atlas], list[Candidate]]
    plan: Callable[[Atlas, Mapping[str, Json], random.Random], Walk]
    helpers: tuple[str, ...] = ()
    """Processing tools that the frame calls whatever the candidate."""
    least: int = MEMBERS_MIN
    """Members that a list needs before the frame asks about it."""
    most: int = MEMBERS_MAX
    """Members that a list may have; more than twelve only where the frame asks nothing about each."""
    peers: tuple[int, int] = (0, 0)
    """Fewest and most named peers; of frames over named peers only."""
    whole: bool = False
    """Whether the peers are all members of their group: three countries of West Africa together are no group."""


STARTS = 10
"""Further starts of a list that a demanding frame tries before the draw is given up."""

Build = Callable[[Mapping[str, Json]], Walk]


def retried(build: Build, atlas: Atlas, slots: Mapping[str, Json], rng: random.Random) -> Walk:
    """The plan over the drawn list, or over the list about another entity where that one does not allow it.

    A described list keeps its entity: the description leads to no other. Raises Refused with the first reason.
    """
    members = atlas.edges[str(slots["list"])]
    others = [] if "relation" in slots else atlas.values(members.tool, members.parameter)
    first: Refused | None = None
    for subject in [slots["~subject"], *rng.sample(others, min(len(others), STARTS))]:
        try:
            return (yield from build({**slots, "~subject": subject}))
        except Refused as refused:
            first = first or refused
    assert first is not None
    raise first


def one_seed(edge: Edge) -> Callable[[Atlas, random.Random], dict[str, Json]]:
    """Draw the entity of an edge's parameter."""

    def draw(atlas: Atlas, rng: random.Random) -> dict[str, Json]:
        values = atlas.values(edge.tool, edge.parameter)
        if not values:
            raise Refused("walk:slots", f"{edge.tool} covers no seed")
        return {"~seed": rng.choice(values), "~seed_type": edge.subject}

    return draw


def free_peers(edge: Edge, least: int, most: int) -> Callable[[Atlas, random.Random], dict[str, Json]]:
    """Draw different entities of one kind, all covered by the edge's tool."""

    def draw(atlas: Atlas, rng: random.Random) -> dict[str, Json]:
        values = atlas.values(edge.tool, edge.parameter)
        count = rng.randint(least, most)
        if len(values) < count * 2:
            raise Refused("walk:slots", f"{edge.tool} covers too few peers")
        chosen = rng.sample(values, count)
        return {"peers": chosen, "~seed": chosen[0], "~seed_type": edge.subject}

    return draw


def groups(atlas: Atlas, edge: Edge) -> list[Edge]:
    """Lists whose members are of the kind that an attribute is about: peers that somebody would compare."""
    return [
        each for each in atlas.lists if meant_for(each, "peers") and atlas.view.fits(each.returned.type, edge.subject)
    ]


def described(base: Edge, edges: Mapping[str, str], tools: Iterable[str], atlas: Atlas) -> list[Candidate]:
    """The candidate by name, and one for each way in which people describe its entity."""
    domain, tools = base.tool.split(".", 1)[0], tuple(tools)
    topics = {atlas.edges[identity].returned.topic for role, identity in edges.items() if role != "second"}
    found = [Candidate(domain, edges, tools, one_seed(base))]
    for relation in atlas.describers.get(base.subject, []):
        if relation.tool in tools or closes(base, relation) or not meant_for(relation, "describe"):
            continue
        if "describe" in (relation.returned.uses or ()) or reason_for(atlas, relation, base.subject, topics):
            more = {**edges, "relation": relation.id}
            found.append(Candidate(domain, more, (*tools, relation.tool), one_seed(relation)))
    return found


def reason_for(atlas: Atlas, relation: Edge, kind: str, topics: set[str]) -> bool:
    """Law 12: whether somebody would describe an entity so, for a question about these topics.

    A hub is described only on the way to what it is known for there: a company's country for its taxes, not for
    its area.
    """
    kinds = {each.subject for each in atlas.describers.get(kind, [])}
    return len(kinds) < HUB or topics == {relation.returned.topic}


def closes(members: Edge, relation: Edge) -> bool:
    """Law 12. Whether a list is described by one of its own members: the group that iridium belongs to.

    Whoever knows a member names the list, and the member named may be the answer.
    """
    return relation.subject == members.returned.type


def own_phrase(edge: Edge, slot: str) -> str:
    """`the population of {p1}`: the first phrase of the spec, else its head. Raises Refused without either."""
    if edge.returned.phrases:
        return named(edge.returned.phrases[0], edge.parameter, slot)
    return f"the {head_of(edge)} of {{{slot}}}"


_ABOUT = re.compile(r"the [^{}]+ ((?:of|on|in|at|for) (?:(?!whom|that|which|who)\w+ ){0,2}\{\w+\})(?: in air)?")


def that_of(phrase: str) -> str:
    """`that of {p2}`, `that on {p2}` where a phrase without its unit ends with its entity, else the phrase again."""
    found = _ABOUT.fullmatch(phrase)
    return f"that {found.group(1)}" if found else phrase


def tells_apart(edge: Edge, members: Iterable[Any]) -> Generator[Call, Result, bool]:
    """Whether a field differs among members: in which country an airport of New York lies, is no question."""
    found = []
    for member in members:
        result = yield Call(edge.tool, {edge.parameter: member})
        if result.value is not None:
            found.append(result.value[edge.field])
    return any(value != found[0] for value in found)


SAID_DIGITS = 4
"""Digits with which people say a figure that is looked up: a half-life of 463.4 hours, not 463.444444."""


MASSES = ("u", "Da")
MASS_PLACES = 4
"""Masses of isotopes and residues are told apart by their decimals: 151.9 u says no more than the mass number."""


def said(spec: AnswerSpec, value: Any, *given: Any) -> AnswerSpec:
    """The spec with no more decimals than a figure of this size needs, nor than the figures `given` that led to it."""
    if spec.kind == "number" and spec.decimals and all(isinstance(each, int) for each in (value, *given)):
        return spec.model_copy(update={"decimals": None})
    if spec.kind == "number" and spec.decimals and spec.unit in MASSES:
        most = max(len(f"{each:.9f}".rstrip("0").partition(".")[2]) for each in given or (value,))
        return spec.model_copy(update={"decimals": max(1, min(spec.decimals, MASS_PLACES, most))})
    if spec.kind != "number" or not spec.decimals or not isinstance(value, (int, float)) or value == 0:
        return spec
    whole = math.floor(math.log10(abs(value))) + 1
    most = max(len(f"{each:.9f}".rstrip("0").partition(".")[2]) for each in given or (value,))
    return spec.model_copy(update={"decimals": max(1, min(spec.decimals, SAID_DIGITS - whole, most))})


def said_of(view: PoolView, edge: Edge, entity: Any) -> Generator[Call, Result, AnswerSpec]:
    """How a field of one entity is asked for."""
    value = (yield from fetch(Call(edge.tool, {edge.parameter: entity})))[edge.field]
    return said(answer_spec(view, (edge.returned.type, False)), value)


def literals_of(slots: Mapping[str, Json]) -> list[Literal]:
    """The peers of a draw as literals."""
    return [Literal(literal=value, type=str(slots["~peer_type"])) for value in slots["peers"]]


def named(text: str, parameter: str, slot: str) -> str:
    """A phrase of a spec with its parameter renamed to a slot of the plan."""
    if slots_in(text) - {parameter}:
        raise Refused("walk:wording", f"{text!r} needs more than {parameter}")
    return fill(text, {parameter: "{" + slot + "}"})


def askable(edge: Edge, noun: str) -> list[str]:
    """Direct questions about an entity that the sentence before has picked."""
    texts = (pronoun(ask, edge.parameter, noun) for ask in edge.returned.ask)
    return [text for text in texts if text is not None and "that that" not in text]


def that_question(edge: Edge, noun: str, rng: random.Random) -> str:
    """One of those questions. Raises Refused when none fits."""
    found = askable(edge, noun)
    if not found:
        raise Refused("walk:wording", f"{edge.id} has no question about `that {noun}`")
    return rng.choice(found)


def seconds(atlas: Atlas, attribute: Edge, kind: str, use: Use = "next") -> list[Edge]:
    """Further fields to ask of an entity that an attribute has picked: of its topic, else of the same entry.

    Fields of another tool come alone where there are any, since what the fan-out has returned needs no call.
    """
    noun = atlas.view.types[kind].noun
    found = [
        edge
        for edge in atlas.about(kind)
        if edge.id != attribute.id
        and edge.returned.type != attribute.returned.type
        and meant_for(edge, use)
        and askable(edge, noun)
    ]
    close = [edge for edge in found if edge.returned.topic == attribute.returned.topic]
    found = close or [edge for edge in found if edge.tool == attribute.tool]
    return [edge for edge in found if edge.tool != attribute.tool] or found


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
    if unit.startswith("per "):
        return f" ({unit})"
    # "neutron number" says what is counted, as "number of neutrons" does.
    if not unit or unit.removesuffix("s") in (edge.returned.head or "") or unit in ("inhabitants", "people"):
        return ""
    return f" (in {unit})"


def unit_apart(view: PoolView, edge: Edge) -> str:
    """The unit of a difference: percentages differ by percentage points."""
    return " (in percentage points)" if percent(edge, view) else unit_of(view, edge)


def tidy(text: str) -> str:
    """Two brackets in a row as one: `residue volume (Perkins 1988, in Å³)`; and no article before `those`."""
    return text.replace(") (in ", ", in ").replace("the those ", "those ")


def extremes(edge: Edge) -> tuple[str, str]:
    """How the two ends of a field are called: highest and lowest, largest and smallest, longest and shortest."""
    words, head = (edge.returned.highest or "").split(), edge.returned.head or ""
    if re.search(r"\blength\b", head):
        return "greatest", "smallest"  # nothing has the longest length
    for top, bottom in (("highest", "lowest"), ("largest", "smallest"), ("longest", "shortest")):
        if top in words:
            return top, bottom
    # A change may be a fall: the highest is the one furthest up, the largest could be either.
    counted = head.startswith("number of") or ("most" in words and "change" not in head)
    return ("largest", "smallest") if counted else ("highest", "lowest")


def comparative_of(top: str) -> str:
    """`higher` for `highest`, `larger` for `largest`."""
    return top.removesuffix("est") + "er"


def call(step: str, edge: Edge, source: Any) -> CallStep:
    """The call that an edge stands for."""
    return CallStep(id=step, tool=edge.tool, arguments={edge.parameter: source})


def compose(text: str, **pieces: str) -> str:
    """Place pieces into a frame's wording; slots inside pieces stay for later."""
    return fill(text, pieces)


def fetch(call_: Call) -> Generator[Call, Result, dict[str, Any]]:
    """One call of the walk itself. Raises Refused when it fails."""
    result = yield call_
    if not result.ok or result.value is None:
        kind = (result.error or {}).get("kind", "failed")
        raise Refused(f"walk:{kind}", f"{call_.tool}: {(result.error or {}).get('message', '')}")
    return result.value

"""Frames over named peers: comparison, ranking, conditional; and frames about one entity: report, chain."""

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
    call,
    compose,
    described,
    fetch,
    head_of,
    literals_of,
    named,
    numeric,
    peers,
    that_question,
    unit_of,
)
from builder.recipe.frames.fanouts import CALCULATOR
from builder.recipe.plans import Plan, PlannedRound, answer_spec
from builder.records.base import Json
from builder.records.derivations import AnswerSpec, CallStep, Literal, MapStep, OpStep, Ref, Sources
from builder.records.tools import Call

SILLY_RATIO = 1000
"""Nobody asks how many times larger when it is thousands of times."""

COMPARE = (
    ("plain", "Which {higher}: {first} or {second}?"),
    ("plain", "{first} or {second}: which one {higher}?"),
    ("formal", "State which of {first} and {second} {higher}."),
    ("reason", "Two colleagues disagree about {first} and {second}. Which one really {higher}?"),
)
BEST = (
    ("plain", "Which of {all} {highest}?"),
    ("formal", "Among {all}, name the one that {highest}."),
    ("reason", "I am putting {all} side by side. Which of them {highest}?"),
)
TIMES = (
    ("plain", "Take {all}. How many times as large is the highest {head} among them as the lowest?"),
    ("formal", "For {all}, state the ratio of the highest {head} to the lowest."),
    ("reason", "For a talk I compare {all}. How many times the lowest {head} among them is the highest?"),
)
EXCEEDS = (
    ("plain", "Take {all}. By what percentage does the highest {head} among them exceed the lowest?"),
    ("formal", "For {all}, state by how many percent the highest {head} exceeds the lowest."),
    (
        "reason",
        "For a talk I compare {all}. By what percentage is the highest {head} among them above the lowest?",
    ),
)
RANK = (
    ("plain", "Put {all} in order of {head}, highest first."),
    ("formal", "Rank {all} by {head}, from highest to lowest."),
    ("reason", "I am making a table of {all} sorted by {head}, highest first. In which order do they come?"),
)
CONDITIONAL = (
    ("plain", "Of {first} and {second}, take the one that {higher}. {ask}"),
    ("formal", "Determine which of {first} and {second} {higher}. {ask}"),
    ("reason", "I only need the one of {first} and {second} that {higher}. {ask}"),
)
REPORT = (
    ("plain", "For {subject}, report {fields}."),
    ("formal", "Report the following for {subject}: {fields}."),
    ("reason", "I am filling in a fact sheet on {subject}. Give me {fields}."),
)


def _enumerated(count: int) -> str:
    names = [f"{{p{number}}}" for number in range(1, count + 1)]
    return ", ".join(names[:-1]) + " and " + names[-1]


def _peer_candidates(need: str, least: int, most: int) -> Any:
    def candidates(atlas: Atlas) -> list[Candidate]:
        found = []
        for edge in atlas.attributes:
            if not numeric(edge, atlas.view) or not getattr(edge.returned, need) or not edge.returned.head:
                continue
            if len(atlas.values(edge.tool, edge.parameter)) < 3 * most:
                continue
            domain = edge.tool.split(".", 1)[0]
            found.append(Candidate(domain, {"attribute": edge.id}, (edge.tool,), peers(edge, least, most)))
        return found

    return candidates


class _Row:
    """Named peers with one attribute each."""

    def __init__(self, atlas: Atlas, slots: Mapping[str, Json]) -> None:
        self.view = atlas.view
        self.edge = atlas.edges[str(slots["attribute"])]
        self.peers = literals_of(slots, atlas)
        self.literals = {f"p{number}": literal for number, literal in enumerate(self.peers, 1)}
        self.fan = MapStep(id="each", tool=self.edge.tool, over=tuple(self.peers), parameter=self.edge.parameter)
        self.keys = Ref(step="each", field=self.edge.field)
        self.entity = answer_spec(self.view, (self.edge.subject, False))
        self.all = _enumerated(len(self.peers))

    def ordered(self, step: str, op: str) -> OpStep:
        return OpStep(id=step, op=op, inputs={"items": tuple(self.peers), "keys": self.keys})

    def value(self, step: str, item: str) -> OpStep:
        inputs: dict[str, Sources] = {"item": Ref(step=item), "items": tuple(self.peers), "values": self.keys}
        return OpStep(id=step, op="value_for", inputs=inputs)


def compare(atlas: Atlas, slots: Mapping[str, Json], rng: random.Random) -> Walk:
    """Which of several peers has the most; then how far the highest is above the lowest."""
    row = _Row(atlas, slots)
    values = []
    for peer in row.peers:
        result = yield from fetch(Call(row.edge.tool, {row.edge.parameter: peer.literal}))
        values.append(result[row.edge.field])
    if any(value is None for value in values):
        raise Refused("law:imputation", f"a peer has no {row.edge.field}")
    pick = row.ordered("best", "argmax")
    highest = row.edge.returned.highest
    assert highest is not None
    texts = tuple((r, compose(t, all=row.all, highest=highest)) for r, t in BEST)
    rounds = [PlannedRound("start", (row.fan, pick), Ref(step="best"), row.entity, texts)]
    kind = row.view.types[row.edge.returned.type]
    if kind.scale == "ratio" and CALCULATOR in row.view.tools and 0 < max(values) < SILLY_RATIO * min(values):
        rounds.append(_apart(row, max(values) / min(values)))
    return Plan(row.literals, tuple(rounds))


def _apart(row: _Row, ratio: float) -> PlannedRound:
    """How far the highest is above the lowest: in percent while it is less than twice, else as a ratio."""
    percent = ratio < 2
    steps = (
        row.ordered("best", "argmax"),
        row.ordered("least", "argmin"),
        row.value("high", "best"),
        row.value("low", "least"),
    )
    low, high = Ref(step="low"), Ref(step="high")
    arguments: dict[str, Sources] = {
        "operation": Literal(literal="percent_change" if percent else "divide", type="option"),
        "a": low if percent else high,
        "b": high if percent else low,
    }
    more = CallStep(id="exceeds", tool=CALCULATOR, arguments=arguments)
    spec = AnswerSpec(
        kind="number",
        type="percentage" if percent else "number",
        decimals=1 if percent else 2,
        unit="%" if percent else "",
    )
    words = tuple((r, compose(t, all=row.all, head=head_of(row.edge))) for r, t in (EXCEEDS if percent else TIMES))
    return PlannedRound("wider", (*steps[1:], more), Ref(step="exceeds", field="result"), spec, words)


def rank(atlas: Atlas, slots: Mapping[str, Json], rng: random.Random) -> Walk:
    """All peers in order."""
    row = _Row(atlas, slots)
    order = Literal(literal="descending", type="option")
    inputs: dict[str, Sources] = {"items": tuple(row.peers), "keys": row.keys, "order": order}
    step = OpStep(id="order", op="rank", inputs=inputs)
    spec = answer_spec(row.view, (row.edge.subject, True), as_kind="list")
    texts = tuple((r, compose(t, all=row.all, head=head_of(row.edge))) for r, t in RANK)
    planned = PlannedRound("start", (row.fan, step), Ref(step="order"), spec, texts)
    return Plan(row.literals, (planned,))
    yield


def conditional(atlas: Atlas, slots: Mapping[str, Json], rng: random.Random) -> Walk:
    """A field of whichever of two peers has more of something else of the same topic."""
    row = _Row(atlas, slots)
    higher = row.edge.returned.higher
    if not higher:
        raise Refused("walk:wording", f"{row.edge.id} has no comparative")
    seconds = [
        e
        for e in atlas.about(row.edge.subject)
        if e.returned.ask
        and e.id != row.edge.id
        and e.tool in slots["~toolset"]
        and e.returned.type != row.edge.subject
    ]
    seconds = [e for e in seconds if e.returned.topic == row.edge.returned.topic] or seconds
    if not seconds:
        raise Refused("law:purpose", "no second field to ask for")
    second = rng.choice(seconds)
    noun = row.view.types[row.edge.subject].noun
    pick = row.ordered("best", "argmax")
    step: CallStep | OpStep = CallStep(id="more", tool=second.tool, arguments={second.parameter: Ref(step="best")})
    if second.tool == row.edge.tool:
        values = Ref(step="each", field=second.field)
        inputs: dict[str, Sources] = {
            "item": Ref(step="best"),
            "items": tuple(row.peers),
            "values": values,
        }
        step = OpStep(id="more", op="value_for", inputs=inputs)
    ask = that_question(second, noun, rng)
    first_words = tuple((r, compose(t, higher=higher, first="{p1}", second="{p2}")) for r, t in COMPARE)
    then_words = tuple((r, compose(t, higher=higher, ask=ask, first="{p1}", second="{p2}")) for r, t in CONDITIONAL)
    spec = answer_spec(row.view, (second.returned.type, False))
    rounds = (
        PlannedRound("start", (row.fan, pick), Ref(step="best"), row.entity, first_words),
        PlannedRound(
            "deeper",
            (step,),
            Ref(step="more", field="" if isinstance(step, OpStep) else second.field),
            spec,
            then_words,
        ),
    )
    return Plan(row.literals, rounds)
    yield


def _report_candidates(atlas: Atlas) -> list[Candidate]:
    found = []
    for edge in atlas.attributes:
        if not edge.returned.head or not atlas.describers.get(edge.subject):
            continue
        relations = described(edge, {"attribute": edge.id}, (edge.tool,), atlas)
        found += [candidate for candidate in relations if "relation" in candidate.edges]
    return found


def report(atlas: Atlas, slots: Mapping[str, Json], rng: random.Random) -> Walk:
    """Three fields of one entity, one topic, as a record."""
    first = atlas.edges[str(slots["attribute"])]
    same = [
        e
        for e in atlas.about(first.subject)
        if e.returned.head
        and e.returned.topic == first.returned.topic
        and e.id != first.id
        and e.tool in slots["~toolset"]
    ]
    others = [e for e in same if e.tool != first.tool] or same
    if not others:
        raise Refused("law:purpose", "no other field of the topic")
    chosen: list[Edge] = [first, *rng.sample(others, min(len(others), 2))]
    heads = [head_of(edge) for edge in chosen]
    if len(set(heads)) < len(heads):
        raise Refused("law:purpose", "two fields have one name")
    literal = Literal(literal=slots["~subject"], type=first.subject)
    tools = list(dict.fromkeys(edge.tool for edge in chosen))
    steps = []
    for number, tool in enumerate(tools):
        edge = next(e for e in chosen if e.tool == tool)
        steps.append(call(f"f{number}", edge, literal))
    names = [head.replace(" ", "_") for head in heads]
    inputs: dict[str, Sources] = {
        name: Ref(step=f"f{tools.index(e.tool)}", field=e.field) for name, e in zip(names, chosen, strict=True)
    }
    record = OpStep(id="report", op="record", inputs=inputs)
    fields = {n: answer_spec(atlas.view, (e.returned.type, False)) for n, e in zip(names, chosen, strict=True)}
    listed = [f"its {head}{unit_of(atlas.view, edge)}" for head, edge in zip(heads, chosen, strict=True)]
    words = ", ".join(listed[:-1]) + " and " + listed[-1]
    texts = tuple((r, compose(t, subject="{subject}", fields=words)) for r, t in REPORT)
    spec = AnswerSpec(kind="record", fields=fields)
    single = PlannedRound(
        "start",
        (steps[0],),
        Ref(step="f0", field=first.field),
        answer_spec(atlas.view, (first.returned.type, False)),
        tuple(("plain", named(text, first.parameter, "subject")) for text in first.returned.ask)
        or (("plain", "What is " + named(first.returned.phrases[0], first.parameter, "subject") + "?"),),
    )
    planned = PlannedRound("wider", (*steps[1:], record), Ref(step="report"), spec, texts)
    return Plan({"subject": literal}, (single, planned))
    yield


FRAMES = {
    "compare": Frame(1.0, _peer_candidates("highest", 3, 5), compare, helpers=(CALCULATOR,)),
    "rank": Frame(0.5, _peer_candidates("head", 4, 5), rank),
    "conditional": Frame(1.5, _peer_candidates("higher", 2, 2), conditional),
    "report": Frame(0.5, _report_candidates, report),
}

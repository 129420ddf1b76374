"""Frames over named peers: comparison, ranking, conditional; and reports on one entity."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping

from builder.errors import Refused
from builder.recipe.atlas import Atlas, Edge
from builder.recipe.frames.base import (
    FREE_PEERS,
    Candidate,
    Frame,
    Walk,
    call,
    compose,
    described,
    extremes,
    fetch,
    free_peers,
    groups,
    head_of,
    literals_of,
    named,
    numeric,
    one_seed,
    seconds,
    that_question,
    tidy,
    unit_of,
    yearly,
)
from builder.recipe.frames.fanouts import CALCULATOR
from builder.recipe.frames.forms import Forms, forms
from builder.recipe.plans import Plan, PlannedRound, answer_spec
from builder.recipe.wording import literal_text
from builder.records.base import Json
from builder.records.derivations import AnswerSpec, CallStep, Literal, MapStep, OpStep, Ref, Sources
from builder.records.tools import Call

SILLY_RATIO = 100
"""Nobody asks how many times larger when it is hundreds of times."""

REPORT_FIELDS = 3

LONG_NAME = 7
"""Words of a name that can still stand in a row with others."""

_BRACKETS = re.compile(r"\s*\([^)]*\)")
"""What a head says in brackets (whose scale, which year) is no part of a field's name."""

FEW = 1000
"""Whole numbers below it are set apart by their difference: two neutrons more, not 1.4% more."""


def _peer_candidates(need: str, least: int, most: int) -> Callable[[Atlas], list[Candidate]]:
    """Peers of one group where their kind has groups; else any, while there are few of the kind."""

    def candidates(atlas: Atlas) -> list[Candidate]:
        found = []
        for edge in atlas.attributes:
            if not numeric(edge, atlas.view) or not getattr(edge.returned, need) or not edge.returned.head:
                continue
            if need == "head" and (yearly(edge, atlas.view) or not edge.returned.highest):
                continue
            found += _with_peers(atlas, edge, {"attribute": edge.id}, (edge.tool,), (least, most))
        return found

    return candidates


def _with_peers(
    atlas: Atlas, edge: Edge, edges: Mapping[str, str], tools: tuple[str, ...], count: tuple[int, int]
) -> list[Candidate]:
    domain = edge.tool.split(".", 1)[0]
    shared = groups(atlas, edge)
    if shared:
        return [Candidate(domain, {**edges, "group": each.id}, tools, one_seed(each)) for each in shared]
    if 2 * count[1] <= len(atlas.values(edge.tool, edge.parameter)) <= FREE_PEERS:
        return [Candidate(domain, edges, tools, free_peers(edge, *count))]
    return []


def _conditionals(atlas: Atlas) -> list[Candidate]:
    found = []
    for edge in atlas.attributes:
        if not numeric(edge, atlas.view) or not edge.returned.higher or not edge.returned.head:
            continue
        for second in seconds(atlas, edge, edge.subject):
            if second.returned.type != edge.subject:
                edges = {"attribute": edge.id, "second": second.id}
                found += _with_peers(atlas, edge, edges, tuple(dict.fromkeys((edge.tool, second.tool))), (2, 2))
    return found


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
        self.noun = self.view.types[self.edge.subject].noun

    @property
    def all(self) -> str:
        """`the genes {p1}, {p2} and {p3}`: names that say their kind or bring an article go without it."""
        texts = [literal_text(self.view, literal, "iso") for literal in self.peers]
        if any(";" in text or len(text.split()) > LONG_NAME for text in texts):
            raise Refused("walk:wording", "names too long to stand in a row")
        names = ["{" + name + "}" for name in self.literals]
        mark = ";" if any("," in text for text in texts) else ","
        last = "; and " if mark == ";" else " and "
        listed = f"{mark} ".join(names[:-1]) + last + names[-1]
        if any(text.startswith("the ") or self.noun in text.lower() for text in texts):
            return listed
        return f"the {self.view.types[self.edge.subject].plural} {listed}"

    def words(self, name: str, **pieces: str) -> Forms:
        top, bottom = extremes(self.edge)
        ends = {"top": top, "bottom": bottom, "first": "{p1}", "second": "{p2}"}
        all_pieces = {"all": self.all, "noun": self.noun, **ends, **pieces}
        return tuple((register, tidy(compose(text, **all_pieces))) for register, text in forms(name))

    def ordered(self, step: str, op: str) -> OpStep:
        return OpStep(id=step, op=op, inputs={"items": tuple(self.peers), "keys": self.keys})

    def value(self, step: str, item: str, field: str | None = None) -> OpStep:
        values = Ref(step="each", field=field or self.edge.field)
        inputs: dict[str, Sources] = {"item": Ref(step=item), "items": tuple(self.peers), "values": values}
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
    words = row.words("best", highest=str(row.edge.returned.highest))
    rounds = [PlannedRound("start", (row.fan, pick), Ref(step="best"), row.entity, words)]
    if CALCULATOR in row.view.tools and not yearly(row.edge, row.view):
        rounds += _apart(row, values)
    return Plan(row.literals, tuple(rounds))


def _apart(row: _Row, values: list[float]) -> list[PlannedRound]:
    """How far the highest is above the lowest: as a difference, in percent while it is under twice, or as a ratio."""
    kind = row.view.types[row.edge.returned.type]
    low, high = min(values), max(values)
    points = "%" in kind.unit or "percent" in kind.unit
    head = head_of(row.edge)
    few = high < FEW and high < 2 * low and all(isinstance(value, int) for value in values)
    if kind.scale != "ratio" or points or few:
        unit = " (in percentage points)" if points else unit_of(row.view, row.edge)
        spec = AnswerSpec(kind="number", type=kind.name, decimals=kind.decimals, unit=kind.unit)
        operation, words = "subtract", row.words("apart", head=head, unit=unit)
    elif 0 < high < 2 * low:
        spec = AnswerSpec(kind="number", type="percentage", decimals=1, unit="%")
        operation, words = "percent_change", row.words("exceeds", head=head)
    elif 0 < high < SILLY_RATIO * low:
        spec = AnswerSpec(kind="number", type="number", decimals=2)
        operation, words = "divide", row.words("times", head=head)
    else:
        return []
    first, second = Ref(step="high"), Ref(step="low")
    if operation == "percent_change":
        first, second = second, first
    arguments: dict[str, Sources] = {
        "operation": Literal(literal=operation, type="option"),
        "a": first,
        "b": second,
    }
    steps = (
        row.ordered("least", "argmin"),
        row.value("high", "best"),
        row.value("low", "least"),
        CallStep(id="apart", tool=CALCULATOR, arguments=arguments),
    )
    return [PlannedRound("wider", steps, Ref(step="apart", field="result"), spec, words)]


def rank(atlas: Atlas, slots: Mapping[str, Json], rng: random.Random) -> Walk:
    """All peers in order."""
    row = _Row(atlas, slots)
    order = Literal(literal="descending", type="option")
    inputs: dict[str, Sources] = {"items": tuple(row.peers), "keys": row.keys, "order": order}
    step = OpStep(id="order", op="rank", inputs=inputs)
    spec = answer_spec(row.view, (row.edge.subject, True), as_kind="list")
    words = row.words("rank", head=head_of(row.edge))
    planned = PlannedRound("start", (row.fan, step), Ref(step="order"), spec, words)
    yield from ()  # nothing is looked up to choose the form
    return Plan(row.literals, (planned,))


def conditional(atlas: Atlas, slots: Mapping[str, Json], rng: random.Random) -> Walk:
    """A field of whichever of two peers has more of something else of the same topic."""
    row = _Row(atlas, slots)
    higher = str(row.edge.returned.higher)
    second = atlas.edges[str(slots["second"])]
    pick = row.ordered("best", "argmax")
    step: CallStep | OpStep = CallStep(id="more", tool=second.tool, arguments={second.parameter: Ref(step="best")})
    if second.tool == row.edge.tool:
        step = row.value("more", "best", second.field)
    ask = that_question(second, row.noun, rng)
    spec = answer_spec(row.view, (second.returned.type, False))
    answer = Ref(step="more", field="" if isinstance(step, OpStep) else second.field)
    rounds = (
        PlannedRound("start", (row.fan, pick), Ref(step="best"), row.entity, row.words("pair", higher=higher)),
        PlannedRound("deeper", (step,), answer, spec, row.words("conditional", higher=higher, ask=ask)),
    )
    yield from ()  # nothing is looked up to choose the form
    return Plan(row.literals, rounds)


def _report_fields(atlas: Atlas, first: Edge, relation: Edge | None) -> list[Edge]:
    """Other fields of the topic, save what a description starts from."""
    return [
        edge
        for edge in atlas.about(first.subject)
        if edge.returned.head
        and edge.returned.topic == first.returned.topic
        and edge.id != first.id
        and edge.returned.head != first.returned.head
        and (relation is None or edge.returned.type != relation.subject)
    ]


def _report_candidates(atlas: Atlas) -> list[Candidate]:
    found = []
    for edge in atlas.attributes:
        if not edge.returned.head:
            continue
        tools = tuple(dict.fromkeys([edge.tool, *(e.tool for e in _report_fields(atlas, edge, None))]))[:REPORT_FIELDS]
        for candidate in described(edge, {"attribute": edge.id}, tools, atlas):
            relation = atlas.edges.get(candidate.edges.get("relation", ""))
            if relation is not None and relation.subject == edge.returned.type:
                continue
            # By name, one tool's fields are one call.
            if _report_fields(atlas, edge, relation) and (relation is not None or len(tools) > 1):
                found.append(candidate)
    return found


def report(atlas: Atlas, slots: Mapping[str, Json], rng: random.Random) -> Walk:
    """Two or three fields of one entity, one topic, as a record."""
    first = atlas.edges[str(slots["attribute"])]
    relation = atlas.edges.get(str(slots.get("relation", "")))
    same = [edge for edge in _report_fields(atlas, first, relation) if edge.tool in slots["~toolset"]]
    rng.shuffle(same)
    # Fields of other tools first: what one call gives is no report.
    same.sort(key=lambda edge: edge.tool == first.tool)
    chosen = [first, *same[: REPORT_FIELDS - 1]]
    heads = [head_of(edge) for edge in chosen]
    if len(chosen) < 2 or len({_BRACKETS.sub("", head) for head in heads}) < len(heads):
        raise Refused("law:purpose", "no other field of the topic")
    literal = Literal(literal=slots["~subject"], type=first.subject)
    tools = list(dict.fromkeys(edge.tool for edge in chosen))
    steps = [
        call(f"f{number}", next(e for e in chosen if e.tool == tool), literal) for number, tool in enumerate(tools)
    ]
    names = [_BRACKETS.sub("", head).replace(" ", "_") for head in heads]
    inputs: dict[str, Sources] = {
        name: Ref(step=f"f{tools.index(e.tool)}", field=e.field) for name, e in zip(names, chosen, strict=True)
    }
    record = OpStep(id="report", op="record", inputs=inputs)
    fields = {n: answer_spec(atlas.view, (e.returned.type, False)) for n, e in zip(names, chosen, strict=True)}
    listed = [tidy(f"its {head}{unit_of(atlas.view, edge)}") for head, edge in zip(heads, chosen, strict=True)]
    together = ", ".join(listed[:-1]) + " and " + listed[-1]
    words = tuple((r, compose(text, subject="{subject}", fields=together)) for r, text in forms("report"))
    planned = PlannedRound(
        "wider", (*steps[1:], record), Ref(step="report"), AnswerSpec(kind="record", fields=fields), words
    )
    yield from ()  # nothing is looked up to choose the form
    return Plan({"subject": literal}, (_single(atlas, first, steps[0]), planned))


def _single(atlas: Atlas, edge: Edge, step: CallStep) -> PlannedRound:
    """The report's first field alone."""
    asks = edge.returned.ask or (f"What is {edge.returned.phrases[0]}?",)
    words = tuple(("plain", named(text, edge.parameter, "subject")) for text in asks)
    spec = answer_spec(atlas.view, (edge.returned.type, False))
    return PlannedRound("start", (step,), Ref(step=step.id, field=edge.field), spec, words)


FRAMES = {
    "compare": Frame(1.0, _peer_candidates("highest", 3, 5), compare, helpers=(CALCULATOR,), peers=(3, 5)),
    "rank": Frame(0.5, _peer_candidates("head", 4, 5), rank, peers=(4, 5)),
    "conditional": Frame(1.0, _conditionals, conditional, peers=(2, 2)),
    "report": Frame(0.5, _report_candidates, report),
}

"""Frames over named peers: comparison, ranking, totals; and reports on one entity."""

from __future__ import annotations

import itertools
import random
from collections.abc import Mapping

from builder.errors import Refused
from builder.recipe.atlas import Atlas, Edge
from builder.recipe.frames.base import (
    BRACKETS,
    Candidate,
    Frame,
    Walk,
    call,
    compose,
    described,
    head_of,
    named,
    said,
    said_of,
    tidy,
    unit_apart,
    unit_of,
)
from builder.recipe.frames.forms import forms
from builder.recipe.frames.grounds import CALCULATOR, STATISTICS, computed, option
from builder.recipe.frames.rows import Row, peer_candidates
from builder.recipe.frames.uses import (
    addable,
    meant_for,
    moved_as_said,
    multiplied,
    numeric,
    percent,
    spread_out,
    tied,
    yearly,
)
from builder.recipe.plans import PERCENT, Plan, PlannedRound, answer_spec, apart
from builder.recipe.view import PoolView
from builder.recipe.wording import listed, slots_in
from builder.records.base import Json
from builder.records.derivations import AnswerSpec, CallStep, Literal, OpStep, Ref, Sources

SILLY_RATIO = 100
"""Nobody asks how many times larger when it is hundreds of times."""

APART_SHARE = 0.7
"""Share of comparisons that go on to how far apart the ends are; most people want to know which one it is."""

REPORT_FIELDS = 3

FEW = 1000
"""Whole numbers below it are set apart by their difference: two neutrons more, not 1.4% more."""


def compare(atlas: Atlas, slots: Mapping[str, Json], rng: random.Random) -> Walk:
    """Which of several peers has the most; then how far the highest is above the lowest."""
    row = Row(atlas, slots)
    values = yield from row.fetch()
    if tied(row.edge, row.view, *sorted(values)[-2:]):
        raise Refused("law:degenerate", "two of them nearly tie")
    if not moved_as_said(row.edge, row.view, max(values)):
        raise Refused("law:degenerate", f"none of them moved as {row.edge.id} says")
    pick = row.ordered("best", "argmax")
    words = row.words("best", highest=str(row.edge.returned.highest))
    rounds = [PlannedRound("start", (row.fan, pick), Ref(step="best"), row.entity, words)]
    if CALCULATOR in row.view.tools and not yearly(row.edge, row.view) and rng.random() < APART_SHARE:
        rounds += _apart(row, values)
    return Plan(row.literals, tuple(rounds))


def _apart(row: Row, values: list[float]) -> list[PlannedRound]:
    """How far the highest is above the lowest: as a difference, in percent while it is under twice, or as a ratio."""
    kind = row.view.types[row.edge.returned.type]
    low, high = min(values), max(values)
    points = percent(row.edge, row.view)
    head = head_of(row.edge)
    few = high < FEW and high < 2 * low and all(isinstance(value, int) for value in values)
    if few or not multiplied(row.edge, row.view) or points:
        if not spread_out(row.edge, row.view):
            return []
        spec = AnswerSpec(kind="number", type=kind.name, decimals=kind.decimals, unit=kind.unit)
        spec = apart(said(spec, high - low, high, low))
        operation, words = "subtract", row.words("apart", head=head, unit=unit_apart(row.view, row.edge))
    elif kind.additive and not spread_out(row.edge, row.view):
        return []  # how many times the smallest country the largest is, says nothing of either
    elif 0 < high < 2 * low:
        spec = PERCENT
        operation, words = "percent_change", row.words("exceeds", head=head)
    elif 0 < high < SILLY_RATIO * low:
        spec = AnswerSpec(kind="number", type="number", decimals=2)
        operation, words = "divide", row.words("times", head=head)
    else:
        return []
    first, second = Ref(step="high"), Ref(step="low")
    if operation == "percent_change":
        first, second = second, first
    steps = (
        row.ordered("least", "argmin"),
        row.value("high", "best"),
        row.value("low", "least"),
        computed(operation, first, second),
    )
    return [PlannedRound("wider", steps, Ref(step="apart", field="result"), spec, words)]


def rank(atlas: Atlas, slots: Mapping[str, Json], rng: random.Random) -> Walk:
    """All peers in order."""
    row = Row(atlas, slots)
    inputs: dict[str, Sources] = {"items": tuple(row.peers), "keys": row.keys, "order": option("descending")}
    step = OpStep(id="order", op="rank", inputs=inputs)
    spec = answer_spec(row.view, (row.edge.subject, True), as_kind="list")
    words = row.words("rank", head=head_of(row.edge))
    planned = PlannedRound("start", (row.fan, step), Ref(step="order"), spec, words)
    if any(tied(row.edge, row.view, a, b) for a, b in itertools.pairwise(sorted((yield from row.fetch())))):
        raise Refused("law:degenerate", "two of them nearly tie")
    return Plan(row.literals, (planned,))


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
        and meant_for(edge, "fact")
    ]


def _report_candidates(atlas: Atlas) -> list[Candidate]:
    found = []
    for edge in atlas.attributes:
        if not edge.returned.head or not meant_for(edge, "fact"):
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
    # What it is comes before how much it has.
    chosen = sorted([first, *same[: REPORT_FIELDS - 1]], key=lambda edge: numeric(edge, atlas.view))
    heads = [head_of(edge) for edge in chosen]
    if len(chosen) < 2 or len({BRACKETS.sub("", head) for head in heads}) < len(heads):
        raise Refused("law:purpose", "no other field of the topic")
    literal = Literal(literal=slots["~subject"], type=first.subject)
    tools = list(dict.fromkeys([first.tool, *(edge.tool for edge in chosen)]))
    steps = [
        call(f"f{number}", next(e for e in chosen if e.tool == tool), literal) for number, tool in enumerate(tools)
    ]
    names = [BRACKETS.sub("", head).replace(" ", "_") for head in heads]
    inputs: dict[str, Sources] = {
        name: Ref(step=f"f{tools.index(e.tool)}", field=e.field) for name, e in zip(names, chosen, strict=True)
    }
    record = OpStep(id="report", op="record", inputs=inputs)
    fields = {}
    for name, edge in zip(names, chosen, strict=True):
        fields[name] = yield from said_of(atlas.view, edge, literal.literal)
    asked = [tidy(f"the {head}{unit_of(atlas.view, edge)}") for head, edge in zip(heads, chosen, strict=True)]
    together = listed(asked, commas=False)
    words = tuple((r, compose(text, subject="{subject}", fields=together)) for r, text in forms("report"))
    planned = PlannedRound(
        "wider", (*steps[1:], record), Ref(step="report"), AnswerSpec(kind="record", fields=fields), words
    )
    return Plan({"subject": literal}, (_single(atlas, first, steps[0]), planned))


def _single(atlas: Atlas, edge: Edge, step: CallStep) -> PlannedRound:
    """The report's first field alone."""
    nouns = [
        text for text in edge.returned.phrases if slots_in(text) <= {edge.parameter} and not text.startswith("whether ")
    ]
    asks = edge.returned.ask or tuple(f"What is {text}?" for text in nouns)
    if not asks:
        raise Refused("walk:wording", f"{edge.id} has no question of its own")
    words = tuple(("plain", named(text, edge.parameter, "subject")) for text in asks)
    spec = answer_spec(atlas.view, (edge.returned.type, False))
    return PlannedRound("start", (step,), Ref(step=step.id, field=edge.field), spec, words, "chain")


def together(atlas: Atlas, slots: Mapping[str, Json], rng: random.Random) -> Walk:
    """What all members of a small group have in all."""
    row = Row(atlas, slots)
    values = yield from row.fetch()
    kind = row.view.types[row.edge.returned.type]
    total = CallStep(id="sum", tool=STATISTICS, arguments={"values": row.keys})
    places = None if all(isinstance(value, int) for value in values) else kind.decimals
    spec = AnswerSpec(kind="number", type=kind.name, decimals=places, unit=kind.unit)
    words = row.words("together", head=head_of(row.edge), unit=unit_of(row.view, row.edge))
    planned = PlannedRound("start", (row.fan, total), Ref(step="sum", field="sum"), spec, words)
    return Plan(row.literals, (planned,))


def _wholes(atlas: Atlas) -> list[Candidate]:
    """Members of a group that people know by name. Neighbours that somebody happens to have are no group."""
    return [
        candidate
        for candidate in peer_candidates(addable, 3, 4)(atlas)
        if "group" in candidate.edges
        and (group := atlas.edges[candidate.edges["group"]]).subject != group.returned.type
    ]


def _any(edge: Edge, view: PoolView) -> bool:
    return True


def _orderly(edge: Edge, view: PoolView) -> bool:
    return not yearly(edge, view)


FRAMES = {
    "compare": Frame(peer_candidates(_any, 3, 5), compare, helpers=(CALCULATOR,), peers=(3, 5)),
    "rank": Frame(peer_candidates(_orderly, 4, 5), rank, peers=(4, 5)),
    "together": Frame(_wholes, together, helpers=(STATISTICS,), peers=(3, 4), whole=True),
    "report": Frame(_report_candidates, report),
}

"""Structure of a derivation's calls: levels, depth, width, and where each argument came from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from builder.recipe.derivation import Evidence, Made, inputs_of, refs
from builder.recipe.view import PoolView
from builder.records.derivations import CallStep, Derivation, Literal, MapStep, OpStep, Sources, Step
from builder.records.tasks import EvidenceCall
from builder.records.tools import Call


def levels(steps: Sequence[Step]) -> dict[str, int]:
    """For each step the number of dependent calls up to and including it; operators add none."""
    level: dict[str, int] = {}
    for step in steps:
        before = [level[ref.step] for source in inputs_of(step).values() for ref in refs(source)]
        level[step.id] = max(before, default=0) + (0 if isinstance(step, OpStep) else 1)
    return level


def depth_and_width(derivation: Derivation, evidence: Evidence) -> tuple[int, int]:
    """Longest chain of dependent calls, and the most calls that stand on one level."""
    level = levels(derivation.steps)
    counts: dict[int, int] = {}
    for made in evidence.made:
        counts[level[made.step]] = counts.get(level[made.step], 0) + 1
    return max(counts), max(counts.values())


def evidence_calls(
    view: PoolView, derivation: Derivation, evidence: Evidence, keys: Mapping[int, str]
) -> tuple[EvidenceCall, ...]:
    """The recorded calls of a derivation with the provenance of each argument. `keys` maps position to evidence key."""
    known = {step.id: step for step in derivation.steps}
    ids: dict[tuple[str, int | None], str] = {}
    for number, made in enumerate(evidence.made, 1):
        ids[made.step, made.member] = f"c{number}"
    calls = []
    for number, made in enumerate(evidence.made):
        calls.append(
            EvidenceCall(
                id=ids[made.step, made.member],
                step=made.step,
                tool=made.call.tool,
                role=view.declared[made.call.tool].role,
                arguments=made.call.arguments,
                sources=_sources(made, known, ids, evidence),
                result=made.result,
                key=keys[number],
            )
        )
    return tuple(calls)


def _sources(
    made: Made, known: Mapping[str, Step], ids: Mapping[tuple[str, int | None], str], evidence: Evidence
) -> dict[str, Any]:
    step = known[made.step]
    assert not isinstance(step, OpStep)
    found = {name: _provenance(source, known, ids, evidence) for name, source in step.arguments.items()}
    if isinstance(step, MapStep):
        over = _provenance(step.over, known, ids, evidence)
        if isinstance(over, list):
            over = over[made.member or 0]
        elif "path" in over:
            over = {"call": over["call"], "path": f"{over['path']}/{made.member}"}
        found[step.parameter] = over
    return found


def _provenance(
    source: Sources, known: Mapping[str, Step], ids: Mapping[tuple[str, int | None], str], evidence: Evidence
) -> Any:
    if isinstance(source, tuple):
        return [_provenance(item, known, ids, evidence) for item in source]
    if isinstance(source, Literal):
        return {"literal": True}
    step = known[source.step]
    if isinstance(step, OpStep):
        return {"op": source.step}
    if isinstance(step, CallStep):
        return {"call": ids[source.step, None], "path": f"/{source.field}"}
    members = range(len(evidence.values[source.step]))
    return [{"call": ids[source.step, i], "path": f"/{source.field}"} for i in members]


def used_fields(derivation: Derivation) -> dict[str, set[str]]:
    """For each call or fan-out step, the result fields that something refers to."""
    used: dict[str, set[str]] = {step.id: set() for step in derivation.steps}
    sources = [source for step in derivation.steps for source in inputs_of(step).values()]
    for source in [*sources, derivation.answer]:
        for ref in refs(source):
            used[ref.step].add(ref.field)
    return used


def only(evidence: Evidence, derivation: Derivation) -> Evidence:
    """The part of an evidence that a derivation needs, in the derivation's order."""
    order = {step.id: number for number, step in enumerate(derivation.steps)}
    made = sorted((m for m in evidence.made if m.step in order), key=lambda m: (order[m.step], m.member or 0))
    return Evidence({step: evidence.values[step] for step in order}, made)


def rename(evidence: Evidence, names: Mapping[str, str]) -> Evidence:
    """The same evidence under other step ids."""
    return Evidence(
        {names[step]: value for step, value in evidence.values.items()},
        [Made(names[m.step], m.member, Call(m.call.tool, m.call.arguments), m.result) for m in evidence.made],
    )

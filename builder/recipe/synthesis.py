"""One draw through K rounds: collect evidence, derive, judge; the last good derivation becomes the task.

A generator of calls: a stage drives it. Expected failures (a call that fails, a law or gate that refuses)
are refusals with a reason; anything else is a bug and propagates.
"""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from typing import Any

from builder.errors import DerivationError, Refused
from builder.identity import random_stream
from builder.recipe import gates, origins, rounding, sense
from builder.recipe.aiming import aim
from builder.recipe.atlas import Atlas
from builder.recipe.contraction import no_contraction
from builder.recipe.derivation import (
    Evidence,
    canonical,
    literals_of,
    needed,
    resolve,
    round_answer,
    run_steps,
    task_id,
)
from builder.recipe.plans import Described, Plan, PlannedRound
from builder.recipe.shape import depth_and_width, evidence_calls, only, rename, used_fields
from builder.recipe.shortcut import no_shortcut
from builder.recipe.verdicts import typed_answer
from builder.recipe.view import PoolView
from builder.recipe.wording import (
    DATE_STYLES,
    choose_wording,
    describable,
    fill,
    question_text,
    slot_texts,
    slots_in,
    source_sentence,
    spellings,
    tail,
)
from builder.records.base import Json
from builder.records.derivations import (
    AnswerSpec,
    Derivation,
    Literal,
    MapStep,
    OpStep,
    Ref,
    Sources,
    Step,
)
from builder.records.tasks import Draw, EvidenceCall, Round, Task
from builder.records.tools import Call, Result

MIN_CALLS = 2
"""A task that one call answers teaches no composition."""

Refusal = tuple[int, str, str]


@dataclass(slots=True)
class Synthesis:
    """What came of a draw. `calls` are all that were recorded for the kept task."""

    task: Task | None
    calls: tuple[EvidenceCall, ...] = ()
    rounds: tuple[Round, ...] = ()
    refusals: tuple[Refusal, ...] = ()


@dataclass(slots=True)
class Candidate:
    """One round that came through the cheap checks."""

    round: Round
    evidence: Evidence
    literals: list[Literal]
    register: str
    frame: str


@dataclass(slots=True)
class State:
    """The draw at work."""

    draw: Draw
    view: PoolView
    atlas: Atlas
    plan: Plan
    rng: random.Random
    style: str
    evidence: Evidence = field(default_factory=Evidence)
    steps: dict[str, Step] = field(default_factory=dict)


def synthesize(
    draw: Draw, view: PoolView, atlas: Atlas, run_seed: int, rounds: int, key: Callable[[Call], str]
) -> Generator[Call, Result, Synthesis]:
    """Run one draw. `key` gives the evidence key of a call (it knows the tool's executable digest)."""
    rng = random_stream(run_seed, draw.id, "synthesis")
    refusals: list[Refusal] = []
    try:
        plan = yield from aim(draw, view, atlas, rng)
        sense.names(view, plan.literals.values())
    except (Refused, DerivationError) as error:
        return Synthesis(None, refusals=((0, error.reason, str(error)),))
    state = State(draw, view, atlas, plan, rng, rng.choice(DATE_STYLES))
    candidates: list[Candidate] = []
    for number, planned in enumerate(plan.rounds[:rounds], 1):
        try:
            candidates.append((yield from _round(state, number, planned, None)))
        except (Refused, DerivationError) as error:
            refusals.append((number, error.reason, str(error)))
            break
    if candidates and plan.described is not None and len(candidates) == len(plan.rounds) < rounds:
        try:
            candidates.append((yield from _deeper(state, len(candidates) + 1, plan.rounds[-1], plan.described)))
        except (Refused, DerivationError) as error:
            refusals.append((len(candidates) + 1, error.reason, str(error)))
    if plan.lost is not None:
        refusals.append((len(plan.rounds) + 1, *plan.lost))
    while candidates:
        last = candidates[-1]
        try:
            yield from run_gates(state, last)
        except (Refused, DerivationError) as error:
            refusals.append((last.round.number, error.reason, str(error)))
            candidates.pop()
            continue
        task = task_of(state, candidates, key)
        return Synthesis(task, task.calls, task.rounds, tuple(refusals))
    return Synthesis(None, refusals=tuple(refusals))


def _round(
    state: State, number: int, planned: PlannedRound, described: Described | None
) -> Generator[Call, Result, Candidate]:
    """Collect the round's evidence, evaluate its answer, word it, and apply the laws."""
    for step in planned.steps:
        state.steps[step.id] = step
    yield from run_steps(planned.steps, state.evidence, state.steps)
    wording = choose_wording(planned, state.rng)
    return (yield from _settled(state, number, planned, wording, described))


def _deeper(state: State, number: int, last: PlannedRound, described: Described) -> Generator[Call, Result, Candidate]:
    """The last round once more, with one literal replaced by a description that must be looked up."""
    literal = state.plan.literals[described.slot]
    found = Ref(step=described.step.id, field=described.field)

    def replace(source: Sources) -> Any:
        if isinstance(source, tuple):
            return tuple(replace(item) for item in source)
        return found if source == literal else source

    steps: dict[str, Step] = {described.step.id: described.step}
    for step in state.steps.values():
        if isinstance(step, OpStep):
            inputs = {name: replace(source) for name, source in step.inputs.items()}
            steps[step.id] = step.model_copy(update={"inputs": inputs})
        else:
            update: dict[str, Any] = {"arguments": {n: replace(s) for n, s in step.arguments.items()}}
            if isinstance(step, MapStep):
                update["over"] = replace(step.over)
            steps[step.id] = step.model_copy(update=update)
    state.steps = steps
    state.evidence = Evidence()
    yield from run_steps(steps.values(), state.evidence, steps)
    usable = describable(last.wordings, described.slot, strict=state.draw.exemplar.startswith("frame."))
    if not usable:
        raise Refused("walk:wording", "no wording has a place for a description")
    moved = PlannedRound("deeper", last.steps, last.answer, last.spec, tuple(usable), last.frame)
    return (yield from _settled(state, number, moved, choose_wording(moved, state.rng), described))


def _settled(
    state: State, number: int, planned: PlannedRound, wording: tuple[str, str], described: Described | None
) -> Generator[Call, Result, Candidate]:
    """The round with its answer asked to no more decimals than hold whatever is rounded on the way."""
    candidate = _derive(state, number, planned, wording, described)
    said = rounding.stated(wording[1] + state.plan.note)
    spec = yield from rounding.settle(state.view, candidate.round.derivation, candidate.evidence, said)
    if spec == planned.spec:
        return candidate
    return _derive(state, number, dataclasses.replace(planned, spec=spec), wording, described)


def _derive(
    state: State, number: int, planned: PlannedRound, wording: tuple[str, str], described: Described | None
) -> Candidate:
    """Answer, question and derivation of a round; laws and the gates that need no tool."""
    view, plan = state.view, state.plan
    steps = needed(state.steps.values(), planned.answer)
    derivation = Derivation(steps=steps, answer=planned.answer, spec=planned.spec)
    value = round_answer(resolve(planned.answer, state.steps, state.evidence.values), planned.spec)
    literals = literals_of(derivation)
    register, text = wording
    _names(plan, derivation, text, described)
    tools = sorted({step.tool for step in steps if not isinstance(step, OpStep)})
    body = fill(text, slot_texts(view, plan, state.style, described))
    note = plan.note
    sources = source_sentence(view, tools, body + note, state.rng, state.draw.exemplar.startswith("frame."))
    question = question_text(body, note, tail(planned.spec, body + note, state.rng), sources)
    sense.names(view, literals)
    sense.time(view, tools, question)
    laws(state, derivation, value)
    answer = typed_answer(view, planned.spec, value)
    gates.clean_wording(question)
    if len(gates.chosen_among(derivation)) < 2:
        not_guessable(state, literals, question, value, planned.spec)
    made = only(state.evidence, derivation)
    move = planned.move if number > 1 else "start"
    found = Round(number=number, move=move, question=question, answer=answer, derivation=derivation)
    return Candidate(found, made, literals, register, planned.frame or state.draw.exemplar.removeprefix("frame."))


def laws(state: State, derivation: Derivation, value: Json) -> None:
    """The laws that look at steps and values."""
    view = state.view
    sense.real_value(value)
    sense.completeness(view, derivation)
    sense.subject(made.call for made in only(state.evidence, derivation).made)
    sense.purpose(view, derivation)
    origins.joins(view, derivation)
    origins.spans(view, derivation)
    origins.shared(view, derivation)
    known = {step.id: step for step in derivation.steps}
    used = used_fields(derivation)
    # Tools of later rounds are there by the scenario's own declaration.
    declared = {step.tool for part in state.plan.rounds for step in part.steps if not isinstance(step, OpStep)}
    sense.no_rivals(view, derivation, used, set(state.draw.toolset) - declared, state.atlas.says)
    for step in derivation.steps:
        if not isinstance(step, OpStep):
            sense.scale_of_call(view, step, known, frozenset(used[step.id]))


def not_guessable(state: State, literals: list[Literal], question: str, value: Json, spec: AnswerSpec) -> None:
    """The gate over an answer, or over each part of a report."""
    parts = [(value[name], part) for name, part in spec.fields.items()] if spec.kind == "record" else [(value, spec)]
    for item, part in parts:
        shown = spellings(state.view, part, item)
        gates.not_guessable(state.view, literals, question, item, part, shown)


def _names(plan: Plan, derivation: Derivation, text: str, described: Described | None) -> None:
    """Law 7: the wording places every literal that the derivation uses, and no other."""
    literals = literals_of(derivation)
    used = set().union(*(plan.uses.get(step.id, ()) for step in derivation.steps))
    placed = slots_in(text)
    for name, literal in plan.literals.items():
        depends = name in used if plan.uses else literal in literals
        depends = depends or (described is not None and described.slot == name)
        if depends and name not in placed:
            raise Refused("law:names", f"the wording does not place {{{name}}}")
        if not depends and name in placed:
            raise Refused("gate:idle", f"the wording places {{{name}}}, which the answer does not need")


def run_gates(state: State, candidate: Candidate) -> Generator[Call, Result, None]:
    """The gates that run tools: only a round that may become the task pays for them."""
    derivation, answer = candidate.round.derivation, candidate.round.answer
    made = candidate.evidence
    if len(made.made) < MIN_CALLS:
        raise Refused("gate:shallow", "one call answers it")
    yield from no_contraction(state.view, derivation, made, answer.value)
    yield from gates.sensitive(state.view, derivation, made, answer.value, state.rng)
    yield from no_shortcut(
        state.view,
        state.draw.toolset,
        _distinct(candidate.literals),
        answer.value,
        answer.spec,
        len(made.made),
    )


def _distinct(literals: list[Literal]) -> list[Literal]:
    found: dict[str, Literal] = {}
    for literal in literals:
        found.setdefault(f"{literal.type}={literal.literal}", literal)
    return list(found.values())


def task_of(state: State, candidates: list[Candidate], key: Callable[[Call], str]) -> Task:
    last = candidates[-1]
    rounds = tuple(c.round.model_copy(update={"derivation": canonical(c.round.derivation)}) for c in candidates)
    derivation = rounds[-1].derivation
    names = {old.id: new.id for old, new in zip(last.round.derivation.steps, derivation.steps, strict=True)}
    evidence = rename(last.evidence, names)
    keys = {number: key(made.call) for number, made in enumerate(evidence.made)}
    calls = evidence_calls(state.view, derivation, evidence, keys)
    depth, width = depth_and_width(derivation, evidence)
    return Task.model_validate(
        {
            "id": task_id(derivation),
            "draw": state.draw.id,
            "domain": state.draw.domain,
            "exemplar": state.draw.exemplar,
            "frame": last.frame,
            "register": last.register,
            "seed": _seed(state, derivation),
            "question": last.round.question,
            "answer": last.round.answer,
            "toolset": state.draw.toolset,
            "calls": calls,
            "derivation": derivation,
            "rounds": rounds,
            "depth": depth,
            "width": width,
            "domains": tuple(sorted({call.tool.split(".", 1)[0] for call in calls})),
        }
    )


def _seed(state: State, derivation: Derivation) -> Mapping[str, Any]:
    """The draw's seed; where a description replaced it, the entity that the question starts from."""
    seed, described = state.draw.seed, state.plan.described
    literals = literals_of(derivation)
    starts = [Literal(literal=seed.value, type=seed.type)]
    if described is not None:
        # Either the description starts from an entity of its own, or its slot holds what it would have led to.
        starts = [*described.literals.values(), state.plan.literals[described.slot]]
    # A walk that found nothing at the draw's seed went on from another entity.
    starts += [literal for literal in literals if state.view.types[literal.type].kind == "entity"]
    for start in starts:
        if any(literal.literal == start.literal for literal in literals):
            return _as_seed(state.view, start)
    return {"type": seed.type, "value": seed.value, "label": seed.label}


def _as_seed(view: PoolView, literal: Literal) -> Mapping[str, Any]:
    entity = view.entities(literal.type).get(literal.literal)
    return {
        "type": literal.type,
        "value": literal.literal,
        "label": entity.label if entity else str(literal.literal),
    }

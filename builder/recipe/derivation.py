"""Evaluate derivations, make them canonical, and replay tasks from scratch.

Evaluation is a generator: it yields Call and receives Result, so the recipe stays free of executors.
"""

from __future__ import annotations

from collections.abc import Collection, Generator, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from builder.errors import DerivationError
from builder.identity import content_id
from builder.recipe.operators import MAX_MEMBERS, apply
from builder.records.derivations import (
    AnswerSpec,
    CallStep,
    Derivation,
    Literal,
    MapStep,
    OpStep,
    Ref,
    Source,
    Sources,
    Step,
)
from builder.records.tasks import Task
from builder.records.tools import Call, Result

Calls = Generator[Call, Result, Any]


@dataclass(slots=True)
class Made:
    """One call that an evaluation made: its step, its place in a fan-out (None for a single call)."""

    step: str
    member: int | None
    call: Call
    result: dict[str, Any]


@dataclass(slots=True)
class Evidence:
    """Values of the steps evaluated so far, and the calls that gave them, in order."""

    values: dict[str, Any] = field(default_factory=dict)
    made: list[Made] = field(default_factory=list)


def resolve(source: Sources, steps: Mapping[str, Step], values: Mapping[str, Any]) -> Any:
    """Value of a source. A null is never passed on (law 10)."""
    if isinstance(source, tuple):
        return [resolve(item, steps, values) for item in source]
    if isinstance(source, Literal):
        return source.literal
    step = steps[source.step]
    value = values[source.step]
    if isinstance(step, CallStep):
        value = value[source.field]
    elif isinstance(step, MapStep):
        value = [member[source.field] for member in value]
    if value is None or (isinstance(value, list) and any(item is None for item in value)):
        raise DerivationError("law:imputation", f"{source.step}.{source.field} has no value")
    return value


def run_steps(
    steps: Iterable[Step],
    evidence: Evidence,
    known: Mapping[str, Step],
    overrides: Mapping[tuple[str, int | None], dict[str, Any]] | None = None,
) -> Generator[Call, Result, None]:
    """Evaluate `steps` in order into `evidence`. `known` maps all step ids to steps.

    `overrides` replaces the results of some calls (the sensitivity gate asks what-if). Raises
    DerivationError when a call fails or an operator refuses its inputs.
    """
    overrides = overrides or {}
    for step in steps:
        if isinstance(step, OpStep):
            inputs = {name: resolve(source, known, evidence.values) for name, source in step.inputs.items()}
            evidence.values[step.id] = apply(step.op, inputs)
        elif isinstance(step, CallStep):
            evidence.values[step.id] = yield from _one(step, None, None, evidence, known, overrides)
        else:
            members = resolve(step.over, known, evidence.values)
            if not isinstance(members, list) or not 2 <= len(members) <= MAX_MEMBERS:
                raise DerivationError("law:completeness", f"fan-out over {_size(members)} members; 2 to 12 are allowed")
            results = []
            for index, member in enumerate(members):
                results.append((yield from _one(step, index, member, evidence, known, overrides)))
            evidence.values[step.id] = results


def _size(members: Any) -> str:
    return str(len(members)) if isinstance(members, list) else "one"


def _one(
    step: CallStep | MapStep,
    index: int | None,
    member: Any,
    evidence: Evidence,
    known: Mapping[str, Step],
    overrides: Mapping[tuple[str, int | None], dict[str, Any]],
) -> Generator[Call, Result, dict[str, Any]]:
    arguments = {name: resolve(source, known, evidence.values) for name, source in step.arguments.items()}
    if isinstance(step, MapStep):
        arguments[step.parameter] = member
    call = Call(step.tool, arguments)
    if (step.id, index) in overrides:
        value = overrides[step.id, index]
    else:
        result = yield call
        if not result.ok or result.value is None:
            message = result.error["message"] if result.error else "no value"
            raise DerivationError("call:" + (result.error or {}).get("kind", "failed"), f"{step.tool}: {message}")
        value = result.value
    evidence.made.append(Made(step.id, index, call, value))
    return value


def evaluate(
    derivation: Derivation, overrides: Mapping[tuple[str, int | None], dict[str, Any]] | None = None
) -> Generator[Call, Result, tuple[Any, Evidence]]:
    """Run a whole derivation: its answer's value (rounded as the answer is asked) and the evidence."""
    evidence = Evidence()
    known = {step.id: step for step in derivation.steps}
    yield from run_steps(derivation.steps, evidence, known, overrides)
    return round_answer(resolve(derivation.answer, known, evidence.values), derivation.spec), evidence


def again(
    derivation: Derivation,
    evidence: Evidence,
    changed: str,
    overrides: Mapping[tuple[str, int | None], dict[str, Any]],
) -> Generator[Call, Result, Any]:
    """The answer when one step is changed: only that step and those that depend on it are run again."""
    touched = {changed}
    for step in derivation.steps:
        if step.id not in touched and _takes(step, touched):
            touched.add(step.id)
    known = {step.id: step for step in derivation.steps}
    kept = Evidence({step: value for step, value in evidence.values.items() if step not in touched})
    yield from run_steps([step for step in derivation.steps if step.id in touched], kept, known, overrides)
    return round_answer(resolve(derivation.answer, known, kept.values), derivation.spec)


def _takes(step: Step, wanted: Collection[str]) -> bool:
    """Whether one of these steps feeds a step."""
    return any(ref.step in wanted for source in inputs_of(step).values() for ref in refs(source))


def round_answer(value: Any, spec: AnswerSpec) -> Any:
    """Numbers at the decimals the question asks for; members and fields alike."""
    if isinstance(value, dict):
        return {name: round_answer(item, spec.fields[name]) for name, item in value.items()}
    if isinstance(value, list):
        return [round_answer(item, spec) for item in value]
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return value
    if spec.decimals is None:
        # A calculator gives 2.0 months where months are counted.
        return int(value) if spec.kind == "number" and float(value).is_integer() else value
    rounded = round(float(value), spec.decimals) + 0.0
    return int(rounded) if spec.decimals == 0 else rounded


def leaves(source: Sources) -> tuple[Source, ...]:
    """The members of a list, or the one source that it is."""
    return source if isinstance(source, tuple) else (source,)


def refs(source: Sources) -> list[Ref]:
    """All references inside a source."""
    return [item for item in leaves(source) if isinstance(item, Ref)]


def inputs_of(step: Step) -> Mapping[str, Sources]:
    """Named sources of a step; a fan-out's list stands under its parameter."""
    if isinstance(step, OpStep):
        return step.inputs
    if isinstance(step, MapStep):
        return {**step.arguments, step.parameter: step.over}
    return step.arguments


def literals_of(derivation: Derivation) -> list[Literal]:
    """All literals of a derivation's steps, in order."""
    sources = [source for step in derivation.steps for source in inputs_of(step).values()]
    return [item for source in sources for item in leaves(source) if isinstance(item, Literal)]


def needed(steps: Iterable[Step], answer: Sources) -> tuple[Step, ...]:
    """The steps that the answer depends on, in order."""
    by_id = {step.id: step for step in steps}
    wanted: set[str] = set()
    stack = [ref.step for ref in refs(answer)]
    while stack:
        identity = stack.pop()
        if identity not in wanted:
            wanted.add(identity)
            stack += [ref.step for source in inputs_of(by_id[identity]).values() for ref in refs(source)]
    return tuple(step for step in by_id.values() if step.id in wanted)


def canonical(derivation: Derivation) -> Derivation:
    """Only the needed steps, renamed s1, s2, ... in order: equal proofs get equal bytes."""
    steps = needed(derivation.steps, derivation.answer)
    names = {step.id: f"s{number}" for number, step in enumerate(steps, 1)}
    return derivation.model_copy(
        update={"steps": tuple(renamed(step, names) for step in steps), "answer": moved(derivation.answer, names)}
    )


def moved(source: Any, names: Mapping[str, str]) -> Any:
    """A source with its references to renamed steps put right."""
    if isinstance(source, tuple):
        return tuple(moved(item, names) for item in source)
    if isinstance(source, Ref):
        return Ref(step=names.get(source.step, source.step), field=source.field)
    return source


def renamed(step: Step, names: Mapping[str, str]) -> Step:
    """A step under another id, and its references."""
    update: dict[str, Any] = {"id": names.get(step.id, step.id)}
    if isinstance(step, OpStep):
        return step.model_copy(update={**update, "inputs": {n: moved(s, names) for n, s in step.inputs.items()}})
    update["arguments"] = {name: moved(source, names) for name, source in step.arguments.items()}
    if isinstance(step, MapStep):
        update["over"] = moved(step.over, names)
    return step.model_copy(update=update)


def task_id(derivation: Derivation) -> str:
    """Hash of the canonical derivation with its literals: rewording is a change of the same task."""
    return content_id("task", canonical(derivation).model_dump(mode="json"))


def replay(task: Task) -> Generator[Call, Result, str | None]:
    """Run a task's derivation again by fresh calls. None when calls, results and answer are reproduced."""
    try:
        value, evidence = yield from evaluate(task.derivation)
    except DerivationError as error:
        return f"replay:{error.reason}: {error}"
    if len(evidence.made) != len(task.calls):
        return f"replay:calls: {len(evidence.made)} calls were made, {len(task.calls)} are recorded"
    for made, recorded in zip(evidence.made, task.calls, strict=True):
        if made.call.tool != recorded.tool or made.call.arguments != recorded.arguments:
            return f"replay:call: {recorded.id} is not the call that the derivation makes"
        if made.result != recorded.result:
            return f"replay:result: {recorded.id} ({recorded.tool}) came back different"
    if value != task.answer.value:
        return f"replay:answer: the derivation gives {value!r}, the task says {task.answer.value!r}"
    return None

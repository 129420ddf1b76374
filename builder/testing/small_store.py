"""A small finished store: tasks over the tiny pool with real evidence, attempts, verdicts and choices.

Everything a release is made from, in under a second and the same each time, for tests of releases.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from builder.identity import canonical_json, content_id
from builder.recipe.derivation import evaluate, task_id
from builder.records.attempts import Attempt, Verdict
from builder.records.derivations import Answer, AnswerSpec, CallStep, Derivation, Literal, Ref, Sources
from builder.records.tasks import Draw, EvidenceCall, Round, Seed, Task
from builder.records.tools import Call
from builder.store import Rows, Store
from builder.store.tables import attempt_row, call_row, draw_row, task_row, verdict_row
from builder.tools.driver import drive
from builder.tools.executor import Executor

PROFILE, DIVIDE = "general.atlas.island_profile", "general.atlas.divide"
FINGERPRINT = "v1-small"
FACTORS = (0.7, 3, 1000)
"""Divisors; the first is a number that the Json type of `datasets` would change if written plainly."""

# Seed entities of each split, so that no two splits share one.
SPLITS = {
    ("sft", "train"): ("Bali", "Bornholm", "Corsica"),
    ("sft", "validation"): ("Gozo",),
    ("rl", "train"): ("Hainan", "Jamaica"),
    ("rl", "test"): ("Madeira",),
}
UNUSED = ("Sicily",)


def small_store(path: Path, executor: Executor, more: int = 0) -> Store:
    """A new store at `path`, filled; close it when done. `more` tasks of the same seeds follow in each split."""
    store = Store.open(path, FINGERPRINT, fresh=True)
    rows: Rows = {
        "draws": [], "calls": [], "tasks": [], "attempts": [], "verdicts": [], "baselines": [], "outcomes": []
    }  # fmt: skip
    choices: list[tuple[Any, ...]] = []
    places = {island: place for place, islands in SPLITS.items() for island in islands}
    islands = [*places, *UNUSED]
    forms = [(island, form) for index, island in enumerate(islands) for form in _forms(island, index)]
    # In turns, so that a store with more of them begins with the same ones.
    forms += [(islands[n % len(islands)], _density(islands[n % len(islands)], 2000 + n)) for n in range(more)]
    for island, form in forms:
        task, attempts = _task(island, form, executor)
        rows["tasks"].append(task_row(task))
        rows["calls"] += [call_row(task.draw, call) for call in task.calls]
        rows["draws"].append(draw_row(_draw(task, len(rows["draws"]))))
        rows["baselines"] += [_baseline(task, solver, solver == "oracle") for solver in ("one_hop", "oracle")]
        rows["outcomes"].append(_outcome(task.id))
        for attempt in attempts:
            rows["attempts"].append(attempt_row(attempt))
            verdict = Verdict(attempt=attempt.id, task=task.id, correct=True, reason="match")
            rows["verdicts"].append(verdict_row(verdict))
        if island in places:
            chosen = [attempt.id for attempt in attempts] if places[island][0] == "sft" else [None]
            choices += [(*places[island], len(choices) + i, task.id, a) for i, a in enumerate(chosen)]
    store.write(rows)
    with store.transaction() as connection:
        connection.executemany("INSERT INTO choices VALUES (?, ?, ?, ?, ?, 1.0)", choices)
        metrics = [
            ("tools_covered", "pool", 2.0),
            ("tools_covered", "sft", 2.0),
            ("unique_call_graphs", "pool", 2.0),
        ]
        connection.executemany("INSERT INTO scores VALUES (?, ?, ?)", metrics)
    return store


@dataclass(slots=True)
class _Form:
    """One form of question: steps, what to ask, and which calls can run at once."""

    derivation: Derivation
    question: str
    depth: int
    width: int


def _baseline(task: Task, solver: str, solved: bool) -> dict[str, Any]:
    return {"task": task.id, "round": 1, "shape": "", "solver": solver, "solved": solved, "calls": len(task.calls)}


def _forms(island: str, index: int) -> list[_Form]:
    return [_density(island, FACTORS[index % len(FACTORS)]), _ratio(island)]


def _task(island: str, form: _Form, executor: Executor) -> tuple[Task, list[Attempt]]:
    value, evidence = drive(evaluate(form.derivation), executor)
    answer = Answer(spec=form.derivation.spec, value=value)
    identity = task_id(form.derivation)
    calls = tuple(
        EvidenceCall(
            id=f"c{number}",
            step=each.step,
            tool=each.call.tool,
            role="retrieval" if each.call.tool == PROFILE else "processing",
            arguments=each.call.arguments,
            sources={name: {"literal": True} for name in each.call.arguments},
            result=each.result,
            key=executor.key(each.call),
        )
        for number, each in enumerate(evidence.made, 1)
    )
    task = Task(
        id=identity,
        draw=content_id("draw", identity),
        domain="general",
        exemplar="small.density" if form.width == 1 else "small.ratio",
        frame="quantity" if form.width == 1 else "ratio",
        register="plain",
        seed=Seed(type="island", value=island, label=island),
        question=form.question,
        answer=answer,
        toolset=(DIVIDE, PROFILE),
        calls=calls,
        derivation=form.derivation,
        rounds=(Round(number=1, move="start", question=form.question, answer=answer, derivation=form.derivation),),
        depth=form.depth,
        width=form.width,
        domains=("general",),
    )
    return task, [_attempt(task, stratum, executor) for stratum in ("direct", "recovery")]


def _density(island: str, factor: float) -> _Form:
    steps = (
        CallStep(id="s1", tool=PROFILE, arguments={"island": Literal(literal=island, type="island")}),
        _divide("s2", Ref(step="s1", field="people"), Ref(step="s1", field="km2")),
        _divide("s3", Ref(step="s2", field="quotient"), Literal(literal=factor, type="quotient")),
    )
    question = f"What is the population density of {island}, divided by {factor}?"
    return _Form(_number(steps, "s3"), question, depth=3, width=1)


def _ratio(island: str) -> _Form:
    steps = (
        CallStep(id="s1", tool=PROFILE, arguments={"island": Literal(literal=island, type="island")}),
        CallStep(id="s2", tool=PROFILE, arguments={"island": Literal(literal="Tasmania", type="island")}),
        _divide("s3", Ref(step="s1", field="people"), Ref(step="s2", field="people")),
    )
    return _Form(_number(steps, "s3"), f"How many times as many people as Tasmania does {island} have?", 2, 2)


def _divide(identity: str, dividend: Sources, divisor: Sources) -> CallStep:
    return CallStep(id=identity, tool=DIVIDE, arguments={"dividend": dividend, "divisor": divisor})


def _number(steps: tuple[CallStep, ...], last: str) -> Derivation:
    spec = AnswerSpec(kind="number", type="quotient", decimals=2)
    return Derivation(steps=steps, answer=Ref(step=last, field="quotient"), spec=spec)


def _attempt(task: Task, stratum: str, executor: Executor) -> Attempt:
    """A plain trajectory; in *recovery* the first call misspells the island, and really fails."""
    messages: list[dict[str, Any]] = [
        {"role": "system", "content": "You answer with the help of tools."},
        {"role": "user", "content": f"{task.question}\n\nEnd with <answer>a number</answer>."},
    ]
    calls = [Call(call.tool, call.arguments) for call in task.calls]
    todo = [[call] for call in calls] if task.width == 1 else [calls[:2], calls[2:]]
    if stratum == "recovery":
        todo.insert(0, [Call(PROFILE, {"island": f"{task.seed.label} Island"})])
    number = 0
    for turn, wave in enumerate(todo):
        said, results = [], []
        for call in wave:
            name, number = call.tool.rpartition(".")[2], number + 1
            function = {"name": name, "arguments": call.arguments}
            identity = f"call{number:05d}"
            said.append({"id": identity, "type": "function", "function": function})
            content = json.dumps(executor.execute(call).payload(), ensure_ascii=False)
            results.append({"role": "tool", "tool_call_id": identity, "name": name, "content": content})
        thought = f"Turns left before the answer: {len(todo) - turn}."
        messages.append({"role": "assistant", "content": "", "reasoning_content": thought, "tool_calls": said})
        messages += results
    messages.append({"role": "assistant", "content": f"<answer>{task.answer.value:.2f}</answer>"})
    return Attempt(
        id=content_id("attempt", task.id, stratum, canonical_json(messages)),
        task=task.id,
        stratum=stratum,  # type: ignore[arg-type]
        solver="rules",
        toolset=task.toolset,
        messages=tuple(messages),
        parallel=task.width > 1,
        num_calls=number,
    )


def _draw(task: Task, index: int) -> Draw:
    return Draw(
        id=task.draw,
        wave=0,
        index=index,
        exemplar=task.exemplar,
        domain=task.domain,
        seed=task.seed,
        toolset=task.toolset,
    )


def _outcome(task: str) -> dict[str, Any]:
    return {
        "stage": "verify", "record": task, "fingerprint": FINGERPRINT, "status": "done", "reason": "",
        "detail": "", "task": None,
    }  # fmt: skip

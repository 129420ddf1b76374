"""Difficulty: the vector of each task, and which of its rounds the baseline solvers reach by real calls."""

from __future__ import annotations

from builder.errors import BuilderError
from builder.recipe.baselines import (
    SOLVERS,
    WITHOUT,
    Solving,
    oracle,
    problem_of,
    same_answer,
    type_search,
    without,
)
from builder.recipe.difficulty import difficulty as vector
from builder.recipe.notebook import Problem
from builder.recipe.patterns import pattern
from builder.records.tasks import Round, Task
from builder.records.tools import Call, Result
from builder.stages.outcomes import outcome
from builder.stages.progress import Progress
from builder.stages.runner import Job, run_job
from builder.stages.session import Session
from builder.stages.workbench import Workbench
from builder.store.tables import Row, Rows
from builder.tools.driver import drive

STAGE = "difficulty"

ROOM = 4
"""Tasks measured per row of `rl`: what selection may choose from."""


def difficulty(session: Session) -> Progress:
    """Measure the tasks that `rl` may be chosen from and that are not measured yet."""
    values = {"stage": "dedup", "record": "store", "fingerprint": session.store.fingerprint}
    if not session.store.query("queue/finished", **values)[0][0]:
        raise BuilderError("difficulty measures what dedup leaves, and dedup is not complete: run `dedup` first.")
    return run_job(session, Job(STAGE, "tasks", measure_record, candidates(session)))


def candidates(session: Session) -> list[str]:
    """Tasks to measure that are not measured yet. Ids are hashes, so the first ones are a random sample."""
    return session.store.pending(STAGE, most=ROOM * session.settings.select.rl_rows)


def measure_record(bench: Workbench, body: str) -> Rows:
    """Vector, baselines and outcome of one task."""
    task = Task.model_validate_json(body)
    structural = {tool: bench.pool.declared[tool].structural for tool in task.tools_used}
    rows: list[Row] = []
    for kept in task.rounds:
        shape = pattern(_as_of(task, kept), structural).shape
        problem = problem_of(kept.question, kept.derivation, task.toolset)
        for name, solve in SOLVERS.items():
            rows.append(_row(bench, task, kept, shape, name, solve(bench.pool, problem)))
    last = task.rounds[-1]
    rows.append(_row(bench, task, last, shape, "oracle", oracle(task.derivation)))
    rows.append(_row(bench, task, last, shape, WITHOUT, type_search(bench.pool, _without(task, problem))))
    found = vector(bench.pool, task)
    return {
        "difficulties": [found.model_dump() | {"bands": list(found.bands)}],
        "baselines": rows,
        "outcomes": [outcome(STAGE, task.id, bench.fingerprint)],
    }


def _as_of(task: Task, kept: Round) -> Task:
    """The task as it stood after one of its rounds."""
    steps = {step.id for step in kept.derivation.steps}
    calls = tuple(call for call in task.calls if call.step in steps)
    return task.model_copy(
        update={"question": kept.question, "answer": kept.answer, "derivation": kept.derivation, "calls": calls}
    )


def _without(task: Task, problem: Problem) -> Problem:
    """The last call's tool is the one whose result the answer rests on."""
    return without(problem, task.calls[-1].tool)


class _Counting:
    """Runs calls and counts them."""

    def __init__(self, bench: Workbench) -> None:
        self._bench = bench
        self.calls = 0

    def execute(self, call: Call) -> Result:
        self.calls += 1
        return self._bench.collect.execute(call)


def _row(bench: Workbench, task: Task, kept: Round, shape: str, solver: str, solving: Solving) -> Row:
    counting = _Counting(bench)
    found = drive(solving, counting)
    solved = same_answer(found, kept.answer.value, kept.answer.spec)
    return {
        "task": task.id,
        "round": kept.number,
        "shape": shape,
        "solver": solver,
        "solved": solved,
        "calls": counting.calls,
    }

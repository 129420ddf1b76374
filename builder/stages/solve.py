"""Solve: play each verified task, in the strata it gets, and judge every attempt."""

from __future__ import annotations

from builder.errors import BuilderError
from builder.identity import canonical_json, random_stream
from builder.records.tasks import Task
from builder.stages.outcomes import EXPECTED, outcome, reason_of
from builder.stages.progress import Progress
from builder.stages.runner import Job, run_job
from builder.stages.session import Session
from builder.stages.workbench import Workbench
from builder.store.tables import Rows, attempt_row, verdict_row
from builder.tools.driver import drive

STAGE = "solve"


def solve(session: Session) -> Progress:
    """Attempts and verdicts for every verified task that has none."""
    if session.settings.word.worder == "model" and session.store.pending("word"):
        raise BuilderError("solve plays tasks in their final words, and word is not complete: run `word` first.")
    if session.settings.solve.solver == "model":
        # Imported here: a run by rules needs no HTTP client.
        from builder.stages.attempt import attempt

        return attempt(session)
    return run_job(session, Job(STAGE, "tasks", solve_record, session.store.pending(STAGE)))


def solve_record(bench: Workbench, body: str) -> Rows:
    """Attempts of one task, their verdicts, and an outcome: failed when no attempt is right."""
    task = Task.model_validate_json(body)
    recipe, run_seed = bench.recipe, bench.settings.run_seed
    rows: Rows = {"attempts": [], "verdicts": [], "outcomes": []}
    found: dict[str, str] = {}
    for stratum in recipe.strata(task, random_stream(run_seed, task.id, "strata")):
        rng = random_stream(run_seed, task.id, "act", stratum)
        try:
            attempt = drive(recipe.act(task, bench.pool, stratum, rng), bench.collect)
        except EXPECTED as error:
            found[stratum] = ": ".join(reason_of(error))
            continue
        if attempt is None:
            found[stratum] = "not_possible"
            continue
        verdict = recipe.judge(task, attempt)
        found[stratum] = verdict.reason
        rows["attempts"].append(attempt_row(attempt))
        rows["verdicts"].append(verdict_row(verdict))
    accepted = any(verdict["correct"] for verdict in rows["verdicts"])
    reason = "" if accepted else next(iter(found.values()), "no_stratum").partition(": ")[0]
    rows["outcomes"].append(outcome(STAGE, task.id, bench.fingerprint, reason, canonical_json(found)))
    return rows

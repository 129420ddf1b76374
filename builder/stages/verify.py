"""Verify: run each task's derivation again by fresh calls; what is not reproduced goes no further."""

from __future__ import annotations

from builder.records.tasks import Task
from builder.stages.outcomes import EXPECTED, outcome, reason_of
from builder.stages.progress import Progress
from builder.stages.runner import Job, run_job
from builder.stages.session import Session
from builder.stages.workbench import Workbench
from builder.store.tables import Rows
from builder.tools.driver import drive

STAGE = "verify"


def verify(session: Session) -> Progress:
    """Replay every task that is not yet verified. One outcome each, with the reason of a failure."""
    return run_job(session, Job(STAGE, "tasks", verify_record, session.store.pending(STAGE)))


def verify_record(bench: Workbench, body: str) -> Rows:
    """The outcome of one task's replay."""
    task = Task.model_validate_json(body)
    reason = detail = ""
    try:
        found: str | None = drive(bench.recipe.replay(task), bench.check)
    except EXPECTED as error:
        reason, detail = reason_of(error)
    else:
        # "replay:result: c1 came back different": the kind is counted, the rest is for a reader.
        reason, _, detail = (found or "").partition(": ")
    return {"outcomes": [outcome(STAGE, task.id, bench.fingerprint, reason, detail)]}

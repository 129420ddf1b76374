"""Synthesize: from each draw collect evidence and derive a task, wave by wave."""

from __future__ import annotations

from builder.errors import BuilderError
from builder.identity import canonical_json
from builder.records.tasks import Draw
from builder.stages.draw import draw, wave_sizes
from builder.stages.outcomes import EXPECTED, outcome, reason_of
from builder.stages.progress import Progress
from builder.stages.runner import Job, run_job
from builder.stages.session import Session
from builder.stages.workbench import Workbench
from builder.store.tables import Rows, call_row, derivation_row, task_row
from builder.tools.driver import drive

STAGE = "synthesize"


def synthesize(session: Session) -> Progress:
    """Draw and synthesize what is left of all waves. A wave is drawn once those before it are complete."""
    done = failed = 0
    waves = len(wave_sizes(session))
    if len(session.store.query("queue/drawn")) < waves:
        # The workers get ready while this process plans.
        session.start_workers()
    for wave in range(waves):
        draw(session, wave)
        ids = session.store.pending(STAGE, wave=wave)
        progress = run_job(session, Job(STAGE, "draws", synthesize_record, ids, wave))
        done, failed = done + progress.done, failed + progress.failed
    return Progress(STAGE, done, done, failed)


def synthesize_record(bench: Workbench, body: str) -> Rows:
    """Rows of one draw: its calls, kept rounds and task, and why rounds were refused."""
    drawn = Draw.model_validate_json(body)
    run_seed, rounds = bench.settings.run_seed, bench.settings.synthesize.rounds
    key = bench.collect.key
    try:
        made = drive(bench.recipe.synthesize(drawn, bench.pool, bench.atlas, run_seed, rounds, key), bench.collect)
    except EXPECTED as error:
        return {"outcomes": [outcome(STAGE, drawn.id, bench.fingerprint, *reason_of(error))]}
    refusals = [{"round": number, "reason": reason, "detail": text} for number, reason, text in made.refusals]
    detail = canonical_json(refusals) if refusals else ""
    rows: Rows = {
        "calls": [call_row(drawn.id, call) for call in made.calls],
        "derivations": [derivation_row(drawn.id, kept) for kept in made.rounds],
    }
    if made.task is not None:
        rows["tasks"] = [task_row(made.task)]
        rows["outcomes"] = [outcome(STAGE, drawn.id, bench.fingerprint, detail=detail, task=made.task.id)]
        return rows
    if not refusals:
        raise BuilderError("the recipe made no task and refused nothing; please report it.")
    # The last refusal is what kept even the first round from becoming a task.
    rows["outcomes"] = [outcome(STAGE, drawn.id, bench.fingerprint, refusals[-1]["reason"], detail)]
    return rows

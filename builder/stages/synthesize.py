"""Synthesize: from each draw collect evidence and derive a task, wave by wave."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from builder.errors import BuilderError
from builder.identity import canonical_json
from builder.recipe.injection import findings
from builder.records.tasks import Draw, EvidenceCall
from builder.stages.draw import draw, wave_sizes
from builder.stages.outcomes import EXPECTED, outcome, reason_of
from builder.stages.progress import Progress
from builder.stages.runner import Job, run_job
from builder.stages.session import Session
from builder.stages.workbench import Workbench
from builder.store.tables import Rows, call_row, derivation_row, task_row
from builder.tools.driver import drive

if TYPE_CHECKING:
    from builder.models.base import ChatModel

STAGE = "synthesize"


def synthesize(session: Session, engine: ChatModel | None = None) -> Progress:
    """Draw and synthesize what is left of all waves. A wave is drawn once those before it are complete.

    `engine` stands in for the models of the settings, where a model derives.
    """
    done = failed = 0
    waves = len(wave_sizes(session))
    by_model = session.settings.synthesize.deriver == "model"
    if len(session.store.query("queue/drawn")) < waves and not by_model:
        # The workers get ready while this process plans.
        session.start_workers()
    for wave in range(waves):
        draw(session, wave)
        ids = session.store.pending(STAGE, wave=wave)
        if by_model:
            progress = _by_model(session, ids, wave, engine)
        else:
            progress = run_job(session, Job(STAGE, "draws", synthesize_record, ids, wave))
        done, failed = done + progress.done, failed + progress.failed
    return Progress(STAGE, done, done, failed)


def _by_model(session: Session, ids: list[str], wave: int, engine: ChatModel | None) -> Progress:
    # Imported here: a run by rules needs no HTTP client.
    from builder.stages.conversing import ModelJob, run_model_job
    from builder.stages.modelling import Modelling

    job = ModelJob(STAGE, ids, Modelling(session).record, at_once=1, table="draws", wave=wave)
    return run_model_job(session, job, engine)


def flagged_evidence(calls: Iterable[EvidenceCall]) -> tuple[str, str] | None:
    """Reason and detail of the first result that reads like instructions to a model; None when there is none."""
    for call in calls:
        for found in findings(call.result):
            return found.reason, f"{call.tool} gave {found.text!r}"
    return None


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
    flagged = flagged_evidence(made.calls) if bench.settings.synthesize.flagged == "drop" else None
    if flagged is not None:
        rows["outcomes"] = [outcome(STAGE, drawn.id, bench.fingerprint, *flagged)]
        return rows
    if made.task is not None:
        rows["tasks"] = [task_row(made.task)]
        rows["outcomes"] = [outcome(STAGE, drawn.id, bench.fingerprint, detail=detail, task=made.task.id)]
        return rows
    if not refusals:
        raise BuilderError("the recipe made no task and refused nothing; please report it.")
    # The last refusal is what kept even the first round from becoming a task.
    rows["outcomes"] = [outcome(STAGE, drawn.id, bench.fingerprint, refusals[-1]["reason"], detail)]
    return rows

"""Word: a model rewords the questions of verified tasks; what it does not get right keeps the words of the rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

from builder.stages.progress import Progress
from builder.stages.session import Session

if TYPE_CHECKING:
    from builder.models.base import ChatModel

STAGE = "word"


def word(session: Session, engine: ChatModel | None = None) -> Progress:
    """A rewording, or the reasons why there is none, for every verified task. Nothing to do for rules."""
    if session.settings.word.worder != "model":
        return Progress(STAGE, 0, 0)
    # Imported here: a run by rules needs no HTTP client.
    from builder.stages.conversing import ModelJob, run_model_job
    from builder.stages.wording import Wording

    job = ModelJob(STAGE, session.store.pending(STAGE), Wording(session).record, at_once=1)
    return run_model_job(session, job, engine)

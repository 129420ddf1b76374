"""The work of `word` on one task."""

from __future__ import annotations

from builder.engines.base import Rows
from builder.identity import canonical_json
from builder.recipe.worded import Rewording, reword
from builder.records.tasks import Task
from builder.stages.conversing import Talks, asking
from builder.stages.outcomes import outcome, tried
from builder.stages.session import Session
from builder.store.tables import Row

STAGE = "word"


class Wording:
    """Rewords single tasks under the settings of a session."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._asking = asking(session.settings, "worder")

    async def record(self, talks: Talks, body: str) -> Rows:
        """The accepted wording if there is one, each try with its reason, and the outcome."""
        task = Task.model_validate_json(body)
        made = await talks.run(reword(task, self._session.pool, self._asking, self._session.settings.word.tries))
        # The last refusal is what leaves the task in the words of the rules.
        reason = made.refusals[-1][0] if made.question is None else ""
        told = canonical_json([list(refusal) for refusal in made.refusals]) if made.refusals else ""
        rows: Rows = {
            "tries": self._tries(task.id, made),
            "outcomes": [outcome(STAGE, task.id, self._session.fingerprint, reason, told)],
        }
        if made.question is not None:
            rows["wordings"] = [{"task": task.id, "question": made.question, "model": self._asking.model}]
        return rows

    def _tries(self, task: str, made: Rewording) -> list[Row]:
        accepted = [("", "")] if made.question is not None else []
        told = [*made.refusals, *accepted]
        return [tried(STAGE, task, number, self._asking.model, *why) for number, why in enumerate(told)]

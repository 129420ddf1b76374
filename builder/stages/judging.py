"""The judge's part in solving: which answers it is asked about, and what its verdict changes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from builder.errors import ModelError, Refused
from builder.identity import random_stream
from builder.recipe.judging import is_open, judge_answer
from builder.recipe.verdicts.comparing import DIFFERENT, MATCH
from builder.records.attempts import Attempt, Verdict
from builder.records.tasks import Task
from builder.stages.conversing import STAGES, Talks, asking
from builder.stages.outcomes import tried
from builder.stages.session import Session

NO_VERDICT = "judge:no_verdict"
"""An open answer of which the judge said nothing usable: neither right nor wrong."""

SAME = "judged"
"""Reason of a verdict that a judge gave."""


@dataclass(frozen=True, slots=True)
class Judged:
    """An attempt with the verdict that stands. `row` is of the table `judgements`; with a fault there is none."""

    attempt: Attempt
    verdict: Verdict | None
    """None where the answer is open and the judge gave no verdict."""
    row: dict[str, Any] | None = None
    reason: str = ""
    detail: str = ""

    def tried(self, number: int, model: str) -> dict[str, Any]:
        """The row of `tries`."""
        return tried(STAGES["judge"], self.attempt.task, number, model, self.reason, self.detail)


class Judging:
    """Asks the judge of a session's settings."""

    def __init__(self, session: Session) -> None:
        self._pool = session.pool
        self._checks = session.settings.judge.checks
        self._asking = asking(session.settings, "judge")

    @property
    def model(self) -> str:
        return self._asking.model

    def asks(self, task: Task, attempt: Attempt, verdict: Verdict) -> bool:
        """Whether comparators leave the answer open, or it is in the share of settled ones that measures the judge."""
        if verdict.reason not in (MATCH, DIFFERENT):
            return False
        return self._is_open(task, verdict) or random_stream(0, attempt.id, "judged").random() < self._checks

    async def judged(self, talks: Talks, task: Task, attempt: Attempt, verdict: Verdict) -> Judged:
        """What stands after the judge was asked. Only an open answer's verdict can change."""
        left_open = self._is_open(task, verdict)
        try:
            same = await talks.run(judge_answer(task, attempt, self._asking))
        except (Refused, ModelError) as error:
            reason = f"model:{error.kind}" if isinstance(error, ModelError) else error.reason
            return Judged(attempt, None if left_open else verdict, None, reason, str(error))
        row = {
            "attempt": attempt.id,
            "task": task.id,
            "model": self.model,
            "decidable": not left_open,
            "comparator": verdict.correct,
            "verdict": same,
        }
        if left_open and same:
            attempt = attempt.model_copy(update={"judge": self.model})
            verdict = verdict.model_copy(update={"correct": True, "reason": SAME})
        return Judged(attempt, verdict, row)

    def _is_open(self, task: Task, verdict: Verdict) -> bool:
        return verdict.reason == DIFFERENT and is_open(self._pool, task)

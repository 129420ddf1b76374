"""The judges' part in solving: which answers they are asked about, and what their verdicts change."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from builder.errors import ModelError, Refused
from builder.identity import random_stream
from builder.recipe.judging import is_open, judge_answer
from builder.recipe.turns import Asking
from builder.recipe.verdicts.comparing import DIFFERENT, MATCH
from builder.records.attempts import Attempt, Verdict
from builder.records.chat import ChatRole
from builder.records.tasks import Task
from builder.stages.conversing import STAGES, Talks, asking
from builder.stages.outcomes import tried
from builder.stages.session import Session

NO_VERDICT = "judge:no_verdict"
"""An open answer of which a judge said nothing usable: neither right nor wrong."""

DISAGREE = "judge:disagree"
"""An open answer of which two judges say different things: neither right nor wrong."""

SAME = "judged"
"""Reason of a verdict that judges gave."""

JUDGES: tuple[ChatRole, ...] = ("judge", "second_judge")


@dataclass(frozen=True, slots=True)
class Heard:
    """What one judge said. With a fault there is no row of the table `judgements`."""

    role: ChatRole
    model: str
    same: bool | None = None
    row: dict[str, Any] | None = None
    reason: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Judged:
    """An attempt with the verdict that stands, and what each judge said of it."""

    attempt: Attempt
    verdict: Verdict | None
    """None where the answer is open and no verdict stands; `reason` says why."""
    heard: tuple[Heard, ...]
    reason: str = ""
    detail: str = ""

    def tries(self, number: int) -> list[dict[str, Any]]:
        """The rows of `tries`."""
        return [
            tried(STAGES[each.role], self.attempt.task, number, each.model, each.reason, each.detail)
            for each in self.heard
        ]

    def rows(self) -> list[dict[str, Any]]:
        """The rows of `judgements`."""
        return [each.row for each in self.heard if each.row is not None]


class Judging:
    """Asks the judges of a session's settings."""

    def __init__(self, session: Session) -> None:
        self._pool = session.pool
        self._checks = session.settings.judge.checks
        played = session.settings.model_roles
        self._judges = [asking(session.settings, role) for role in JUDGES if role in played]

    def asks(self, task: Task, attempt: Attempt, verdict: Verdict) -> bool:
        """Whether comparators leave the answer open, or it is in the share of settled ones that measures judges."""
        if verdict.reason not in (MATCH, DIFFERENT):
            return False
        return self._is_open(task, verdict) or random_stream(0, attempt.id, "judged").random() < self._checks

    async def judged(self, talks: Talks, task: Task, attempt: Attempt, verdict: Verdict) -> Judged:
        """What stands after the judges were asked, one after the other. Only an open answer's verdict can change."""
        left_open = self._is_open(task, verdict)
        heard = tuple([await self._heard(talks, each, task, attempt, verdict, left_open) for each in self._judges])
        if not left_open:
            return Judged(attempt, verdict, heard)
        silent = [each for each in heard if each.same is None]
        if silent:
            return Judged(attempt, None, heard, NO_VERDICT, silent[0].detail)
        if len({each.same for each in heard}) > 1:
            said = ", ".join(f"{each.model}: {'same' if each.same else 'different'}" for each in heard)
            return Judged(attempt, None, heard, DISAGREE, said)
        if heard[0].same:
            attempt = attempt.model_copy(update={"judge": " + ".join(each.model for each in heard)})
            verdict = verdict.model_copy(update={"correct": True, "reason": SAME})
        return Judged(attempt, verdict, heard)

    async def _heard(
        self, talks: Talks, judge: Asking, task: Task, attempt: Attempt, verdict: Verdict, left_open: bool
    ) -> Heard:
        try:
            same = await talks.run(judge_answer(task, attempt, judge))
        except (Refused, ModelError) as error:
            reason = f"model:{error.kind}" if isinstance(error, ModelError) else error.reason
            return Heard(judge.role, judge.model, reason=reason, detail=str(error))
        row = {
            "attempt": attempt.id,
            "task": task.id,
            "model": judge.model,
            "decidable": not left_open,
            "comparator": verdict.correct,
            "verdict": same,
        }
        return Heard(judge.role, judge.model, same, row)

    def _is_open(self, task: Task, verdict: Verdict) -> bool:
        return verdict.reason == DIFFERENT and is_open(self._pool, task)

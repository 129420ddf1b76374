"""Attempt: a model plays each verified task several times; what reaches the answer by real calls may become a row.

Rejection sampling: the verdict is that of the comparators, and an accepted attempt has in addition made the
calls that the answer takes, and repeats no other attempt at the task. The share of right answers is the
task's pass rate for this solver.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from builder.engines.base import Rows
from builder.errors import Interrupted, ModelError, Refused, ToolDefect
from builder.identity import canonical_json
from builder.recipe.passing import Band, decided, wilson
from builder.recipe.turns import attempt as play
from builder.recipe.turns import grounded
from builder.records.attempts import Attempt, Verdict
from builder.records.tasks import Task
from builder.stages.conversing import NOT_THE_MODELS_FAULT, ModelJob, Talks, asking, run_model_job
from builder.stages.definition import load_definition
from builder.stages.judging import DISAGREE, NO_VERDICT, Judged, Judging
from builder.stages.outcomes import outcome, tried
from builder.stages.progress import Progress
from builder.stages.session import Session
from builder.store.tables import attempt_row, verdict_row

if TYPE_CHECKING:
    from builder.models.base import ChatModel
    from builder.settings.sections import SolveSettings

STAGE = "solve"

FEWER, REPEAT = "model:fewer_calls", "repeat"
"""Why a right answer is no row: calls that it takes were not made; the same calls as an earlier sample's."""


def attempt(session: Session, engine: ChatModel | None = None) -> Progress:
    """Samples of the model at every verified task that has none."""
    job = ModelJob(STAGE, session.store.pending(STAGE), Attempting(session).record, _wave(session.settings.solve))
    return run_model_job(session, job, engine)


def _wave(solve: SolveSettings) -> int:
    """Samples of a task that are taken together: few where few may settle it.

    The waves are those of the settings alone, so equal replies give equal rows.
    """
    return min(solve.samples, max(2, solve.samples // 4)) if solve.adaptive else solve.samples


@dataclass(slots=True)
class Sample:
    """What came of one attempt. `reason` is empty when it is accepted."""

    attempt: Attempt | None
    verdict: Verdict | None
    reason: str
    detail: str = ""

    judged: Judged | None = None
    """What judges said of it, or why nothing; None when none was asked."""

    @property
    def right(self) -> bool:
        return self.verdict is not None and self.verdict.correct

    @property
    def counts(self) -> bool:
        """Whether it says something of the solver."""
        return self.reason not in NOT_THE_MODELS_FAULT and self.reason not in (NO_VERDICT, DISAGREE)

    @property
    def kept(self) -> bool:
        """Whether it is stored: accepted, or answered wrong. Right answers that are no rows are only counted."""
        return self.attempt is not None and (not self.right or not self.reason)


class Attempting:
    """Plays single tasks under the settings of a session."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._asking = asking(session.settings, "solver")
        self._judging = Judging(session) if "judge" in session.settings.model_roles else None
        self._schemas: dict[str, dict[str, Any]] = {}
        frontier = load_definition().frontier
        self._band = Band(frontier.low, frontier.high)

    async def record(self, talks: Talks, body: str) -> Rows:
        """All samples of one task with verdicts and reasons, its pass rate, and the outcome."""
        task = Task.model_validate_json(body)
        solve = self._session.settings.solve
        most, wave = solve.samples, _wave(solve)
        samples: list[Sample] = []
        while len(samples) < most and not self._decided(samples):
            samples += await self._samples(talks, task, range(len(samples), min(most, len(samples) + wave)))
        return self._rows(task, _without_repeats(samples))

    async def _samples(self, talks: Talks, task: Task, numbers: range) -> list[Sample]:
        async with asyncio.TaskGroup() as group:
            tasks = []
            for number in numbers:
                tasks.append(group.create_task(self._sample(talks, task, number)))
                # Each first request is made in a turn of the loop of its own: other records' replies are read between.
                await asyncio.sleep(0)
        results = [done.result() for done in tasks]
        for result in results:
            # Raised only now: the other samples' requests were under way, and their replies are kept.
            if isinstance(result, Interrupted):
                raise result
        return [result for result in results if isinstance(result, Sample)]

    def _offered(self, task: Task) -> list[dict[str, Any]]:
        """The schemas of its toolset, each made once for all tasks: a task has dozens of tools, and many samples."""
        for tool in task.toolset:
            if tool not in self._schemas:
                self._schemas[tool] = self._session.pool.schema(tool)
        return [self._schemas[tool] for tool in task.toolset]

    def _decided(self, samples: list[Sample]) -> bool:
        """Whether the samples so far settle if the task lies inside the band of `rl`."""
        counted = [sample for sample in samples if sample.counts]
        most = self._session.settings.solve.samples - (len(samples) - len(counted))
        return bool(counted) and decided(sum(s.right for s in counted), len(counted), most, self._band)

    async def _sample(self, talks: Talks, task: Task, number: int) -> Sample | Interrupted:
        try:
            made = await talks.run(play(task, self._session.pool, self._asking, number, self._offered(task)))
        except Interrupted as stopped:
            return stopped
        except Refused as refused:
            return Sample(None, None, refused.reason, str(refused))
        except ModelError as error:
            return Sample(None, None, f"model:{error.kind}", error.message)
        except ToolDefect as defect:
            # No rule chose this call: what a model may think up must not stop a run, and is counted instead.
            return Sample(None, None, f"tool:{defect.kind}", defect.message)
        verdict = self._session.recipe.judge(task, made)
        if self._judging is None or not self._judging.asks(task, made, verdict):
            return _sampled(task, made, verdict)
        try:
            judged = await self._judging.judged(talks, task, made, verdict)
        except Interrupted as stopped:
            return stopped
        if judged.verdict is None:
            return Sample(None, None, judged.reason, judged.detail, judged)
        sample = _sampled(task, judged.attempt, judged.verdict)
        sample.judged = judged
        return sample

    def _rows(self, task: Task, samples: list[Sample]) -> Rows:
        reasons = Counter(sample.reason or "accepted" for sample in samples)
        accepted = any(not sample.reason for sample in samples)
        # The commonest reason, of equals the first by name.
        worst = "" if accepted else min(reasons, key=lambda reason: (-reasons[reason], reason))
        kept = [sample for sample in samples if sample.kept]
        rows: Rows = {
            "attempts": [attempt_row(sample.attempt) for sample in kept if sample.attempt is not None],
            "verdicts": [verdict_row(sample.verdict) for sample in kept if sample.verdict is not None],
            "tries": [
                tried(STAGE, task.id, number, self._asking.model, sample.reason, sample.detail)
                for number, sample in enumerate(samples)
            ],
            "outcomes": [outcome(STAGE, task.id, self._session.fingerprint, worst, canonical_json(dict(reasons)))],
        }
        if self._judging is not None:
            judged = [(number, sample.judged) for number, sample in enumerate(samples) if sample.judged is not None]
            rows["tries"] += [row for number, each in judged for row in each.tries(number)]
            rows["judgements"] = [row for _, each in judged for row in each.rows()]
        counted = [sample for sample in samples if sample.counts]
        if counted:
            rows["pass_rates"] = [self._pass_rate(task, sum(s.right for s in counted), len(counted))]
        return rows

    def _pass_rate(self, task: Task, passed: int, n: int) -> dict[str, Any]:
        low, high = wilson(passed, n)
        return {
            "task": task.id,
            "solver": self._asking.model,
            "pass_n": n,
            "passed": passed,
            "pass_rate": passed / n,
            "low": low,
            "high": high,
        }


def _sampled(task: Task, made: Attempt, verdict: Verdict) -> Sample:
    if not verdict.correct:
        return Sample(made, verdict, verdict.reason)
    return Sample(made, verdict, "" if grounded(task, made) else FEWER)


def _without_repeats(samples: list[Sample]) -> list[Sample]:
    """Of accepted samples that made the same calls, in whatever order, the first stays one."""
    seen: set[str] = set()
    for sample in samples:
        if sample.reason or sample.attempt is None:
            continue
        calls = [c["function"] for m in sample.attempt.messages for c in m.get("tool_calls", ())]
        key = canonical_json(sorted(canonical_json([call["name"], call["arguments"]]) for call in calls))
        if key in seen:
            sample.reason = REPEAT
        seen.add(key)
    return samples

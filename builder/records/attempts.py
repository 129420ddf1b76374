"""Attempts: a solver's trajectory in OpenAI chat form, and what the verifier says of its answer."""

from __future__ import annotations

from typing import Literal

from builder.records.base import Json, Record

Stratum = Literal["direct", "recovery", "detour", "unanswerable"]


class Attempt(Record):
    """One trajectory. `messages` and `tools` are exactly what a release's `sft` row holds."""

    id: str
    task: str
    stratum: Stratum
    solver: str
    """`rules`, or a model id."""
    toolset: tuple[str, ...]
    """Tools offered; for *unanswerable* the task's toolset minus a needed tool."""
    messages: tuple[dict[str, Json], ...]
    parallel: bool
    """Whether some message holds more than one call."""
    num_calls: int
    judge: str = "rules"
    """Who accepted the answer: the comparators, or the id of a model where they could not settle it."""


class Verdict(Record):
    """The comparison of an attempt's final answer with the task's."""

    attempt: str
    task: str
    correct: bool
    reason: str
    """`match`, `judged` where a model said so, or what was wrong: `no_answer`, `several_answers`, `wrong_type`,
    `different`."""


class Agreement(Record):
    """How the verdicts of a judge by model agree with the comparators on answers that these settle."""

    model: str
    asked: int
    agreed: int
    right: int
    """Of the asked ones those that comparators accept."""
    accepted: int
    """Of those the ones that the judge accepts."""
    decided: int
    """Answers that comparators left open, and of which it gave a verdict."""


class JudgePair(Record):
    """How far the verdicts of two judges by model agree with each other."""

    model: str
    other: str
    asked: int
    agreed: int

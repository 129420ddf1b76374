"""Verdicts: how an answer is written, read and compared. The verifier, rejection sampling and the shipped
reward functions (`builder/rewards.py`) all go through here.

An answer stands in the one `<answer>...</answer>` that ends the final message:

    entity        its label with its value, `Heathrow Airport (LHR)`; the value alone where both are the same
    number        digits with the decimals asked for: `1234.50`
    date, time    ISO 8601
    boolean       yes, no
    list          members in order: `a > b > c`
    set           members in any order: `a; b; c` (inside a record `a | b | c`)
    record        `name: value; name: value`
    unanswerable  `unanswerable: what is missing`

That is the canonical text; comparators accept sensible variants of it, each with the same single meaning.
"""

from __future__ import annotations

from typing import Any

from builder.errors import Refused
from builder.recipe.verdicts.comparing import compare
from builder.recipe.verdicts.naming import typed_answer
from builder.recipe.verdicts.protocol import parse_answer, render_answer
from builder.records.attempts import Attempt, Verdict
from builder.records.derivations import Answer, AnswerSpec
from builder.records.tasks import Task

__all__ = [
    "compare",
    "expected_answer",
    "final_text",
    "judge",
    "parse_answer",
    "render_answer",
    "typed_answer",
    "unanswerable",
]


def unanswerable(missing: str) -> Answer:
    """The answer of a question that the offered tools cannot settle."""
    return Answer(spec=AnswerSpec(kind="unanswerable"), value=missing)


def expected_answer(task: Task, attempt: Attempt) -> Answer:
    """What the attempt must answer: the task's answer, or that its toolset does not give one."""
    if attempt.stratum == "unanswerable" and task.answer.spec.kind != "unanswerable":
        return unanswerable("a tool of the task is not offered")
    return task.answer


def final_text(messages: tuple[dict[str, Any], ...]) -> str:
    """Content of the final message. Raises Refused when the trajectory ends otherwise."""
    last = messages[-1] if messages else {}
    content = last.get("content")
    if last.get("role") != "assistant" or last.get("tool_calls") or not isinstance(content, str):
        raise Refused("no_answer", "the last message is not an assistant's answer")
    return content


def judge(task: Task, attempt: Attempt) -> Verdict:
    """Compare an attempt's final answer with what its task and toolset allow."""
    try:
        text = parse_answer(final_text(attempt.messages))
        correct, reason = compare(expected_answer(task, attempt), text)
    except Refused as refusal:
        correct, reason = False, refusal.reason
    return Verdict(attempt=attempt.id, task=task.id, correct=correct, reason=reason)

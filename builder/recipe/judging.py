"""The judge by a model: whether an answer in free text means the same as the right one.

Asked only where no comparator settles it, and, for measuring it, on a share of what comparators do settle. A reply
that is no verdict is a refusal: there is no default.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import Any

from builder.errors import Refused
from builder.prompts import fill, phrases
from builder.recipe.injection import fenced, neutral
from builder.recipe.passing import wilson
from builder.recipe.replies import structured
from builder.recipe.turns import Asking
from builder.recipe.verdicts import final_text, parse_answer, render_answer
from builder.recipe.view import PoolView
from builder.records.attempts import Agreement, Attempt, JudgePair
from builder.records.chat import ChatReply, ChatRequest, ReplySchema
from builder.records.tasks import Task

MIN_WORDS = 3
"""Shorter texts are names and codes, which comparators settle."""

JUDGED = ReplySchema(
    name="verdict",
    body={
        "type": "object",
        "properties": {
            "why": {"type": "string", "maxLength": 300},
            "verdict": {"enum": ["same", "different"]},
        },
        "required": ["why", "verdict"],
        "additionalProperties": False,
    },
)
"""The reason comes first, so that the verdict can follow from it."""


def is_open(view: PoolView, task: Task) -> bool:
    """Whether the answer is free text: no entity, option, date or code, which have one right form each."""
    answer = task.answer
    if answer.spec.kind != "text" or not isinstance(answer.value, str) or answer.names or answer.aliases:
        return False
    kind = view.types.get(answer.spec.type)
    if kind is None or kind.kind != "text" or {"enum", "pattern", "format"} & kind.json_schema.keys():
        return False
    return len(answer.value.split()) >= MIN_WORDS


def judge_answer(task: Task, attempt: Attempt, asking: Asking) -> Generator[ChatRequest, ChatReply, bool]:
    """Whether the judge holds the attempt's answer for the task's. Raises Refused when there is no verdict."""
    try:
        said = parse_answer(final_text(attempt.messages))
    except Refused as refused:
        raise Refused("judge:no_answer", str(refused)) from None
    texts = phrases("roles")
    values = {
        "question": task.question,
        "reference": render_answer(task.answer),
        "answer": fenced("answer", str(neutral(said))),
    }
    # Cold: a verdict is no matter of taste.
    sampling = asking.sampled(attempt.id, "judge").model_copy(update={"temperature": 0.0})
    reply = yield ChatRequest(
        model=asking.model,
        messages=(
            {"role": "system", "content": texts["judge.system"][0].strip()},
            {"role": "user", "content": fill(texts["judge.user"][0].strip(), values)},
        ),
        sampling=sampling,
        reply_schema=JUDGED,
        role=asking.role,
    )
    return bool(structured(reply.first, JUDGED)["verdict"] == "same")


def agreement(row: Sequence[Any]) -> Agreement:
    """From a row of the query `report/judges`."""
    return Agreement(**dict(zip(Agreement.model_fields, row, strict=True)))


def judge_pair(row: Sequence[Any]) -> JudgePair:
    """From a row of the query `report/judge_pairs`."""
    return JudgePair(**dict(zip(JudgePair.model_fields, row, strict=True)))


def pair_told(found: JudgePair) -> str:
    """`some/model and another: agree on 45 of 48 (83.2% to 97.9%)`"""
    low, high = wilson(found.agreed, found.asked)
    return (
        f"{found.model} and {found.other}: agree with each other on {found.agreed:,} of {found.asked:,} "
        f"({low:.1%} to {high:.1%})"
    )


def told(found: Agreement) -> str:
    """`some/model as judge: agrees on 45 of 48 (83.2% to 97.9%), accepts 40 of 42 right and 1 of 6 wrong; ...`"""
    if not found.asked:
        return f"{found.model} as judge: {found.decided:,} open answers decided, agreement not measured"
    low, high = wilson(found.agreed, found.asked)
    wrong = found.asked - found.right
    mistaken = wrong - (found.agreed - found.accepted)
    return (
        f"{found.model} as judge: agrees with the comparators on {found.agreed:,} of {found.asked:,} "
        f"({low:.1%} to {high:.1%}), accepts {found.accepted:,} of {found.right:,} right and {mistaken:,} of "
        f"{wrong:,} wrong answers; {found.decided:,} open answers decided"
    )

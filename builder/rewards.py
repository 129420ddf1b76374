"""Reward functions for trainers: the typed comparators of `builder.recipe.verdicts` behind their signatures.

    TRL GRPO    reward_funcs=builder.rewards.trl_reward              (column `answer`)
    verl        reward.custom_reward_function.{path: .../builder/rewards.py, name: compute_score}
    verifiers   builder.rewards.verifiers_reward, or `score(trace.last_reply, data.answer)` in a v1 task

Reward = alpha * format + correct, as in the paper: `format` is 1 when the final message ends with exactly
one `<answer>...</answer>` that reads as the answer's type, `correct` is 1 when it is the answer. Alpha is 0
by default, so that a right answer scores 1.0 and everything else 0; shape with a small alpha (verl:
`reward_kwargs: {alpha: 0.1}`; TRL: `functools.partial(trl_reward, alpha=0.1)`).

No trainer is imported. `answer` and `ground_truth` are the JSON text of a typed `Answer`: the same in the
columns `answer` and `reward_model.ground_truth` of a release's `rl` config.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from pydantic import ValidationError

from builder.errors import Refused, ReleaseError
from builder.recipe.verdicts import compare, parse_answer
from builder.records.derivations import Answer

ALPHA = 0.0

# What a decoded response holds besides the last message: turn markers, tool results, end tokens.
_TURN = re.compile(
    r"<\|im_start\|>assistant\s|<\|start_header_id\|>assistant<\|end_header_id\|>|<\|assistant\|>|</tool_response>"
)
_NEXT_TURN = re.compile(r"<\|im_start\|>user\s|<\|start_header_id\|>(?:user|ipython|tool)<\|end_header_id\|>")
_SPECIAL = re.compile(r"(?:<\|[a-z_]+\|>|<｜[^｜<>]+｜>|</s>|\s)+\Z")


def score(reply: str, answer: str, alpha: float = ALPHA) -> float:
    """Reward of one final reply against the JSON text of a typed answer."""
    correct, formatted = grade(reply, answer)
    return alpha * float(formatted) + float(correct)


def grade(reply: str, answer: str) -> tuple[bool, bool]:
    """Whether a final reply is correct, and whether it keeps the answer format."""
    gold = _answer(answer)
    try:
        correct, reason = compare(gold, parse_answer(reply))
    except Refused:
        return False, False
    return correct, reason != "wrong_type"


def trl_reward(
    prompts: Sequence[Any],
    completions: Sequence[Any],
    answer: Sequence[str],
    *,
    alpha: float = ALPHA,
    **columns: Any,
) -> list[float]:
    """TRL's GRPO signature: completions are lists of messages (or texts), dataset columns are lists."""
    return [score(final_reply(completion), gold, alpha) for completion, gold in zip(completions, answer, strict=True)]


def compute_score(
    data_source: str,
    solution_str: str,
    ground_truth: str,
    extra_info: dict[str, Any] | None = None,
    *,
    alpha: float = ALPHA,
    **kwargs: Any,
) -> float:
    """verl's signature: `solution_str` is the whole decoded response, earlier turns and tool results included."""
    return score(final_reply(solution_str), ground_truth, alpha)


async def verifiers_reward(completion: Any, answer: str, *, alpha: float = ALPHA, **state: Any) -> float:
    """The asynchronous reward of verifiers' environments: messages or text, and the `answer` column."""
    return score(final_reply(completion), answer, alpha)


def final_reply(completion: Any) -> str:
    """Text of the final assistant message of a completion; empty when it ends with anything else."""
    if isinstance(completion, str):
        start = max((match.end() for match in _TURN.finditer(completion)), default=0)
        text = _SPECIAL.sub("", completion[start:])
        # A user or tool turn after the last assistant turn: the response ends without an answer.
        return "" if _NEXT_TURN.search(text) else text
    last = completion[-1] if completion else {}
    if last.get("role") != "assistant" or last.get("tool_calls"):
        return ""
    content = last.get("content")
    if isinstance(content, list):
        content = "".join(part.get("text", "") for part in content if part.get("type") == "text")
    return content if isinstance(content, str) else ""


@lru_cache(maxsize=65_536)
def _answer(text: str) -> Answer:
    try:
        return Answer.model_validate_json(text)
    except ValidationError as error:
        raise ReleaseError(
            f"not the JSON of a typed answer: {text[:80]!r}. Pass the rl config's column `answer` unchanged. ({error})"
        ) from error

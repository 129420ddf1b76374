"""The `<answer>` protocol: write an answer, and find it in a final message."""

from __future__ import annotations

from typing import Any

from builder.errors import DerivationError, Refused
from builder.recipe.verdicts.reading import plain
from builder.records.derivations import Answer, AnswerSpec

OPEN, CLOSE = "<answer>", "</answer>"

MAX_ANSWER = 20_000
"""Characters read of an answer; the longest gold answers are sequences of a few thousand letters."""


def parse_answer(text: str) -> str:
    """What stands in the one answer that ends `text`.

    Reasoning before `</think>` is not part of the message. Raises Refused with `no_answer` (none, empty, not
    closed, not at the end, too long) or `several_answers`.
    """
    visible = text.rsplit("</think>", 1)[-1]
    if "<think>" in visible:
        raise Refused("no_answer", "the message breaks off inside its reasoning")
    if visible.count(OPEN) > 1 or visible.count(CLOSE) > 1:
        raise Refused("several_answers", "the message holds more than one <answer>")
    _, opened, rest = visible.partition(OPEN)
    inside, closed, after = rest.partition(CLOSE)
    if not opened or not closed or CLOSE in after:
        raise Refused("no_answer", "the message holds no <answer>...</answer>")
    if after.strip():
        raise Refused("no_answer", "the message goes on after its answer")
    answer = inside.strip()
    if not answer or len(answer) > MAX_ANSWER:
        raise Refused("no_answer", "the answer is empty" if not answer else "the answer is too long")
    return answer


def render_answer(answer: Answer) -> str:
    """The canonical text of an answer, as it stands between the tags."""
    return _render(answer, answer.spec, answer.value)


def _render(answer: Answer, spec: AnswerSpec, value: Any, inside: bool = False) -> str:
    """`inside` a record a set's members are joined by ` | `: `;` already parts the fields."""
    if spec.kind == "unanswerable":
        return f"unanswerable: {value}"
    if spec.kind == "record":
        parts = [f"{said(name)}: {_render(answer, spec.fields[name], item, True)}" for name, item in value.items()]
        return "; ".join(parts)
    if spec.kind in ("list", "set"):
        glue = " > " if spec.kind == "list" else " | " if inside else "; "
        return glue.join(_scalar(answer, spec, item) for item in value)
    return _scalar(answer, spec, value)


def said(name: str) -> str:
    """A record's field name as people read it."""
    return name.replace("_", " ")


def _scalar(answer: Answer, spec: AnswerSpec, value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and spec.decimals is not None:
        return f"{value:.{spec.decimals}f}"
    if isinstance(value, (int, float)):
        # A calculator gives the difference of two counts as 12.0.
        return str(int(value) if float(value).is_integer() else value)
    if not isinstance(value, str):
        raise DerivationError("answer:shape", f"{value!r} is no answer of kind {spec.kind}")
    label = next(iter(answer.names.get(value, ())), value)
    return value if plain(label) == plain(value) else f"{label} ({value})"

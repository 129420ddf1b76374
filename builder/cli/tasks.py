"""A task as text: what it asks, how it is answered, and what became of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from builder.cli.drawing import draw_derivation
from builder.cli.output import compact, paragraph, shorten
from builder.records.attempts import Attempt, Verdict
from builder.records.derivations import Answer
from builder.records.tasks import EvidenceCall, Task
from builder.stages.looking import Look, Outcome, refusals

RESULT_WIDTH = 200
"""Characters of a result in the list of calls; `--json` has all of it."""


def task_summary(task: Task) -> list[str]:
    """Id and shape, question, answer."""
    shape = f"{len(task.calls)} calls, depth {task.depth}, width {task.width}; {', '.join(task.domains)}"
    return [
        f"{task.id}  [{task.exemplar}; {task.register_}; {shape}]",
        paragraph(task.question, "  "),
        f"  => {answer_text(task.answer)}",
    ]


def answer_text(answer: Answer) -> str:
    """The value with its unit and type; an entity with its other spellings."""
    text = compact(answer.value)
    if answer.spec.unit:
        text += f" {answer.spec.unit}"
    kind = answer.spec.type or answer.spec.kind
    others = f"; also {', '.join(answer.aliases[:3])}" if answer.aliases else ""
    return f"{text}  ({kind}{others})"


def sheet_lines(task: Task) -> Iterator[str]:
    """Answer, calls and derivation of a task on a reading sheet."""
    yield f"Answer: {answer_text(task.answer)}"
    yield from ("", "Calls")
    for call in task.calls:
        yield from _call_lines(call)
    yield from ("", "Derivation")
    yield from (f"  {line}" for line in draw_derivation(task.derivation))


def look_lines(found: Look, messages: bool = False) -> Iterator[str]:
    """Everything that is known, in sections."""
    if found.task is None:
        yield from _draw_lines(found)
        return
    task = found.task
    yield from task_summary(task)
    yield f"  seed: {task.seed.label} ({task.seed.type}); {len(task.toolset)} tools offered; {task.draw}"
    yield from ("", "Calls")
    for call in task.calls:
        yield from _call_lines(call)
    yield from ("", "Derivation")
    yield from (f"  {line}" for line in draw_derivation(task.derivation))
    yield from ("", "Rounds")
    for part in task.rounds:
        yield f"  {part.number} {part.move} ({len(part.derivation.steps)} steps) => {answer_text(part.answer)}"
        yield paragraph(part.question, "    ")
    yield from ("", "Attempts")
    if not found.attempts:
        yield "  none"
    for attempt, verdict in found.attempts:
        yield from _attempt_lines(attempt, verdict, messages)
    yield from ("", "Kept or dropped")
    yield from (f"  {line}" for line in _fate(found))


def _draw_lines(found: Look) -> Iterator[str]:
    draw = found.draw
    assert draw is not None
    yield f"{draw.id}  [{draw.exemplar}; wave {draw.wave + 1}, draw {draw.index}]"
    yield f"  seed: {draw.seed.label} ({draw.seed.type}); {len(draw.toolset)} tools offered"
    for name, value in draw.slots.items():
        yield f"  {name} = {shorten(compact(value), RESULT_WIDTH)}"
    yield from ("", "What became of it")
    for outcome in found.outcomes:
        yield from (f"  {line}" for line in _outcome_lines(outcome))
    if not found.outcomes:
        yield "  not worked on yet"


def _call_lines(call: EvidenceCall) -> Iterator[str]:
    yield f"  {call.id} {call.tool}  ({call.role}; step {call.step})"
    for name, value in call.arguments.items():
        yield f"       {name} = {shorten(compact(value), RESULT_WIDTH)}  <- {_origin(call.sources.get(name))}"
    yield f"     -> {shorten(compact(call.result), RESULT_WIDTH)}"


def _origin(source: Any) -> str:
    if isinstance(source, list):
        return ", ".join(dict.fromkeys(_origin(item) for item in source))
    if not isinstance(source, dict):
        return "?"
    if "call" in source:
        return f"{source['call']}{source.get('path', '')}"
    return f"operator {source['op']}" if "op" in source else "the question"


def _attempt_lines(attempt: Attempt, verdict: Verdict | None, messages: bool) -> Iterator[str]:
    # A release holds accepted attempts only, and no verdict rows.
    said = "accepted" if verdict is None or verdict.correct else f"rejected: {verdict.reason}"
    many = ", parallel calls" if attempt.parallel else ""
    yield f"  {attempt.stratum} by {attempt.solver}: {said}; {attempt.num_calls} calls{many}  {attempt.id}"
    if not messages:
        yield paragraph(shorten(" ".join(str(attempt.messages[-1].get("content", "")).split()), RESULT_WIDTH), "    ")
        return
    for message in attempt.messages:
        yield f"    [{message['role']}]"
        for text in filter(None, (message.get("reasoning_content"), message.get("content"))):
            yield paragraph(str(text), "      ")
        for call in message.get("tool_calls", ()):
            function = call["function"]
            yield f"      call {function['name']} {json.dumps(function['arguments'], ensure_ascii=False)}"


def _fate(found: Look) -> Iterator[str]:
    for outcome in found.outcomes:
        yield from _outcome_lines(outcome)
    for kept, kind, similarity in found.duplicates:
        yield f"dropped: repeats {kept} ({kind}, similarity {similarity:.2f})"
    if found.splits:
        yield f"kept: rows in {', '.join(found.splits)}"
    elif not found.duplicates:
        yield "in no split: not chosen, or selection has not run"


def _outcome_lines(outcome: Outcome) -> Iterator[str]:
    listed = refusals(outcome)
    reason = f" {outcome.reason}" if outcome.reason else ""
    detail = f" ({shorten(outcome.detail, RESULT_WIDTH)})" if outcome.detail and not listed else ""
    yield f"{outcome.stage}: {outcome.status}{reason}{detail}"
    for number, why, text in listed:
        yield f"  round {number} refused, {why}: {shorten(text, RESULT_WIDTH)}"

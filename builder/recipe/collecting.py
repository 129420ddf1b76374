"""The collector by a model: a tool loop that gathers evidence about the seed of a draw.

A generator: it yields chat requests and calls, and receives replies and results. What the model says beside its
calls is not read: only results are evidence.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Sequence
from typing import Any

from builder.errors import Refused
from builder.prompts import fill, phrases
from builder.recipe.acting.display import as_text, cut
from builder.recipe.injection import fenced, findings, neutral
from builder.recipe.provenance import Gathered, provenance
from builder.recipe.replies import finished
from builder.recipe.turns import (
    MAX_RESULT,
    Asking,
    Back,
    Step,
    calls_of,
    entries,
    message_of,
    pretends,
    result_message,
)
from builder.recipe.view import PoolView
from builder.records.chat import ChatReply, ChatRequest
from builder.records.tasks import Draw
from builder.records.tools import Call, Result

MAX_CALLS = 40
"""Calls of one round: more evidence than a careful reader can use, and than a prompt should hold."""


def collect(
    draw: Draw, view: PoolView, asking: Asking, number: int, earlier: Sequence[Gathered], so_far: str
) -> Generator[Step, Back, tuple[Gathered, ...]]:
    """New evidence of round `number` (from 1). `so_far` is the question of the round before, empty at first.

    Ends when the model makes no more calls, or after `asking.turns` replies. Raises Refused with `model:...` when
    it goes wrong, or gathers nothing in the first round.
    """
    tools = {view.declared[tool].name: tool for tool in draw.toolset}
    schemas = tuple(view.schema(tool) for tool in draw.toolset)
    said = _said(draw, view, earlier, so_far)
    messages: list[dict[str, Any]] = [
        {"role": "system", "content": phrases("roles")["collect.system"][0].strip()},
        {"role": "user", "content": said},
    ]
    gathered: list[Gathered] = list(earlier)
    made: Counter[str] = Counter()
    for turn in range(asking.turns):
        sampling = asking.sampled(draw.id, "collect", number, turn)
        reply = yield ChatRequest(
            model=asking.model, messages=tuple(messages), tools=schemas, sampling=sampling, role=asking.role
        )
        assert isinstance(reply, ChatReply)
        choice = finished(reply.first)
        pretends(choice)
        if not choice.tool_calls:
            break
        calls = calls_of(choice, tools, made)
        shown = entries(view, calls, len(gathered) - len(earlier))
        messages.append(message_of(choice, shown))
        # What is asked in one reply cannot come from that reply's own results.
        before = tuple(gathered)
        for call, entry in zip(calls, shown, strict=True):
            result = yield call
            assert isinstance(result, Result)
            messages.append(result_message(entry, result))
            gathered.append(gather(view, f"c{len(gathered) + 1}", call, result, said, before, asking.allow_flagged))
        if len(gathered) - len(earlier) > MAX_CALLS:
            raise Refused("model:endless", f"more than {MAX_CALLS} calls in one round")
    if not any(usable(item) for item in gathered):
        raise Refused("model:no_evidence", "it made no call that worked")
    return tuple(gathered[len(earlier) :])


def gather(
    view: PoolView,
    identity: str,
    call: Call,
    result: Result,
    said: str,
    before: Sequence[Gathered],
    allow_flagged: bool = False,
) -> Gathered:
    """One call as evidence, with the provenance of its arguments.

    Its parameters are over the ceiling because an entry is made of that much.
    """
    found = () if allow_flagged else findings(result.payload())
    return Gathered(
        id=identity,
        call=call,
        value=result.value,
        error=str((result.error or {}).get("message", "")),
        sources=provenance(view, call, said, before),
        flagged=found[0].reason if found else "",
    )


def usable(gathered: Gathered) -> bool:
    """Whether something may be derived from it."""
    return gathered.value is not None and not gathered.flagged


def evidence_text(view: PoolView, gathered: Sequence[Gathered]) -> str:
    """Calls and results as a prompt shows them: as data, between marks that no result can hold.

    What failed or is flagged is left out: a prompt that does not hold it cannot be steered by it.
    """
    lines = []
    for item in gathered:
        if not usable(item):
            continue
        assert item.value is not None
        text = as_text(neutral(item.value))
        if len(text) > MAX_RESULT:
            text = as_text(neutral(cut(item.value, ())))
        name = view.declared[item.call.tool].name
        lines.append(f"{item.id}: {name}({as_text(neutral(item.call.arguments))}) gave {text}")
    return fenced("evidence", "\n".join(lines) or "(nothing yet)")


def seed_text(draw: Draw, view: PoolView) -> str:
    """`the airport 'VAR' (Varna Airport)`"""
    noun = view.types[draw.seed.type].noun
    label = f" ({draw.seed.label})" if draw.seed.label != str(draw.seed.value) else ""
    return neutral(f"the {noun} {draw.seed.value!r}{label}")  # type: ignore[no-any-return]


def _said(draw: Draw, view: PoolView, earlier: Sequence[Gathered], so_far: str) -> str:
    texts = phrases("roles")
    if not so_far:
        return fill(texts["collect.user"][0].strip(), {"seed": seed_text(draw, view)})
    values = {"seed": seed_text(draw, view), "question": so_far, "evidence": evidence_text(view, earlier)}
    return fill(texts["collect.further"][0].strip(), values)

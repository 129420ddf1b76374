"""The model solver: one attempt at a task as a conversation, every result from a real call.

A generator: it yields chat requests and calls, and receives replies and results. What the model makes up
(a tool, a result, an answer without calls) ends the attempt with a reason; nothing is repaired for it.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from builder.errors import Refused
from builder.identity import canonical_json, content_id, random_stream
from builder.recipe.acting import opening
from builder.recipe.acting.display import as_text, cut
from builder.recipe.injection import findings, neutral
from builder.recipe.replies import finished, read_json
from builder.recipe.view import PoolView
from builder.records.attempts import Attempt
from builder.records.chat import ChatChoice, ChatReply, ChatRequest, ChatRole, Sampling, ToolUse
from builder.records.tasks import Task
from builder.records.tools import Call, Result

MAX_CALLS_AT_ONCE = 16
"""Calls in one reply; a fan-out has at most twelve."""

MAX_REPEATS = 2
"""Times that one call may be made: a third says that the model goes in circles."""

MAX_RESULT = 12_000
"""Characters of a result shown whole: some 3,000 tokens. A longer one is cut, and says so."""

_PRETENDED = re.compile(
    r"</?tool_(?:call|response|result)s?>|<\|?(?:observation|tool)\|?>|^\s*(?:observation|tool (?:result|output)):",
    re.IGNORECASE | re.MULTILINE,
)
"""A call or result that the model writes as text, where only the server may write it."""

Step = ChatRequest | Call
Back = ChatReply | Result


@dataclass(frozen=True, slots=True)
class Asking:
    """How the model of one role is asked."""

    model: str
    sampling: Sampling
    turns: int
    """Replies in one conversation."""
    role: ChatRole = "solver"
    allow_flagged: bool = False
    """Whether results that read like instructions may stand in a row."""

    def sampled(self, *purpose: str | int) -> Sampling:
        """The sampling of one request: one reply, by a seed that its purpose tells (ids, role, round, try)."""
        seed = random_stream(0, *purpose).randrange(2**31)
        return self.sampling.model_copy(update={"seed": seed, "n": 1})


@dataclass(slots=True)
class _Talk:
    """One conversation under way."""

    task: Task
    view: PoolView
    messages: list[dict[str, Any]]
    tools: dict[str, str]
    """Tool id by the name that the model sees."""
    allow_flagged: bool = False
    calls: int = 0
    parallel: bool = False
    failed: int = 0
    made: Counter[str] = field(default_factory=Counter)


def attempt(
    task: Task, view: PoolView, asking: Asking, sample: int, schemas: Sequence[dict[str, Any]]
) -> Generator[Step, Back, Attempt]:
    """Sample number `sample` of a model at a task, which is offered `schemas`: those of its toolset, in order.

    Raises Refused with `model:...` when it is no attempt.
    """
    names = {view.declared[tool].name: tool for tool in task.toolset}
    talk = _Talk(task, view, [dict(message) for message in opening(task)], names, asking.allow_flagged)
    for turn in range(asking.turns):
        reply = yield ChatRequest(
            model=asking.model,
            messages=tuple(talk.messages),
            tools=tuple(schemas),
            sampling=asking.sampled(task.id, "sample", sample, turn),
            role=asking.role,
        )
        assert isinstance(reply, ChatReply)
        choice = finished(reply.first)
        pretends(choice)
        if not choice.tool_calls:
            talk.messages.append(message_of(choice, []))
            return _attempt(talk, asking.model, sample)
        yield from _use(talk, choice)
    raise Refused("model:endless", f"no answer within {asking.turns} replies")


def _use(talk: _Talk, choice: ChatChoice) -> Generator[Step, Back, None]:
    """The calls of one reply and their results, in order."""
    calls = calls_of(choice, talk.tools, talk.made)
    shown = entries(talk.view, calls, talk.calls)
    talk.messages.append(message_of(choice, shown))
    talk.calls += len(calls)
    talk.parallel = talk.parallel or len(calls) > 1
    for call, entry in zip(calls, shown, strict=True):
        result = yield call
        assert isinstance(result, Result)
        talk.failed += result.value is None
        found = findings(result.payload())
        if found and not talk.allow_flagged:
            raise Refused(found[0].reason, f"a result of {call.tool} holds {found[0].text!r}")
        talk.messages.append(result_message(entry, result))


def calls_of(choice: ChatChoice, tools: Mapping[str, str], made: Counter[str]) -> list[Call]:
    """The calls that a reply asks for; `tools` are ids by name, `made` counts every call of the conversation.

    Raises Refused for what no conversation should go on after: tools made up, no JSON, going in circles.
    """
    if len(choice.tool_calls) > MAX_CALLS_AT_ONCE:
        raise Refused("model:endless", f"{len(choice.tool_calls)} calls in one reply")
    calls = [_call(tools, use) for use in choice.tool_calls]
    for call in calls:
        key = canonical_json([call.tool, call.arguments])
        made[key] += 1
        if made[key] > MAX_REPEATS:
            raise Refused("model:loop", f"{call.tool} was called with the same arguments {made[key]} times")
    return calls


def entries(view: PoolView, calls: Sequence[Call], before: int) -> list[dict[str, Any]]:
    """Calls as an assistant's message holds them, numbered on from `before`."""
    return [
        {
            "id": f"call{number:05d}",
            "type": "function",
            "function": {"name": view.declared[call.tool].name, "arguments": call.arguments},
        }
        for number, call in enumerate(calls, before + 1)
    ]


def result_message(entry: Mapping[str, Any], result: Result) -> dict[str, Any]:
    """The tool message that answers a call."""
    name = entry["function"]["name"]
    return {"role": "tool", "tool_call_id": entry["id"], "name": name, "content": shown_result(result)}


def _call(tools: Mapping[str, str], use: ToolUse) -> Call:
    """The call that the model asks for. Values of a wrong type go to the tool, whose error the model may read."""
    tool = tools.get(use.name)
    if tool is None:
        raise Refused("model:made_up_tool", f"{use.name[:80]!r} is not offered")
    try:
        arguments = read_json(use.arguments or "{}")
    except (ValueError, RecursionError):
        raise Refused("model:bad_arguments", f"the arguments of {use.name} are not JSON") from None
    if not isinstance(arguments, dict) or _holds_null(arguments):
        # A null in a row would be a column of its own kind; no tool of ours takes one.
        raise Refused("model:bad_arguments", f"the arguments of {use.name} are no object, or hold a null")
    return Call(tool, arguments)


def _holds_null(value: Any) -> bool:
    if isinstance(value, dict):
        return any(_holds_null(item) for item in value.values())
    if isinstance(value, list):
        return any(_holds_null(item) for item in value)
    return value is None


def pretends(choice: ChatChoice) -> None:
    """Raises Refused when the reply writes calls or results as text."""
    for text in (choice.content, choice.reasoning):
        found = _PRETENDED.search(text)
        if found:
            raise Refused("model:made_up_result", f"{found.group(0).strip()!r} stands in its text")


def message_of(choice: ChatChoice, calls: list[dict[str, Any]]) -> dict[str, Any]:
    """The assistant's message of a reply; `calls` as `entries` makes them."""
    message: dict[str, Any] = {"role": "assistant", "content": choice.content}
    if choice.reasoning:
        message["reasoning_content"] = choice.reasoning
    if calls:
        message["tool_calls"] = calls
    return message


def shown_result(result: Result) -> str:
    """A result as a model reads it: control tokens and hidden characters only show, long fields are cut."""
    text = as_text(neutral(result.payload()))
    if len(text) <= MAX_RESULT or result.value is None:
        return text
    return as_text(neutral(cut(result.value, ())))


def _attempt(talk: _Talk, model: str, sample: int) -> Attempt:
    task = talk.task
    return Attempt(
        id=content_id("attempt", task.id, model, sample),
        task=task.id,
        stratum="recovery" if talk.failed else "direct",
        solver=model,
        toolset=task.toolset,
        messages=tuple(talk.messages),
        parallel=talk.parallel,
        num_calls=talk.calls,
    )


def grounded(task: Task, attempt: Attempt) -> bool:
    """Whether an attempt made as many different good calls as the answer needs.

    The task's gates found no shorter way through its toolset, so an answer from fewer calls was remembered,
    reckoned or guessed: right perhaps, but nothing to imitate.
    """
    good: set[str] = set()
    uses: dict[str, str] = {}
    for message in attempt.messages:
        for call in message.get("tool_calls", ()):
            function = call["function"]
            uses[call["id"]] = canonical_json([function["name"], function["arguments"]])
        if message["role"] == "tool" and json.loads(message["content"]).keys() != {"error"}:
            good.add(uses[message["tool_call_id"]])
    needed = {canonical_json([call.tool, call.arguments]) for call in task.calls}
    return len(good) >= len(needed)

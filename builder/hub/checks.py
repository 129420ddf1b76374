"""Rules that every row of a release must keep, each told as a reason. Nothing here executes a tool."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any

import fastjsonschema

from builder.hub.chat import template_json
from builder.hub.tokens import num_tokens
from builder.records.rows import RlRow, SftRow

KEYS = {
    "system": ({"role", "content"}, set[str]()),
    "user": ({"role", "content"}, set[str]()),
    "assistant": ({"role", "content"}, {"reasoning_content", "tool_calls"}),
    "tool": ({"role", "tool_call_id", "name", "content"}, set[str]()),
}
"""Keys that a message of each role must have, and may have; absent is absent, never null."""


def sft_problems(row: SftRow) -> Iterator[str]:
    """What is wrong with a trajectory: messages, calls, tools, and the columns that count them."""
    messages = row.messages
    if not messages or messages[0].get("role") != "system":
        yield "the first message is not the system's"
    if not messages or messages[-1].get("role") != "assistant" or "tool_calls" in messages[-1]:
        yield "the last message is not an assistant's answer"
    if sum(message.get("role") == "user" for message in messages) != 1:
        yield "there is not exactly one user message"
    yield from _shape_problems(messages)
    schemas = {tool["function"]["name"]: tool["function"]["parameters"] for tool in row.tools}
    if len(schemas) != len(row.tools):
        yield "two tools have one name"
    calls: list[dict[str, Any]] = []
    try:
        calls = [call for message in messages for call in message.get("tool_calls", ())]
        yield from _call_problems(messages, schemas)
        yield from _count_problems(row, calls)
    except (KeyError, TypeError, AttributeError) as error:
        yield f"a tool call is not of the shape that templates read: {error}"


def length_problems(row: SftRow, limit: int) -> Iterator[str]:
    """What is wrong with the length of a trajectory that is otherwise right."""
    texts = [template_json(tool) for tool in row.tools]
    if num_tokens(row.messages, texts) != row.num_tokens:
        yield "num_tokens is not what the tokenizer counts"
    if row.num_tokens > limit:
        yield f"{row.num_tokens} tokens are more than {limit}"


def rl_problems(row: RlRow) -> Iterator[str]:
    """What is wrong with a row to explore, by itself."""
    if not row.answer or row.answer != row.reward_model.ground_truth:
        yield "answer is empty, or differs from reward_model.ground_truth"
    if [message.role for message in row.prompt][-1:] != ["user"]:
        yield "the prompt does not end with the user's message"
    elif row.question not in row.prompt[-1].content:
        yield "the prompt does not hold the question"
    names = {tool["function"]["name"] for tool in json.loads(row.tools)}
    if not names or not set(row.extra_info.tool_selection) <= names:
        yield "tool_selection names tools that `tools` does not hold"
    if row.extra_info.id != row.id or row.environment != row.toolset_id:
        yield "extra_info.id or environment does not belong to the row"
    json.loads(row.info)


def _shape_problems(messages: tuple[dict[str, Any], ...]) -> Iterator[str]:
    for number, message in enumerate(messages):
        role = str(message.get("role"))
        if role not in KEYS:
            yield f"message {number}: there is no role {role}"
            continue
        needed, optional = KEYS[role]
        if not needed <= message.keys() <= needed | optional:
            yield f"message {number}: its keys are {', '.join(sorted(message))}"
        if not isinstance(message.get("content"), str):
            yield f"message {number}: content is no text"
        if _has_null(message):
            yield f"message {number}: it holds a null"


def _call_problems(messages: tuple[dict[str, Any], ...], schemas: Mapping[str, dict[str, Any]]) -> Iterator[str]:
    """Calls and results match one to one and in order; arguments fit, or the tool said that they do not."""
    seen: set[str] = set()
    position = 0
    while position < len(messages):
        message = messages[position]
        position += 1
        calls = message.get("tool_calls", [])
        if message.get("role") == "tool":
            yield f"message {position - 1}: a result without a call"
        for call in calls:
            name, arguments = call["function"]["name"], call["function"]["arguments"]
            result = messages[position] if position < len(messages) else {}
            expected = ("tool", call["id"], name)
            if (result.get("role"), result.get("tool_call_id"), result.get("name")) != expected:
                yield f"call {call['id']}: the next result is not its own"
                return
            position += 1
            if call["id"] in seen or call["type"] != "function":
                yield f"call {call['id']}: its id is taken, or it is no function call"
            seen.add(call["id"])
            if name not in schemas:
                yield f"call {call['id']}: {name} is not among the tools"
            elif not isinstance(arguments, dict):
                yield f"call {call['id']}: arguments is no object"
            elif not is_error(result["content"]):
                yield from _argument_problems(call["id"], template_json(schemas[name]), arguments)


def _argument_problems(identity: str, schema: str, arguments: dict[str, Any]) -> Iterator[str]:
    try:
        _validator(schema)(arguments)
    except fastjsonschema.JsonSchemaValueException as error:
        yield f"call {identity}: {error.message}"


@lru_cache(4096)
def _validator(schema: str) -> Callable[[Any], Any]:
    return fastjsonschema.compile({**json.loads(schema), "additionalProperties": False}, use_default=False)


def is_error(content: str) -> bool:
    """Whether a tool message tells of a failed call."""
    if not content.startswith('{"error"'):
        return False
    try:
        return bool(json.loads(content).keys() == {"error"})
    except ValueError:
        return False


def _count_problems(row: SftRow, calls: list[dict[str, Any]]) -> Iterator[str]:
    counts = [len(message.get("tool_calls", ())) for message in row.messages]
    facts = {
        "num_turns": sum(message["role"] == "assistant" for message in row.messages),
        "num_tool_calls": len(calls),
        "tool_names": tuple(sorted({call["function"]["name"] for call in calls})),
        "parallel": any(count > 1 for count in counts),
    }
    for name, value in facts.items():
        if getattr(row, name) != value:
            yield f"{name} is not what the messages hold"


def _has_null(value: Any) -> bool:
    if isinstance(value, dict):
        return any(_has_null(item) for item in value.values())
    if isinstance(value, list):
        return any(_has_null(item) for item in value)
    return value is None

"""The OpenAI wire form: a request's body, and a reply from the body that came back."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from builder.errors import ModelError
from builder.records.base import Json
from builder.records.chat import ChatChoice, ChatReply, ChatRequest, ToolUse, Usage

_FINISH = {"stop": "stop", "tool_calls": "tool_calls", "function_call": "tool_calls", "length": "length"}


def body_of(request: ChatRequest, *, strict_tools: bool = True) -> dict[str, Any]:
    """The body of a chat completion request.

    Without `strict` servers do not hold arguments to the schema (vLLM 0.32), so it is on unless the endpoint
    refuses it.
    """
    sampling = request.sampling
    body: dict[str, Any] = {
        "model": request.model,
        "messages": [_message(message) for message in request.messages],
        "temperature": sampling.temperature,
        "top_p": sampling.top_p,
        "max_tokens": sampling.max_tokens,
        "n": sampling.n,
    }
    if sampling.seed is not None:
        body["seed"] = sampling.seed
    if sampling.logprobs is not None:
        body["logprobs"], body["top_logprobs"] = True, sampling.logprobs
    if request.tools:
        body["tools"] = [_tool(tool, strict_tools) for tool in request.tools]
        body["tool_choice"] = request.tool_choice
    if request.reply_schema is not None:
        schema = {"name": request.reply_schema.name, "schema": request.reply_schema.body, "strict": True}
        body["response_format"] = {"type": "json_schema", "json_schema": schema}
    return body


def _message(message: Mapping[str, Json]) -> dict[str, Json]:
    """Arguments as texts; thinking stays with us, since chat templates drop it from earlier turns or refuse it."""
    sent = {name: value for name, value in message.items() if name != "reasoning_content"}
    if "tool_calls" in sent:
        sent["tool_calls"] = [
            {**call, "function": {**call["function"], "arguments": json.dumps(call["function"]["arguments"])}}
            for call in sent["tool_calls"]
        ]
    return sent


def _tool(tool: Mapping[str, Json], strict: bool) -> dict[str, Json]:
    if not strict:
        return dict(tool)
    function = tool["function"]
    parameters = {**function["parameters"], "additionalProperties": False}
    return {**tool, "function": {**function, "strict": True, "parameters": parameters}}


def reply_of(body: Any, wanted: int) -> ChatReply:
    """The reply of a response body. Raises ModelError("bad_reply") when it is no chat completion."""
    try:
        choices = body["choices"]
        if len(choices) != wanted:
            raise ModelError("bad_reply", f"{len(choices)} replies came back, {wanted} were asked for")
        ordered = sorted(choices, key=lambda choice: choice.get("index", 0))
        usage = body.get("usage") or {}
        return ChatReply(
            choices=tuple(_choice(choice) for choice in ordered),
            usage=Usage(
                prompt_tokens=int(usage.get("prompt_tokens", 0)),
                completion_tokens=int(usage.get("completion_tokens", 0)),
            ),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ModelError("bad_reply", f"the response is no chat completion: {error!r}"[:300]) from error


def _choice(choice: Mapping[str, Any]) -> ChatChoice:
    message = choice["message"]
    calls: Sequence[Mapping[str, Any]] = message.get("tool_calls") or ()
    finish = choice.get("finish_reason") or "stop"
    return ChatChoice(
        content=message.get("content") or "",
        # Servers name it either way; newer ones say `reasoning`.
        reasoning=message.get("reasoning_content") or message.get("reasoning") or "",
        refusal=message.get("refusal") or "",
        tool_calls=tuple(
            ToolUse(
                id=str(call.get("id") or ""),
                name=str(call["function"]["name"]),
                arguments=_text(call["function"].get("arguments")),
            )
            for call in calls
        ),
        finish=_FINISH.get(finish, "content_filter"),  # type: ignore[arg-type]
        logprobs=tuple((choice.get("logprobs") or {}).get("content") or ()),
    )


def _text(arguments: Any) -> str:
    return arguments if isinstance(arguments, str) else json.dumps(arguments)

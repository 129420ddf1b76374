"""Before the first request: is the server up, does it serve the model, can the model do what its role needs?"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Protocol

from builder.errors import EndpointError, ModelError
from builder.models.base import Clock
from builder.models.waiting import Transient
from builder.records.chat import ChatReply, ChatRequest, ReplySchema, Sampling

Get = Callable[[str], Awaitable[tuple[int, Any]]]

POLL_SECONDS = 2.0

PROBE_TOOL = {
    "type": "function",
    "function": {
        "name": "add",
        "description": "Add two whole numbers.",
        "parameters": {
            "type": "object",
            "properties": {"a": {"type": "integer"}, "b": {"type": "integer"}},
            "required": ["a", "b"],
        },
    },
}
PROBE_SCHEMA = {
    "type": "object",
    "properties": {"ready": {"type": "boolean"}},
    "required": ["ready"],
    "additionalProperties": False,
}


@dataclass(frozen=True, slots=True)
class Needs:
    """What the roles of a run ask of a model."""

    tools: bool = False
    schemas: bool = False


class Sends(Protocol):
    async def send(self, request: ChatRequest) -> ChatReply: ...
    async def get(self, url: str) -> tuple[int, Any]: ...


async def wait_until_healthy(url: str, get: Get, clock: Clock, patience: float) -> None:
    """Until /health says 200, for servers that have it. Raises EndpointError after `patience` seconds."""
    root = url.removesuffix("/v1")
    began, told = clock.now(), ""
    while True:
        try:
            status, _ = await get(f"{root}/health")
        except Transient as failure:
            told = failure.message
        else:
            # Hosted servers have no such path, and say so in many ways; loading ones say 503.
            if status < 500:
                return
            told = f"HTTP {status}"
        if clock.now() - began >= patience:
            raise EndpointError(
                f"{url} is not up after {patience:g} s ({told}): start the server, or correct model.endpoints."
            )
        await clock.sleep(POLL_SECONDS)


async def probe(engine: Sends, url: str, model: str, needs: Needs) -> None:
    """Raises EndpointError with one line when the model is not there or cannot do what is needed."""
    await _is_served(engine, url, model)
    try:
        if needs.schemas:
            await _does_schemas(engine, model)
        if needs.tools:
            await _does_tools(engine, model)
    except ModelError as error:
        raise EndpointError(f"{model} at {url} fails a first small request ({error.kind}): {error.message}") from None


async def _is_served(engine: Sends, url: str, model: str) -> None:
    try:
        status, body = await engine.get(f"{url}/models")
        names = [str(item["id"]) for item in body["data"]] if status == 200 else None
    except (Transient, KeyError, TypeError):
        # Not every server has the list; a wrong name is then told by the first request.
        return
    if names is not None and model not in names:
        shown = ", ".join(names[:5]) + (", ..." if len(names) > 5 else "")
        raise EndpointError(f"{url} does not serve {model!r}; it serves {shown or 'nothing'}: correct model.name.")


async def _does_schemas(engine: Sends, model: str) -> None:
    reply = await engine.send(
        ChatRequest(
            model=model,
            messages=({"role": "user", "content": 'Answer with the JSON object {"ready": true}.'},),
            sampling=Sampling(temperature=0.0, max_tokens=256, seed=1),
            reply_schema=ReplySchema(name="ready", body=PROBE_SCHEMA),
        )
    )
    try:
        if isinstance(json.loads(reply.first.content)["ready"], bool):
            return
    except (ValueError, KeyError, TypeError):
        pass
    raise EndpointError(
        f"{model} cannot answer by a JSON schema ({reply.first.content[:60]!r} came back): serve it with structured "
        "output, or leave the roles that need it to the rules."
    )


async def _does_tools(engine: Sends, model: str) -> None:
    reply = await engine.send(
        ChatRequest(
            model=model,
            messages=({"role": "user", "content": "Use the tool to add 2 and 3."},),
            tools=(PROBE_TOOL,),
            tool_choice="required",
            sampling=Sampling(temperature=0.0, max_tokens=512, seed=1),
        )
    )
    try:
        (use,) = reply.first.tool_calls
        if use.name == "add" and isinstance(json.loads(use.arguments)["a"], int):
            return
    except (ValueError, KeyError, TypeError):
        pass
    raise EndpointError(
        f"{model} does not call tools ({reply.first.content[:60]!r} came back): serve it with a tool parser "
        "(vLLM: --enable-auto-tool-choice --tool-call-parser), or let the rules solve."
    )

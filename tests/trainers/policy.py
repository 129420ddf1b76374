"""A scripted policy behind an OpenAI-compatible address on this machine: it plays what it was given, call by call."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web


@dataclass(frozen=True, slots=True)
class Part:
    """What the policy does with one question: calls one after the other, then what it says."""

    calls: Sequence[tuple[str, Mapping[str, Any]]]
    says: str


@dataclass(slots=True)
class Policy:
    """Parts by what the user says, and the requests that came."""

    parts: Mapping[str, Part]
    requests: list[dict[str, Any]] = field(default_factory=list)

    def answer(self, body: dict[str, Any]) -> dict[str, Any]:
        """The next message of the part that the request belongs to."""
        self.requests.append(body)
        part = self.parts[_asked(body)]
        done = sum(message["role"] == "tool" for message in body["messages"])
        if done == len(part.calls):
            return {"role": "assistant", "content": part.says}
        name, arguments = part.calls[done]
        function = {"name": name, "arguments": json.dumps(arguments)}
        calls = [{"index": 0, "id": f"call_{done}", "type": "function", "function": function}]
        return {"role": "assistant", "content": None, "tool_calls": calls}

    def results(self, asked: str) -> list[Any]:
        """Results of the calls that were made for what the user says, as the longest request shows them."""
        longest = max((body["messages"] for body in self.requests if _asked(body) == asked), key=len)
        return [json.loads(_text(message["content"])) for message in longest if message["role"] == "tool"]

    def tools(self, asked: str) -> list[Any]:
        """The tools that were offered with what the user says."""
        return list(next(body["tools"] for body in self.requests if _asked(body) == asked))


def _asked(body: Mapping[str, Any]) -> str:
    return next(_text(message["content"]) for message in body["messages"] if message["role"] == "user")


def _text(content: str | Sequence[Mapping[str, Any]]) -> str:
    return content if isinstance(content, str) else "".join(part["text"] for part in content)


@asynccontextmanager
async def serving(policy: Policy) -> AsyncIterator[str]:
    """The policy's address, up to `/v1`, while it is served. Streams where that is asked for."""

    async def complete(request: web.Request) -> web.StreamResponse:
        body = await request.json()
        message = policy.answer(body)
        reason = "tool_calls" if "tool_calls" in message else "stop"
        head = {"id": f"c{len(policy.requests)}", "created": 0, "model": body["model"]}
        usage = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}
        if not body.get("stream"):
            choice = {"index": 0, "message": message, "finish_reason": reason}
            return web.json_response({**head, "object": "chat.completion", "choices": [choice], "usage": usage})
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        choices = [{"index": 0, "delta": message, "finish_reason": None}]
        ends = [{"index": 0, "delta": {}, "finish_reason": reason}]
        for chunk in ({"choices": choices}, {"choices": ends}, {"choices": [], "usage": usage}):
            text = json.dumps({**head, "object": "chat.completion.chunk", **chunk})
            await response.write(f"data: {text}\n\n".encode())
        await response.write(b"data: [DONE]\n\n")
        return response

    app = web.Application(client_max_size=64 * 2**20)
    app.router.add_post("/v1/chat/completions", complete)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
    finally:
        await runner.cleanup()

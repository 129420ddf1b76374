"""A chat server on loopback that says what a script tells it to: for tests, and for trying a set-up without a model.

    with ScriptedServer(lambda request: Say("hello")) as server:
        ... server.url, server.requests ...

    python -m builder.testing.scripted --port 8000 --latency 0.2

A script is a function of the request's body. It may answer well, badly, or not at all.
"""

from __future__ import annotations

import argparse
import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from builder.testing.threaded import ThreadedServer

MODEL = "scripted"
TOKENS_EACH = 10
"""Tokens that the server says it used, for the prompt and for each reply."""


@dataclass(frozen=True, slots=True)
class Use:
    """A tool call in a reply. `arguments` goes out as it is."""

    name: str
    arguments: str

    @classmethod
    def of(cls, name: str, arguments: dict[str, Any]) -> Use:
        return cls(name, json.dumps(arguments))


@dataclass(frozen=True, slots=True)
class Say:
    """A whole reply."""

    content: str = ""
    calls: tuple[Use, ...] = ()
    reasoning: str = ""
    finish: str = ""
    refusal: str = ""
    latency: float = 0.0


@dataclass(frozen=True, slots=True)
class Fail:
    """An error status."""

    status: int
    message: str = "scripted failure"
    retry_after: str | None = None


@dataclass(frozen=True, slots=True)
class Raw:
    """Status 200 with any body at all."""

    text: str


class Hang:
    """No reply, until the client gives up."""


class CutOff:
    """Half a reply, then the connection closes."""


Action = Say | Fail | Raw | Hang | CutOff
Script = Callable[[dict[str, Any]], Action]


@dataclass(slots=True)
class ScriptedServer(ThreadedServer):
    """A server in a thread of its own, so that code under test may block. Use as a context manager."""

    script: Script
    models: tuple[str, ...] = (MODEL,)
    probes: bool = True
    """Whether the server answers the probes of `builder.models.probe` as a capable model; else the script does."""
    health: int = 200
    port: int = 0
    requests: list[dict[str, Any]] = field(default_factory=list)
    """Bodies of all chat requests, in the order of arrival."""
    keys: list[str] = field(default_factory=list)
    """Authorization headers."""
    most_at_once: int = 0
    _at_once: int = 0
    _runner: web.AppRunner | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    async def _start(self) -> None:
        self._runner = web.AppRunner(self.application(), access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port, backlog=1024)
        await site.start()
        self.port = self._runner.addresses[0][1]

    async def _stop(self) -> None:
        assert self._runner is not None
        await self._runner.cleanup()

    def application(self) -> web.Application:
        """The routes, for whoever runs them otherwise."""
        app = web.Application(client_max_size=64 * 2**20)
        app.router.add_get("/health", self._health)
        app.router.add_get("/v1/models", self._models)
        app.router.add_post("/v1/chat/completions", self._chat)
        return app

    async def _health(self, _: web.Request) -> web.Response:
        return web.Response(status=self.health)

    async def _models(self, _: web.Request) -> web.Response:
        return web.json_response({"object": "list", "data": [{"id": name} for name in self.models]})

    async def _chat(self, request: web.Request) -> web.StreamResponse:
        body = json.loads(await request.read())
        self.keys.append(request.headers.get("Authorization", ""))
        probe = probe_reply(body) if self.probes else None
        if probe is None:
            self.requests.append(body)
        self._at_once += 1
        self.most_at_once = max(self.most_at_once, self._at_once)
        try:
            return await self._act(request, body, probe or self.script(body))
        finally:
            self._at_once -= 1

    async def _act(self, request: web.Request, body: dict[str, Any], action: Action) -> web.StreamResponse:
        if isinstance(action, Fail):
            headers = {} if action.retry_after is None else {"Retry-After": action.retry_after}
            return web.json_response({"error": {"message": action.message}}, status=action.status, headers=headers)
        if isinstance(action, Raw):
            return web.Response(text=action.text, content_type="application/json")
        if isinstance(action, Hang):
            await asyncio.Event().wait()
        if isinstance(action, CutOff):
            response = web.StreamResponse(headers={"Content-Length": "1000"})
            await response.prepare(request)
            await response.write(b'{"choices": [{"mess')
            assert request.transport is not None
            request.transport.close()
            return response
        assert isinstance(action, Say)
        if action.latency:
            await asyncio.sleep(action.latency)
        return web.json_response(completion(body, action))


def completion(body: dict[str, Any], say: Say) -> dict[str, Any]:
    """A chat completion that says it."""
    message: dict[str, Any] = {"role": "assistant", "content": say.content or None}
    if say.reasoning:
        message["reasoning_content"] = say.reasoning
    if say.refusal:
        message["refusal"] = say.refusal
    if say.calls:
        message["tool_calls"] = [
            {"id": f"x{n}", "type": "function", "function": {"name": use.name, "arguments": use.arguments}}
            for n, use in enumerate(say.calls)
        ]
    finish = say.finish or ("tool_calls" if say.calls else "stop")
    n = body.get("n") or 1
    choices = [{"index": i, "message": message, "finish_reason": finish} for i in range(n)]
    usage = {"prompt_tokens": TOKENS_EACH, "completion_tokens": TOKENS_EACH * n}
    return {"id": "chatcmpl-1", "object": "chat.completion", "model": body["model"], "choices": choices, "usage": usage}


def probe_reply(body: dict[str, Any]) -> Say | None:
    """What a capable model answers to the probes of `builder.models.probe`; None for other requests."""
    names = [tool["function"]["name"] for tool in body.get("tools", ())]
    if names == ["add"]:
        return Say(calls=(Use.of("add", {"a": 2, "b": 3}),))
    if body.get("response_format", {}).get("json_schema", {}).get("name") == "ready":
        return Say('{"ready": true}')
    return None


def main() -> None:
    """Serve one fixed reply until stopped."""
    parser = argparse.ArgumentParser(description="A chat server on loopback with one fixed reply.")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--latency", type=float, default=0.0, help="seconds before each reply")
    parser.add_argument("--say", default="hello")
    options = parser.parse_args()
    server = ScriptedServer(lambda _: Say(options.say, latency=options.latency))
    web.run_app(server.application(), host="127.0.0.1", port=options.port, access_log=None, print=None)


if __name__ == "__main__":
    main()

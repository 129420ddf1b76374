"""Servers that are reached by streamable HTTP: egress, keys and limits of every live tool, by the SDK's protocol."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from mcp.server.transport_security import TransportSecuritySettings

from builder.errors import SettingsError, SpecError, ToolError
from builder.records.http import Grant
from builder.records.mcp import McpServer
from builder.testing.threaded import ThreadedServer
from builder.tools.http.calling import LiveTools
from tests.tools.http.hostile import Asked, HostileServer, Route, endless, raw, reply, reset, silent
from tests.tools.http.service import here
from tests.tools.mcp.servers.atlas import make
from tests.tools.mcp.service import PROVIDER, Clock, live, pin, provider, tool

NAME = "local.test"
SECRET = "k3y/with+odd=chars&42"
GRANT = Grant(provider=PROVIDER, host=NAME, variable="SOME_KEY")
PEOPLE = tool("islandProfile", {"people": {"type": "size", "select": "people"}}, {"island": "word"})
SCHEMA = {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]}
LOOK = {"look": {"description": "Look.", "inputSchema": SCHEMA, "outputSchema": SCHEMA}}


class Atlas(ThreadedServer):
    """The server of `servers/atlas.py` on a port of its own. `headers` are those of each request, in order."""

    def __init__(self, *, sessions: bool) -> None:
        any_host = TransportSecuritySettings(enable_dns_rebinding_protection=False)
        self._app = make().streamable_http_app(
            stateless_http=not sessions, json_response=not sessions, transport_security=any_host
        )
        self.headers: list[tuple[str, dict[str, str]]] = []

    async def _start(self) -> None:
        listening = socket.socket()
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        self.port = listening.getsockname()[1]
        config = uvicorn.Config(self._heard, interface="asgi3", log_level="error", access_log=False)
        self._server = uvicorn.Server(config)
        self._serving = asyncio.ensure_future(self._server.serve(sockets=[listening]))
        while not self._server.started:
            await asyncio.sleep(0.01)

    async def _stop(self) -> None:
        self._server.should_exit = True
        await self._serving

    async def _heard(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            self.headers.append((scope["method"], {k.decode(): v.decode() for k, v in scope["headers"]}))
        await self._app(scope, receive, send)


def listed_over(calling: LiveTools, source: Any) -> Any:
    """What a server lists now."""
    from builder.tools.mcp.sessions import Session
    from builder.tools.mcp.stdio import Watch
    from builder.tools.mcp.streaming import streaming

    async def look() -> Any:
        client, watch = calling._opened(), Watch(10**6)
        session = Session(streaming(client, source, watch), watch, Clock(), calling._secrets, 10, None)
        try:
            await session.open()
            return await session.tools()
        finally:
            await session.close()

    return calling._run(look())


@contextmanager
def reaching(port: int, folder: Path, mode: str = "record", **more: Any) -> Iterator[tuple[LiveTools, Any]]:
    """What calls the server at the port, under a name that is this machine's, and its provider."""
    url = f"http://{NAME}:{port}{more.pop('path', '/mcp')}"
    host = {"name": NAME, "scheme": "http", "port": port, "rate": 5000, "burst": 100, "in_flight": 4}
    limits = {"try_seconds": 10, "call_seconds": 30, "tries": 2, "max_bytes": 100_000} | more.pop("limits", {})
    parts = {"hosts": [host], "terms": "https://local.test/terms", "limits": limits, **more.pop("provider", {})}
    source = provider(McpServer(url=url), **parts)
    with live(source, folder, mode, **({"lookup": here} | more)) as calling:
        yield calling, source


@pytest.mark.parametrize("sessions", [False, True])
def test_the_sdk_s_own_server_is_asked_recorded_and_replayed(sessions: bool, tmp_path: Path) -> None:
    with Atlas(sessions=sessions) as atlas:
        auth = {"variable": "SOME_KEY", "host": NAME, "place": "header", "name": "X-Key"}
        granted = {"grants": (GRANT,), "environ": {"SOME_KEY": SECRET}, "provider": {"auth": auth}}
        with reaching(atlas.port, tmp_path, **granted) as (calling, source):
            pin(tmp_path / "specs", source.server, listed_over(calling, source))
            assert calling.call(PEOPLE, {"island": "Crete"}) == {"people": 624_000}
            assert calling.call(PEOPLE, {"island": "Iceland"}) == {"people": 376_000}
        asked = len(atlas.headers)
        with reaching(atlas.port, tmp_path, "replay") as (calling, _):
            assert calling.call(PEOPLE, {"island": "Crete"}) == {"people": 624_000}
    assert len(atlas.headers) == asked
    assert {method for method, _ in atlas.headers} <= {"POST", "DELETE"}
    for _, headers in atlas.headers:
        assert headers["x-key"] == SECRET and headers["host"] == f"{NAME}:{atlas.port}"
        assert headers["user-agent"].endswith("(+mailto:someone@example.org)")
    assert SECRET not in "".join(path.read_text(encoding="utf-8") for path in (tmp_path / "recordings").glob("*.jsonl"))


class Script:
    """A server of one tool as a route: answers by hand, so that each may go wrong. `on_call` answers calls."""

    def __init__(self, on_call: Route | None = None, **more: Route) -> None:
        self._on = {"tools/call": on_call, **{name.replace("_", "/"): route for name, route in more.items()}}
        self.methods: list[str] = []

    async def __call__(self, asked: Asked, writer: asyncio.StreamWriter) -> None:
        message = json.loads(asked.body) if asked.body else {"method": asked.method}
        method, identity = message["method"], message.get("id")
        self.methods.append(method)
        results = {
            "initialize": {
                "protocolVersion": "2025-06-18", "capabilities": {"tools": {}},
                "serverInfo": {"name": "script", "version": "1"},
            },
            "tools/list": {"tools": [{"name": name, **body} for name, body in LOOK.items()]},
            "tools/call": {"content": [], "structuredContent": {"name": message.get("params", {}).get("name", "")}},
        }  # fmt: skip
        route = self._on.get(method)
        if route is None and identity is None:
            route = reply("", "202 Accepted")
        if route is None:
            known = {"result": results[method]} if method in results else {"error": {"code": -32601, "message": "no"}}
            route = reply(json.dumps({"jsonrpc": "2.0", "id": identity, **known}))
        await route(asked, writer)


def moved(url: str) -> Route:
    return reply("", "307 Temporary Redirect", "text/plain", ("Location", url))


def sse(text: str) -> Route:
    return reply(text, "200 OK", "text/event-stream")


FAULTS: dict[str, tuple[Route, str, str]] = {
    "not there": (reply("", "503 Service Unavailable"), "unavailable", r"local\.test: HTTP 503 \(2 tries\)"),
    "too many": (reply("", "429 Too Many"), "rate_limited", r"HTTP 429, too many requests \(2 tries\)"),
    "no key": (reply("", "401 Unauthorized"), "denied", "HTTP 401"),
    "an own redirect elsewhere": (moved("http://169.254.169.254/mcp"), "refused", "none of the hosts"),
    "silent": (silent, "timeout", "no answer in"),
    "endless": (endless, "too_large", "more than 100,000 bytes for one answer"),
    "an endless event": (sse("data: " + "x" * 200_000), "too_large", "more than 100,000 bytes"),
    "packed": (reply(b"\x1f\x8b", "200 OK", "application/json", ("Content-Encoding", "gzip")), "bad_answer", "packed"),
    "reset": (reset, "unavailable", r"local\.test: .* \(2 tries\)"),
    "cut": (raw(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{", close=True),
            "unavailable", "the answer broke off"),
    "no JSON": (reply("<html>"), "bad_answer", "Failed to parse"),
    "another type": (reply("{}", "200 OK", "text/html"), "bad_answer", "Unexpected content type"),
    "no answer to a question": (reply("", "202 Accepted"), "bad_answer", "202 Accepted"),
}  # fmt: skip


@pytest.mark.parametrize("case", FAULTS)
def test_a_fault_is_named_and_is_no_answer(case: str, tmp_path: Path) -> None:
    route, kind, words = FAULTS[case]
    script = Script(route)
    limits = {"try_seconds": 1} if kind == "timeout" else {}
    with (
        HostileServer({"/mcp": script}) as server,
        reaching(server.port, tmp_path, limits=limits, clock=Clock()) as (calling, source),
    ):
        pin(tmp_path / "specs", source.server, LOOK)
        with pytest.raises(ToolError, match=words) as caught:
            calling.call(tool("look"), {"name": "Crete"})
    assert caught.value.kind == kind
    assert not (tmp_path / "recordings" / f"{PROVIDER}.jsonl").exists()
    assert script.methods.count("tools/call") == (2 if "2 tries" in words else 1)


def test_an_answer_may_come_as_an_event(tmp_path: Path) -> None:
    async def event(asked: Asked, writer: asyncio.StreamWriter) -> None:
        result = {"content": [], "structuredContent": {"name": "Crete"}}
        body = json.dumps({"jsonrpc": "2.0", "id": json.loads(asked.body)["id"], "result": result})
        await sse(f"event: message\ndata: {body}\n\n")(asked, writer)

    with (
        HostileServer({"/mcp": Script(event)}) as server,
        reaching(server.port, tmp_path) as (calling, source),
    ):
        pin(tmp_path / "specs", source.server, LOOK)
        assert calling.call(tool("look"), {"name": "x"}) == {"name": "Crete"}


def test_a_redirect_within_the_host_is_followed_and_no_stream_is_opened(tmp_path: Path) -> None:
    script = Script()
    routes: dict[str, Route] = {"/mcp": script}
    with HostileServer(routes) as server, reaching(server.port, tmp_path, path="/old") as (calling, source):
        routes["/old"] = moved(f"http://{NAME}:{server.port}/mcp")
        pin(tmp_path / "specs", source.server, LOOK)
        assert calling.call(tool("look"), {"name": "x"}) == {"name": "look"}
    assert {asked.method for asked in server.asked} <= {"POST", "DELETE"}


@pytest.mark.parametrize("address", ["169.254.169.254", "10.0.0.1", "::ffff:127.0.0.1", "192.168.1.1"])
def test_a_name_that_is_no_public_address_is_not_reached(address: str, tmp_path: Path) -> None:
    async def there(host: str, port: int) -> list[str]:
        return [address]

    with (
        HostileServer({"/mcp": Script()}) as server,
        reaching(server.port, tmp_path, lookup=there, loopback=False) as (calling, source),
    ):
        pin(tmp_path / "specs", source.server, LOOK)
        with pytest.raises(ToolError, match="no address of the public internet: nothing was sent") as caught:
            calling.call(tool("look"), {"name": "x"})
    assert caught.value.kind == "refused" and server.connections == 0


def test_nobody_calls_without_a_contact_or_a_granted_key(tmp_path: Path) -> None:
    auth = {"auth": {"variable": "SOME_KEY", "host": NAME, "place": "header", "name": "X-Key"}}
    with HostileServer({"/mcp": Script()}) as server:
        with reaching(server.port, tmp_path, contact="") as (calling, source):
            pin(tmp_path / "specs", source.server, LOOK)
            with pytest.raises(SettingsError, match=r"live\.contact"):
                calling.call(tool("look"), {"name": "x"})
        words = "SOME_KEY is not granted"
        with reaching(server.port, tmp_path, provider=auth) as (calling, _), pytest.raises(SpecError, match=words):
            calling.call(tool("look"), {"name": "x"})
    assert server.asked == []

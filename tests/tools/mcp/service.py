"""One `mcp` tool over a server of these tests, made of records: no spec files needed."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from builder.records.mcp import McpServer, ServerGrant
from builder.records.tools import Provider, ToolSpec
from builder.tools.http.calling import LiveTools
from builder.tools.http.options import LiveOptions
from builder.tools.http.pace import SystemClock
from builder.tools.http.secrets import Secrets
from builder.tools.mcp.packages import find, package_of
from builder.tools.mcp.pins import Tools, pin_path, pin_text
from builder.tools.mcp.sessions import Session, program
from builder.tools.mcp.stdio import Watch
from builder.tools.recordings import Recordings
from tests.tools.http.service import TODAY, TYPES

PROVIDER = "general.service"

NAMED = {"name": {"type": "word", "select": "name"}}


class Clock:
    """Time that passes when a test says so; nobody waits."""

    def __init__(self) -> None:
        self.time = 0.0
        self.waits: list[float] = []
        self.on_wait: Callable[[], None] = lambda: None

    def now(self) -> float:
        return self.time

    async def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.on_wait()


def server_of(home: Path, program_name: str, *arguments: str) -> McpServer:
    return McpServer(command=(program_name, *arguments), package=package_of(find(home, program_name)))


def provider(server: McpServer, **more: Any) -> Provider:
    body: dict[str, Any] = {
        "id": PROVIDER, "title": "A service", "source": "the service", "data_licence": "CC0-1.0",
        "attribution": "None.", "say_source": True, "server": server,
        "limits": {"try_seconds": 10, "call_seconds": 30, "tries": 2, "max_bytes": 100_000},
    }  # fmt: skip
    return Provider.model_validate(body | more)


def tool(
    name: str, returns: dict[str, Any] | None = None, parameters: dict[str, str] | None = None, **mcp: Any
) -> ToolSpec:
    """A tool that asks for the server's tool `name`; its one parameter `name` is a word by default."""
    return ToolSpec.model_validate(
        {
            "id": f"{PROVIDER}.look_up", "kind": "mcp", "role": "retrieval", "description": "Look it up.",
            "mcp": {"tool": name, "safe": True, **mcp},
            "parameters": {k: {"type": v, "description": "?"} for k, v in (parameters or {"name": "word"}).items()},
            "returns": {k: {"description": "?", **v} for k, v in (returns or NAMED).items()},
            "examples": [],
        }
    )  # fmt: skip


def listed(server: McpServer, home: Path) -> Tools:
    """What a program lists now."""

    async def look() -> Tools:
        watch = Watch(10**6)
        (grant,) = granted(home)
        session = Session(program(server, grant, watch, None), watch, SystemClock(), Secrets(), 20, None)
        try:
            await session.open()
            return await session.tools()
        finally:
            await session.close()

    return asyncio.run(look())


def pin(specs: Path, server: McpServer, tools: Tools) -> None:
    """Write the list as reviewed."""
    path = pin_path(specs, PROVIDER)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(pin_text(server.address, tools), encoding="utf-8")


@contextmanager
def live(source: Provider, folder: Path, mode: str = "record", **more: Any) -> Iterator[LiveTools]:
    """What calls the provider's tools, by default recording; closed at the end."""
    options: dict[str, Any] = {"contact": "mailto:someone@example.org", "loopback": True, "now": lambda: TODAY}
    chosen = LiveOptions(mode=mode, folder=folder / "recordings", **(options | more))  # type: ignore[arg-type]
    recordings = Recordings(folder / "specs", chosen.folder, recording=mode == "record")
    calling = LiveTools({source.id: source}, TYPES, recordings, chosen)
    try:
        yield calling
    finally:
        calling.close()


def granted(home: Path, *readable: str) -> tuple[ServerGrant, ...]:
    """The SDK that the servers of these tests stand on is in the environment of the tests."""
    return (ServerGrant(provider=PROVIDER, home=str(home), readable=(sys.prefix, *readable)),)

"""`tools import-mcp`: connect to a server, and write proposed specs of its tools. Nothing is overwritten.

provider.toml              the server, pinned
recorded/_server.json      its list of tools, as it is now: what is reviewed with the specs
<tool>.toml                one for each tool that flat parameters can ask
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from builder.errors import BuilderError, SettingsError
from builder.recipe.injection import neutral
from builder.records.http import Host
from builder.records.mcp import McpServer, ServerGrant
from builder.records.tools import Provider
from builder.tools.drafts.folder import Imported, first_line, ground_of, host_of, namer, place, write_new
from builder.tools.drafts.schemas import plain
from builder.tools.http.client import Client
from builder.tools.http.options import LiveOptions
from builder.tools.http.pace import SystemClock
from builder.tools.http.secrets import Secrets
from builder.tools.http.trying import Passing
from builder.tools.mcp.drafting import Sample, draft_provider, draft_tool
from builder.tools.mcp.packages import find, home_of, package_of
from builder.tools.mcp.pins import Tools, pin_path, pin_text
from builder.tools.mcp.reading import said
from builder.tools.mcp.sessions import Session, program
from builder.tools.mcp.stdio import Watch
from builder.tools.mcp.streaming import streaming
from builder.tools.sound import sound_pool
from builder.tools.tables import TableCache


@dataclass(frozen=True, slots=True)
class Asked:
    """What is imported, and how it is reached."""

    command: tuple[str, ...] = ()
    home: str | None = None
    """The environment of the program; the builder's own by default."""
    readable: tuple[str, ...] = ()
    """Files and folders that it may read besides."""
    url: str | None = None
    call: str | None = None
    """A tool to call once, so that its answer tells what its fields hold."""
    arguments: Sequence[str] = ()
    """Of that call, as `name=value`."""


def import_mcp(into: Path, asked: Asked, cache: TableCache, options: LiveOptions) -> Imported:
    """Write what the server offers as specs in the folder `into` of a provider.

    Raises BuilderError when the server cannot be reached or started, SettingsError for an odd folder or option.
    """
    root, provider = place(into)
    server, host = _server(asked)
    source = Provider(
        id=provider, title=provider, source=provider, data_licence="-", attribution="-", server=server,
        hosts=(host,) if host is not None else (),
    )  # fmt: skip
    title, tools, sample = asyncio.run(_look(source, asked, options))
    pool = sound_pool(root, cache, waiting=True).pool
    ground, named = ground_of(pool), namer(pool, provider)
    files = {into / "provider.toml": draft_provider(server, title, host)}
    files[pin_path(root, provider)] = pin_text(server.address, tools)
    gaps: dict[str, tuple[str, ...]] = {}
    for name, body in tools.items():
        draft = draft_tool(name, body, ground, sample if sample and sample.tool == name else None)
        if draft.text:
            files[into / f"{named(name, draft)}.toml"] = draft.text
        if draft.gaps:
            gaps[name] = tuple(draft.gaps)
    return write_new(files, gaps)


def _server(asked: Asked) -> tuple[McpServer, Host | None]:
    if bool(asked.command) == (asked.url is not None):
        raise SettingsError("name the server: give either --command or --url")
    if asked.url is None:
        found = find(home_of(asked.home), asked.command[0])
        return McpServer(command=asked.command, package=package_of(found)), None
    try:
        return McpServer(url=asked.url), host_of(asked.url)
    except ValueError as error:
        raise SettingsError(f"--url {asked.url}: no address of a server: {first_line(error)}") from None


async def _look(provider: Provider, asked: Asked, options: LiveOptions) -> tuple[str, Tools, Sample | None]:
    """What the server calls itself, what it lists, and the sample call."""
    assert provider.server is not None
    secrets, clock = Secrets.of(options.grants, options.environ), options.clock or SystemClock()
    watch = Watch(provider.limits.max_bytes)
    client = None
    if asked.url is None:
        grant = ServerGrant(provider=provider.id, home=asked.home, readable=asked.readable)
        transport = program(provider.server, grant, watch, options.hold)
    else:
        client = Client.of(options, secrets, clock)
        transport = streaming(client, provider, watch)
    session = Session(transport, watch, clock, secrets, provider.limits.try_seconds, None)
    try:
        await session.open()
        tools = await session.tools()
        sample = await _sample(session, tools, asked) if asked.call is not None else None
        return session.title or provider.id, tools, sample
    except Passing as passing:
        raise passing.error from None
    finally:
        await session.close()
        if client is not None:
            await client.close()


async def _sample(session: Session, tools: Tools, asked: Asked) -> Sample:
    name = asked.call
    assert name is not None
    if name not in tools:
        raise SettingsError(f"--call {name}: the server lists {neutral(', '.join(tools)) or 'nothing'}")
    arguments = _arguments(tools[name].get("inputSchema", {}), asked.arguments)
    received = await session.ask(name, arguments)
    body = json.loads(received.body)
    if body["isError"]:
        raise BuilderError(f"--call {name}: the tool failed: {said(body)} (correct its --arg)")
    return Sample(name, arguments, body)


def _arguments(schema: Mapping[str, Any], words: Sequence[str]) -> dict[str, Any]:
    """Arguments of `name=value` words: text where the schema wants it, else JSON."""
    found: dict[str, Any] = {}
    properties = schema.get("properties") or {}
    for word in words:
        name, equals, text = word.partition("=")
        if not equals or name not in properties:
            raise SettingsError(f"--arg {word!r}: write name=value with one of {', '.join(properties) or 'no names'}")
        try:
            wanted = plain(properties[name], schema) or {}
            found[name] = text if wanted.get("type") == "string" else json.loads(text)
        except ValueError:
            found[name] = text
    return found

"""One session with each server: started when it is first asked, held to the reviewed list, and started again when it
ended. A server answers one question at a time.

A server that asks for something itself (a model's words, a person's, folders) is refused: nothing of ours is its
business, and an answer that depends on it could not be had again.
"""

from __future__ import annotations

import asyncio
import importlib.metadata
import json
import random
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

from mcp import Client as SdkClient
from mcp import types
from mcp.shared.exceptions import MCPError
from pydantic import ValidationError

from builder.errors import BuilderError, SpecError, SpecProblem, ToolError
from builder.identity import canonical_json
from builder.recipe.injection import neutral
from builder.records.http import Received, Sent
from builder.records.mcp import McpServer, McpTool, ServerGrant
from builder.records.tools import Provider
from builder.tools.http.client import Client
from builder.tools.http.options import LiveOptions
from builder.tools.http.pace import Clock
from builder.tools.http.secrets import Secrets
from builder.tools.http.trying import Passing, tried
from builder.tools.mcp.launching import launch
from builder.tools.mcp.packages import home_of, pinned
from builder.tools.mcp.pins import KEPT, Pin
from builder.tools.mcp.reading import checked
from builder.tools.mcp.stdio import Watch, stdio
from builder.tools.sandbox.selftest import Sandbox

LOOK_SECONDS = 60.0
"""How old the last look at a server's list may be when it is asked: changes are also told, but not by every server."""

MAX_PAGES = 100
"""Of a list of tools."""

AGE_SECONDS = 3600.0
"""Of a session: the sandbox ends programs that run longer (`launching.LIMITS`)."""

CLOSE_SECONDS = 10.0

Transport = AbstractAsyncContextManager[Any]


class Servers:
    """`await servers.call(...)`, inside one event loop; close it there."""

    def __init__(
        self,
        pin: Callable[[str], Pin],
        client: Callable[[], Client],
        options: LiveOptions,
        secrets: Secrets,
        clock: Clock,
    ) -> None:
        """`pin` gives a provider's reviewed list, `client` what reaches servers at an address."""
        self._pin = pin
        self._client = client
        self._options = options
        self._grants = {grant.provider: grant for grant in options.servers}
        self._secrets = secrets
        self._clock = clock
        self._sessions: dict[str, Session] = {}
        self._turns: dict[str, asyncio.Lock] = {}

    async def call(self, provider: Provider, asked: McpTool, sent: Sent, rng: random.Random) -> Received:
        """The answer of the server, or its declared no. `rng` decides the jitter between tries.

        Raises ToolError when there is none, SpecError when the server is not the pinned one, lists something else
        than was reviewed, or may not be started.
        """

        async def attempt(_waits: list[float]) -> Received:
            async with self._turns.setdefault(provider.id, asyncio.Lock()):
                received = await self._try(provider, json.loads(sent.body))
            checked(asked, received)
            return received

        return await tried(attempt, provider.limits.tries, self._clock, rng)

    async def close(self) -> None:
        for session in self._sessions.values():
            await session.close()
        self._sessions.clear()

    async def _try(self, provider: Provider, question: Mapping[str, Any]) -> Received:
        try:
            session = await self._session(provider)
            return await session.ask(question["name"], question["arguments"])
        except BaseException:
            # Whatever it was, the next question finds a server that knows nothing of this one.
            broken = self._sessions.pop(provider.id, None)
            if broken is not None:
                await broken.close()
            raise

    async def _session(self, provider: Provider) -> Session:
        old = self._sessions.get(provider.id)
        if old is not None and self._clock.now() - old.began > AGE_SECONDS:
            await self._sessions.pop(provider.id).close()
        if provider.id not in self._sessions:
            made = self._made(provider)
            self._sessions[provider.id] = made
            await made.open()
        return self._sessions[provider.id]

    def _made(self, provider: Provider) -> Session:
        watch = Watch(provider.limits.max_bytes)
        if provider.server is not None and provider.server.url is None:
            if provider.id not in self._grants:
                raise _not_granted(provider)
            transport = program(provider.server, self._grants[provider.id], watch, self._options.hold)
        else:
            from builder.tools.mcp.streaming import streaming

            transport = streaming(self._client(), provider, watch)
        pin = self._pin(provider.id)
        return Session(transport, watch, self._clock, self._secrets, provider.limits.try_seconds, pin)


@asynccontextmanager
async def program(server: McpServer, grant: ServerGrant, watch: Watch, hold: Callable[[], Sandbox] | None) -> Any:
    """The streams to a provider's program, once it is known to be the pinned one."""
    home = home_of(grant.home)
    found = pinned(grant.provider, server, home)
    try:
        launched = await launch([str(found.program), *server.command[1:]], home, grant.readable, hold)
    except OSError as error:
        raise ToolError("unavailable", f"{found.program.name} cannot be started: {error.strerror}") from None
    async with stdio(launched, watch) as streams:
        yield streams


class Session:
    """One session. It is used up by its first failure: close it and make another."""

    def __init__(
        self, transport: Transport, watch: Watch, clock: Clock, secrets: Secrets, seconds: float, pin: Pin | None
    ) -> None:
        """`seconds` for whatever it is asked; without a `pin` any list will do."""
        self._transport = transport
        self._watch = watch
        self._clock = clock
        self._secrets = secrets
        self._seconds = seconds
        self._pin = pin
        self._ready: asyncio.Future[SdkClient] = asyncio.get_running_loop().create_future()
        self._over = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self.began = clock.now()
        self._looked: float | None = None
        """When its list was last compared; None when it said that the list changed."""

    async def open(self) -> None:
        """Connect, agree on a version of the protocol, and compare the list of tools."""
        self._task = asyncio.create_task(self._live())
        async with self._asking():
            await asyncio.shield(self._ready)
        await self._look()

    @property
    def title(self) -> str:
        """What the server calls itself; empty when it does not."""
        info = self._ready.result().server_info
        return "" if info is None else info.title or info.name

    async def tools(self) -> dict[str, dict[str, Any]]:
        """What it lists, by name. Raises ToolError `bad_answer` for a list that does not end, or names one twice."""
        client = self._ready.result()
        found: dict[str, dict[str, Any]] = {}
        cursor: str | None = None
        async with self._asking():
            for _ in range(MAX_PAGES):
                page = await client.list_tools(cursor=cursor)
                for tool in page.tools:
                    if tool.name in found:
                        raise ToolError("bad_answer", "the server lists two tools of one name")
                    body = tool.model_dump(mode="json", by_alias=True, exclude_none=True)
                    found[tool.name] = {key: body[key] for key in KEPT if key in body}
                cursor = page.next_cursor
                if cursor is None:
                    _json(found)
                    return found
        raise ToolError("bad_answer", f"the server's list of tools goes on after {MAX_PAGES} pages")

    async def ask(self, name: str, arguments: dict[str, Any]) -> Received:
        """What a tool gives, without the keys that we hold."""
        if self._looked is None or self._clock.now() - self._looked > LOOK_SECONDS:
            await self._look()
        client = self._ready.result()
        async with self._asking():
            try:
                result = await client.session.call_tool(name, arguments, allow_input_required=True)
            except MCPError as error:
                # Some tools say no by an error of the protocol; under other codes the SDK tells of the way there.
                if self._watch.failure is not None or error.code != types.INVALID_PARAMS:
                    raise
                return self._received({"isError": True, "content": [{"type": "text", "text": error.message}]})
            except RuntimeError as error:
                # The SDK compares structured content with the schema that the tool promised.
                raise ToolError("bad_answer", f"the server broke its promise: {_line(error)}") from None
        if not isinstance(result, types.CallToolResult):
            raise ToolError("refused", "the server asks for something itself, and nothing of ours is given")
        body: dict[str, Any] = {"isError": bool(result.is_error), "content": [_part(part) for part in result.content]}
        if "structured_content" in result.model_fields_set:
            body["structuredContent"] = result.structured_content
        return self._received(body)

    async def close(self) -> None:
        """End it, however it does."""
        self._over.set()
        if self._task is not None:
            done, _ = await asyncio.wait({self._task}, timeout=CLOSE_SECONDS)
            if not done:
                self._task.cancel()
                await asyncio.wait({self._task}, timeout=CLOSE_SECONDS)
        if not self._ready.done():
            self._ready.cancel()

    async def _live(self) -> None:
        """The SDK wants what it opens to be closed in the same task."""
        version = importlib.metadata.version("dive-builder")
        try:
            async with SdkClient(
                self._transport,
                read_timeout_seconds=self._seconds,
                message_handler=self._noted,
                client_info=types.Implementation(name="dive-builder", version=version),
                cache=None,
            ) as client:
                self._ready.set_result(client)
                await self._over.wait()
        except BaseException as error:
            if not self._ready.done():
                self._ready.set_exception(_first(error))
                # Nobody may be waiting any more.
                self._ready.exception()
            if isinstance(error, asyncio.CancelledError):
                raise

    async def _noted(self, message: Any) -> None:
        if isinstance(message, types.ToolListChangedNotification):
            self._looked = None

    async def _look(self) -> None:
        # Before it is asked: what it says meanwhile counts.
        self._looked = self._clock.now()
        if self._pin is not None:
            self._pin.check(await self.tools())

    @asynccontextmanager
    async def _asking(self) -> Any:
        """Under the deadline and the limit; what breaks is raised as ToolError or Passing."""
        self._watch.begin()
        try:
            async with asyncio.timeout(self._seconds):
                yield
        except BuilderError:
            raise
        except TimeoutError:
            if self._watch.failure is None:
                raise ToolError("timeout", f"the server gave no answer in {self._seconds:g} s") from None
            raise self._watch.failure from None
        except (MCPError, ValidationError, OSError, RuntimeError, ValueError) as error:
            if self._watch.failure is not None:
                raise self._watch.failure from None
            if isinstance(error, MCPError) and error.code == types.REQUEST_TIMEOUT:
                raise ToolError("timeout", f"the server gave no answer in {self._seconds:g} s") from None
            if isinstance(error, MCPError) and error.code == types.CONNECTION_CLOSED:
                raise Passing(ToolError("unavailable", "the server ended the session")) from None
            shown = self._secrets.scrub_text(_line(error))
            raise ToolError("bad_answer", f"the server answered, but {shown}") from None
        if self._watch.failure is not None:
            raise self._watch.failure

    def _received(self, body: dict[str, Any]) -> Received:
        return Received(200, "application/json", "utf-8", self._secrets.scrub(_json(body)))


def _json(value: Any) -> bytes:
    try:
        return canonical_json(value).encode()
    except (ValueError, RecursionError) as error:
        raise ToolError("bad_answer", f"the server answered, but not in strict JSON: {_line(error)}") from None


def _part(part: Any) -> dict[str, Any]:
    """Of anything but text only what it is: pictures and the like are no data of ours."""
    return {"type": "text", "text": part.text} if part.type == "text" else {"type": str(part.type)}


def _line(error: BaseException) -> str:
    return str(neutral(" ".join(f"{type(error).__name__}: {error}".split())))[:200]


def _first(error: BaseException) -> BaseException:
    """The one error that a task group wrapped."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


def _not_granted(provider: Provider) -> SpecError:
    problem = f"the program of {provider.id} may not be started here"
    remedy = f'add [[live.servers]] with provider = "{provider.id}" and, where it is installed elsewhere, home'
    return SpecError([SpecProblem(f"{provider.id.replace('.', '/')}/provider.toml", "server.command", problem, remedy)])

"""Calls of `http` and `mcp` tools: live, recorded while live, or replayed from what was recorded.

replay   every request must be recorded; a miss is an error that names its key. Nothing is ever sent
record   what is recorded is replayed; the rest is asked, and durable before anything is derived from it
live     everything is asked, nothing is kept
"""

from __future__ import annotations

import asyncio
import random
import threading
from collections.abc import Coroutine, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, Any

from builder.errors import ToolError
from builder.identity import random_stream
from builder.recipe.wording import date_text
from builder.records.http import Received, Sent, Translation
from builder.records.tools import Call, Provider, SemanticType, ToolSpec
from builder.tools.http.options import LiveOptions
from builder.tools.http.reading import Requests, Translate, answer, check
from builder.tools.http.secrets import Secrets
from builder.tools.mcp import reading as mcp_reading
from builder.tools.recordings import Recording, Recordings, request_key

if TYPE_CHECKING:
    from builder.tools.http.client import Client
    from builder.tools.http.pace import Clock
    from builder.tools.mcp.sessions import Servers


class LiveTools:
    """All live tools of a pool. `call` blocks, `answer` is for a running event loop; one object uses one of them."""

    def __init__(
        self,
        providers: Mapping[str, Provider],
        types: Mapping[str, SemanticType],
        recordings: Recordings,
        options: LiveOptions,
        translate: Translate | None = None,
    ) -> None:
        """`translate` gives what stands for a value by a declared translation; without it specs have none."""
        self.recordings = recordings
        self.options = options
        self._providers = providers
        self._types = types
        self._translate = translate or _untranslated
        self._secrets = Secrets.of(options.grants, options.environ)
        self._client: Client | None = None
        self._servers: Servers | None = None
        self._writer: _Writer | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    def call(self, spec: ToolSpec, arguments: dict[str, Any]) -> dict[str, Any]:
        """The fields of one call. Raises ToolError; SpecError without a key, SettingsError without a contact."""
        if self.options.mode == "replay":
            return self._replayed(spec, arguments)
        found: dict[str, Any] = self._run(self.answer(spec, arguments))
        return found

    def as_of(self, provider: Provider) -> Provider:
        """The provider with the day of its latest recorded answer, which every question about it names (law 6)."""
        # What a program only computes is as of no day; other live providers say their source (`tools check`).
        dated = provider.is_live and (provider.say_source or provider.server is None)
        newest = self.recordings.newest(provider.id) if dated else ""
        if not newest:
            return provider
        source = f"the {provider.source.removeprefix('the ')} data of {date_text(newest, 'day_first')}"
        return provider.model_copy(update={"source": source, "data_date": newest})

    async def answer(self, spec: ToolSpec, arguments: dict[str, Any]) -> dict[str, Any]:
        """The same inside the caller's event loop."""
        provider = self._providers[spec.provider]
        requests = self._requests(spec, arguments)
        try:
            async with asyncio.timeout(provider.limits.call_seconds):
                sent = next(requests)
                while True:
                    sent = requests.send(await self._received(Call(spec.id, arguments), spec, sent))
        except StopIteration as stop:
            return stop.value  # type: ignore[no-any-return]
        except TimeoutError:
            raise ToolError(
                "timeout", f"no answer in {provider.limits.call_seconds:g} s, tries and pages included"
            ) from None
        finally:
            requests.close()

    def close(self) -> None:
        """Let go of connections, when `call` was used."""
        if self._loop is not None:
            self._run(self.aclose())
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._loop = None

    async def aclose(self) -> None:
        """The same for `answer`, in its event loop."""
        if self._servers is not None:
            await self._servers.close()
            self._servers = None
        if self._client is not None:
            await self._client.close()
            self._client = None
        if self._writer is not None:
            self._writer.close()
            self._writer = None

    def _requests(self, spec: ToolSpec, arguments: dict[str, Any]) -> Requests:
        server = self._providers[spec.provider].server
        if spec.kind == "mcp":
            assert server is not None
            return mcp_reading.answer(spec, server, self._types, arguments, self._translate)
        return answer(spec, self._types, arguments, self._translate)

    def _replayed(self, spec: ToolSpec, arguments: dict[str, Any]) -> dict[str, Any]:
        requests = self._requests(spec, arguments)
        try:
            sent = next(requests)
            while True:
                sent = requests.send(self._recorded(spec, sent))
        except StopIteration as stop:
            return stop.value  # type: ignore[no-any-return]
        finally:
            requests.close()

    def _recorded(self, spec: ToolSpec, sent: Sent) -> Received:
        found = self.recordings.find(spec.provider, request_key(sent))
        if found is None:
            raise _miss(sent)
        return found.received

    async def _received(self, call: Call, spec: ToolSpec, sent: Sent) -> Received:
        if self.options.mode == "replay":
            return self._recorded(spec, sent)
        key = request_key(sent)
        if self.options.mode == "record" and (found := self.recordings.find(spec.provider, key)) is not None:
            return found.received
        clock = self._clock()
        began = clock.now()
        try:
            received = await self._asked(spec, sent, random_stream(self.options.seed, "http", key))
        except ToolError as error:
            self._note(call, spec, sent, error, clock.now() - began)
            raise
        if self.options.mode == "live":
            return received
        recording = Recording(sent, received, call.tool, call.arguments, self.options.now().date().isoformat())
        if self._writer is None:
            self._writer = _Writer(self.recordings)
        return (await self._writer.write(spec.provider, recording)).received

    async def _asked(self, spec: ToolSpec, sent: Sent, rng: random.Random) -> Received:
        provider, request = self._providers[spec.provider], spec.request
        if spec.mcp is not None:
            return await self._opened_servers().call(provider, spec.mcp, sent, rng)
        assert request is not None
        return await self._opened().fetch(provider, sent, request.told, partial(check, request), rng)

    def _note(self, call: Call, spec: ToolSpec, sent: Sent, error: ToolError, seconds: float) -> None:
        """Keep what failed, with its reason. Never an answer: the next run asks again."""
        if self.options.mode == "record":
            entry = {
                "key": request_key(sent),
                "tool": call.tool,
                "arguments": call.arguments,
                "url": sent.url,
                "kind": error.kind,
                "message": error.message,
                "seconds": round(seconds, 3),
                "at": self.options.now().isoformat(),
            }
            self.recordings.note_failure(spec.provider, entry)

    def _clock(self) -> Clock:
        from builder.tools.http.pace import SystemClock

        return self.options.clock or SystemClock()

    def _opened(self) -> Client:
        if self._client is None:
            # Here, since replaying needs none of it: the HTTP library takes a third of a second to import.
            from builder.tools.http.client import Client

            paces = self.options.folder / ".pace" if self.options.folder is not None else None
            self._client = Client.of(self.options, self._secrets, self._clock(), paces)
        return self._client

    def _opened_servers(self) -> Servers:
        if self._servers is None:
            from builder.tools.mcp.pins import read_pin
            from builder.tools.mcp.sessions import Servers

            pin = partial(read_pin, self.recordings.specs)
            self._servers = Servers(pin, self._opened, self.options, self._secrets, self._clock())
        return self._servers

    def _run(self, work: Coroutine[Any, Any, Any]) -> Any:
        """Run it in the event loop of a thread, which tools that block share; Ctrl-C ends the wait and the work."""
        if self._loop is None:
            self._loop = asyncio.new_event_loop()
            threading.Thread(target=self._loop.run_forever, name="live tools", daemon=True).start()
        waiting: Future[Any] = asyncio.run_coroutine_threadsafe(work, self._loop)
        try:
            return waiting.result()
        except BaseException:
            waiting.cancel()
            raise


def _untranslated(way: Translation, value: Any) -> Any:
    raise ToolError("not_supported", f"nothing translates by {way.table} here")


def _miss(sent: Sent) -> ToolError:
    key = request_key(sent)
    return ToolError("not_recorded", f"no answer is recorded under {key} ({sent.method} {sent.url})", key=key)


class _Writer:
    """Writes recordings in a thread of its own, many in one go: a flush to disk costs the same for one and for all."""

    def __init__(self, recordings: Recordings) -> None:
        self._recordings = recordings
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="recordings")
        self._waiting: dict[str, list[tuple[Recording, asyncio.Future[Recording]]]] = {}
        self._draining: asyncio.Future[None] | None = None

    async def write(self, provider: str, recording: Recording) -> Recording:
        """The recording that holds for its request, once it is on disk."""
        done: asyncio.Future[Recording] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(provider, []).append((recording, done))
        if self._draining is None or self._draining.done():
            # Kept, since the event loop holds tasks weakly.
            self._draining = asyncio.ensure_future(self._drain())
        return await done

    async def _drain(self) -> None:
        loop = asyncio.get_running_loop()
        while self._waiting:
            provider, batch = self._waiting.popitem()
            try:
                file = self._recordings.files(provider)[0]
                kept = await loop.run_in_executor(self._thread, file.append, [recording for recording, _ in batch])
            except Exception as error:
                for _, done in batch:
                    if not done.done():
                        done.set_exception(error)
                continue
            for (_, done), recording in zip(batch, kept, strict=True):
                if not done.done():
                    done.set_result(recording)

    def close(self) -> None:
        self._thread.shutdown(wait=True)

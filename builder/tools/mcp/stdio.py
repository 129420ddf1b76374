"""Messages of the Model Context Protocol over the standard input and output of a program.

Not the SDK's own transport: that one passes on parts of our environment, writes the program's errors to ours, and
gathers a line of any length.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import anyio
from mcp.shared.message import SessionMessage
from mcp.types import jsonrpc_message_adapter

from builder.errors import ToolError
from builder.recipe.injection import neutral
from builder.records.http import Received
from builder.tools.http.parsing import parse
from builder.tools.http.trying import Passing
from builder.tools.mcp.launching import Launched

GRACE_SECONDS = 1.0
"""For a program to end by itself once its input is closed."""

STOP_SECONDS = 5.0
"""For the sandbox to end what does not end by itself."""

POLL_SECONDS = 0.01

CHUNK = 65_536

TOLD = 200
"""Characters kept of what a program last wrote to its standard error."""


class Watch:
    """What a server has sent since it was last asked, and why it was given up."""

    def __init__(self, limit: int) -> None:
        """`limit` is in bytes, of everything between one question and its answer."""
        self._limit = limit
        self._taken = 0
        self.failure: ToolError | Passing | None = None

    def begin(self) -> None:
        """It is asked something: count anew."""
        self._taken = 0

    def take(self, count: int) -> bool:
        """Whether so many bytes more are still within the limit."""
        self._taken += count
        if self._taken > self._limit:
            self.fail(ToolError("too_large", f"the server sent more than {self._limit:,} bytes for one answer"))
        return self.failure is None

    def fail(self, error: ToolError | Passing) -> None:
        """Give it up. The first reason counts; Passing where a new session may do better."""
        self.failure = self.failure or error


@asynccontextmanager
async def stdio(program: Launched, watch: Watch) -> AsyncIterator[Any]:
    """The two streams that the SDK's client wants. The program is ended on the way out, whatever it does."""
    to_us, reading = anyio.create_memory_object_stream[SessionMessage | Exception](0)
    writing, from_us = anyio.create_memory_object_stream[SessionMessage](0)
    said = bytearray()
    async with anyio.create_task_group() as group:
        group.start_soon(_read, program, to_us, watch, said)
        group.start_soon(_write, program.process, from_us)
        group.start_soon(_listen, program.process, said)
        try:
            yield reading, writing
        finally:
            with anyio.CancelScope(shield=True):
                await _stop(program)
            group.cancel_scope.cancel()
            for stream in (to_us, reading, writing, from_us):
                stream.close()


async def _read(program: Launched, sink: Any, watch: Watch, said: bytearray) -> None:
    stdout = program.process.stdout
    assert stdout is not None
    buffer = bytearray()
    with suppress(anyio.BrokenResourceError, anyio.ClosedResourceError):
        async with sink:
            while chunk := await stdout.read(CHUNK):
                if not watch.take(len(chunk)):
                    return
                buffer += chunk
                *lines, rest = buffer.split(b"\n")
                buffer = bytearray(rest)
                for line in lines:
                    try:
                        message = _message(bytes(line))
                    except ToolError as error:
                        watch.fail(error)
                        return
                    await sink.send(SessionMessage(message))
            # Wait for the last words of a program that broke off, which say why.
            await _ended(program)
            last = str(neutral(" ".join(said.decode("utf-8", "replace").split())))[-TOLD:]
            watch.fail(Passing(ToolError("unavailable", "the server ended" + (f": {last}" if last else ""))))


def _message(line: bytes) -> Any:
    """One message, as strict JSON. Raises ToolError `bad_answer` for anything else on the program's output."""
    value = parse("json", Received(200, "application/json", "utf-8", line))
    try:
        return jsonrpc_message_adapter.validate_python(value, by_name=False)
    except ValueError:
        shown = line[:80].decode("utf-8", "replace")
        raise ToolError("bad_answer", f"the server wrote what is no message: {shown!r}") from None


async def _write(process: asyncio.subprocess.Process, source: Any) -> None:
    assert process.stdin is not None
    async with source:
        async for message in source:
            text = message.message.model_dump_json(by_alias=True, exclude_unset=True)
            try:
                process.stdin.write(text.encode() + b"\n")
                await process.stdin.drain()
            except OSError:
                # It reads no more: what it wrote last, or its end, says why.
                return


async def _listen(process: asyncio.subprocess.Process, said: bytearray) -> None:
    """Keep the end of what it writes to its standard error, so that it never waits for a reader."""
    assert process.stderr is not None
    while chunk := await process.stderr.read(CHUNK):
        said += chunk
        del said[: -4 * TOLD]


async def _stop(program: Launched) -> None:
    """Let it end by itself, or end it; what it started ends with it."""
    assert program.process.stdin is not None
    program.process.stdin.close()
    await _ended(program)
    if not program.ended:
        program.stop()
        await _ended(program, STOP_SECONDS)
    program.end()


async def _ended(program: Launched, seconds: float = GRACE_SECONDS) -> None:
    """Wait for its end, a while."""
    with anyio.move_on_after(seconds):
        while not program.ended:
            await anyio.sleep(POLL_SECONDS)

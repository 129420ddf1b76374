"""A server on loopback that answers raw bytes, well or badly, and remembers who connected and what was asked.

In a thread of its own, so that code under test may block. A route is a coroutine of the request and the writer.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from builder.testing.threaded import ThreadedServer


@dataclass(frozen=True, slots=True)
class Asked:
    """One request as it came in."""

    method: str
    target: str
    headers: Mapping[str, str]
    """By lower-case names."""
    body: bytes

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]


Route = Callable[[Asked, asyncio.StreamWriter], Awaitable[None]]


def reply(
    body: bytes | str = b"{}", status: str = "200 OK", media: str = "application/json", *more: tuple[str, str]
) -> Route:
    """A well-formed answer with these parts."""
    content = body.encode() if isinstance(body, str) else body
    headers = [("Content-Type", media), ("Content-Length", str(len(content))), *more]
    head = f"HTTP/1.1 {status}\r\n" + "".join(f"{name}: {value}\r\n" for name, value in headers) + "\r\n"
    return raw(head.encode() + content)


def raw(text: bytes, *, close: bool = False) -> Route:
    """Just these bytes."""

    async def route(_: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(text)
        await writer.drain()
        if close:
            writer.close()

    return route


def in_turn(*routes: Route) -> Route:
    """One after another; the last one from then on."""
    left = list(routes)

    async def route(asked: Asked, writer: asyncio.StreamWriter) -> None:
        await (left.pop(0) if len(left) > 1 else left[0])(asked, writer)

    return route


@dataclass
class HostileServer(ThreadedServer):
    """`with HostileServer({"/path": route}) as server: ... server.port, server.asked, server.connections`."""

    routes: Mapping[str, Route]
    address: str = "127.0.0.1"
    port: int = 0
    asked: list[Asked] = field(default_factory=list)
    connections: int = 0
    tls: ssl.SSLContext | None = None
    _server: asyncio.Server | None = None

    async def _start(self) -> None:
        self._server = await asyncio.start_server(self._connected, self.address, self.port, backlog=1024, ssl=self.tls)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _stop(self) -> None:
        assert self._server is not None
        self._server.close()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while (asked := await _read(reader)) is not None:
                self.asked.append(asked)
                route = self.routes.get(asked.path, reply("gone", "404 Not Found", "text/plain"))
                await route(asked, writer)
                if writer.is_closing():
                    break
        except (OSError, ValueError, asyncio.IncompleteReadError, asyncio.CancelledError):
            # The client went, or the test is over.
            pass
        finally:
            with contextlib.suppress(OSError, RuntimeError):
                writer.close()


async def _read(reader: asyncio.StreamReader) -> Asked | None:
    head = await reader.readline()
    if not head:
        return None
    method, target, _ = head.decode().split(" ", 2)
    headers: dict[str, str] = {}
    while (line := (await reader.readline()).decode("latin-1").rstrip("\r\n")) != "":
        name, _, value = line.partition(":")
        headers[name.lower()] = value.strip()
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Asked(method, target, headers, body)


async def slow_drip(asked: Asked, writer: asyncio.StreamWriter) -> None:
    """A byte at a time, never done."""
    writer.write(b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n{"name": "')
    while True:
        writer.write(b"x")
        await writer.drain()
        await asyncio.sleep(0.05)


async def slow_headers(asked: Asked, writer: asyncio.StreamWriter) -> None:
    """A header line now and then, never a body."""
    writer.write(b"HTTP/1.1 200 OK\r\n")
    number = 0
    while True:
        number += 1
        writer.write(f"X-{number}: y\r\n".encode())
        await writer.drain()
        await asyncio.sleep(0.2)


async def silent(asked: Asked, writer: asyncio.StreamWriter) -> None:
    """Takes the request and says nothing."""
    await asyncio.Event().wait()


async def endless(asked: Asked, writer: asyncio.StreamWriter) -> None:
    """A body without end, as fast as it is read."""
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n")
    block = b"10000\r\n" + b"x" * 65536 + b"\r\n"
    while True:
        writer.write(block)
        await writer.drain()


async def header_flood(asked: Asked, writer: asyncio.StreamWriter) -> None:
    """Headers without end."""
    writer.write(b"HTTP/1.1 200 OK\r\n")
    while True:
        writer.write(b"X-Flood: " + b"y" * 4000 + b"\r\n")
        await writer.drain()


async def reset(asked: Asked, writer: asyncio.StreamWriter) -> None:
    """The connection is reset before an answer."""
    sock = writer.get_extra_info("socket")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
    writer.transport.abort()


async def informational(asked: Asked, writer: asyncio.StreamWriter) -> None:
    """Interim answers without end (RFC 9110, 15.2)."""
    while True:
        writer.write(b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n")
        await writer.drain()
        await asyncio.sleep(0.001)

"""Messages of the Model Context Protocol over streamable HTTP: the SDK's transport, over our own way to the network.

The SDK speaks through an httpx client; here each of its requests is made by `builder.tools.http.client`, so hosts,
addresses, redirects, pace, keys and limits are those of every live tool. A stream that the server would use to
speak first is not opened: nothing that it could ask is given.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import httpx2
from mcp.client.streamable_http import streamable_http_client
from yarl import URL

from builder.errors import ToolError
from builder.records.http import Sent
from builder.records.tools import Provider
from builder.tools.http.client import MOVED, Client
from builder.tools.http.egress import declared_host, next_hop
from builder.tools.http.trying import Passing
from builder.tools.mcp.stdio import Watch

_OURS = frozenset({"accept-encoding", "connection", "content-length", "host", "transfer-encoding", "user-agent"})
"""Headers of the SDK's request that our client writes itself."""

_METHODS = frozenset({"POST", "DELETE"})
"""A message, and the end of a session."""


@asynccontextmanager
async def streaming(client: Client, provider: Provider, watch: Watch) -> AsyncIterator[Any]:
    """The two streams that the SDK's client wants, to the address of the provider's server."""
    assert provider.server is not None and provider.server.url is not None
    way = _Way(client, provider, watch)
    async with (
        httpx2.AsyncClient(transport=way, trust_env=False, follow_redirects=False, timeout=None) as http,
        streamable_http_client(
            provider.server.url, http_client=http, max_sse_event_size=provider.limits.max_bytes
        ) as streams,
    ):
        yield streams


class _Way(httpx2.AsyncBaseTransport):
    """Makes the SDK's requests. What goes wrong is noted in the watch: the SDK would tell less of it."""

    def __init__(self, client: Client, provider: Provider, watch: Watch) -> None:
        self._client = client
        self._provider = provider
        self._watch = watch

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        if request.method not in _METHODS:
            return httpx2.Response(405, request=request)
        try:
            return await self._answer(request)
        except (Passing, ToolError) as error:
            self._watch.fail(error)
        return httpx2.Response(502, request=request)

    async def _answer(self, request: httpx2.Request) -> httpx2.Response:
        url = URL(str(request.url), encoded=True)
        host = declared_host(self._provider, url)
        kept = tuple((name, value) for name, value in request.headers.items() if name.lower() not in _OURS)
        # Packed answers would have to be unpacked within the limit, and messages are small.
        headers = (*kept, ("Accept-Encoding", "identity"))
        sent = Sent(request.method, str(url), headers, (await request.aread()).decode())
        pace = self._client.pace(host)
        async with pace.turn():
            try:
                with self._client.named(host):
                    response = await self._client.open(self._provider, host, sent, url)
            except (Passing, asyncio.CancelledError):
                # It could not be reached, or not in time.
                pace.failed()
                raise
        try:
            self._client.judge(pace, response)
            if response.status in MOVED:
                # The SDK follows it when it stays where it is; here it is told where it would lead.
                declared_host(self._provider, next_hop(url, response.headers.get("Location"), 0))
            if response.status in (401, 403):
                raise ToolError("denied", f"{host.name}: HTTP {response.status}")
            if response.headers.get("Content-Encoding", "identity").lower() not in ("", "identity"):
                raise ToolError("bad_answer", f"{host.name}: the answer is packed, though that was not asked for")
        except BaseException:
            response.close()
            raise
        kept = tuple((name, value) for name, value in response.headers.items())
        body = _Body(response, self._watch)
        return httpx2.Response(response.status, headers=list(kept), stream=body, request=request)

    async def aclose(self) -> None:
        """The connections are those of the client, which outlives the session."""


class _Body(httpx2.AsyncByteStream):
    """The body as it comes. Beyond the limit, or where it breaks off, it ends, and the watch knows why."""

    def __init__(self, response: aiohttp.ClientResponse, watch: Watch) -> None:
        self._response = response
        self._watch = watch

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            async for chunk in self._response.content.iter_any():
                if not self._watch.take(len(chunk)):
                    return
                yield chunk
        except (aiohttp.ClientError, OSError) as error:
            self._watch.fail(ToolError("unavailable", f"the answer broke off: {type(error).__name__}"))

    async def aclose(self) -> None:
        self._response.close()

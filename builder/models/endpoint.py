"""The engine over HTTP: any OpenAI-compatible server, or several that serve one model.

One session for the process. A request goes to the least busy endpoint; what fails in passing is tried again
here and nowhere else, after a jittered wait that honours the server's. Servers cannot tell a repeated
request from a new one and need not: it has no side effect, and its seed makes it the same.
"""

from __future__ import annotations

import asyncio
import datetime
import json
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any

import aiohttp
from pydantic_core import to_json

from builder.errors import EndpointError, ModelError
from builder.models.balance import Balance, Endpoint
from builder.models.base import Clock, LoopClock
from builder.models.probe import Needs, probe, wait_until_healthy
from builder.models.waiting import Transient
from builder.models.wire import body_of, reply_of
from builder.records.chat import ChatReply, ChatRequest
from builder.waiting import delay, retry_after

CONNECT_SECONDS = 10.0
KEEPALIVE_SECONDS = 30.0
MAX_BODY = 64 * 2**20
TRANSIENT = {408: "timeout", 409: "server_error", 429: "rate_limited"}
_TOO_LONG = ("context length", "maximum context", "max_model_len", "too long", "context window")


@dataclass(frozen=True, slots=True)
class Served:
    """Where a model is served, and how patient we are."""

    model: str
    urls: tuple[str, ...]
    """Base URLs, such as `http://127.0.0.1:8000/v1`."""
    key: str | None = field(default=None, repr=False)
    """Never logged, never in a message."""
    in_flight: int = 64
    """Requests under way at each endpoint."""
    deadline: float = 600.0
    """Seconds for one try."""
    tries: int = 6
    patience: float = 180.0
    """Seconds for which no endpoint may answer before the run stops: a server that restarts takes a minute."""
    strict_tools: bool = True
    needs: Needs = field(default_factory=Needs)


class EndpointModel:
    """`async with EndpointModel(served) as model: await model.chat(request)`."""

    def __init__(self, served: Served, *, clock: Clock | None = None, rng: random.Random | None = None) -> None:
        """`clock` and `rng` time the waits between tries; they decide no reply."""
        self.served = served
        self._clock = clock or LoopClock()
        self._rng = rng or random.Random()
        self.balance = Balance([Endpoint(url, served.in_flight) for url in served.urls], self._clock, served.patience)
        self._session: aiohttp.ClientSession | None = None
        self._ready: asyncio.Task[None] | None = None

    async def __aenter__(self) -> EndpointModel:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        if self._ready is not None:
            self._ready.cancel()
        if self._session is not None:
            await self._session.close()

    async def chat(self, request: ChatRequest, on_lost: Callable[[], None] | None = None) -> ChatReply:
        """The reply. The first request waits for the servers and asks them what they can do."""
        if self._ready is None:
            self._ready = asyncio.ensure_future(self._get_ready())
        # Shielded: one impatient record must not cancel the set-up of all.
        await asyncio.shield(self._ready)
        return await self.send(request, on_lost)

    async def send(self, request: ChatRequest, on_lost: Callable[[], None] | None = None) -> ChatReply:
        """The reply, without the look at the servers."""
        body = to_json(body_of(request, strict_tools=self.served.strict_tools))
        tried = 0
        while True:
            try:
                async with self.balance.lease() as endpoint:
                    reply = await self._try(endpoint, body)
                return reply_of(reply, request.sampling.n)
            except Transient as failure:
                if failure.spent and on_lost is not None:
                    on_lost()
                # A server that is away uses up nobody's tries: it is waited for, up to the patience of the balance.
                tried += failure.reached
                if tried >= self.served.tries and not self.balance.down:
                    raise ModelError(failure.kind, f"{failure.message} ({tried} tries)") from None
                await self._clock.sleep(delay(max(1, tried), failure.after, self._rng))

    async def get(self, url: str) -> tuple[int, Any]:
        """Status and JSON (None when it is none) of a GET. Raises Transient when the server cannot be reached."""
        try:
            async with asyncio.timeout(CONNECT_SECONDS * 2), self._http().get(url) as response:
                text = await response.text()
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise Transient("server_error", _said(error), reached=False) from None
        try:
            return response.status, json.loads(text)
        except ValueError:
            return response.status, None

    async def _get_ready(self) -> None:
        for endpoint in self.balance.endpoints:
            await wait_until_healthy(endpoint.url, self.get, self._clock, self.served.patience)
            await probe(self, endpoint.url, self.served.model, self.served.needs)

    async def _try(self, endpoint: Endpoint, body: bytes) -> Any:
        try:
            found = await self._post(f"{endpoint.url}/chat/completions", body)
        except Transient as failure:
            now = self._clock.now()
            if failure.kind == "rate_limited":
                # The server is well and says so; only the pace is wrong.
                endpoint.rest(now + (failure.after or 0.0))
            else:
                endpoint.failed(now, failure.message)
            raise
        endpoint.succeeded()
        return found

    async def _post(self, url: str, body: bytes) -> Any:
        """JSON of a good response. Raises Transient for what may pass, ModelError or EndpointError for the rest."""
        answered = False
        try:
            async with (
                asyncio.timeout(self.served.deadline),
                self._http().post(url, data=body, headers={"Content-Type": "application/json"}) as response,
            ):
                answered = True
                raw = await response.content.read(MAX_BODY)
                while not response.content.at_eof():
                    raw += await response.content.read(MAX_BODY)
                    if len(raw) > MAX_BODY:
                        raise ModelError("bad_reply", f"the response has more than {MAX_BODY:,} bytes")
        except TimeoutError as error:
            if not answered and isinstance(error, aiohttp.ConnectionTimeoutError):
                raise Transient("server_error", "no connection in time", reached=False) from None
            raise Transient("timeout", f"no reply within {self.served.deadline:g} s", spent=True) from None
        except (aiohttp.ClientConnectorError, aiohttp.ClientConnectorDNSError) as error:
            raise Transient("server_error", _said(error), reached=False) from None
        except (aiohttp.ClientError, OSError) as error:
            if answered:
                raise Transient("broken_off", f"the response broke off: {_said(error)}", spent=True) from None
            # The server went away with the request: it may be restarting.
            raise Transient("broken_off", f"no response: {_said(error)}", reached=False, spent=True) from None
        return self._read(response, raw)

    def _read(self, response: aiohttp.ClientResponse, raw: bytes) -> Any:
        status = response.status
        if status == 200:
            try:
                return json.loads(raw)
            except ValueError:
                raise Transient("broken_off", "the response is not whole JSON", spent=True) from None
        told = f"HTTP {status}: {_problem(raw)}"
        if status in TRANSIENT or status >= 500:
            now = datetime.datetime.now(datetime.UTC)
            after = retry_after(response.headers.get("Retry-After"), now)
            raise Transient(TRANSIENT.get(status, "server_error"), told, after)
        if status in (401, 403):
            raise EndpointError(
                f"{response.url.origin()} refuses the key ({told}): set the variable that model.key_variable names."
            )
        if status == 404:
            raise EndpointError(
                f"{response.url} is not there, or does not serve {self.served.model} ({told}): "
                "correct model.endpoints (they end in /v1) or model.name."
            )
        too_long = any(words in told.lower() for words in _TOO_LONG)
        raise ModelError("context_too_long" if too_long else "bad_request", told)

    def _http(self) -> aiohttp.ClientSession:
        if self._session is None:
            total = self.served.in_flight * len(self.served.urls)
            connector = aiohttp.TCPConnector(
                limit=total + 8, limit_per_host=0, keepalive_timeout=KEEPALIVE_SECONDS, ttl_dns_cache=300
            )
            headers = {"Authorization": f"Bearer {self.served.key}"} if self.served.key else {}
            timeout = aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_SECONDS)
            self._session = aiohttp.ClientSession(connector=connector, headers=headers, timeout=timeout)
        return self._session


def _said(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"[:200]


def _problem(raw: bytes) -> str:
    """The message of an error body, at most 300 characters."""
    text = raw[:4096].decode("utf-8", "replace")
    try:
        body = json.loads(text)
        inner = body.get("error", body)
        text = inner.get("message", text) if isinstance(inner, dict) else str(inner)
    except (ValueError, AttributeError):
        pass
    return " ".join(str(text).split())[:300]

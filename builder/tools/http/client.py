"""One request with its redirects and tries, under deadlines and limits; what comes back is scrubbed of keys.

Everything that can go wrong ends as a ToolError: `refused` (egress), `unavailable`, `rate_limited`, `timeout`,
`too_large`, `bad_answer`, `denied` (the service refuses the request or the key).
"""

from __future__ import annotations

import asyncio
import datetime
import importlib.metadata
import random
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import quote, urlencode

import aiohttp
from yarl import URL

from builder.errors import SettingsError, ToolError
from builder.records.http import Host, Received, Sent
from builder.records.tools import Provider
from builder.tools.http.egress import Guard, declared_host, next_hop
from builder.tools.http.options import LiveOptions
from builder.tools.http.pace import Clock, Pace
from builder.tools.http.secrets import Secrets
from builder.tools.http.trying import Passing, tried
from builder.waiting import retry_after

CONNECT_SECONDS = 10.0
MAX_HEADERS = 100
MAX_HEADER_BYTES = 8_190
"""Of one header line."""

KEEPALIVE_SECONDS = 15.0

PASSING = frozenset({408, 425, 429})
"""Statuses besides 5xx after which the same request may do better (RFC 9110, 15.5; RFC 8470; RFC 6585)."""

MOVED = frozenset({301, 302, 303, 307, 308})
KEEPS_METHOD = frozenset({307, 308})


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls, and with which clocks."""

    contact: str
    """A mail or web address at which the operators of a service reach us."""
    secrets: Secrets
    clock: Clock
    now: Callable[[], datetime.datetime]
    """The time of day, for dates in Retry-After."""
    paces: Path | None = None
    """Folder in which workers share the pace of each host."""

    @property
    def user_agent(self) -> str:
        return f"dive-builder/{importlib.metadata.version('dive-builder')} (+{self.contact})"


class Client:
    """`await client.fetch(...)`, inside one event loop; close it there."""

    def __init__(self, caller: Caller, guard: Guard) -> None:
        """Raises SettingsError without a contact: services ask for one, and block those who give none."""
        if not caller.contact.strip() or not caller.contact.isprintable() or not caller.contact.isascii():
            raise SettingsError(
                "live.contact: services must be able to reach whoever calls them (set a mail address or web page in "
                "the settings, or give --contact)"
            )
        self._caller = caller
        self._guard = guard
        self._paces: dict[tuple[str, str, int], Pace] = {}
        self._session: aiohttp.ClientSession | None = None

    @classmethod
    def of(cls, options: LiveOptions, secrets: Secrets, clock: Clock, paces: Path | None = None) -> Client:
        """One that asks as the options say; `paces` is the folder that processes share their paces in."""
        caller = Caller(options.contact, secrets, clock, options.now, paces)
        return cls(caller, Guard(options.lookup, loopback=options.loopback))

    async def close(self) -> None:
        for pace in self._paces.values():
            pace.close()
        if self._session is not None:
            await self._session.close()

    async def fetch(
        self,
        provider: Provider,
        sent: Sent,
        told: frozenset[int],
        check: Callable[[Received], object],
        rng: random.Random,
    ) -> Received:
        """The answer: success, or a status in `told`. `check` raises ToolError for a success that is none.

        `rng` decides the jitter of the waits.
        """

        async def attempt(waits: list[float]) -> Received:
            received = await self._try(provider, sent, told, waits)
            if received.status not in told:
                check(received)
            return received

        return await tried(attempt, provider.limits.tries, self._caller.clock, rng)

    async def open(self, provider: Provider, host: Host, sent: Sent, url: URL) -> aiohttp.ClientResponse:
        """The answer of one hop, with the provider's key and its body not read yet; close it.

        Raises what aiohttp does; `named` turns that into our errors.
        """
        headers = dict(sent.headers)
        key = self._caller.secrets.value(provider, host)
        target = url
        if key is not None and provider.auth is not None:
            if provider.auth.place == "header":
                headers[provider.auth.name] = provider.auth.prefix + key
            else:
                pair = urlencode({provider.auth.name: provider.auth.prefix + key}, quote_via=quote, safe="")
                target = URL(f"{url}{'&' if url.raw_query_string else '?'}{pair}", encoded=True)
        return await self._http().request(
            sent.method, target, headers=headers, data=sent.body.encode() or None, allow_redirects=False
        )

    @contextmanager
    def named(self, host: Host) -> Iterator[None]:
        """What goes wrong on the way to a host and back, as ToolError, or Passing where a further try may do better."""
        try:
            yield
        except aiohttp.ClientPayloadError as error:
            raise ToolError("unavailable", f"{host.name}: the answer broke off: {self._said(error)}") from None
        except aiohttp.ClientResponseError as error:
            raise ToolError("bad_answer", f"{host.name}: the answer is no HTTP: {self._said(error)}") from None
        except (aiohttp.InvalidURL, aiohttp.ClientConnectorCertificateError, aiohttp.ClientSSLError) as error:
            raise ToolError("refused", f"{host.name}: {self._said(error)}") from None
        except (aiohttp.ClientError, OSError) as error:
            if isinstance(error, TimeoutError) and not isinstance(error, aiohttp.ClientError):
                raise
            raise Passing(ToolError("unavailable", f"{host.name}: {self._said(error)}")) from None

    def judge(self, pace: Pace, response: aiohttp.ClientResponse) -> None:
        """Tell the pace how the host is. Raises Passing for a status after which a further try may do better."""
        status, name = response.status, pace.host.name
        if not _is_passing(status):
            pace.succeeded()
            return
        after = retry_after(response.headers.get("Retry-After"), self._caller.now())
        if status == 429:
            # The host is well, only the pace is wrong.
            pace.succeeded()
            pace.rest(after or 0.0)
            raise Passing(ToolError("rate_limited", f"{name}: HTTP 429, too many requests"), after)
        pace.failed()
        if after is not None:
            pace.rest(after)
        raise Passing(ToolError("unavailable", f"{name}: HTTP {status}"), after)

    async def _try(self, provider: Provider, sent: Sent, told: frozenset[int], waits: list[float]) -> Received:
        url, method = URL(sent.url, encoded=True), sent.method
        hops: list[str] = []
        while True:
            host = declared_host(provider, url)
            pace = self.pace(host)
            async with pace.turn() as waited:
                waits.append(waited)
                try:
                    async with asyncio.timeout(provider.limits.try_seconds):
                        response, body = await self._exchange(provider, host, replace(sent, method=method), url)
                except TimeoutError:
                    pace.failed()
                    raise ToolError(
                        "timeout", f"{host.name}: no whole answer in {provider.limits.try_seconds:g} s"
                    ) from None
                except Passing:
                    pace.failed()
                    raise
            if response.status not in MOVED:
                return self._judge(pace, response, body, told, tuple(hops))
            pace.succeeded()
            url = next_hop(url, response.headers.get("Location"), len(hops))
            if method != "GET" and response.status not in KEEPS_METHOD:
                raise ToolError("refused", "a redirect that would turn a POST into a GET")
            hops.append(self._caller.secrets.scrub_text(str(url)))

    async def _exchange(
        self, provider: Provider, host: Host, sent: Sent, url: URL
    ) -> tuple[aiohttp.ClientResponse, bytes]:
        """Status, headers and body of one hop."""
        with self.named(host):
            async with await self.open(provider, host, sent, url) as response:
                if response.status in MOVED or _is_passing(response.status):
                    # Nothing is read from it, so the connection is of no further use.
                    response.close()
                    return response, b""
                return response, await _body(response, provider.limits.max_bytes)

    def _judge(
        self, pace: Pace, response: aiohttp.ClientResponse, body: bytes, told: frozenset[int], hops: tuple[str, ...]
    ) -> Received:
        """The answer, or what the status says of this and further tries."""
        self.judge(pace, response)
        status, name = response.status, pace.host.name
        scrub = self._caller.secrets.scrub
        if status in told:
            # The status is the whole answer; what is written beside it differs from day to day.
            return Received(status, "", "", b"", "", hops)
        if not 200 <= status < 300:
            shown = " ".join(scrub(body[:300]).decode("utf-8", "replace").split())
            raise ToolError("denied", f"{name}: HTTP {status}: {shown}")
        media, charset = response.headers.get("Content-Type", ""), response.charset or "utf-8"
        return Received(
            status=status,
            media=media.partition(";")[0].strip().lower(),
            charset=charset.lower(),
            body=scrub(body),
            link=self._link(response),
            hops=hops,
        )

    def _link(self, response: aiohttp.ClientResponse) -> str:
        """The address of the next page, without a key that the service wrote into it."""
        try:
            found = response.links.get("next")
            url = None if found is None else URL(str(found["url"]), encoded=True)
        except (ValueError, KeyError, TypeError):
            raise ToolError("bad_answer", "the service answered, but its Link header cannot be read") from None
        if url is None:
            return ""
        mine = {pair for pair in response.request_info.url.query.items() if self._caller.secrets.is_key(pair[1])}
        kept = [(name, value) for name, value in url.query.items() if (name, value) not in mine]
        return self._caller.secrets.scrub_text(str(url.with_query(kept) if mine else url))

    def pace(self, host: Host) -> Pace:
        """The pace of a host, which all requests to it share."""
        if host.origin not in self._paces:
            file = None
            if self._caller.paces is not None:
                file = self._caller.paces / f"{host.scheme}-{host.name}-{host.at}"
            self._paces[host.origin] = Pace(host, self._caller.clock, file)
        return self._paces[host.origin]

    def _said(self, error: BaseException) -> str:
        return self._caller.secrets.scrub_text(f"{type(error).__name__}: {error}"[:160])

    def _http(self) -> aiohttp.ClientSession:
        if self._session is None:
            connector = aiohttp.TCPConnector(
                limit=0,
                resolver=self._guard,
                use_dns_cache=False,
                socket_factory=self._guard.make_socket,
                keepalive_timeout=KEEPALIVE_SECONDS,
            )
            self._session = aiohttp.ClientSession(
                connector=connector,
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={"User-Agent": self._caller.user_agent, "Accept-Encoding": "gzip, deflate"},
                timeout=aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_SECONDS),
                auto_decompress=False,
                trust_env=False,
                requote_redirect_url=False,
                max_line_size=MAX_HEADER_BYTES,
                max_field_size=MAX_HEADER_BYTES,
                max_headers=MAX_HEADERS,
            )
        return self._session


def _is_passing(status: int) -> bool:
    return status in PASSING or status >= 500


async def _body(response: aiohttp.ClientResponse, limit: int) -> bytes:
    """The body, decompressed once. Raises ToolError when it is over the limit on the wire or unpacked."""
    codings = [
        part.strip().lower() for text in response.headers.getall("Content-Encoding", []) for part in text.split(",")
    ]
    codings = [coding for coding in codings if coding not in ("", "identity")]
    if len(codings) > 1 or (codings and codings[0] not in ("gzip", "x-gzip", "deflate")):
        raise ToolError("bad_answer", f"the service answered, but packed as {', '.join(codings)[:60]}")
    if response.content_length is not None and response.content_length > limit:
        raise _too_large(limit)
    raw = bytearray()
    async for chunk in response.content.iter_any():
        raw += chunk
        if len(raw) > limit:
            raise _too_large(limit)
    return _unpacked(bytes(raw), limit) if codings else bytes(raw)


def _unpacked(raw: bytes, limit: int) -> bytes:
    """Never more than the limit in memory: the unpacking stops there."""
    if not raw:
        return raw
    # gzip, or zlib; some servers send bare deflate under that name (RFC 9110, 8.4.1.2).
    wrapped = raw[:2] == b"\x1f\x8b" or (raw[0] & 0x0F == 8 and int.from_bytes(raw[:2], "big") % 31 == 0)
    inflate = zlib.decompressobj(zlib.MAX_WBITS | 32 if wrapped else -zlib.MAX_WBITS)
    try:
        text = inflate.decompress(raw, limit + 1)
    except zlib.error as error:
        raise ToolError("bad_answer", f"the service answered, but its packing is broken: {error}") from None
    if len(text) > limit:
        raise _too_large(limit)
    if not inflate.eof or inflate.unused_data:
        raise ToolError("bad_answer", "the service answered, but its packing ends too early or too late")
    return text


def _too_large(limit: int) -> ToolError:
    return ToolError("too_large", f"the answer has more than {limit:,} bytes; ask for a narrower one")

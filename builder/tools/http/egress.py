"""Where a request may go: hosts that the provider declares, at addresses of the public internet.

A name is resolved once for each connection, every answer is checked, and the connection goes to a checked address
while Host and SNI keep the name: a name that answers differently the next time (rebinding) gains nothing.
Rules: OWASP SSRF Prevention cheat sheet; IANA special-purpose address registries, by way of `ipaddress`.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from builder.errors import ToolError
from builder.records.http import Host
from builder.records.tools import Provider

MAX_HOPS = 3
"""Redirects in a row."""

Lookup = Callable[[str, int], Awaitable[list[str]]]
"""Addresses of a name, as the system or a test gives them. Raises OSError when there are none."""

_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_COMPATIBLE = ipaddress.ip_network("::/96")
_UNICAST = ipaddress.ip_network("2000::/3")


def is_public(text: str) -> bool:
    """Whether an address is one of the public internet, also the IPv4 address inside an IPv6 one."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address):
        inner = _inner(address)
        if inner is not None:
            return is_public(str(inner))
        return address in _UNICAST and address.is_global and address.scope_id is None
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)


def is_loopback(text: str) -> bool:
    try:
        return ipaddress.ip_address(text).is_loopback
    except ValueError:
        return False


def _inner(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """The IPv4 address that translation would reach: ::ffff:0:0/96, 64:ff9b::/96, 2002::/16, ::/96."""
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    if address in _NAT64 or address in _COMPATIBLE:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return None


class Guard(AbstractResolver):
    """Resolves and checks names, and has the last word before a socket is made."""

    def __init__(self, lookup: Lookup | None = None, *, loopback: bool = False) -> None:
        """`loopback` lets this machine's own addresses pass as well, for tests; no other private ones."""
        self._lookup = lookup or system_lookup
        self._loopback = loopback

    def allows(self, address: str) -> bool:
        return is_public(address) or (self._loopback and is_loopback(address))

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """All addresses of a name. Raises ToolError `refused` when one of them is not public."""
        addresses = await self._lookup(host, port)
        if not addresses:
            raise OSError(f"{host} has no address")
        for address in addresses:
            self._check(host, address)
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
                proto=socket.IPPROTO_TCP,
                flags=socket.AI_NUMERICHOST,
            )
            for address in addresses
        ]

    def make_socket(self, info: Any) -> socket.socket:
        """A socket for the address of `info` (as of getaddrinfo), which is checked again here."""
        family, kind, proto, _, address = info
        self._check(str(address[0]), str(address[0]))
        made = socket.socket(family, kind, proto)
        made.setblocking(False)
        return made

    async def close(self) -> None:
        """Nothing is kept."""

    def _check(self, host: str, address: str) -> None:
        if not self.allows(address):
            where = address if host == address else f"{host} ({address})"
            raise ToolError("refused", f"{where} is no address of the public internet: nothing was sent")


async def system_lookup(host: str, port: int) -> list[str]:
    """What the system's resolver says."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(info[4][0]) for info in found))


def declared_host(provider: Provider, url: URL) -> Host:
    """The declared host of an address. Raises ToolError `refused` for any other."""
    if url.user is not None or url.password is not None:
        raise ToolError("refused", "an address with a user name is not followed")
    for host in provider.hosts:
        if host.origin == (url.scheme, (url.raw_host or "").lower(), url.port):
            return host
    shown = f"{url.scheme}://{url.raw_host}:{url.port}"
    raise ToolError("refused", f"{shown} is none of the hosts that {provider.id} declares: nothing was sent")


def next_hop(before: URL, location: str | None, hops: int) -> URL:
    """Where a redirect leads. Raises ToolError `refused` for a fourth one, another scheme, or no address."""
    if hops >= MAX_HOPS:
        raise ToolError("refused", f"more than {MAX_HOPS} redirects")
    try:
        after = before.join(URL(location or "", encoded=True))
        same = after.scheme == before.scheme and bool(after.raw_host) and after.port is not None
    except ValueError:
        same = False
    if not location or not same:
        raise ToolError("refused", "a redirect that leads to no address of the same scheme")
    return after.with_fragment(None)

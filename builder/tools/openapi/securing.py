"""Hosts that operations ask, and the key that one of them wants (`[auth]`)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urljoin

from yarl import URL

from builder.records.http import Auth, Host
from builder.tools.drafts.folder import first_line, host_of
from builder.tools.http.specs import FORBIDDEN_HEADERS
from builder.tools.openapi.describing import (
    Description,
    Operation,
    OperationPart,
    SchemePart,
    Server,
    Unmapped,
    validated,
)

_VARIABLE = re.compile(r"\{([^{}]{1,100})\}")
_PLAIN = re.compile(r"[A-Za-z0-9._~-]{1,200}")
"""What may stand for a variable of an address: nothing that ends a part of it, and no other template."""

_KEY_NAME = re.compile(r"(x[-_])?(api[-_]?key|access[-_]?token|auth[-_]?token|app[-_]?id|subscription[-_]?key)", re.I)


@dataclass(frozen=True, slots=True)
class Base:
    """Where an operation is asked: host, and the address that its path goes after."""

    host: Host
    address: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Key:
    """A key that an operation wants, without the variable and host that a provider gives it."""

    place: str
    name: str
    prefix: str = ""
    required: bool = True


def base_of(
    description: Description, operation: Operation, part: OperationPart, given: str | None, whence: str | None
) -> Base:
    """The first server of an operation; `given` counts before it. An address may be relative to that of the document.

    Raises Unmapped.
    """
    notes: list[str] = []
    if given is not None:
        address = given
    else:
        servers = _servers(description, operation, part)
        if len(servers) > 1:
            notes.append(f"asked at the first of {len(servers)} servers; another by --server")
        address = _filled(servers[0], notes)
        if "://" not in address:
            if whence is None:
                raise Unmapped(f"servers: {address[:80]!r} names no host; give --server https://host/path")
            address = urljoin(whence, address)
    address = address.rstrip("/")
    try:
        url = URL(address, encoded=True)
        host = host_of(address)
        odd = url.user is not None or url.password is not None or bool(url.raw_query_string) or bool(url.raw_fragment)
    except ValueError as error:
        raise Unmapped(f"servers: {address[:120]!r} is no address: {first_line(error)}") from None
    if odd or "{" in address or not address.isascii():
        raise Unmapped(f"servers: {address[:120]!r} is no plain address")
    return Base(host, address, tuple(notes))


def _servers(description: Description, operation: Operation, part: OperationPart) -> Sequence[Server]:
    if part.servers:
        return part.servers
    for where, found in (("its path's servers", operation.around), ("servers", description.document)):
        listed = found.get("servers")
        if isinstance(listed, list) and listed:
            return [validated(Server, each, f"{where}.{number}") for number, each in enumerate(listed[:20])]
    return [Server(url="/")]


def _filled(server: Server, notes: list[str]) -> str:
    """The address with each variable at its default."""

    def default(match: re.Match[str]) -> str:
        variable = server.variables.get(match[1])
        if variable is None:
            raise Unmapped(f"servers: {server.url[:80]!r} names {match[0][:40]}, which is no variable of it")
        text = variable.default
        # A path may have more than one segment; a host may not become another.
        in_path = "/" in server.url[: match.start()].partition("://")[2]
        if not all(_PLAIN.fullmatch(part) for part in (text.split("/") if in_path else [text])):
            raise Unmapped(f"servers: {text[:60]!r}, the default of {match[0][:40]}, cannot stand in an address")
        notes.append(f"its address holds {text} for {match[0]}")
        return text

    return _VARIABLE.sub(default, server.url)


def key_of(description: Description, part: OperationPart) -> Key | None:
    """The key that an operation wants; None when it wants none. Raises Unmapped when it has no way with one key."""
    wanted = part.security if part.security is not None else description.document.get("security", [])
    if not isinstance(wanted, list) or not all(isinstance(each, Mapping) for each in wanted):
        raise Unmapped("security is no list of tables")
    optional = not wanted or any(not each for each in wanted)
    whys = []
    for each in wanted:
        if len(each) > 1:
            whys.append(f"it wants {' and '.join(each)} together")
        elif each:
            try:
                return _key(description, next(iter(each)), required=not optional)
            except Unmapped as error:
                whys.append(str(error))
    if whys and not optional:
        raise Unmapped("; ".join(dict.fromkeys(whys))[:300])
    return None


def _key(description: Description, name: str, *, required: bool) -> Key:
    raw = description.component("securitySchemes", name)
    if raw is None:
        raise Unmapped(f"it wants {name}, which the description does not explain")
    scheme = description.part(SchemePart, raw, f"securitySchemes.{name}")
    if scheme.kind == "http" and (scheme.scheme or "").lower() == "bearer":
        return Key("header", "Authorization", "Bearer ", required)
    if scheme.kind == "apiKey" and scheme.place in ("header", "query") and scheme.name:
        if scheme.place == "header" and scheme.name.lower() in FORBIDDEN_HEADERS - {"authorization"}:
            raise Unmapped(f"it wants {name}: no key goes into {scheme.name}")
        return Key(scheme.place, scheme.name, "", required)
    what = {"http": f"http {scheme.scheme}", "apiKey": f"apiKey in {scheme.place}"}.get(scheme.kind, scheme.kind)
    raise Unmapped(f"it wants {name} ({what[:60]}), which is not mapped")


def is_key(name: str) -> bool:
    """Whether a parameter's name is that of a key."""
    return _KEY_NAME.fullmatch(name) is not None


def auth_of(key: Key, host: Host, provider: str) -> Auth:
    """The table of a provider's key. Raises Unmapped for a name that cannot be one."""
    variable = re.sub(r"[^A-Z0-9]+", "_", provider.rpartition(".")[2].upper())[:50].strip("_") + "_API_KEY"
    try:
        return Auth.model_validate(
            {"variable": variable, "host": host.name, "place": key.place, "name": key.name, "prefix": key.prefix,
             "required": key.required}
        )  # fmt: skip
    except ValueError:
        raise Unmapped(f"no key goes into {key.name[:60]!r}") from None

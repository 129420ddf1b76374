"""From a spec and arguments to a request. `{parameter}` is replaced once, and encoded for the place where it stands.

Percent-encoding: RFC 3986, 2.1: everything but unreserved characters. No value can add a path segment, a query
parameter, a header or a member of the body.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote, unquote, urlencode

from builder.errors import ToolError
from builder.identity import canonical_json
from builder.records.http import HttpRequest, Sent

SLOT = re.compile(r"\{([a-z][a-z0-9_]*)\}")

ACCEPT = {
    "json": "application/json",
    "xml": "application/xml, text/xml;q=0.9, */*;q=0.1",
    "csv": "text/csv, text/plain;q=0.5",
    "text": "text/plain, */*;q=0.1",
}

MAX_URL = 8_000
"""Characters of an address that servers take without fail (RFC 9110, 4.1)."""

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")

Query = tuple[tuple[str, str], ...]
"""Names and values of the query in order, not encoded yet."""


def slots(value: Any) -> Iterator[str]:
    """Parameters that a text, or the texts inside a table or list, place."""
    if isinstance(value, str):
        yield from SLOT.findall(value)
    elif isinstance(value, Mapping):
        for member in value.values():
            yield from slots(member)
    elif isinstance(value, list | tuple):
        for member in value:
            yield from slots(member)


def texts(value: Any) -> Iterator[str]:
    """All texts of a part of a spec, names of members included."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for name, member in value.items():
            yield from texts(name)
            yield from texts(member)
    elif isinstance(value, list | tuple):
        for member in value:
            yield from texts(member)


def build(request: HttpRequest, arguments: Mapping[str, Any], more: Query = ()) -> Sent:
    """The request, `more` added to its query. Raises ToolError `invalid_value` for a value that cannot stand there."""
    url = _path(request.url, arguments)
    query = [*_query(request, arguments), *more]
    if query:
        url += "?" + urlencode(query, quote_via=quote, safe="")
    if len(url) > MAX_URL:
        raise ToolError("invalid_value", f"the values make an address of {len(url)} characters; at most {MAX_URL}")
    headers = {"Accept": ACCEPT[request.answer]}
    for name, text in request.headers.items():
        if not _falls_away(text, arguments):
            headers[name] = _header(text, arguments)
    body = ""
    if request.body is not None:
        filled = placed(request.body, arguments)
        if request.body_as == "json":
            body, headers["Content-Type"] = canonical_json(filled), "application/json"
        else:
            pairs = {name: written(value) for name, value in filled.items()}
            body, headers["Content-Type"] = urlencode(pairs), "application/x-www-form-urlencoded"
    return Sent(request.method, url, tuple(sorted(headers.items())), body)


def written(value: Any) -> str:
    """A value as text: numbers and switches as JSON writes them."""
    return value if isinstance(value, str) else json.dumps(value)


def _path(url: str, arguments: Mapping[str, Any]) -> str:
    scheme, _, rest = url.partition("://")
    host, slash, path = rest.partition("/")
    filled = SLOT.sub(lambda found: quote(_plain(found[1], arguments), safe=""), path)
    # On the whole segment: two parameters of one dot each would climb as well as one of two.
    for segment, declared in zip(filled.split("/"), path.split("/"), strict=True):
        if unquote(segment) in (".", "..") or (not segment and SLOT.search(declared)):
            names = ", ".join(SLOT.findall(declared))
            raise ToolError("invalid_value", f"{names}: {unquote(segment)!r} cannot stand in an address")
    return f"{scheme}://{host}{slash}{filled}"


def _query(request: HttpRequest, arguments: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, text in request.query.items():
        if not isinstance(text, str):
            yield name, written(text)
            continue
        if _falls_away(text, arguments):
            continue
        whole = SLOT.fullmatch(text)
        if whole is None or not isinstance(arguments[whole[1]], list):
            yield name, _inside(text, arguments)
            continue
        members = [_checked(whole[1], written(member)) for member in arguments[whole[1]]]
        if request.lists == "repeat":
            yield from ((name, member) for member in members)
            continue
        for member in members:
            if request.lists in member:
                problem = f"{whole[1]}: {member!r} holds {request.lists!r}, which separates the members"
                raise ToolError("invalid_value", problem)
        yield name, request.lists.join(members)


def _falls_away(text: str, arguments: Mapping[str, Any]) -> bool:
    """Whether a text holds a parameter that has no value."""
    return any(arguments[name] is None for name in SLOT.findall(text))


def _inside(text: str, arguments: Mapping[str, Any]) -> str:
    """A text with its parameters filled. Beside other words a value may not close a quotation."""
    if SLOT.fullmatch(text) is None:
        for name in SLOT.findall(text):
            if re.search(r'["\\]', _plain(name, arguments)):
                raise ToolError("invalid_value", f"{name}: quotes and backslashes cannot be searched for")
    return SLOT.sub(lambda found: _plain(found[1], arguments), text)


def _header(text: str, arguments: Mapping[str, Any]) -> str:
    filled = _inside(text, arguments)
    if not filled.isascii() or not filled.strip():
        raise ToolError("invalid_value", f"{', '.join(SLOT.findall(text))}: only ASCII can stand in a header")
    return filled


def placed(value: Any, arguments: Mapping[str, Any]) -> Any:
    """A table, list or text of a spec with its parameters filled; members whose parameter is null fall away."""
    if isinstance(value, Mapping):
        kept = {k: v for k, v in value.items() if not (isinstance(v, str) and _falls_away(v, arguments))}
        return {name: placed(member, arguments) for name, member in kept.items()}
    if isinstance(value, list | tuple):
        return [placed(member, arguments) for member in value]
    if not isinstance(value, str):
        return value
    whole = SLOT.fullmatch(value)
    if whole is None:
        return _inside(value, arguments)
    given = arguments[whole[1]]
    for member in given if isinstance(given, list) else [given]:
        _checked(whole[1], written(member))
    return given


def _plain(name: str, arguments: Mapping[str, Any]) -> str:
    value = arguments[name]
    if isinstance(value, list | dict) or value is None:
        raise ToolError("invalid_value", f"{name}: one value is needed here, not {written(value)}")
    return _checked(name, written(value))


def _checked(name: str, text: str) -> str:
    if _CONTROL.search(text):
        raise ToolError("invalid_value", f"{name}: control characters and line breaks cannot be sent")
    return text

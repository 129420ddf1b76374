"""From a response to plain data: strict JSON, XML without entities, CSV with a header, text.

A body that is not exactly what it says fails whole; nothing is guessed or mended.
"""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Iterator
from typing import Any

from builder.errors import ToolError
from builder.records.http import Received

MAX_DEPTH = 64
MAX_DIGITS = 4300
"""Of an integer; Python's own limit for reading one (CVE-2020-10735)."""

MEDIA = {
    "json": ("application/json", "text/json"),
    "xml": ("application/xml", "text/xml"),
    "csv": ("text/csv", "application/csv", "text/plain"),
    "text": ("text/plain",),
}
SUFFIXES = {"json": "+json", "xml": "+xml"}

CHARSETS = {
    "utf-8": "utf-8-sig",
    "utf8": "utf-8-sig",
    "us-ascii": "ascii",
    "ascii": "ascii",
    "iso-8859-1": "iso-8859-1",
    "latin-1": "iso-8859-1",
    "windows-1252": "cp1252",
}
"""Charsets in which an ASCII secret is written as itself, so that scrubbing by value finds it."""


def parse(answer: str, received: Received, media: tuple[str, ...] = ()) -> Any:
    """The data of a response. Raises ToolError `bad_answer` when it is not what `answer` says.

    XML elements become `{"_text": ..., "_attributes": {...}, "<child>": [elements]}` by local names, the root under its
    own name; CSV rows become a list of objects by the header.
    """
    usual = received.media in MEDIA[answer] or received.media.endswith(SUFFIXES.get(answer, "\0"))
    if not usual and received.media not in media:
        raise _bad(f"its content type is {received.media or 'not given'}, not {MEDIA[answer][0]}")
    return {"json": _json, "xml": _xml, "csv": _csv, "text": _text}[answer](received)


def _text(received: Received) -> str:
    charset = CHARSETS.get(received.charset.lower())
    if charset is None:
        raise _bad(f"its charset {received.charset!r} is none of {', '.join(sorted(CHARSETS))}")
    try:
        return received.body.decode(charset)
    except UnicodeDecodeError as error:
        raise _bad(f"it is not {received.charset}: {error.reason} at byte {error.start}") from None


def _json(received: Received) -> Any:
    try:
        return strict(_text(received))
    except ValueError as error:
        raise _bad(str(error)) from None


def strict(text: str) -> Any:
    """The data of a JSON text. Raises ValueError, which says why it is none."""
    try:
        value = json.loads(
            text, object_pairs_hook=_members, parse_constant=_constant, parse_float=number, parse_int=whole
        )
        # One pass in C finds a lone surrogate wherever it hides.
        json.dumps(value, ensure_ascii=False).encode()
    except RecursionError:
        raise ValueError(f"its JSON is nested deeper than {MAX_DEPTH}") from None
    except UnicodeEncodeError:
        raise ValueError("its JSON holds half a surrogate pair") from None
    except ValueError as error:
        raise ValueError(f"it is not strict JSON: {str(error)[:200]}") from None
    if any(depth > MAX_DEPTH for depth in _depths(value)):
        raise ValueError(f"its JSON is nested deeper than {MAX_DEPTH}")
    return value


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"the key {next(n for n in names if names.count(n) > 1)!r} stands twice in one object")
    return members


def _constant(name: str) -> Any:
    raise ValueError(f"{name} is no number")


def number(text: str) -> float:
    """A number as written. Raises ValueError for one beyond reason."""
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"the number {text[:20]} is too large")
    return value


def whole(text: str) -> int:
    """The same of one without a point."""
    if len(text) > MAX_DIGITS:
        raise ValueError(f"a number has {len(text)} digits")
    return int(text)


def _depths(value: Any) -> Iterator[int]:
    waiting = [(value, 1)]
    while waiting:
        each, depth = waiting.pop()
        yield depth
        if isinstance(each, dict | list) and depth <= MAX_DEPTH:
            waiting += [(member, depth + 1) for member in (each.values() if isinstance(each, dict) else each)]


def _xml(received: Received) -> dict[str, Any]:
    from defusedxml import DefusedXmlException
    from defusedxml.ElementTree import ParseError, fromstring

    try:
        # A text, not bytes: what the document says of its own encoding is not trusted over the header.
        root = fromstring(_undeclared(_text(received)), forbid_dtd=True)
    except DefusedXmlException as error:
        raise _bad(f"its XML declares entities or a document type: {type(error).__name__}") from None
    except (ParseError, ValueError) as error:
        raise _bad(f"it is not XML: {str(error)[:200]}") from None
    return {_local(root.tag): _element(root, 1)}


def _undeclared(text: str) -> str:
    """The document without its XML declaration, which may name an encoding that a text no longer has."""
    head, mark, rest = text.partition("?>")
    return rest if mark and head.lstrip().startswith("<?xml") else text


def _element(element: Any, depth: int) -> dict[str, Any]:
    if depth > MAX_DEPTH:
        raise _bad(f"its XML is nested deeper than {MAX_DEPTH}")
    found: dict[str, Any] = {
        "_text": (element.text or "").strip(),
        "_attributes": {_local(name): value for name, value in element.attrib.items()},
    }
    for child in element:
        if isinstance(child.tag, str):
            found.setdefault(_local(child.tag), []).append(_element(child, depth + 1))
    return found


def _local(name: str) -> str:
    return name.rpartition("}")[2]


def _csv(received: Received) -> list[dict[str, str]]:
    try:
        rows = list(csv.reader(io.StringIO(_text(received), newline=""), strict=True))
    except csv.Error as error:
        raise _bad(f"it is not CSV: {error}") from None
    if not rows:
        raise _bad("its CSV has no header")
    header, body = rows[0], [row for row in rows[1:] if row]
    if len(set(header)) != len(header):
        raise _bad("its CSV has two columns of one name")
    for number, row in enumerate(body, 2):
        if len(row) != len(header):
            raise _bad(f"line {number} of its CSV has {len(row)} values, the header {len(header)}")
    return [dict(zip(header, row, strict=True)) for row in body]


def _bad(why: str) -> ToolError:
    return ToolError("bad_answer", f"the service answered, but {why}")

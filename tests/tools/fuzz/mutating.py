"""Specs made wrong: in their structure, key by key and value by value, or in the bytes of their text."""

from __future__ import annotations

import contextlib
import copy
import json
import tomllib
from collections.abc import Iterator
from typing import Any, Protocol

from builder.identity import digest
from tests.tools.fuzz.homes import Home, written

Node = dict[str, Any] | list[Any]

VALUES: tuple[Any, ...] = (
    "", " ", 0, -1, 2**63, 10**400, 0.5, float("inf"), float("nan"), True, False, [], {}, [[]], [{}], {"": ""}, "a",
    "A", "..", "../../etc/passwd", "/etc/passwd", "a/b", "a\\b", "\x00", "a\r\nX-Evil: b", "\u202e", "\u001b[2J",
    "é", "\ud7ff", "\U0001f600", "{", "}", "{}", "{{x}}", "{x", "{doi}", "{doi.__class__}", "{doi!r:>{width}}",
    "${HOME}", "%(x)s", "{{ 7*7 }}", "<% x %>", "http://127.0.0.1/", "https://user:pw@host.test/",
    "file:///etc/passwd", "https://[::1", "https://a:99999999/", "//x", "?a=b", "[", "[?", "a[*].b | @", "/a~3",
    "`", "a" * 5000, "(" * 200, "{" * 300, "a." * 40, "http", "mcp", "code", "function", "query", "not_found",
    "1e9", "1970-01-01", "none", "python", "sql", "import os", "SELECT 1; DROP TABLE x", "'; --", "Host", "GET",
    "nan",
)  # fmt: skip
"""What a careless or ill-meaning hand puts where something else belongs."""

KEYS = (
    "", "type", "select", "convert", "received", "sent", "request", "url", "query", "headers", "body", "paging",
    "statuses", "mcp", "tool", "arguments", "refusals", "server", "command", "package", "code", "program",
    "language", "function", "sql", "kind", "role", "rows", "subject", "examples", "errors", "review", "coverage",
    "listing", "schema", "parent", "enum", "default", "many", "hosts", "name", "scheme", "port", "auth", "limits",
    "terms", "tables", "packages", "data_licence", "__class__", "a\nb", "\u001b[2J", "{x}", "../x", "é",
)  # fmt: skip
"""Known keys, so that they come up where they do not belong, and impossible ones."""

PIECES = (
    b"",
    b"\x00",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"[[",
    b"]]",
    b"=",
    b'"""',
    b"'''",
    b"#",
    b"\r",
    b"\n",
    b".a" * 30,
    b"{",
    b"}" * 50,
)


class Chooser(Protocol):
    """Whoever decides: hypothesis, or the bytes of a fuzzer."""

    def below(self, limit: int) -> int:
        """A whole number from 0 up to, and without, the limit."""

    def text(self) -> str: ...


def mutated(home: Home, chooser: Chooser) -> tuple[str, bytes]:
    """A file of the home and what stands in it now."""
    path = home.open[chooser.below(len(home.open))]
    text = home.files[path]
    if chooser.below(4) == 0:
        return path, bytes_of(text, chooser)
    return path, tree_of(path, text, chooser)


def tree_of(path: str, text: bytes, chooser: Chooser) -> bytes:
    """The text with one to four changes of its structure. As it is where it is no TOML or JSON."""
    is_json = path.endswith(".json")
    try:
        body = json.loads(text) if is_json else tomllib.loads(text.decode())
    except (ValueError, RecursionError):
        return text
    body = copy.deepcopy(body)
    for _ in range(1 + chooser.below(4)):
        places = list(_places(body))
        if not places:
            break
        _change(body, *places[chooser.below(len(places))], chooser)
    if is_json and isinstance(body, dict) and chooser.below(4):
        # Signed as whoever writes it would sign it, where that can be: not with a NaN in it, or half a surrogate.
        with contextlib.suppress(ValueError):
            body["digest"] = digest(body.get("tools"))
    return (json.dumps(body) if is_json else written(body)).encode("utf-8", "surrogatepass")


def bytes_of(text: bytes, chooser: Chooser) -> bytes:
    """The text with a piece put in, taken out, or said again."""
    start = chooser.below(len(text) + 1)
    end = start + chooser.below(min(200, len(text) - start) + 1)
    piece = PIECES[chooser.below(len(PIECES))] or chooser.text().encode("utf-8", "surrogatepass")
    times = (1, 2, 40)[chooser.below(3)]
    ways = (
        text[:start] + piece * times + text[start:],
        text[:start] + piece + text[end:],
        text[:start] + text[start:end] * times + text[start:],
        text[:start],
    )
    return ways[chooser.below(len(ways))]


def _places(body: Node) -> Iterator[tuple[Node, Any]]:
    """Each key or number with the table or list that holds it."""
    waiting: list[Node] = [body]
    while waiting:
        node = waiting.pop()
        for key, value in node.items() if isinstance(node, dict) else enumerate(node):
            yield node, key
            if isinstance(value, dict | list):
                waiting.append(value)


def _change(body: Node, node: Node, key: Any, chooser: Chooser) -> None:
    way = chooser.below(6)
    if way == 0:
        del node[key]
    elif way == 1 and isinstance(node, dict):
        # Under another name, or a second time.
        name = KEYS[chooser.below(len(KEYS))] or chooser.text()
        node[name] = copy.deepcopy(node[key]) if chooser.below(2) else node.pop(key)
    elif way == 2:
        others = list(_places(body))
        there, place = others[chooser.below(len(others))]
        node[key] = copy.deepcopy(there[place])
    elif way == 3:
        node[key] = [node[key]] if chooser.below(2) else {KEYS[chooser.below(len(KEYS))]: node[key]}
    else:
        number = chooser.below(len(VALUES) + 1)
        node[key] = copy.deepcopy(VALUES[number]) if number < len(VALUES) else chooser.text()

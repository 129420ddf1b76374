"""Whatever values, answers and recordings hold: a request stays what it was declared, and nothing but typed errors."""

from __future__ import annotations

import contextlib
import json
from urllib.parse import parse_qsl, unquote, urlsplit

from hypothesis import given
from hypothesis import strategies as some

from builder.errors import BuilderError, ToolError
from builder.records.http import Received
from builder.tools.http.parsing import CHARSETS, parse
from builder.tools.http.placing import build
from builder.tools.http.selecting import select
from builder.tools.recordings import read_line
from tests.tools.http.service import request_of

REQUEST = request_of(
    method="POST",
    url="https://local.test/a/{path}/z",
    query={"q": "{query}", "fixed": 'x:"{inside}"'},
    headers={"X-One": "{header}"},
    body={"b": "{body}"},
    safe=True,
)
VALUES = some.one_of(some.text(), some.text("./\\%\r\n\x00?#&={}@: \"'", max_size=8), some.integers(), some.booleans())


@given(some.fixed_dictionaries({name: VALUES for name in ("path", "query", "inside", "header", "body")}))
def test_no_value_leaves_its_place(values: dict[str, object]) -> None:
    try:
        sent = build(REQUEST, values)
    except ToolError as error:
        assert error.kind == "invalid_value"
        return
    url = urlsplit(sent.url)
    assert (url.scheme, url.netloc, url.fragment) == ("https", "local.test", "")
    first, path, last = url.path.split("/")[1:]
    assert (first, last) == ("a", "z") and unquote(path) not in ("", ".", "..")
    assert [name for name, _ in parse_qsl(url.query, keep_blank_values=True)] == ["q", "fixed"]
    assert [name for name, _ in sent.headers] == ["Accept", "Content-Type", "X-One"]
    assert all(value.isprintable() and value.isascii() for _, value in sent.headers)
    assert list(json.loads(sent.body)) == ["b"] and sent.url.isascii()


BODIES = some.one_of(
    some.binary(max_size=200),
    some.text('{}[]":,0123456789.eE-+\\u tfnNaI<>&;!?/=\n"', max_size=80).map(str.encode),
    some.recursive(some.none() | some.text(max_size=5) | some.floats(), some.lists, max_leaves=20).map(
        lambda value: json.dumps(value).encode()
    ),
)
MEDIA = {"json": "application/json", "xml": "text/xml", "csv": "text/csv", "text": "text/plain"}


@given(some.sampled_from(sorted(MEDIA)), some.sampled_from([*CHARSETS, "utf-16", ""]), BODIES)
def test_an_answer_is_data_or_a_typed_error(kind: str, charset: str, body: bytes) -> None:
    with contextlib.suppress(ToolError):
        json.dumps(parse(kind, Received(200, MEDIA[kind], charset, body)), allow_nan=False)


@given(
    some.text("ab[]*.@`'\"{}|&<>=!0123456789:-/~ ", max_size=20),
    some.dictionaries(some.text("ab", max_size=2), some.integers()),
)
def test_a_selection_finds_something_or_says_why(expression: str, document: dict[str, int]) -> None:
    from builder.tools.http.selecting import problem_of

    if problem_of(expression) is None:
        with contextlib.suppress(ToolError):
            select(expression, document)


@given(some.text(max_size=50) | some.recursive(some.none() | some.integers(), some.lists).map(json.dumps))
def test_a_line_is_a_recording_or_an_error_that_names_it(text: str) -> None:
    with contextlib.suppress(BuilderError):
        read_line(text, "here")

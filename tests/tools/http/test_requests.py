"""From a spec and arguments to a request: every value stays in its place."""

from __future__ import annotations

from typing import Any

import pytest

from builder.errors import ToolError
from builder.tools.http.placing import build
from builder.tools.recordings import request_key
from tests.tools.http.service import request_of

URL = "https://local.test"


def url_of(arguments: dict[str, Any], **parts: Any) -> str:
    return build(request_of(**{"url": f"{URL}/things", **parts}), arguments).url


@pytest.mark.parametrize(
    ("value", "segment"),
    [
        ("plain", "plain"),
        ("10.1000/182", "10.1000%2F182"),
        ("a b", "a%20b"),
        ("a?b#c&d=e", "a%3Fb%23c%26d%3De"),
        ("a%2Fb", "a%252Fb"),
        ("..x", "..x"),
        ("{other}", "%7Bother%7D"),
        ("é", "%C3%A9"),
        ("@evil.test", "%40evil.test"),
        ("\\..\\", "%5C..%5C"),
        (7, "7"),
        (True, "true"),
    ],
)
def test_a_value_fills_one_segment(value: Any, segment: str) -> None:
    assert url_of({"id": value}, url=f"{URL}/things/{{id}}/all") == f"{URL}/things/{segment}/all"


@pytest.mark.parametrize("value", ["..", ".", "", "a\nb", "a\x00b", "\ud800", "a\u2028b"])
def test_a_value_that_would_climb_or_break_is_refused(value: str) -> None:
    with pytest.raises(ToolError, match="id: ") as caught:
        url_of({"id": value}, url=f"{URL}/things/{{id}}")
    assert caught.value.kind == "invalid_value"


def test_two_parameters_cannot_climb_together() -> None:
    with pytest.raises(ToolError, match=r"a, b: '\.\.'"):
        url_of({"a": ".", "b": "."}, url=f"{URL}/things/{{a}}{{b}}")


def test_a_value_is_not_filled_a_second_time() -> None:
    assert url_of({"a": "{b}", "b": "secret"}, query={"x": "{a}", "y": "{b}"}).endswith("?x=%7Bb%7D&y=secret")


def test_a_query_holds_literals_and_leaves_out_what_has_no_value() -> None:
    found = url_of(
        {"q": "a&b=c", "n": None}, query={"format": "json", "limit": 5, "q": "{q}", "n": "{n}", "deep": False}
    )
    assert found == f"{URL}/things?format=json&limit=5&q=a%26b%3Dc&deep=false"


@pytest.mark.parametrize(
    ("lists", "query"), [("repeat", "id=a%2Cb&id=c"), ("|", "id=a%2Cb%7Cc"), ("+", "id=a%2Cb%2Bc")]
)
def test_a_list_is_repeated_or_joined(lists: str, query: str) -> None:
    assert url_of({"id": ["a,b", "c"]}, query={"id": "{id}"}, lists=lists) == f"{URL}/things?{query}"


def test_a_member_that_holds_the_separator_is_refused() -> None:
    with pytest.raises(ToolError, match="'a,b' holds ',', which separates"):
        url_of({"id": ["a,b", "c"]}, query={"id": "{id}"}, lists=",")


def test_a_quotation_cannot_be_closed_from_within() -> None:
    parts = {"query": {"search": 'name:"{name}"'}}
    assert url_of({"name": "a b"}, **parts) == f"{URL}/things?search=name%3A%22a%20b%22"
    with pytest.raises(ToolError, match="quotes and backslashes"):
        url_of({"name": 'x" OR "y'}, **parts)


def test_a_header_takes_no_line_break_and_no_other_letters() -> None:
    request = request_of(url=f"{URL}/things", headers={"Accept-Language": "{language}"})
    assert ("Accept-Language", "de") in build(request, {"language": "de"}).headers
    assert [name for name, _ in build(request, {"language": None}).headers] == ["Accept"]
    for bad in ("de\r\nX-Evil: 1", "dé", " "):
        with pytest.raises(ToolError, match="language: "):
            build(request, {"language": bad})


def test_a_body_keeps_types_and_drops_what_has_no_value() -> None:
    body = {"query": {"id": "{id}", "text": "about {text}", "gone": "{gone}"}, "size": 5, "all": ["{id}"]}
    arguments = {"id": [1, 2], "text": 'a', "gone": None}  # fmt: skip
    sent = build(request_of(method="POST", url=f"{URL}/q", body=body, safe=True), arguments)
    assert sent.body == '{"all":[[1,2]],"query":{"id":[1,2],"text":"about a"},"size":5}'
    assert ("Content-Type", "application/json") in sent.headers
    form = request_of(method="POST", url=f"{URL}/q", body={"a": "{text}"}, body_as="form", safe=True)
    assert build(form, {"text": "x&b=1"}).body == "a=x%26b%3D1"


def test_an_address_has_a_limit() -> None:
    with pytest.raises(ToolError, match="address of 9"):
        url_of({"q": "x" * 9000}, query={"q": "{q}"})


def test_equal_requests_have_one_key_and_others_another() -> None:
    request = request_of(url=f"{URL}/things", query={"q": "{q}"})
    assert request_key(build(request, {"q": "a"})) == request_key(build(request, {"q": "a"}))
    assert request_key(build(request, {"q": "a"})) != request_key(build(request, {"q": "b"}))

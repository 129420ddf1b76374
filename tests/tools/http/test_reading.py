"""From responses to fields: formats, selection, conversion, pages."""

from __future__ import annotations

import json
from typing import Any

import pytest

from builder.errors import ToolError
from builder.records.http import Received, Sent
from builder.records.tools import ToolSpec
from builder.tools.http.parsing import parse
from builder.tools.http.reading import answer
from builder.tools.http.selecting import problem_of, select
from tests.tools.http.service import TYPES, tool

MEDIA = {"json": "application/json", "xml": "application/atom+xml", "csv": "text/csv", "text": "text/plain"}


WORDS = {"France": "FR", "FR": "France", "DE": "Germany"}


def got(body: str | bytes, kind: str = "json", **more: Any) -> Received:
    content = body.encode() if isinstance(body, str) else body
    return Received(200, MEDIA[kind], "utf-8", content, **more)


def call(spec: ToolSpec, *bodies: Received, **arguments: Any) -> tuple[dict[str, Any], list[Sent]]:
    """The fields that these responses give, and the requests that were made for them."""
    requests, left = answer(spec, TYPES, arguments, lambda way, value: WORDS.get(value)), list(bodies)
    sent: list[Sent] = []
    try:
        sent.append(next(requests))
        while True:
            sent.append(requests.send(left.pop(0)))
    except StopIteration as stop:
        assert left == []
        return stop.value, sent


def fields(body: str | bytes, kind: str = "json", **returns: dict[str, Any]) -> dict[str, Any]:
    spec = tool({"url": "https://local.test/a", "answer": kind}, returns)
    return call(spec, got(body, kind))[0]


FEED = """<?xml version="1.0" encoding="ISO-8859-7"?>
<feed xmlns="http://www.w3.org/2005/Atom" xmlns:a="urn:a"><!-- a comment -->
  <a:total a:exact="yes">2</a:total>
  <entry><title> One\nlong </title><link href="x"/></entry><entry><title>Zwei ä</title><empty/></entry>
</feed>"""


def test_xml_is_selected_by_local_names() -> None:
    found = fields(
        FEED,
        "xml",
        total={"type": "size", "select": "feed.total[0]._text"},
        exact={"type": "word", "select": "feed.total[0]._attributes.exact"},
        titles={"type": "word", "select": "feed.entry[].title[0]._text", "many": True, "convert": "text"},
        link={"type": "word", "select": "/feed/entry/0/link/0/_attributes/href"},
        gap={"type": "word", "select": "feed.entry[1].empty[0]._text", "nullable": True},
    )
    assert found == {"total": 2, "exact": "yes", "titles": ["One long", "Zwei ä"], "link": "x", "gap": None}


BOMB = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">' + "".join(
    f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(8)
) + "]><x>&i;</x>"  # fmt: skip


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (BOMB, "declares entities or a document type"),
        ('<!DOCTYPE x SYSTEM "file:///etc/passwd"><x/>', "declares entities or a document type"),
        ('<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>', "declares entities or a document type"),
        ("<x>&undefined;</x>", "it is not XML"),
        ("<x><y></x>", "it is not XML"),
        ("", "it is not XML"),
        ("<x>" * 100 + "</x>" * 100, "nested deeper than 64"),
        ("<x>" * 50_000 + "</x>" * 50_000, "nested deeper than 64|not XML"),
        ("<x>\x00</x>", "it is not XML"),
    ],
)
def test_xml_that_is_more_or_less_than_elements_is_refused(body: str, words: str) -> None:
    with pytest.raises(ToolError, match=words) as caught:
        parse("xml", got(body, "xml"))
    assert caught.value.kind == "bad_answer"


def test_csv_has_a_header_and_typed_columns() -> None:
    body = 'day,close,note\r\n20260105,"1.5","a,\nb"\r\n\r\n2026-01-06,2,\r\n'
    found = fields(
        body,
        "csv",
        days={"type": "day", "select": "[].day", "many": True, "convert": "date"},
        close={"type": "ratio", "select": "[1].close"},
        note={"type": "word", "select": "[0].note"},
    )
    assert found == {"days": ["2026-01-05", "2026-01-06"], "close": 2, "note": "a,\nb"}


@pytest.mark.parametrize(
    ("body", "words"),
    [("", "no header"), ("a,a\n1,2\n", "two columns of one name"), ("a,b\n1\n", "line 2 of its CSV has 1 values"),
     ('a\n"x"y\n', "it is not CSV"), ('a\n"x', "it is not CSV")],
)  # fmt: skip
def test_csv_that_is_not_square_is_refused(body: str, words: str) -> None:
    with pytest.raises(ToolError, match=words):
        parse("csv", got(body, "csv"))


@pytest.mark.parametrize(
    ("convert", "value", "found"),
    [
        ("date", "20200131", "2020-01-31"), ("date", "2020/01/31", "2020-01-31"), ("date", [2020, 1, 31], "2020-01-31"),
        ("date", "2020-01-31T23:59:59Z", "2020-01-31"), ("date", "2020-01", None), ("date", [2020], None),
        ("date", [None], None), ("year", [2020], 2020), ("year", "2020-05", 2020), ("number", "-1.5e3", -1500.0),
        ("number", "007", 7), ("number", 3, 3), ("text", " a\n b ", "a b"), ("text", 5, "5"), ("count", [1, 2], 2),
        ("count", [], 0), (None, " a ", "a"), (None, "", None), (None, None, None), (None, "  ", None),
    ],
)  # fmt: skip
def test_a_value_becomes_what_the_field_says(convert: str | None, value: Any, found: Any) -> None:
    kind = {"date": "day", "year": "size", "number": "ratio", "count": "size"}.get(convert or "", "word")
    field = {"type": kind, "select": "v", "nullable": True, **({"convert": convert} if convert else {})}
    assert fields(json.dumps({"v": value}), v=field) == {"v": found}


@pytest.mark.parametrize(
    ("convert", "value"),
    [("date", "31.01.2020"), ("date", "20201331"), ("date", True), ("number", "1,5"), ("number", "0x10"),
     ("number", "inf"), ("number", True), ("text", {"a": 1}), ("count", 5), ("year", "MMXX")],
)  # fmt: skip
def test_a_value_of_another_shape_is_no_answer(convert: str, value: Any) -> None:
    with pytest.raises(ToolError, match="the answer has another shape: v is") as caught:
        fields(json.dumps({"v": value}), v={"type": "word", "select": "v", "convert": convert, "nullable": True})
    assert caught.value.kind == "bad_answer"


def test_pointers_are_those_of_the_standard() -> None:
    document = {"a/b": {"~": [10, {"": 1}]}, "": 0}
    assert select("/a~1b/~0/0", document) == 10
    assert select("/a~1b/~0/1/", document) == 1
    assert [select(path, document) for path in ("/a~1b/~0/2", "/a~1b/~0/-", "/a~1b/~0/00x", "/no/such")] == [None] * 4
    assert problem_of("/a~2") is not None and problem_of("a[") is not None and problem_of("nofunction(@)") is None


def test_what_must_be_found_says_not_found() -> None:
    spec = tool({"url": "https://local.test/a", "found": "items"}, {"n": {"type": "size", "select": "items[0]"}})
    for body in ("{}", '{"items": []}', '{"items": null}'):
        with pytest.raises(ToolError, match="the source has nothing of that") as caught:
            call(spec, got(body))
        assert caught.value.kind == "not_found"


def paged(**paging: Any) -> ToolSpec:
    request = {"url": "https://local.test/a", "query": {"q": "{q}"}, "paging": {"items": "items", "pages": 3, **paging}}
    return tool(request, {"n": {"type": "size", "select": "[].n", "many": True}}, q="word")


def page(*numbers: int, **more: Any) -> Received:
    link = more.pop("link", "")
    return got(json.dumps({"items": [{"n": n} for n in numbers], **more}), link=link)


def queries(sent: list[Sent]) -> list[str]:
    return [each.url.partition("?")[2] for each in sent]


def test_pages_are_read_to_the_short_one() -> None:
    spec = paged(by="page", parameter="page", size=2, size_parameter="per")
    found, sent = call(spec, page(1, 2), page(3, 4), page(5), q="x")
    assert found == {"n": [1, 2, 3, 4, 5]}
    assert queries(sent) == ["q=x&per=2&page=1", "q=x&per=2&page=2", "q=x&per=2&page=3"]


def test_offsets_move_by_what_was_read() -> None:
    found, sent = call(paged(by="offset", parameter="start", size=2, first=10), page(1, 2), page(), q="x")
    assert found == {"n": [1, 2]} and queries(sent) == ["q=x&start=10", "q=x&start=12"]


def test_cursors_come_from_the_page() -> None:
    spec = paged(by="cursor", parameter="c", next="meta.next", first="*")
    found, sent = call(spec, page(1, meta={"next": "a=b&c"}), page(2, meta={"next": None}), q="x")
    assert found == {"n": [1, 2]} and queries(sent) == ["q=x&c=%2A", "q=x&c=a%3Db%26c"]


def test_links_are_followed_as_they_are() -> None:
    following = "https://local.test/a?q=x&token=%2F"
    found, sent = call(paged(by="link"), page(1, link=following), page(2), q="x")
    assert found == {"n": [1, 2]} and sent[1].url == following and sent[1].headers == sent[0].headers


@pytest.mark.parametrize(
    ("spec", "pages", "words"),
    [
        (paged(by="page", parameter="p", size=1), [page(1), page(2), page(3)], "goes on after 3 pages"),
        (paged(by="cursor", parameter="c", next="n"), [page(1, n="a"), page(2, n="a")], "come round again"),
        (paged(by="link"), [page(1, link="https://local.test/a?q=x")], "come round again"),
        (paged(by="cursor", parameter="c", next="n"), [page(1, n={"a": 1})], "is no cursor"),
        (paged(by="page", parameter="p", size=1), [got('{"items": 5}')], "items is no list"),
        (paged(by="page", parameter="p", size=1), [page(1), got("{}")], "items is no list"),
    ],
)  # fmt: skip
def test_a_list_is_whole_or_not_there(spec: ToolSpec, pages: list[Received], words: str) -> None:
    with pytest.raises(ToolError, match=words):
        call(spec, *pages, q="x")


def test_a_list_without_items_is_empty() -> None:
    assert call(paged(by="page", parameter="p", size=2), got("{}"), q="x")[0] == {"n": []}


WAY = {"table": "general.countries.countries", "by": ["name"], "column": "iso2"}


def test_a_service_is_told_its_own_names_and_gives_them_back() -> None:
    spec = tool(
        {"url": "https://local.test/{c}"},
        {
            "c": {"type": "word", "select": "code", "received": WAY},
            "all": {"type": "word", "select": "codes", "many": True, "received": WAY},
        },
        c={"type": "word", "sent": WAY},
    )
    found, sent = call(spec, got('{"code": "FR", "codes": ["FR", "DE"]}'), c="France")
    assert sent[0].url == "https://local.test/FR" and found == {"c": "France", "all": ["France", "Germany"]}
    with pytest.raises(ToolError, match="the source does not know 'Atlantis'") as caught:
        call(spec, c="Atlantis")
    assert caught.value.kind == "not_found"
    with pytest.raises(ToolError, match="all: no tool here knows 'XX'"):
        call(spec, got('{"code": "FR", "codes": ["FR", "XX"]}'), c="France")

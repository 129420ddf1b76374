"""One call of an `http` tool as a generator: it yields requests, receives what came back, and returns the fields.

Who answers, a service or a recording, it does not know.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from typing import Any

from builder.errors import ToolError
from builder.records.http import HttpRequest, Paging, Received, Sent, Translation
from builder.records.tools import Return, SemanticType, ToolSpec
from builder.tools.http.parsing import parse
from builder.tools.http.placing import Query, build, written
from builder.tools.http.selecting import field_value, select

Requests = Generator[Sent, Received, Any]


Translate = Callable[[Translation, Any], Any]
"""(way, value) -> what stands for the value; None when nothing does."""


def answer(
    spec: ToolSpec, types: Mapping[str, SemanticType], arguments: Mapping[str, Any], translate: Translate
) -> Requests:
    """The declared fields. Raises ToolError for a no of the service, a gap, or an answer of another shape."""
    request = spec.request
    assert request is not None
    arguments = told(spec, arguments, translate)
    if request.paging is None:
        document = _document(spec, request, (yield build(request, arguments)))
    else:
        document = yield from _pages(spec, request, arguments)
    must_hold(spec, request.found, document)
    return fields(spec, types, document, translate, textual=request.answer in ("xml", "csv"))


def check(request: HttpRequest, received: Received) -> None:
    """Raises ToolError `bad_answer` for a success that is neither a no nor what the spec says."""
    if request.no(received) is None:
        parse(request.answer, received, request.media)


def told(spec: ToolSpec, arguments: Mapping[str, Any], translate: Translate) -> dict[str, Any]:
    """What the service is told for the arguments. Raises ToolError `not_found` for what it does not know."""
    return {name: _told(spec, name, value, translate) for name, value in arguments.items()}


def must_hold(spec: ToolSpec, found: str | None, document: Any) -> None:
    """Raises ToolError `not_found` when an answer does not hold what it must."""
    if found is not None and select(found, document) in (None, False, "", [], {}):
        raise refused(spec, "not_found")


def fields(
    spec: ToolSpec, types: Mapping[str, SemanticType], document: Any, translate: Translate, *, textual: bool
) -> dict[str, Any]:
    """The declared fields of an answer. `textual`: all its values are texts."""
    found = {}
    for name, field in spec.returns.items():
        value = field_value(name, field, types[field.type], document, textual)
        found[name] = value if field.received is None else _named(name, field, value, translate)
    return found


def refused(spec: ToolSpec, kind: str) -> ToolError:
    """The error for a no of the service, in the words of the spec."""
    usual = {
        "not_found": "the source has nothing of that",
        "invalid_value": "the source does not take these values",
    }
    return ToolError(kind, _said(spec, kind, usual[kind]))


def _told(spec: ToolSpec, name: str, value: Any, translate: Translate) -> Any:
    way = spec.parameters[name].sent
    if way is None or value is None:
        return value
    if isinstance(value, list):
        return [_told(spec, name, member, translate) for member in value]
    found = translate(way, value)
    if found is None:
        raise ToolError("not_found", _said(spec, "not_found", f"the source does not know {value!r}"))
    return found


def _named(name: str, field: Return, value: Any, translate: Translate) -> Any:
    """What our tools call what the service gave. A member or value that none of ours is makes a list incomplete."""
    assert field.received is not None
    if isinstance(value, list):
        return [_named(name, field, member, translate) for member in value]
    found = translate(field.received, value) if value is not None else None
    if found is None and not (field.nullable and not field.many):
        raise ToolError("not_supported", f"{name}: no tool here knows {value!r}")
    return found


def _document(spec: ToolSpec, request: HttpRequest, received: Received) -> Any:
    kind = request.no(received)
    if kind is not None:
        raise refused(spec, kind)
    return parse(request.answer, received, request.media)


def _said(spec: ToolSpec, kind: str, usual: str) -> str:
    return spec.errors.get(kind, usual)


def _pages(spec: ToolSpec, request: HttpRequest, arguments: Mapping[str, Any]) -> Requests:
    """The items of all pages. A page that repeats, or one too many, fails: a list is whole or not there."""
    paging = request.paging
    assert paging is not None
    items: list[Any] = []
    sent, seen = build(request, arguments, _first(paging)), set()
    for number in range(1, paging.pages + 1):
        if sent.url in seen:
            raise ToolError("bad_answer", "the service answered, but its pages come round again")
        seen.add(sent.url)
        received = yield sent
        document = _document(spec, request, received)
        page = select(paging.items, document)
        if page is None and number == 1:
            page = []
        if not isinstance(page, list):
            raise ToolError("bad_answer", f"the answer has another shape: {paging.items} is no list")
        items += page
        following = _next(request, arguments, received, document, (number, len(page), len(items)))
        if following is None:
            return items
        sent = following
    raise ToolError("too_large", f"the list goes on after {paging.pages} pages; ask for a narrower one")


def _first(paging: Paging) -> Query:
    start = _start(paging)
    return _page(paging, None if start is None else str(start))


def _start(paging: Paging) -> int | str | None:
    """Where the first page is; None when the service wants to be told of the following ones only."""
    return paging.first if paging.first is not None else {"page": 1, "offset": 0}.get(paging.by)


def _page(paging: Paging, position: str | None) -> Query:
    size = ((paging.size_parameter, str(paging.size)),) if paging.size_parameter and paging.size else ()
    return size if position is None or paging.parameter is None else (*size, (paging.parameter, position))


def _next(
    request: HttpRequest, arguments: Mapping[str, Any], received: Received, document: Any, read: tuple[int, int, int]
) -> Sent | None:
    """The request of the page after the `read` one (its number, its items, the items so far); None after the last."""
    paging = request.paging
    assert paging is not None
    number, length, total = read
    if paging.by == "link":
        if not received.link:
            return None
        before = build(request, arguments)
        return Sent(before.method, received.link, before.headers, before.body)
    if paging.by == "cursor":
        assert paging.next is not None
        cursor = select(paging.next, document)
        # Some services go on naming a cursor after the last page, which is empty.
        if cursor in (None, "", False) or not length:
            return None
        if isinstance(cursor, dict | list):
            raise ToolError("bad_answer", f"the answer has another shape: {paging.next} is no cursor")
        position = written(cursor)
    else:
        assert paging.size is not None
        if length < paging.size:
            return None
        start = _start(paging)
        assert start is not None
        position = str(int(start) + (number if paging.by == "page" else total))
    assert paging.parameter is not None
    return build(request, arguments, _page(paging, position))

"""How a long list comes in pages, guessed from the names of parameters and members; a person confirms it.

The names are those of public services and of guidelines: Google AIP-158, Zalando RESTful API guidelines 160, JSON:API,
RFC 8288 (Link).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from builder.tools.drafts.leaves import Leaf, expression, snake
from builder.tools.drafts.schemas import plain
from builder.tools.openapi.answering import Answered
from builder.tools.openapi.describing import Description
from builder.tools.openapi.placing import Given, Placed

PAGE = ("page", "page_number", "page_no", "page_index", "page_num", "current_page")
OFFSET = ("offset", "skip", "start", "start_index", "from")
CURSOR = (
    "cursor", "page_token", "next_token", "after", "continue", "continuation_token", "next_page_token", "next_cursor",
    "marker", "starting_after", "page_cursor",
)  # fmt: skip
SIZE = (
    "per_page", "page_size", "limit", "size", "count", "max_results", "rows", "page_limit", "results_per_page", "top",
    "items_per_page", "first",
)  # fmt: skip
NEXT = (
    "next_cursor", "next_page_token", "next_token", "continuation_token", "next_page_cursor", "end_cursor", "next",
    "cursor", "continue", "next_marker", "next_page",
)  # fmt: skip
ITEMS = ("items", "data", "results", "records", "entries", "values", "docs", "hits", "value", "list", "content", "rows")

MAX_SIZE = 10_000
"""Of a page, as a spec may state it."""


def guess(description: Description, found: Placed, answer: Answered) -> dict[str, Any] | None:
    """A `[request.paging]`, as its keys. What that takes is no parameter any more, and fields select from the items."""
    named = {snake(each.theirs[0]): each for each in found.given if each.place == "query" and not each.leaf.many}
    counts = {name: each for name, each in named.items() if each.leaf.shape in ("integer", "number")}
    size, page, offset = (_first(counts, names) for names in (SIZE, PAGE, OFFSET))
    cursor = _first(named, CURSOR)
    position = cursor or page or offset
    tells = {*SIZE, *PAGE, *OFFSET, *CURSOR}
    answer.whole = "link" not in answer.headers and not any(snake(each.theirs[-1]) in tells for each in found.given)
    if answer.schema is None or (position is None and "link" not in answer.headers):
        return None
    where = _items(description, answer)
    if where is None:
        _tell(answer, position, "its answer has no one list")
        return None
    keys = _way(answer, where, (size, page, offset, cursor))
    if keys is None:
        return None
    told = (keys.get("parameter"), keys.get("size_parameter"))
    # What a service insists on stays, unless paging tells it.
    found.given = [
        each
        for each in found.given
        if each not in (size, page, offset, cursor) or (each.leaf.required and each.theirs[0] not in told)
    ]
    _within(answer, where)
    answer.whole = True
    return keys


def _way(
    answer: Answered, where: tuple[str, ...], ways: tuple[Given | None, Given | None, Given | None, Given | None]
) -> dict[str, Any] | None:
    size, page, offset, cursor = ways
    number = _size(size)
    keys: dict[str, Any] = {"items": expression(where)}
    if size is not None and number is not None:
        keys |= {"size": number, "size_parameter": size.theirs[0]}
    if "link" in answer.headers:
        return {"by": "link", **keys}
    if cursor is not None:
        named = _next(answer)
        if named is not None:
            return {"by": "cursor", "parameter": cursor.theirs[0], "next": named, **keys}
        if page is None and offset is None:
            _tell(answer, cursor, "no member of its answer names the next page")
            return None
    position = page or offset
    assert position is not None
    if number is None:
        _tell(answer, position, "nothing says how many items a page has")
        return None
    by = "page" if page is not None else "offset"
    first = position.leaf.limits.get("default", position.leaf.limits.get("minimum"))
    start = {"first": first} if isinstance(first, int) and first != (1 if page is not None else 0) else {}
    return {"by": by, "parameter": position.theirs[0], **start, **keys}


def _tell(answer: Answered, position: Given | None, why: str) -> None:
    name = position.theirs[0] if position is not None else "Link"
    answer.gaps.append(f"pages by {name} are not mapped: {why}, so its lists are not complete (law 5)")


def _first(named: Mapping[str, Given], names: Iterable[str]) -> Given | None:
    return next((named[name] for name in names if name in named), None)


def _size(size: Given | None) -> int | None:
    """Items of a full page: as many as may be, so that there are few pages."""
    if size is None:
        return None
    for key in ("maximum", "default"):
        number = size.leaf.limits.get(key)
        if isinstance(number, int) and not isinstance(number, bool) and 1 <= number <= MAX_SIZE:
            return number
    return None


def _items(description: Description, answer: Answered) -> tuple[str, ...] | None:
    """The way to the items of a page: the answer itself, or the one list of tables in it."""
    assert answer.schema is not None
    whole = plain(answer.schema, description.document)
    if not isinstance(whole, Mapping):
        return None
    if whole.get("type") == "array":
        return ()
    properties = whole.get("properties")
    if not isinstance(properties, Mapping):
        return None
    lists = [
        name
        for name, inner in properties.items()
        if isinstance(found := plain(inner, description.document), Mapping) and found.get("type") == "array"
    ]
    known = [name for name in ITEMS if name in lists]
    if known or len(lists) == 1:
        return (known[0] if known else lists[0],)
    return None


def _next(answer: Answered) -> str | None:
    """Where an answer names the next cursor."""
    singles = [leaf for leaf in answer.fields if not leaf.many and leaf.shape in ("string", "integer")]
    for name in NEXT:
        for leaf in singles:
            if leaf.path and snake(leaf.path[-1]) == name:
                return leaf.expression
    return None


def _within(answer: Answered, where: tuple[str, ...]) -> None:
    """Fields of the items, as they are selected from the list of all items. The rest differs from page to page."""
    kept: list[Leaf] = []
    for leaf in answer.fields:
        if leaf.path[: len(where) + 1] == (*where, "[]"):
            kept.append(replace(leaf, path=leaf.path[len(where) :]))
        else:
            answer.gaps.append(f"returns {'.'.join(leaf.path)}: it is said of one page only")
    answer.fields = kept

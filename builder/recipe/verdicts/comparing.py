"""Comparators: one per answer kind. Right in substance, whatever the sensible form; nothing beside it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

from builder.errors import DerivationError, Refused
from builder.recipe.verdicts import reading
from builder.recipe.verdicts.protocol import said
from builder.records.derivations import Answer, AnswerSpec

MATCH, DIFFERENT = "match", "different"

MAX_MEMBERS = 200
"""Members read of a list; no answer of ours has more."""

_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_ISO_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2})?")
_ISO_CLOCK = re.compile(r"\d{2}:\d{2}(:\d{2})?")
# Symbols and codes, where a letter's case is part of the value: `Co` is no `CO`.
_CASED = re.compile(r"\S*\d\S*|[A-Z][A-Za-z]{0,2}|\S*[a-z]\S*[A-Z]\S*")
_LINES = re.compile(r"(?:^|\s*\n)\s*(?:[-*•]\s+|\d{1,3}[.)]\s+)?")
_SEPARATORS = (
    re.compile(r"\s*;\s*"),
    re.compile(r"\s*(?:>|->|→)\s*"),
    re.compile(r"\s*\|\s*"),
    _LINES,
    re.compile(r"\s*(?:,\s*and\s|,|\band\s)\s*"),
    re.compile(r"\s*,\s*"),
)


def compare(answer: Answer, text: str) -> tuple[bool, str]:
    """Whether `text`, as it stood between the tags, is the answer; `match`, `different` or `wrong_type`."""
    try:
        reason = MATCH if _equal(answer, answer.spec, answer.value, text) else DIFFERENT
    except Refused as refusal:
        reason = refusal.reason
    return reason == MATCH, reason


def _equal(answer: Answer, spec: AnswerSpec, value: Any, text: str) -> bool:
    if spec.kind == "unanswerable":
        return (
            re.fullmatch(r"unanswerable(?:\s*[:.,(-].*|\s+(?:because|since|as)\s.*)?", reading.tidy(text), re.I | re.S)
            is not None
        )
    if spec.kind == "record":
        return _record(answer, spec, value, text)
    if isinstance(value, list):
        return _members(answer, spec, value, text)
    return _scalar(answer, spec, value, text)


def _scalar(answer: Answer, spec: AnswerSpec, value: Any, text: str) -> bool:
    """One value. The gold value's own type decides how the text is read: members of lists have no kind."""
    if isinstance(value, bool):
        return reading.boolean(text) is value
    if isinstance(value, (int, float)):
        return _number(spec, value, text)
    if not isinstance(value, str):
        raise DerivationError("answer:shape", f"{value!r} is no answer of kind {spec.kind}")
    if _ISO_DATE.fullmatch(value):
        return reading.date(text) == reading.date(value)
    if _ISO_MOMENT.fullmatch(value):
        return reading.moment(text) == reading.moment(value)
    if _ISO_CLOCK.fullmatch(value):
        return reading.clock(text) == reading.clock(value)
    if spec.kind == "text" and not answer.names.get(value) and _CASED.fullmatch(value):
        return reading.tidy(text) == reading.tidy(value)
    return _named(answer, value, text)


def _number(spec: AnswerSpec, value: int | float, text: str) -> bool:
    given, gold = reading.number(text, spec.unit), Decimal(repr(value))
    if isinstance(value, int) and not spec.decimals:
        return given == gold
    if spec.decimals is None:
        allowed = abs(gold) * Decimal("1e-9")  # noise of binary floats
    else:
        # Half a unit of the last decimal asked for, ties included.
        allowed = Decimal(5).scaleb(-spec.decimals - 1) * Decimal("1.000001")
    return abs(given - gold) <= allowed


def _named(answer: Answer, value: str, text: str) -> bool:
    """Value, label, alias, or two of those as `label (value)`; equal as a whole, so never a superset."""
    extra = answer.aliases if value == answer.value else ()
    accepted = {reading.plain(name) for name in (value, *answer.names.get(value, ()), *extra)}
    if reading.plain(text) in accepted:
        return True
    tidy = reading.tidy(text)
    if not tidy.endswith((")", "]")):
        return False
    # Names hold brackets of their own (`Xi(c)(2645)+`): each opening one may be where the second name begins.
    pairs = ((tidy[:at], tidy[at + 1 : -1]) for at, letter in enumerate(tidy) if at and letter in "([")
    return any(reading.plain(one) in accepted and reading.plain(two) in accepted for one, two in pairs)


def _members(answer: Answer, spec: AnswerSpec, value: list[Any], text: str) -> bool:
    unordered = spec.kind != "list"
    gold = _distinct(value) if unordered else value
    match = _matching if unordered else _aligned
    return any(
        len(items) == len(gold) and match(gold, items, lambda one, item: _holds(answer, spec, one, item))
        for items in _splits(text)
    )


def _holds(answer: Answer, spec: AnswerSpec, value: Any, text: str) -> bool:
    try:
        return _scalar(answer, spec, value, text)
    except Refused:
        return False


def _aligned(gold: list[Any], items: list[str], holds: Callable[[Any, str], bool]) -> bool:
    return all(holds(one, item) for one, item in zip(gold, items, strict=True))


def _matching(gold: list[Any], items: list[str], holds: Callable[[Any, str], bool]) -> bool:
    """Whether each text is a member of its own (augmenting paths: two numbers may both be near one text)."""
    fits = [[index for index, one in enumerate(gold) if holds(one, item)] for item in items]
    taken: dict[int, int] = {}

    def place(item: int, seen: set[int]) -> bool:
        for index in fits[item]:
            if index not in seen:
                seen.add(index)
                if index not in taken or place(taken[index], seen):
                    taken[index] = item
                    return True
        return False

    return all(place(item, set()) for item in range(len(items)))


def _distinct(values: list[Any]) -> list[Any]:
    return list({json.dumps(value, sort_keys=True): value for value in values}.values())


def _splits(text: str) -> Iterator[list[str]]:
    """Each way to read the text as members: JSON, one member, parts between one kind of separator."""
    text = text.strip()
    if text.startswith("[") and text.endswith("]"):
        try:
            values = json.loads(text)
        except (ValueError, RecursionError):
            values = None
        if isinstance(values, list) and all(isinstance(item, (str, int, float)) for item in values):
            yield [json.dumps(item) if not isinstance(item, str) else item for item in values]
        text = text[1:-1]
    yield [text]
    for separator in _SEPARATORS:
        parts = [part.strip() for part in separator.split(text)]
        if separator is _LINES:
            parts = parts[1:]
        if 1 < len(parts) <= MAX_MEMBERS and all(parts):
            yield parts


def _record(answer: Answer, spec: AnswerSpec, value: dict[str, Any], text: str) -> bool:
    given = _fields(list(spec.fields), text)
    return all([_equal(answer, spec.fields[name], item, given[name]) for name, item in value.items()])


def _fields(names: list[str], text: str) -> dict[str, str]:
    """Text of each field, each named exactly once. Whatever else is said ends up in a field and spoils it."""
    text = text.strip()
    if text.startswith("{"):
        text = _from_json(text)
    known = {said(name).casefold(): name for name in names}
    shapes = "|".join(re.escape(said(name)).replace(r"\ ", "[ _]") for name in sorted(names, key=len, reverse=True))
    marker = re.compile(rf"(?:^|[;,\n|])[\s*•-]*({shapes})[\s*]*[:=]", re.IGNORECASE)
    found = list(marker.finditer(text))
    if not found or text[: found[0].start()].strip() or len(found) != len(names):
        raise Refused("wrong_type", f"the record needs each of {', '.join(known)} once")
    fields: dict[str, str] = {}
    for match, following in zip(found, [*found[1:], None], strict=True):
        end = following.start() if following else len(text)
        fields[known[match[1].replace("_", " ").casefold()]] = text[match.end() : end].strip().rstrip(";,").strip()
    if len(fields) != len(names) or not all(fields.values()):
        raise Refused("wrong_type", f"the record needs each of {', '.join(known)} once")
    return fields


def _from_json(text: str) -> str:
    try:
        body = json.loads(text, object_pairs_hook=list)
    except (ValueError, RecursionError):
        raise Refused("wrong_type", "the record is not JSON") from None

    def written(item: Any) -> str:
        if isinstance(item, list):
            return " | ".join(written(member) for member in item)
        return item if isinstance(item, str) else json.dumps(item)

    if not isinstance(body, list) or not all(isinstance(pair, tuple) for pair in body):
        raise Refused("wrong_type", "the record is not a JSON object")
    return "\n".join(f"{name}: {written(item)}" for name, item in body)

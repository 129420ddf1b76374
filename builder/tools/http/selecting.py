"""From an answer to the declared fields: JMESPath (jmespath.org) or a JSON Pointer (RFC 6901), then conversion."""

from __future__ import annotations

import datetime
import re
from functools import lru_cache
from typing import Any

import jmespath
from jmespath.exceptions import JMESPathError

from builder.errors import ToolError
from builder.records.tools import Return, SemanticType

_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_DATE = re.compile(r"(\d{4})(?:[-/.]?(\d{2})(?:[-/.]?(\d{2}))?)?(?:[T ].*)?", re.ASCII)


MAX_EXPRESSION = 1000
"""Characters; the longest that is shipped has a fifth of them."""


def problem_of(expression: str) -> str | None:
    """Why an expression selects nothing at all; None when it is sound."""
    if len(expression) > MAX_EXPRESSION:
        return f"{len(expression):,} characters, and {MAX_EXPRESSION} are the most"
    if expression.startswith("/"):
        return "a pointer escapes ~ as ~0 and / as ~1" if re.search(r"~(?![01])", expression) else None
    try:
        _compiled(expression)
    except RecursionError:
        return "it is nested too deeply"
    except JMESPathError as error:
        return " ".join(str(error).split())[:160]
    return None


def select(expression: str, document: Any) -> Any:
    """What an expression finds; None when it finds nothing."""
    if not expression.startswith("/"):
        try:
            return _compiled(expression).search(document)
        except RecursionError:
            raise ToolError(
                "bad_answer", "the answer has another shape: it is nested too deeply to select from"
            ) from None
        except JMESPathError as error:
            raise ToolError(
                "bad_answer", f"the answer has another shape: {' '.join(str(error).split())[:160]}"
            ) from None
    for part in expression[1:].split("/"):
        key = part.replace("~1", "/").replace("~0", "~")
        if isinstance(document, dict):
            document = document.get(key)
        elif isinstance(document, list) and key.isdecimal() and int(key) < len(document):
            document = document[int(key)]
        else:
            return None
    return document


@lru_cache(4096)
def _compiled(expression: str) -> Any:
    return jmespath.compile(expression)


def field_value(name: str, field: Return, kind: SemanticType, document: Any, textual: bool) -> Any:
    """The value of one field. `textual`: all values are texts (XML, CSV), and become what the type holds.

    Raises ToolError: `not_found` when a field that must be there is absent, `bad_answer` for another shape.
    """
    assert field.select is not None
    found = select(field.select, document)
    if field.many:
        if found is None:
            found = []
        if not isinstance(found, list):
            raise ToolError("bad_answer", f"the answer has another shape: {name} is no list")
        members = [_converted(name, field, kind, member, textual) for member in found]
        return [member for member in members if member is not None]
    value = _converted(name, field, kind, found, textual)
    if value is None and not field.nullable:
        raise ToolError("not_found", f"the source has no {name.replace('_', ' ')} of it")
    return value


def _converted(name: str, field: Return, kind: SemanticType, value: Any, textual: bool) -> Any:
    """Empty texts are gaps (law 11)."""
    if isinstance(value, str):
        value = value.strip()
    if value is None or value == "":
        return None
    shape = kind.json_schema.get("type")
    how = field.convert or ("number" if textual and shape in ("integer", "number") else None)
    try:
        value = _CONVERSIONS[how](value) if how is not None else value
    except (ValueError, TypeError, LookupError):
        raise ToolError(
            "bad_answer", f"the answer has another shape: {name} is {str(value)[:60]!r}, no {how}"
        ) from None
    if textual and shape == "boolean" and value in ("true", "false"):
        return value == "true"
    if shape == "integer" and isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def _number(value: Any) -> float | int:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ValueError(value)
    if not isinstance(value, str):
        return value
    if not _NUMBER.fullmatch(value):
        raise ValueError(value)
    return int(value) if value.lstrip("+-").isdecimal() else float(value)


def _text(value: Any) -> str | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ValueError(value)
    return " ".join(str(value).split()) or None


def _parts(value: Any) -> tuple[int, ...]:
    if isinstance(value, list):
        return tuple(int(part) for part in value if part is not None)
    found = _DATE.fullmatch(str(value))
    if found is None:
        raise ValueError(value)
    return tuple(int(part) for part in found.groups() if part is not None)


def _date(value: Any) -> str | None:
    """A whole date; a year or a month alone is none."""
    parts = _parts(value)
    return datetime.date(*parts[:3]).isoformat() if len(parts) >= 3 else None


def _year(value: Any) -> int | None:
    parts = _parts(value)
    return parts[0] if parts else None


def _count(value: Any) -> int:
    if not isinstance(value, list):
        raise TypeError(value)
    return len(value)


_CONVERSIONS: dict[str, Any] = {"number": _number, "text": _text, "date": _date, "year": _year, "count": _count}

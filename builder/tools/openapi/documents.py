"""From bytes to a document: strict JSON, or YAML that holds no more than JSON could.

YAML is read by its events, so that what is refused is refused before anything is made of it: anchors and aliases (a
few lines of them unfold to gigabytes), tags, merge keys, keys twice, second documents, depth. Scalars are those of the
core schema of YAML 1.2: `no` is a text, and so is a date. OWASP Deserialization and Denial of Service cheat sheets.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NoReturn

import yaml

from builder.errors import DescriptionError, SpecProblem
from builder.tools.http.parsing import MAX_DEPTH, number, strict, whole

MAX_BYTES = 16 * 2**20
"""The largest that are public have 13 MB."""

MAX_NODES = 1_000_000
"""Commas, colons and brackets: what bounds memory and time, as a value takes more of both than its text."""

MAX_EVENTS = 400_000
"""Values and keys of YAML, which is read ten times as slowly."""

_NULL = frozenset(("", "~", "null", "Null", "NULL"))
_SWITCHES = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_WHOLE = re.compile(r"[-+]?[0-9]+")
_OTHER_BASE = re.compile(r"0o[0-7]{1,60}|0x[0-9a-fA-F]{1,60}")
_NUMBER = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_NO_NUMBER = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")


def refuse(file: str, key: str, problem: str, remedy: str) -> NoReturn:
    """Raises the DescriptionError of a document."""
    raise DescriptionError(SpecProblem(file, key or "-", " ".join(problem.split())[:300], remedy))


def read(body: bytes, file: str) -> Any:
    """The data of a description. Raises DescriptionError, which names the file."""
    if len(body) > MAX_BYTES:
        refuse(file, "-", f"larger than {MAX_BYTES // 2**20} MiB", "cut it down to the operations that are wanted")
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        refuse(file, "-", f"not UTF-8: {error.reason} at byte {error.start}", "save it as UTF-8")
    try:
        if text.lstrip()[:1] in ("{", "["):
            nodes = sum(map(text.count, ",:[{"))
            if nodes > MAX_NODES:
                raise ValueError(f"its JSON holds more than {MAX_NODES:,} commas, colons and brackets")
            return strict(text)
    except ValueError as error:
        refuse(file, "-", str(error), "mend it at its source")
    try:
        return _built(_events(text))
    except yaml.MarkedYAMLError as error:
        line = f" in line {error.problem_mark.line + 1}" if error.problem_mark is not None else ""
        refuse(file, "-", f"its YAML cannot be read{line}: {error.problem}", "mend it at its source")
    except (yaml.YAMLError, ValueError) as error:
        refuse(file, "-", f"its YAML {error}", "write it plainly, as JSON could hold it")


def _events(text: str) -> Iterator[Any]:
    """The events between the start of the document and its end, nothing odd among them. Raises ValueError."""
    depth = documents = 0
    for count, event in enumerate(yaml.parse(text, Loader=yaml.CSafeLoader)):
        where = f"(line {event.start_mark.line + 1})"
        if count > MAX_EVENTS:
            raise ValueError(f"holds more than {MAX_EVENTS:,} values; JSON may hold more")
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None:
            raise ValueError(f"has an anchor or alias {where}")
        if getattr(event, "tag", None) is not None or getattr(event, "tags", None):
            raise ValueError(f"has a tag {where}")
        if isinstance(event, yaml.DocumentStartEvent):
            documents += 1
            if documents > 1:
                raise ValueError(f"holds a second document {where}")
        elif isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > MAX_DEPTH:
                raise ValueError(f"is nested deeper than {MAX_DEPTH} {where}")
            yield event
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
            yield event
        elif isinstance(event, yaml.ScalarEvent):
            yield event


def _built(events: Iterator[Any]) -> Any:
    """The value of these events. Raises ValueError for a key twice, a key that is no scalar, or an odd scalar."""
    whole_document: list[Any] = []
    open_: list[tuple[Any, Any]] = [(whole_document, None)]
    """Lists and tables that are not complete, each table with the key whose value comes next."""
    for event in events:
        holder, key = open_[-1]
        if isinstance(event, yaml.CollectionEndEvent):
            open_.pop()
            continue
        if isinstance(holder, dict) and key is None:
            open_[-1] = (holder, _key(event, holder))
            continue
        made: Any = _scalar(event) if isinstance(event, yaml.ScalarEvent) else _empty(event)
        if isinstance(holder, dict):
            holder[key] = made
            open_[-1] = (holder, None)
        else:
            holder.append(made)
        if not isinstance(event, yaml.ScalarEvent):
            open_.append((made, None))
    return whole_document[0] if whole_document else None


def _empty(event: Any) -> Any:
    return {} if isinstance(event, yaml.MappingStartEvent) else []


def _key(event: Any, holder: dict[str, Any]) -> str:
    """A key as it is written: statuses are numbers in YAML, and texts in JSON."""
    where = f"(line {event.start_mark.line + 1})"
    if not isinstance(event, yaml.ScalarEvent):
        raise ValueError(f"has a key that is no plain text {where}")
    text = str(event.value)
    if text == "<<":
        raise ValueError(f"has a merge key {where}")
    if text in holder:
        raise ValueError(f"has the key {text[:60]!r} twice in one table {where}")
    return text


def _scalar(event: Any) -> Any:
    text = str(event.value)
    if not event.implicit[0]:
        return text  # quoted, or a block
    if text in _NULL:
        return None
    if text in _SWITCHES:
        return _SWITCHES[text]
    if _WHOLE.fullmatch(text):
        return whole(text)
    if _OTHER_BASE.fullmatch(text):
        return int(text[2:], 8 if text[1] == "o" else 16)
    if _NUMBER.fullmatch(text):
        return number(text)
    if _NO_NUMBER.fullmatch(text):
        raise ValueError(f"holds {text}, which is no number (line {event.start_mark.line + 1})")
    return text

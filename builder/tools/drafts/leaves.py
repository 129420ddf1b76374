"""One plain value of a JSON Schema, with those of its limits that a spec can state."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from builder.records.base import Json

SHAPES = ("string", "integer", "number", "boolean")

MAX_OPTIONS = 200
"""Options of one value; more belong into its type."""

MAX_WORDS = 2_000
"""Characters of a description that are looked at."""

MAX_NUMBER = 1e300

UNCHECKED = (
    "pattern", "minLength", "maxLength", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "uniqueItems",
)  # fmt: skip
"""Limits that a parameter of ours cannot state."""

_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")
_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_QUOTED = re.compile(r"""(?<!\w)(['"`])([^'"`\n]{1,60})\1(?!\w)""")


@dataclass(frozen=True, slots=True)
class Leaf:
    """One value, or a list of values of one shape."""

    path: tuple[str, ...]
    """Names on the way to it; `[]` stands for the members of a list."""
    shape: str
    many: bool = False
    required: bool = True
    nullable: bool = False
    description: str = ""
    limits: Mapping[str, Json] = field(default_factory=dict)
    """Of `enum`, `default`, `minimum`, `maximum`, `minItems`, `maxItems` and `format` those that it has."""
    samples: tuple[Json, ...] = ()
    """Values that the schema itself shows."""
    notes: tuple[str, ...] = ()
    """What of its limits is lost."""

    @property
    def name(self) -> str:
        """A name of ours for it: `target_time_zone` of `target.timeZone`; `value` for an answer that is one."""
        return snake("_".join(part for part in self.path if part != "[]")) or "value"

    @property
    def expression(self) -> str:
        """JMESPath of it in an answer."""
        return expression(self.path)


@dataclass(frozen=True, slots=True)
class Gap:
    """A part of a schema that no flat parameter or field can hold."""

    path: tuple[str, ...]
    why: str
    required: bool = True

    def __str__(self) -> str:
        return f"{'.'.join(self.path) or 'the whole'}: {self.why}"


def snake(name: str) -> str:
    """`sourceTimezone`, `source-timezone` and `Source Timezone` as `source_timezone`."""
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name)
    return re.sub(r"[^a-z0-9]+", "_", parted.lower()).strip("_")


def ours(theirs: str, taken: set[str]) -> str:
    """A name of ours that no other has, which is then taken."""
    first = snake(theirs)[:60].strip("_")
    if not _NAME.fullmatch(first):
        first = f"value_{first}".strip("_")[:60]
    name, number = first, 1
    while name in taken:
        number += 1
        name = f"{first}_{number}"
    taken.add(name)
    return name


def by_name(leaves: Iterable[Leaf]) -> dict[str, Leaf]:
    """Values under names of ours, no two the same."""
    taken: set[str] = set()
    return {ours(leaf.name, taken): leaf for leaf in leaves}


def expression(path: tuple[str, ...]) -> str:
    """JMESPath of a way into an answer."""
    text = ""
    for part in path:
        if part == "[]":
            text += "[]"
        else:
            name = part if _IDENTIFIER.fullmatch(part) else json.dumps(part)
            text += f".{name}" if text else name
    return text or "@"


def leaf_of(schema: Mapping[str, Any], shape: str, path: tuple[str, ...], required: bool, nullable: bool) -> Leaf:
    """The value that a schema of one of SHAPES describes."""
    kept = {key: value for key, value in schema.items() if value is not None}
    if "const" in kept:
        kept["enum"] = [kept["const"]]
    if isinstance(kept.get("enum"), list) and None in kept["enum"]:
        nullable, kept["enum"] = True, [option for option in kept["enum"] if option is not None]
    limits, notes = limits_of(kept, shape, ("enum", "default", "minimum", "maximum", "format"))
    lost = [key for key in UNCHECKED if key in kept]
    if lost:
        notes.append(f"{', '.join(lost)}: only what its type allows is checked")
    description = words_of(schema)
    examples = schema.get("examples")
    shown = [schema.get("example"), *(examples if isinstance(examples, list) else ()), *limits.get("enum", ())]
    if limits.get("default") not in (None, ""):
        shown.append(limits["default"])
    if shape == "string":
        shown += [quoted for _, quoted in _QUOTED.findall(description)]
    samples = tuple(dict.fromkeys(value for value in shown if isinstance(value, str | int | float | bool)))
    return Leaf(path, shape, False, required, nullable, description, limits, samples, tuple(notes))


def limits_of(schema: Mapping[str, Any], shape: str, keys: tuple[str, ...]) -> tuple[dict[str, Any], list[str]]:
    """Limits of a value that can be kept, and words for those that cannot."""
    kept: dict[str, Any] = {}
    notes = []
    for key in keys:
        if schema.get(key) is None:
            continue
        problem = _odd(key, schema[key], shape)
        if problem is None:
            kept[key] = schema[key]
        else:
            notes.append(f"its {key} is left out: {problem}")
    return kept, notes


def _odd(key: str, value: Any, shape: str) -> str | None:
    """Why a limit is none."""
    if key == "enum":
        if not isinstance(value, list) or not all(is_of(shape, option) for option in value):
            return f"no list of values of type {shape}"
        return f"{len(value)} options; {MAX_OPTIONS} are the most" if len(value) > MAX_OPTIONS else None
    if key == "default":
        fits = isinstance(value, list) if shape == "array" else is_of(shape, value)
        return None if fits else f"no value of type {shape}"
    if key == "format":
        return None if isinstance(value, str) else "no text"
    return None if is_of("integer" if key in ("minItems", "maxItems") else "number", value) else "no number"


def is_of(shape: str, value: Any) -> bool:
    """Whether a value has one of SHAPES, and is no number beyond reason."""
    if isinstance(value, bool) or shape in ("boolean", "string"):
        return isinstance(value, {"boolean": bool, "string": str}.get(shape, ()))
    return isinstance(value, int if shape == "integer" else int | float) and abs(value) <= MAX_NUMBER


def words_of(schema: Mapping[str, Any]) -> str:
    """Its description, in one line."""
    text = schema.get("description")
    return " ".join(text[:MAX_WORDS].split()) if isinstance(text, str) else ""

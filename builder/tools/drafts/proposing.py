"""Semantic types that a value of a tool of others may have, from its name, its schema and the values that are shown.

Every proposal is for a person to confirm: a name that fits is no proof (law 1).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import fastjsonschema

from builder.identity import canonical_json
from builder.records.tools import SemanticType
from builder.tools.drafts.leaves import Leaf

LEAST = 30
"""Points below which nothing is proposed: a shape alone fits half the types."""

MOST = 3
"""Proposals for one value."""

MIN_ENDING = 4
"""Letters of a type's name that may stand at the end of another name."""

_FORMATS = {"date": "date", "time": "time"}


@dataclass(frozen=True, slots=True)
class Proposal:
    """A type with what speaks for it."""

    type: str
    points: int
    why: str


def propose(
    leaf: Leaf,
    samples: Collection[Any],
    types: Mapping[str, SemanticType],
    listed: Callable[[str], Collection[Any]],
) -> list[Proposal]:
    """The best proposals, best first. `samples` are values seen of it; `listed` gives the values that a type lists."""
    values = [*dict.fromkeys([*leaf.samples, *samples])]
    found = []
    for name, kind in types.items():
        reasons = list(_reasons(leaf, values, name, kind, listed)) if _fits(leaf, values, kind) else []
        points = sum(each[0] for each in reasons)
        if points >= LEAST:
            found.append(Proposal(name, points, "; ".join(why for _, why in reasons)))
    return sorted(found, key=lambda each: (-each.points, each.type))[:MOST]


def _fits(leaf: Leaf, values: list[Any], kind: SemanticType) -> bool:
    """Whether the type holds values of the shape, and one of those that are known."""
    shape = kind.json_schema.get("type")
    if shape != leaf.shape and not (shape == "number" and leaf.shape == "integer"):
        return False
    # Words in quotes beside a description need not be values: one that fits is enough.
    return not values or any(_holds(canonical_json(kind.json_schema), value) for value in values)


def _holds(schema: str, value: Any) -> bool:
    try:
        _check(schema)(value)
    except fastjsonschema.JsonSchemaException:
        return False
    return True


@lru_cache(2048)
def _check(schema: str) -> Callable[[Any], Any]:
    return fastjsonschema.compile(json.loads(schema))


def _reasons(
    leaf: Leaf, values: list[Any], name: str, kind: SemanticType, listed: Callable[[str], Collection[Any]]
) -> list[tuple[int, str]]:
    reasons: list[tuple[int, str]] = []
    # A list is named in the plural, and of what it is the members'.
    ours, theirs = _bare(name), _bare(leaf.name)
    singular = theirs.removesuffix("s") if leaf.many else theirs
    if ours in (theirs, singular):
        reasons.append((70, "it has this name"))
    elif len(ours) >= MIN_ENDING and (theirs.endswith(ours) or singular.endswith(ours)):
        reasons.append((40, "its name ends so"))
    options, theirs_too = leaf.limits.get("enum") or values, kind.json_schema.get("enum", ())
    if options and all(option in theirs_too for option in options):
        reasons.append((60, "all its options are of this type"))
    elif "pattern" in kind.json_schema and values and all(_holds(canonical_json(kind.json_schema), v) for v in values):
        # Not enough alone: three capitals are a currency, a country, an airport.
        reasons.append((20, "its values have the form"))
    if kind.unit and _has_unit(leaf, kind.unit):
        reasons.append((35, f"its unit is {kind.unit}"))
    if _FORMATS.get(str(leaf.limits.get("format"))) == kind.kind:
        reasons.append((30, f"its format is {leaf.limits['format']}"))
    if kind.kind == "entity" and values:
        known = listed(name)
        there = [value for value in values if value in known]
        if there:
            reasons.append((20 + 40 * len(there) // len(values), f"{len(there)} of {len(values)} values are listed"))
    return reasons


def _has_unit(leaf: Leaf, unit: str) -> bool:
    """Whether the unit is the end of the name (`height_cm`), or stands in the description as `in cm` or `(cm)`."""
    parts = [part for part in re.split(r"[^a-z]+", unit.lower().replace("°", "deg").replace("%", "percent")) if part]
    tokens = leaf.name.split("_")
    if parts and tokens[-len(parts) :] == parts and len(tokens) > len(parts):
        return True
    return re.search(rf"(?:\bin |\(){re.escape(unit)}(?!\w)", leaf.description) is not None


def _bare(name: str) -> str:
    return name.replace("_", "")

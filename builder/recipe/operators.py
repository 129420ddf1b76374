"""Operators: what a careful reader does without a tool (design page, "Rules deriver").

Each takes resolved inputs and returns a value, or raises DerivationError with the law or gate that the
values break. Degenerate operands (ties, empty sets, equal sides) are refused, not decided (law 11).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Any

from builder.errors import DerivationError

MAX_MEMBERS = 12
"""A careful reader keeps at most this many items in mind (design page: fan-out of at most 12)."""

NEAR_TIE = 0.01
"""Two keys closer than 1% of the larger are a near tie: another source or rounding might swap them."""

RELATIONS: dict[str, Callable[[Any, Any], bool]] = {
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    "=": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
}

INPUTS: dict[str, frozenset[str]] = {
    "argmax": frozenset({"items", "keys"}),
    "argmin": frozenset({"items", "keys"}),
    "filter": frozenset({"items", "keys", "relation", "threshold"}),
    "count": frozenset({"items"}),
    "only": frozenset({"items"}),
    "contains": frozenset({"items", "item"}),
    "compare": frozenset({"left", "relation", "right"}),
    "all_of": frozenset({"conditions"}),
    "any_of": frozenset({"conditions"}),
    "choose": frozenset({"condition", "then", "otherwise"}),
    "rank": frozenset({"items", "keys", "order"}),
    "value_for": frozenset({"item", "items", "values"}),
    "common": frozenset({"left", "right"}),
    "without": frozenset({"left", "right"}),
    "record": frozenset(),
}
"""Input names of each operator; `record` takes any names."""


def degenerate(message: str) -> DerivationError:
    return DerivationError("law:degenerate", message)


def near(a: Any, b: Any) -> bool:
    """Whether two keys tie or nearly tie. Texts and dates tie only when equal."""
    if isinstance(a, (int, float)) and isinstance(b, (int, float)):
        return abs(a - b) <= NEAR_TIE * max(abs(a), abs(b))
    return bool(a == b)


def aligned(items: Sequence[Any], keys: Sequence[Any]) -> list[tuple[Any, Any]]:
    if not isinstance(items, list) or not isinstance(keys, list) or len(items) != len(keys):
        raise DerivationError("derivation:shape", "items and keys must be lists of one length")
    if not 2 <= len(items) <= MAX_MEMBERS:
        raise DerivationError("law:completeness", f"{len(items)} items; an operator takes 2 to {MAX_MEMBERS}")
    if any(key is None for key in keys):
        raise DerivationError("law:imputation", "a member has no value")
    if len({str(item) for item in items}) < len(items):
        raise degenerate("the same item twice")
    return list(zip(items, keys, strict=True))


def _best(inputs: Mapping[str, Any], sign: int) -> Any:
    pairs = sorted(aligned(inputs["items"], inputs["keys"]), key=lambda pair: _order(pair[1]))
    best, second = (pairs[-1], pairs[-2]) if sign > 0 else (pairs[0], pairs[1])
    if near(best[1], second[1]):
        raise degenerate(f"{best[0]} and {second[0]} tie or nearly tie")
    return best[0]


def _order(key: Any) -> Any:
    if isinstance(key, bool) or not isinstance(key, (int, float, str)):
        raise DerivationError("law:scale", f"{key!r} has no order")
    return key


def _filter(inputs: Mapping[str, Any]) -> list[Any]:
    holds = RELATIONS[inputs["relation"]]
    pairs = aligned(inputs["items"], inputs["keys"])
    threshold = inputs["threshold"]
    if inputs["relation"] in ("<", "<=", ">", ">=") and any(near(key, threshold) for _, key in pairs):
        raise degenerate("a member lies at the threshold")
    kept = [item for item, key in pairs if holds(key, threshold)]
    if not kept or len(kept) == len(pairs):
        raise degenerate("the condition keeps all members or none")
    return kept


def _only(inputs: Mapping[str, Any]) -> Any:
    items = inputs["items"]
    if len(items) != 1:
        raise DerivationError("gate:unique", f"{len(items)} members meet the description, not one")
    return items[0]


def _compare(inputs: Mapping[str, Any]) -> bool:
    left, right = inputs["left"], inputs["right"]
    if near(left, right) and inputs["relation"] not in ("=", "!="):
        raise degenerate("both sides are equal or nearly so")
    return RELATIONS[inputs["relation"]](_order(left), _order(right))


def _rank(inputs: Mapping[str, Any]) -> list[Any]:
    pairs = sorted(aligned(inputs["items"], inputs["keys"]), key=lambda pair: _order(pair[1]))
    for (_, low), (_, high) in pairwise(pairs):
        if near(low, high):
            raise degenerate("two members tie or nearly tie")
    ordered = [item for item, _ in pairs]
    return ordered if inputs["order"] == "ascending" else ordered[::-1]


def _value_for(inputs: Mapping[str, Any]) -> Any:
    found = [value for item, value in aligned(inputs["items"], inputs["values"]) if item == inputs["item"]]
    if len(found) != 1:
        raise DerivationError("gate:unique", "the item is not exactly once among the items")
    return found[0]


def _members(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise DerivationError("derivation:shape", "a list is needed")
    return value


def _set(inputs: Mapping[str, Any], keep: bool) -> list[Any]:
    left, right = _members(inputs["left"]), _members(inputs["right"])
    kept = [item for item in left if (item in right) is keep]
    if not kept or len(kept) == len(left):
        raise degenerate("the two lists do not overlap in part")
    return kept


def _count(inputs: Mapping[str, Any]) -> int:
    count = len(_members(inputs["items"]))
    if count == 0:
        raise degenerate("nothing to count")
    return count


OPERATORS: dict[str, Callable[[Mapping[str, Any]], Any]] = {
    "argmax": lambda inputs: _best(inputs, +1),
    "argmin": lambda inputs: _best(inputs, -1),
    "filter": _filter,
    "count": _count,
    "only": _only,
    "contains": lambda inputs: inputs["item"] in _members(inputs["items"]),
    "compare": _compare,
    "all_of": lambda inputs: all(inputs["conditions"]),
    "any_of": lambda inputs: any(inputs["conditions"]),
    "choose": lambda inputs: inputs["then"] if inputs["condition"] else inputs["otherwise"],
    "rank": _rank,
    "value_for": _value_for,
    "common": lambda inputs: _set(inputs, keep=True),
    "without": lambda inputs: _set(inputs, keep=False),
    "record": dict,
}


def apply(op: str, inputs: Mapping[str, Any]) -> Any:
    """Value of an operator. Raises DerivationError with the reason when the inputs do not allow one."""
    if op not in OPERATORS:
        raise DerivationError("derivation:operator", f"unknown operator {op}")
    try:
        return OPERATORS[op](inputs)
    except (KeyError, TypeError) as error:
        raise DerivationError("derivation:shape", f"{op} cannot take its inputs: {error}") from error

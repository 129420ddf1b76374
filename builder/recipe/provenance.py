"""Where a model's arguments come from, found by value: in earlier results, in the question, or nowhere.

A model says no sources, so they are matched. How sure a match is, of three grades:

    certain   one place holds the value, it is of a fitting type, and the value is telling
    likely    several places hold it, or the type is another, or the value is a small number, a short text or a flag
    unknown   no place holds it: the model knew it, reckoned it or made it up

Only `certain` and `likely` say where; a derivation has to name a place itself, and is checked there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from builder.recipe.gates import stands_in
from builder.recipe.view import PoolView
from builder.records.tools import Call

Sure = Literal["certain", "likely", "unknown"]

TELLING_LETTERS = 3
"""A shorter text (`US`, `kg`) is found by chance."""

TELLING_DIGITS = 3
"""A number with fewer digits (7, 0.5, 30) is found by chance."""


@dataclass(frozen=True, slots=True)
class Gathered:
    """A call that was made, under the id by which a derivation may name it."""

    id: str
    call: Call
    value: dict[str, Any] | None
    """None when it failed."""
    error: str = ""
    sources: dict[str, Any] | None = None
    """Per parameter what `provenance` found."""
    flagged: str = ""
    """The reason why nothing may be derived from it; empty when there is none."""


@dataclass(frozen=True, slots=True)
class _Place:
    where: dict[str, Any]
    type: str
    value: Any


def provenance(view: PoolView, call: Call, said: str, earlier: Sequence[Gathered]) -> dict[str, Any]:
    """For each argument `{"sure": ..., "from": place}`; a list of those for an array.

    `said` is what the model was told in words. Places are `{"literal": true}` for that, and
    `{"call": "c1", "path": "/population"}`, with `/2` behind it for a member of a list.
    """
    spec = view.declared[call.tool]
    places = [place for gathered in earlier for place in _places(view, gathered)]
    found: dict[str, Any] = {}
    for name, value in call.arguments.items():
        wanted = spec.parameters[name].type if name in spec.parameters else ""
        whole = _find(view, value, wanted, said, places)
        if isinstance(value, list) and whole["sure"] == "unknown":
            found[name] = [_find(view, item, wanted, said, places) for item in value]
        else:
            found[name] = whole
    return found


def _find(view: PoolView, value: Any, wanted: str, said: str, places: Sequence[_Place]) -> dict[str, Any]:
    same = [place for place in places if _equal(place.value, value)]
    fitting = [place for place in same if wanted and _fits(view, place.type, wanted)]
    stated = isinstance(value, (str, int, float)) and not isinstance(value, bool) and stands_in(_text(value), said)
    chosen = fitting or same
    if chosen:
        alone = len(chosen) == 1 and not stated
        sure: Sure = "certain" if alone and fitting and telling(value) else "likely"
        return {"sure": sure, "from": chosen[0].where}
    if stated:
        return {"sure": "certain" if telling(value) else "likely", "from": {"literal": True}}
    return {"sure": "unknown"}


def telling(value: Any) -> bool:
    """Whether a value is found at two places for a reason, and hardly by chance."""
    if isinstance(value, bool) or value is None:
        return False
    if isinstance(value, (int, float)):
        return len(_text(value).lstrip("-").replace(".", "").strip("0")) >= TELLING_DIGITS
    if isinstance(value, str):
        return len(value) >= TELLING_LETTERS
    return len(value) > 1


def _places(view: PoolView, gathered: Gathered) -> list[_Place]:
    returns = view.declared[gathered.call.tool].returns
    found = []
    for name, value in (gathered.value or {}).items():
        kind = returns[name].type if name in returns else ""
        where = {"call": gathered.id, "path": f"/{name}"}
        found.append(_Place(where, kind, value))
        if isinstance(value, list):
            found += [_Place({**where, "path": f"/{name}/{n}"}, kind, item) for n, item in enumerate(value)]
    return found


def _fits(view: PoolView, produced: str, wanted: str) -> bool:
    return bool(produced) and view.fits(produced, wanted)


def _equal(one: Any, other: Any) -> bool:
    # 1 == True in Python, and is no match.
    return isinstance(one, bool) == isinstance(other, bool) and bool(one == other)


def _text(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) and value.is_integer() else str(value)

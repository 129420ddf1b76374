"""What people do with a field: which figures they add up, set apart, multiply, average (laws 3 and 12)."""

from __future__ import annotations

from builder.recipe.atlas import Edge
from builder.recipe.operators import near
from builder.recipe.view import PoolView
from builder.records.tools import Use


def meant_for(edge: Edge, *uses: Use) -> bool:
    """Law 12. Whether people do all this with a field, or over a list: what its spec declares, else anything."""
    declared = edge.returned.uses
    return declared is None or set(uses) <= set(declared)


def weighty(edge: Edge, view: PoolView) -> bool:
    """Law 12. A quantity of size: on a ratio scale, no count of links, and no change.

    A gain may be near nothing, and so many times a gain then says nothing.
    """
    kind = view.types[edge.returned.type]
    counted = kind.name == "count"
    return numeric(edge, view) and kind.scale == "ratio" and not (counted or kind.moves or yearly(edge, view))


def multiplied(edge: Edge, view: PoolView) -> bool:
    """Law 12. A quantity that people give as a multiple of another's, or as so many percent more."""
    return weighty(edge, view) and meant_for(edge, "factor")


def addable(edge: Edge, view: PoolView) -> bool:
    """Laws 3 and 12. A quantity that adds up, and that people put together."""
    return _adds_up(edge, view) and meant_for(edge, "total")


def shared_out(edge: Edge, view: PoolView) -> bool:
    """Laws 3 and 12. A quantity of which people give one member's part of the total."""
    return _adds_up(edge, view) and meant_for(edge, "share")


def _adds_up(edge: Edge, view: PoolView) -> bool:
    """Law 3. People set limits for what they put together, too."""
    adds = view.types[edge.returned.type].additive and bool(edge.returned.above)
    return weighty(edge, view) and adds and not summed_up(edge)


def averaged(edge: Edge, view: PoolView) -> bool:
    """Law 12. A quantity whose average over members, each counted once, says something: rates, not sizes."""
    return weighty(edge, view) and not summed_up(edge) and meant_for(edge, "average")


def ranked(edge: Edge, view: PoolView) -> bool:
    """Law 12. A quantity of which there is a first and a second: neither years nor counts of links."""
    counted = view.types[edge.returned.type].name == "count"
    return numeric(edge, view) and not yearly(edge, view) and not counted


def placed(edge: Edge, view: PoolView) -> bool:
    """Law 12. A quantity of which people ask who comes second: sizes and rates, not radii or changes."""
    return ranked(edge, view) and meant_for(edge, "place")


def subtracted(edge: Edge, view: PoolView) -> bool:
    """Law 12. A quantity of which a difference says something: links are counted, not set apart."""
    return ranked(edge, view) and meant_for(edge, "gap")


def spread_out(edge: Edge, view: PoolView) -> bool:
    """Law 12. A quantity of which people look at the range over several: rates and prices, not areas."""
    return subtracted(edge, view) and meant_for(edge, "spread")


def tied(edge: Edge, view: PoolView, one: float, other: float) -> bool:
    """Whether two values are so near that another edition of the table might order them the other way."""
    if yearly(edge, view):
        return one == other
    low, high = sorted((one, other))
    return near(one, other) or 0 < high < view.types[edge.returned.type].sure * low


def moved_as_said(edge: Edge, view: PoolView, value: float) -> bool:
    """Whether the words of a movement hold: nothing rose most in price where everything became cheaper."""
    return value > 0 or not view.types[edge.returned.type].moves


def summed_up(edge: Edge) -> bool:
    """Whether the field is an average, total or extreme itself: nobody asks for the median average."""
    return bool({"average", "mean", "median", "total", "highest", "lowest"} & set((edge.returned.head or "").split()))


def percent(edge: Edge, view: PoolView) -> bool:
    """Whether the field is in percent, so that differences are in percentage points."""
    unit = view.types[edge.returned.type].unit
    return "%" in unit or "percent" in unit


def numeric(edge: Edge, view: PoolView) -> bool:
    """Whether the field is an ordered quantity."""
    kind = view.types[edge.returned.type]
    return kind.kind == "quantity" and kind.scale in ("ratio", "interval")


def yearly(edge: Edge, view: PoolView) -> bool:
    """Whether the field is a year: later or earlier, never higher or lower."""
    return any(name == "year" or name.endswith("_year") for name in view.ancestors(edge.returned.type))

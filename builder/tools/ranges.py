"""The range of a quantity, by what its parameter, its type and the examples of its tool declare; and values in it."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence

from builder.errors import BuilderError
from builder.records.tools import Parameter, SemanticType

WIDE = 50
"""A range of a higher ratio than this is drawn from by orders of magnitude."""

SIGNIFICANT = 3
"""Digits of a drawn number, where type and examples allow as many."""


def far(parameter: Parameter, kind: SemanticType, seen: Sequence[float], rng: random.Random) -> float:
    """A quantity from anywhere in its range."""
    low, high = span(parameter, kind, seen)
    decimals = places(kind, seen)
    if decimals == 0:
        return _whole(math.ceil(low), math.floor(high), rng)
    by_magnitude = low > 0 and high / low > WIDE
    value = math.exp(rng.uniform(math.log(low), math.log(high))) if by_magnitude else rng.uniform(low, high)
    return min(max(rounded(value, decimals), low), high)


def span(parameter: Parameter, kind: SemanticType, seen: Sequence[float]) -> tuple[float, float]:
    """What the parameter declares, else type and schema; where an end is open, twice what the examples reach."""
    schema = kind.json_schema
    lows = (parameter.minimum, kind.low, schema.get("minimum"), schema.get("exclusiveMinimum"))
    highs = (parameter.maximum, kind.high, schema.get("maximum"), schema.get("exclusiveMaximum"))
    low = next((value for value in lows if value is not None), None)
    high = next((value for value in highs if value is not None), None)
    if not seen and (low is None or high is None):
        raise BuilderError(f"a parameter of type {kind.name} has neither a range nor an example")
    if seen:
        least, most = min(seen), max(seen)
        if high is None:
            low = least / 2 if least >= 0 else least * 2
            high = most * 2 if most >= 0 else most / 2
        low = min(low if low is not None else min(least / 2, least * 2), least)
        high = max(high, most)
        # Money that flows out in all examples flows out.
        return (max(low, 0) if least >= 0 else low), (min(high, 0) if most < 0 else high)
    assert low is not None and high is not None
    return low, high


def rounded(value: float, decimals: int) -> float:
    """A number of a few digits, and no more decimals than given; whole numbers stay exact."""
    if decimals == 0:
        return round(value)
    return round(
        value, min(decimals, max(SIGNIFICANT - 1 - math.floor(math.log10(abs(value))), 0)) if value else decimals
    )


def places(kind: SemanticType, seen: Sequence[float]) -> int:
    """Decimals of a drawn number: those of its type, and no more than the examples have when all are whole."""
    if kind.json_schema.get("type") == "integer" or (seen and all(float(value).is_integer() for value in seen)):
        return 0
    return kind.decimals if kind.decimals is not None else 12


def _whole(low: int, high: int, rng: random.Random) -> int:
    if low > 0 and high / low > WIDE:
        return min(max(round(math.exp(rng.uniform(math.log(low), math.log(high)))), low), high)
    return rng.randint(low, max(low, high))

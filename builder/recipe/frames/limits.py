"""Round limits for conditions: what people set, splits the members, and lies near none of them."""

from __future__ import annotations

import math
import random
from itertools import pairwise
from typing import Any

from builder.errors import Refused


def threshold(values: list[Any], rng: random.Random, least: int = 1) -> Any:
    """A round number with at least `least` values above it and one below, the roundest that there is."""
    found = thresholds(values, least)
    if not found:
        raise Refused("walk:threshold", "no round number splits the members")
    return rng.choice(found[0])


def thresholds(values: list[Any], least: int = 1) -> list[list[Any]]:
    """Round numbers between the values and near none of them, by how round they are."""
    ordered = sorted(values)
    whole = all(isinstance(value, int) for value in values)
    found: list[list[Any]] = []
    for round_number in (_handy, _one_digit, _two_digits):
        numbers = []
        for low, high in pairwise(ordered[: len(ordered) - least + 1]):
            number = round_number(low, high) if high > 0 and high - low >= 0.1 * high else None
            if (
                number is None
                or not low + 0.03 * high < number < 0.97 * high
                or number == 1
                or (whole and not number.is_integer())
            ):
                continue
            numbers.append(int(number) if number.is_integer() else number)
        if numbers:
            found.append(numbers)
    return found


def _handy(low: float, high: float) -> float | None:
    """1, 2 or 5 with zeros: the limits that people set."""
    top = math.floor(math.log10(high))
    for power in (top, top - 1):
        for digit in (5, 2, 1):
            number = float(f"{digit}e{power}")
            if low + 0.03 * high < number < 0.97 * high:
                return number
    return None


def _one_digit(low: float, high: float) -> float:
    return float(f"{(low + high) / 2:.0e}")


def _two_digits(low: float, high: float) -> float:
    return float(f"{(low + high) / 2:.1e}")


def two_limits(
    members: list[Any], first_values: list[Any], second_values: list[Any], rng: random.Random
) -> tuple[Any, Any]:
    """Round limits that only one member passes both, while each alone lets others pass."""
    good = []
    for low in [number for numbers in thresholds(first_values) for number in numbers]:
        first = {m for m, v in zip(members, first_values, strict=True) if v > low}
        for high in [number for numbers in thresholds(second_values) for number in numbers]:
            second = {m for m, v in zip(members, second_values, strict=True) if v > high}
            if len(first & second) == 1 and min(len(first), len(second)) > 1:
                good.append((low, high))
    if not good:
        raise Refused("gate:unique", "no two round thresholds leave exactly one member")
    return rng.choice(good)

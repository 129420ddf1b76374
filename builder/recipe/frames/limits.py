"""Round limits for conditions: what people set, splits the members, and lies near none of them."""

from __future__ import annotations

import math
import random
from itertools import pairwise
from typing import Any

from builder.errors import Refused


def threshold(values: list[Any], rng: random.Random) -> Any:
    """A round number with one to all but one of the values above it, the roundest that there is."""
    found = thresholds(values)
    plain = [number for number in found[0] if _said(number)] if found else []
    if not plain:
        raise Refused("walk:threshold", "no round number splits the members")
    return rng.choice(plain)


def set_limit(values: list[Any], rng: random.Random, least: int, most: int | None = None) -> Any:
    """A limit that people set over a list, 1, 2 or 5 and zeros, with `least` to `most` values above it.

    `most` is by default all but one. Raises Refused where the members have no such limit between them.
    """
    plain = [number for numbers in thresholds(values, least, most) for number in numbers if _handed(values, number)]
    if not plain:
        raise Refused("walk:threshold", "nobody sets a limit between the members")
    return rng.choice(plain)


LEAST_LIMIT = 2
"""People set no limit at or below one, nor at a fraction: 0.7% is no round number to anybody."""

LEAST_COUNT = 5
"""More than two, three or four named species is a limit that nobody sets."""


def thresholds(values: list[Any], least: int = 1, most: int | None = None) -> list[list[Any]]:
    """Round numbers between the values and near none of them, by how round they are."""
    ordered = sorted(values)
    whole = all(isinstance(value, int) for value in values)
    found: list[list[Any]] = []
    start = max(0, len(ordered) - most - 1) if most is not None else 0
    for round_number in (_handy, _one_digit, _two_digits):
        numbers = []
        for low, high in pairwise(ordered[start : len(ordered) - least + 1]):
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
    for low in _plain(first_values):
        first = {m for m, v in zip(members, first_values, strict=True) if v > low}
        for high in _plain(second_values):
            second = {m for m, v in zip(members, second_values, strict=True) if v > high}
            if len(first & second) == 1 and min(len(first), len(second)) > 1:
                good.append((low, high))
    if not good:
        raise Refused("gate:unique", "no two round thresholds leave exactly one member")
    return rng.choice(good)


def _plain(values: list[Any]) -> list[Any]:
    """Limits that people say in one breath with another: one digit, or 15 and 25, with zeros."""
    return [number for numbers in thresholds(values) for number in numbers if _said(number) and _worth(values, number)]


def _handed(values: list[Any], number: float) -> bool:
    return f"{abs(number):.10f}".replace(".", "").strip("0") in ("1", "2", "5") and _worth(values, number)


def _worth(values: list[Any], number: float) -> bool:
    return number >= (LEAST_COUNT if all(isinstance(value, int) for value in values) else LEAST_LIMIT)


def _said(number: float) -> bool:
    digits = f"{abs(number):.10f}".replace(".", "").strip("0")
    return len(digits) == 1 or digits in ("15", "25")


TOTAL_APART = 1.05, 1.6
"""A claimed total is off the real one by at least 5% (no dispute about figures) and at most 60% (no giveaway)."""

LEAST_DROP = 0.8
"""Where the claim is right, the smallest member must still decide it: without most of its part it would be wrong."""


def total_limit(values: list[Any], rng: random.Random) -> Any:
    """A round number above or below the total of the values by equal chance, for a claim that may be wrong.

    Raises Refused when no round number lies near enough on both sides: where only one claim can be made, it
    would tell its answer.
    """
    total, (least, most) = sum(values), TOTAL_APART
    right = _round_between(max(total / most, total - LEAST_DROP * min(values)), total / least)
    wrong = _round_between(total * least, total * most)
    if not right or not wrong:
        raise Refused("walk:threshold", "no round numbers lie near the total on both sides")
    return (right if rng.random() < 0.5 else wrong)[0]


def _round_between(low: float, high: float) -> list[Any]:
    """Round numbers between two, the roundest first."""
    if not 0 < low < high or high < 2:
        return []
    power = math.floor(math.log10(high))
    scale = [digit * 10.0**each for each in (power, power - 1) for digit in (1, 2, 5, 3, 4, 6, 8, 7, 9, 15, 25, 12)]
    scale += [float(digit) * 10.0 ** (power - 1) for digit in range(35, 100, 10)]
    return [int(number) if number.is_integer() else number for number in scale if low <= number <= high]

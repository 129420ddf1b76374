"""Arithmetic and descriptive statistics on given numbers."""

from __future__ import annotations

import math
import statistics
from fractions import Fraction
from typing import Any

from builder.errors import ToolError


def calculate(operation: str, a: float, b: float) -> dict[str, Any]:
    if operation in ("divide", "percent_of", "percent_change") and (b if operation != "percent_change" else a) == 0:
        raise ToolError("invalid_value", "division by zero", operation=operation)
    result = {
        "add": lambda: a + b,
        "subtract": lambda: a - b,
        "multiply": lambda: a * b,
        "divide": lambda: a / b,
        "percent_of": lambda: a / b * 100,
        "percent_change": lambda: (b - a) / abs(a) * 100,
    }[operation]()
    return {"result": float(result)}


def describe_numbers(values: list[float]) -> dict[str, Any]:
    return {
        "count": len(values),
        "sum": math.fsum(values),
        "mean": statistics.fmean(values),
        "median": float(statistics.median(values)),
        "minimum": float(min(values)),
        "maximum": float(max(values)),
        "standard_deviation": statistics.stdev(values) if len(values) > 1 else 0.0,
    }


def weighted_mean(values: list[float], weights: list[float]) -> dict[str, Any]:
    if len(values) != len(weights):
        raise ToolError("invalid_value", f"{len(values)} values but {len(weights)} weights")
    total = math.fsum(weights)
    if total <= 0 or min(weights) < 0:
        raise ToolError("invalid_value", "weights must not be negative, and at least one must be positive")
    return {"mean": math.fsum(v * w for v, w in zip(values, weights, strict=True)) / total, "total_weight": total}


def linear_fit(x_values: list[float], y_values: list[float]) -> dict[str, Any]:
    if len(x_values) != len(y_values):
        raise ToolError("invalid_value", f"{len(x_values)} x values but {len(y_values)} y values")
    if len(set(x_values)) < 2:
        raise ToolError("invalid_value", "all x values are the same: no line can be fitted")
    fit = statistics.linear_regression(x_values, y_values)
    flat = len(set(y_values)) < 2
    return {
        "slope": fit.slope,
        "intercept": fit.intercept,
        "correlation": None if flat else statistics.correlation(x_values, y_values),
    }


def growth_rate(start_value: float, end_value: float, periods: float) -> dict[str, Any]:
    if start_value <= 0 or end_value <= 0 or periods <= 0:
        raise ToolError("invalid_value", "start, end and number of periods must be positive")
    return {"rate": ((end_value / start_value) ** (1 / periods) - 1) * 100}


def round_to_multiple(value: float, multiple: float, direction: str) -> dict[str, Any]:
    if multiple <= 0:
        raise ToolError("invalid_value", "the multiple must be positive")
    step = Fraction(str(multiple))
    ratio = Fraction(str(value)) / step
    count = {"up": math.ceil(ratio), "down": math.floor(ratio), "nearest": math.floor(ratio + Fraction(1, 2))}[
        direction
    ]
    return {"result": float(count * step), "count": count}


def apportion_seats(votes: list[float], seats: int, method: str) -> dict[str, Any]:
    """Largest remainders (Hamilton), D'Hondt (Jefferson), Sainte-Laguë (Webster) or Huntington-Hill."""
    if min(votes) < 0 or sum(votes) <= 0:
        raise ToolError("invalid_value", "votes must not be negative, and some must be above 0")
    exact = [Fraction(vote) for vote in votes]
    if method == "largest_remainder":
        shares = [vote * seats / sum(exact) for vote in exact]
        given = [int(share) for share in shares]
        order = sorted(range(len(votes)), key=lambda i: shares[i] - given[i], reverse=True)
        left = seats - sum(given)
        if left and shares[order[left - 1]] - given[order[left - 1]] == shares[order[left]] - given[order[left]]:
            raise ToolError("not_supported", "the last seat is tied: the method does not decide")
        for i in order[:left]:
            given[i] += 1
        return _seats(votes, given)
    given = [0] * len(votes)
    if method == "huntington_hill":
        if seats < len(votes):
            raise ToolError("invalid_value", "Huntington-Hill gives everybody a seat first: there are too few seats")
        given = [1] * len(votes)
    while sum(given) < seats:
        claims = [_claim(vote, had, method) for vote, had in zip(exact, given, strict=True)]
        if claims.count(max(claims)) > seats - sum(given):
            raise ToolError("not_supported", "the last seat is tied: the method does not decide")
        given[claims.index(max(claims))] += 1
    return _seats(votes, given)


def _seats(votes: list[float], given: list[int]) -> dict[str, Any]:
    return {
        "seats": given,
        "most_votes_seats": given[votes.index(max(votes))],
        "fewest_votes_seats": given[votes.index(min(votes))],
    }


def _claim(vote: Fraction, had: int, method: str) -> Fraction:
    """Quotient for the next seat; squared for Huntington-Hill, which keeps the order and is exact."""
    if method == "huntington_hill":
        return vote * vote / (had * (had + 1))
    return vote / (had + 1 if method == "dhondt" else 2 * had + 1)

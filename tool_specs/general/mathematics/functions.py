"""Arithmetic and descriptive statistics on given numbers."""

from __future__ import annotations

import math
import statistics
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

"""Risk of a series of prices or rates, and forward exchange rates."""

from __future__ import annotations

import itertools
import math
import statistics
from typing import Any

from builder.errors import ToolError


def price_series_risk(prices: list[float]) -> dict[str, Any]:
    if min(prices) <= 0:
        raise ToolError("invalid_value", "prices must be positive")
    moves = [b / a - 1 for a, b in itertools.pairwise(prices)]
    peak, drawdown = prices[0], 0.0
    for price in prices:
        peak = max(peak, price)
        drawdown = max(drawdown, 1 - price / peak)
    return {
        "total_return": (prices[-1] / prices[0] - 1) * 100,
        "volatility": statistics.stdev(moves) * 100,
        "max_drawdown": drawdown * 100,
        "best_move": max(moves) * 100,
        "worst_move": min(moves) * 100,
        "rises": sum(move > 0 for move in moves),
    }


def forward_rate(spot: float, base_rate: float, quote_rate: float, days: int) -> dict[str, Any]:
    base, quote = 1 + base_rate / 100 * days / 360, 1 + quote_rate / 100 * days / 360
    forward = spot * quote / base
    return {"forward_rate": forward, "forward_premium": (forward / spot - 1) * 100}


def value_at_risk(position: float, daily_volatility: float, days: int, confidence: float) -> dict[str, Any]:
    if not 50 < confidence < 100:
        raise ToolError("invalid_value", "confidence lies between 50 and 100 percent, such as 99")
    z = statistics.NormalDist().inv_cdf(confidence / 100)
    return {"value_at_risk": position * daily_volatility / 100 * math.sqrt(days) * z}

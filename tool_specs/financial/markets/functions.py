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


def _black_scholes(
    call: bool, spot: float, strike: float, years: float, rate: float, volatility: float, dividend_yield: float
) -> tuple[float, float]:
    """Value and delta of a European option (Black and Scholes 1973, with Merton's continuous dividend yield)."""
    normal, spread = statistics.NormalDist(), volatility / 100 * math.sqrt(years)
    carry, discount = math.exp(-dividend_yield / 100 * years), math.exp(-rate / 100 * years)
    d1 = (math.log(spot * carry / (strike * discount))) / spread + spread / 2
    d2 = d1 - spread
    if call:
        return spot * carry * normal.cdf(d1) - strike * discount * normal.cdf(d2), carry * normal.cdf(d1)
    return strike * discount * normal.cdf(-d2) - spot * carry * normal.cdf(-d1), -carry * normal.cdf(-d1)


def option_value(
    kind: str, spot: float, strike: float, years: float, rate: float, volatility: float, dividend_yield: float
) -> dict[str, Any]:
    value, delta = _black_scholes(kind == "call", spot, strike, years, rate, volatility, dividend_yield)
    intrinsic = max(spot - strike if kind == "call" else strike - spot, 0.0)
    return {
        "value": value,
        "delta": delta,
        "intrinsic_value": intrinsic,
        "break_even_price": strike + value if kind == "call" else strike - value,
    }


def implied_volatility(
    kind: str, option_price: float, spot: float, strike: float, years: float, rate: float, dividend_yield: float
) -> dict[str, Any]:
    low, high = 0.01, 500.0
    values = [_black_scholes(kind == "call", spot, strike, years, rate, end, dividend_yield)[0] for end in (low, high)]
    if not values[0] < option_price < values[1]:
        raise ToolError("invalid_value", f"a price between {values[0]:.4f} and {values[1]:.4f} is possible")
    for _ in range(100):
        middle = (low + high) / 2
        value = _black_scholes(kind == "call", spot, strike, years, rate, middle, dividend_yield)[0]
        low, high = (middle, high) if value < option_price else (low, middle)
    return {"implied_volatility": (low + high) / 2}


def relative_risk(prices: list[float], benchmark_prices: list[float]) -> dict[str, Any]:
    if len(prices) != len(benchmark_prices):
        raise ToolError("invalid_value", "both lists must have prices of the same days")
    if min(*prices, *benchmark_prices) <= 0:
        raise ToolError("invalid_value", "prices must be positive")
    own = [b / a - 1 for a, b in itertools.pairwise(prices)]
    market = [b / a - 1 for a, b in itertools.pairwise(benchmark_prices)]
    if statistics.pvariance(market) == 0 or statistics.pvariance(own) == 0:
        raise ToolError("invalid_value", "a series without any movement has no beta")
    beta = statistics.covariance(own, market) / statistics.variance(market)
    return {
        "beta": beta,
        "correlation": statistics.correlation(own, market),
        "tracking_error": statistics.stdev(a - b for a, b in zip(own, market, strict=True)) * 100,
    }


def annualized_volatility(daily_volatility: float, sessions_per_year: int) -> dict[str, Any]:
    return {"annual_volatility": daily_volatility * math.sqrt(sessions_per_year)}

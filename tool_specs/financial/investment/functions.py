"""Capital budgeting and cost of capital; rates in percent per year, cash flows one year apart."""

from __future__ import annotations

import datetime
import itertools
from typing import Any

from builder.errors import ToolError


def net_present_value(discount_rate: float, cash_flows: list[float]) -> dict[str, Any]:
    rate = discount_rate / 100
    present = [flow / (1 + rate) ** year for year, flow in enumerate(cash_flows)]
    outlay = -sum(flow for flow in present if flow < 0)
    value = sum(present)
    return {"npv": value, "profitability_index": 1 + value / outlay if outlay else None}


def internal_rate_of_return(cash_flows: list[float]) -> dict[str, Any]:
    import pyxirr

    signs = [flow > 0 for flow in cash_flows if flow]
    changes = sum(a != b for a, b in itertools.pairwise(signs))
    if changes != 1:
        raise ToolError("invalid_value", "the cash flows must change sign exactly once, or no single rate exists")
    rate = pyxirr.irr(cash_flows)
    if rate is None:
        raise ToolError("invalid_value", "no rate of return was found for these cash flows")
    return {"irr": float(rate) * 100}


def cost_of_equity(risk_free_rate: float, beta: float, market_premium: float) -> dict[str, Any]:
    return {"cost_of_equity": risk_free_rate + beta * market_premium}


def weighted_cost_of_capital(
    equity: float, debt: float, cost_of_equity: float, cost_of_debt: float, tax_rate: float
) -> dict[str, Any]:
    capital = equity + debt
    if capital <= 0:
        raise ToolError("invalid_value", "equity and debt together must be positive")
    after_tax = cost_of_debt * (1 - tax_rate / 100)
    return {
        "wacc": equity / capital * cost_of_equity + debt / capital * after_tax,
        "equity_share": equity / capital * 100,
    }


def irregular_return(amounts: list[float], dates: list[str]) -> dict[str, Any]:
    import pyxirr

    if len(amounts) != len(dates):
        raise ToolError("invalid_value", "amounts and dates must be lists of the same length")
    flows = sorted(
        (datetime.date.fromisoformat(day), float(amount)) for day, amount in zip(dates, amounts, strict=True)
    )
    signs = [amount > 0 for _, amount in flows if amount]
    if sum(a != b for a, b in itertools.pairwise(signs)) != 1:
        raise ToolError("invalid_value", "the cash flows must change sign exactly once, or no single rate exists")
    rate = pyxirr.xirr([day for day, _ in flows], [amount for _, amount in flows])
    if rate is None:
        raise ToolError("invalid_value", "no rate of return was found for these cash flows")
    return {"annual_return": float(rate) * 100, "net_gain": sum(amounts), "days": (flows[-1][0] - flows[0][0]).days}


def payback_period(cash_flows: list[float], discount_rate: float) -> dict[str, Any]:
    if cash_flows[0] >= 0:
        raise ToolError("invalid_value", "the first cash flow is the outlay and must be negative")
    total = cash_flows[0]
    for year, flow in enumerate(cash_flows[1:], start=1):
        present = flow / (1 + discount_rate / 100) ** year
        if total < 0 <= total + present:
            return {"years": year - 1 + -total / present, "recovered_in_year": year}
        total += present
    raise ToolError("invalid_value", f"the outlay is not recovered: {-total:.2f} are still missing at the end")


def equivalent_annual_cost(
    outlay: float, annual_cost: float, salvage: float, discount_rate: float, years: int
) -> dict[str, Any]:
    rate = discount_rate / 100
    factor = (1 - (1 + rate) ** -years) / rate if rate else float(years)
    present = outlay + annual_cost * factor - salvage / (1 + rate) ** years
    return {"equivalent_annual_cost": present / factor, "present_value_of_costs": present}


def dividend_growth_value(dividend: float, growth_rate: float, required_return: float) -> dict[str, Any]:
    if growth_rate >= required_return:
        raise ToolError("invalid_value", "the required return must lie above the growth rate")
    coming = dividend * (1 + growth_rate / 100)
    value = coming / (required_return - growth_rate) * 100
    return {"share_value": value, "next_dividend": coming, "dividend_yield": coming / value * 100}

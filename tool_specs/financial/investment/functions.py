"""Capital budgeting and cost of capital; rates in percent per year, cash flows one year apart."""

from __future__ import annotations

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

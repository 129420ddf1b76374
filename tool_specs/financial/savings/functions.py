"""Savings plans with equal deposits at the end of each month and monthly compounding; rates in percent per year."""

from __future__ import annotations

from typing import Any

from builder.errors import ToolError


def _growth(annual_rate: float, months: int) -> tuple[float, float]:
    """Growth of one unit, and of one unit per month, over the months."""
    rate = annual_rate / 1200
    growth = (1 + rate) ** months
    return growth, (growth - 1) / rate if rate else float(months)


def savings_plan_value(initial: float, monthly_deposit: float, annual_rate: float, months: int) -> dict[str, Any]:
    single, series = _growth(annual_rate, months)
    final, paid = initial * single + monthly_deposit * series, initial + monthly_deposit * months
    return {"final_value": final, "total_deposited": paid, "interest_earned": final - paid}


def savings_required_deposit(target: float, initial: float, annual_rate: float, months: int) -> dict[str, Any]:
    single, series = _growth(annual_rate, months)
    missing = target - initial * single
    if missing <= 0:
        raise ToolError("invalid_value", f"the initial amount alone grows to {initial * single:.2f}: no deposit needed")
    return {"monthly_deposit": missing / series, "total_deposited": initial + missing / series * months}

"""Loans repaid in equal instalments at the end of each month (annuity formulas); rates in percent per year."""

from __future__ import annotations

import datetime
import math
from typing import Any

from builder.errors import ToolError


def _payment(principal: float, annual_rate: float, months: int) -> float:
    import pyxirr

    return -float(pyxirr.pmt(annual_rate / 1200, months, principal))  # type: ignore[arg-type]


def loan_payment(principal: float, annual_rate: float, months: int) -> dict[str, Any]:
    payment = _payment(principal, annual_rate, months)
    return {"monthly_payment": payment, "total_paid": payment * months, "total_interest": payment * months - principal}


def loan_balance(principal: float, annual_rate: float, months: int, payments_made: int) -> dict[str, Any]:
    if payments_made > months:
        raise ToolError("invalid_value", f"the loan has only {months} payments")
    rate, payment = annual_rate / 1200, _payment(principal, annual_rate, months)
    growth = (1 + rate) ** payments_made
    repaid = payment * payments_made if rate == 0 else payment * (growth - 1) / rate
    balance = max(principal * growth - repaid, 0.0)
    return {
        "balance": balance,
        "interest_paid": payment * payments_made - (principal - balance),
        "principal_repaid": principal - balance,
    }


def loan_payoff_time(balance: float, annual_rate: float, monthly_payment: float) -> dict[str, Any]:
    rate = annual_rate / 1200
    if monthly_payment <= balance * rate:
        raise ToolError(
            "invalid_value", f"the payment does not cover the first month's interest of {balance * rate:.2f}"
        )
    exact = (
        balance / monthly_payment if rate == 0 else -math.log1p(-balance * rate / monthly_payment) / math.log1p(rate)
    )
    months = math.ceil(exact - 1e-9)
    growth = (1 + rate) ** (months - 1)
    before = balance * growth - (monthly_payment * (months - 1) if rate == 0 else monthly_payment * (growth - 1) / rate)
    final = before * (1 + rate)
    total = monthly_payment * (months - 1) + final
    return {"months": months, "final_payment": final, "total_interest": total - balance}


def affordable_loan(monthly_payment: float, annual_rate: float, months: int) -> dict[str, Any]:
    rate = annual_rate / 1200
    factor = months if rate == 0 else (1 - (1 + rate) ** -months) / rate
    return {"principal": monthly_payment * factor}


def simple_interest(
    principal: float, annual_rate: float, first_date: str, last_date: str, convention: str
) -> dict[str, Any]:
    import pyxirr

    first, last = datetime.date.fromisoformat(first_date), datetime.date.fromisoformat(last_date)
    if first >= last:
        raise ToolError("invalid_value", "last_date must lie after first_date")
    fraction = float(pyxirr.year_fraction(first, last, convention))
    return {
        "interest": principal * annual_rate / 100 * fraction,
        "total_due": principal * (1 + annual_rate / 100 * fraction),
        "year_fraction": fraction,
        "days": (last - first).days,
    }


def loan_interest_between(
    principal: float, annual_rate: float, months: int, first_payment: int, last_payment: int
) -> dict[str, Any]:
    if not first_payment <= last_payment <= months:
        raise ToolError("invalid_value", f"payments run from first_payment to last_payment, within 1 to {months}")
    start = loan_balance(principal, annual_rate, months, first_payment - 1)["balance"]
    end = loan_balance(principal, annual_rate, months, last_payment)["balance"]
    paid = _payment(principal, annual_rate, months) * (last_payment - first_payment + 1)
    return {"interest": paid - (start - end), "principal_repaid": start - end, "closing_balance": end}


def loan_apr(principal: float, annual_rate: float, months: int, fees: float) -> dict[str, Any]:
    """Annual percentage rate of charge: (1 + i)^12 - 1, with i the monthly rate that the borrower really pays."""
    if fees >= principal:
        raise ToolError("invalid_value", "the fees must be below the amount borrowed")
    payment = _payment(principal, annual_rate, months)
    low, high = 0.0, 1.0
    for _ in range(200):
        middle = (low + high) / 2
        value = payment * (months if middle == 0 else (1 - (1 + middle) ** -months) / middle)
        low, high = (middle, high) if value > principal - fees else (low, middle)
    monthly = (low + high) / 2
    return {
        "apr": ((1 + monthly) ** 12 - 1) * 100,
        "monthly_payment": payment,
        "total_cost": payment * months + fees - principal,
    }

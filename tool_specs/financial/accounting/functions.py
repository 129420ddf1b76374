"""Depreciation, break-even and DuPont ratios."""

from __future__ import annotations

import math
from typing import Any

from builder.errors import ToolError

MACRS = {
    3: (33.33, 44.45, 14.81, 7.41),
    5: (20.0, 32.0, 19.2, 11.52, 11.52, 5.76),
    7: (14.29, 24.49, 17.49, 12.49, 8.93, 8.92, 8.93, 4.46),
    10: (10.0, 18.0, 14.4, 11.52, 9.22, 7.37, 6.55, 6.55, 6.56, 6.55, 3.28),
    15: (5.0, 9.5, 8.55, 7.7, 6.93, 6.23, 5.9, 5.9, 5.91, 5.9, 5.91, 5.9, 5.91, 5.9, 5.91, 2.95),
}
"""Percentages of cost by recovery period and tax year (IRS Publication 946, Table A-1, half-year convention)."""


def _charges(cost: float, salvage: float, life: int, method: str) -> list[float]:
    if method == "straight_line":
        return [(cost - salvage) / life] * life
    if method == "sum_of_years_digits":
        return [(cost - salvage) * (life - year) / (life * (life + 1) / 2) for year in range(life)]
    charges, book = [], cost
    for _ in range(life):
        charges.append(min(book * 2 / life, book - salvage))
        book -= charges[-1]
    return charges


def depreciation_charge(cost: float, salvage: float, life: int, year: int, method: str) -> dict[str, Any]:
    if salvage >= cost:
        raise ToolError("invalid_value", "the salvage value must lie below the cost")
    if year > life:
        raise ToolError("invalid_value", f"the asset is written off after {life} years")
    charges = _charges(cost, salvage, life, method)
    accumulated = math.fsum(charges[:year])
    return {"charge": charges[year - 1], "accumulated": accumulated, "book_value": cost - accumulated}


def break_even(fixed_costs: float, unit_price: float, unit_cost: float) -> dict[str, Any]:
    margin = unit_price - unit_cost
    if margin <= 0:
        raise ToolError("invalid_value", "the price must lie above the variable cost of a unit")
    units = math.ceil(fixed_costs / margin - 1e-9)
    return {"units": units, "revenue": units * unit_price, "contribution_margin": margin / unit_price * 100}


def dupont_ratios(revenue: float, net_income: float, total_assets: float, total_equity: float) -> dict[str, Any]:
    if min(revenue, total_assets, total_equity) <= 0:
        raise ToolError("invalid_value", "revenue, assets and equity must be positive")
    return {
        "net_margin": net_income / revenue * 100,
        "asset_turnover": revenue / total_assets,
        "equity_multiplier": total_assets / total_equity,
        "return_on_assets": net_income / total_assets * 100,
    }


def altman_z_score(
    working_capital: float,
    retained_earnings: float,
    operating_profit: float,
    market_value_equity: float,
    revenue: float,
    total_assets: float,
    total_liabilities: float,
) -> dict[str, Any]:
    """Altman (1968), for listed manufacturers."""
    if min(total_assets, total_liabilities) <= 0:
        raise ToolError("invalid_value", "assets and liabilities must be positive")
    score = (
        1.2 * working_capital / total_assets
        + 1.4 * retained_earnings / total_assets
        + 3.3 * operating_profit / total_assets
        + 0.6 * market_value_equity / total_liabilities
        + 1.0 * revenue / total_assets
    )
    return {"z_score": score, "zone": "safe" if score > 2.99 else "distress" if score < 1.81 else "grey"}


def cash_conversion_cycle(
    revenue: float, cost_of_sales: float, inventory: float, receivables: float, payables: float
) -> dict[str, Any]:
    if min(revenue, cost_of_sales) <= 0:
        raise ToolError("invalid_value", "revenue and cost of sales must be positive")
    stock, collection, payment = (
        inventory / cost_of_sales * 365,
        receivables / revenue * 365,
        payables / cost_of_sales * 365,
    )
    return {
        "inventory_days": stock,
        "receivable_days": collection,
        "payable_days": payment,
        "cycle_days": stock + collection - payment,
    }


def macrs_depreciation(cost: float, recovery_years: int, year: int) -> dict[str, Any]:
    """Percentages of IRS Publication 946, Table A-1: declining balance, switching to straight line, half-year rule."""
    table = MACRS[recovery_years]
    if year > len(table):
        raise ToolError("invalid_value", f"{recovery_years}-year property is written off in {len(table)} tax years")
    taken = math.fsum(table[:year])
    return {
        "percentage": table[year - 1],
        "deduction": cost * table[year - 1] / 100,
        "adjusted_basis": cost * (100 - taken) / 100,
    }


def market_concentration(sales: list[float]) -> dict[str, Any]:
    if min(sales) <= 0:
        raise ToolError("invalid_value", "sales must be positive")
    total = math.fsum(sales)
    shares = sorted((sale / total * 100 for sale in sales), reverse=True)
    index = math.fsum(share**2 for share in shares)
    return {
        "herfindahl_index": index,
        "largest_share": shares[0],
        "four_firm_share": math.fsum(shares[:4]),
        "equivalent_firms": 10000 / index,
    }


def asset_sale_gain(price: float, book_value: float, tax_rate: float) -> dict[str, Any]:
    gain = price - book_value
    tax = gain * tax_rate / 100
    return {"gain": gain, "tax": tax, "proceeds_after_tax": price - tax}

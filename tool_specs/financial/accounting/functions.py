"""Depreciation, break-even and DuPont ratios."""

from __future__ import annotations

import math
from typing import Any

from builder.errors import ToolError


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

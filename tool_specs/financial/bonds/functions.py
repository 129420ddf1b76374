"""Fixed-rate bonds valued on a coupon date; rates in percent per year, prices for the face value given."""

from __future__ import annotations

import datetime
from typing import Any

from builder.errors import ToolError


def _flows(face: float, coupon_rate: float, years: float, frequency: int) -> list[tuple[int, float]]:
    count = round(years * frequency)
    if abs(count - years * frequency) > 1e-9 or count < 1:
        raise ToolError("invalid_value", f"{years:g} years hold no whole number of coupons at {frequency} a year")
    coupon = face * coupon_rate / 100 / frequency
    return [(n, coupon + (face if n == count else 0.0)) for n in range(1, count + 1)]


def _price(flows: list[tuple[int, float]], yield_rate: float, frequency: int) -> float:
    growth = 1 + yield_rate / 100 / frequency
    return sum(flow / growth**n for n, flow in flows)


def bond_price(
    face: float, coupon_rate: float, yield_rate: float, years: float, frequency: int, yield_shift: float
) -> dict[str, Any]:
    price = _price(_flows(face, coupon_rate, years, frequency), yield_rate + yield_shift, frequency)
    return {"price": price, "annual_coupon": face * coupon_rate / 100, "current_yield": face * coupon_rate / price}


def bond_yield(face: float, coupon_rate: float, price: float, years: float, frequency: int) -> dict[str, Any]:
    flows = _flows(face, coupon_rate, years, frequency)
    low, high = -50.0, 500.0
    if not _price(flows, high, frequency) < price < _price(flows, low, frequency):
        raise ToolError("invalid_value", "no yield between -50% and 500% gives this price")
    for _ in range(100):
        middle = (low + high) / 2
        low, high = (middle, high) if _price(flows, middle, frequency) > price else (low, middle)
    return {"yield_to_maturity": (low + high) / 2}


def bond_duration(coupon_rate: float, yield_rate: float, years: float, frequency: int) -> dict[str, Any]:
    flows = _flows(100.0, coupon_rate, years, frequency)
    growth = 1 + yield_rate / 100 / frequency
    values = [(n, flow / growth**n) for n, flow in flows]
    price = sum(value for _, value in values)
    macaulay = sum(n / frequency * value for n, value in values) / price
    convexity = sum(n * (n + 1) * value for n, value in values) / (price * frequency**2 * growth**2)
    return {"macaulay_duration": macaulay, "modified_duration": macaulay / growth, "convexity": convexity}


def accrued_interest(
    face: float, coupon_rate: float, last_coupon_date: str, settlement_date: str, convention: str
) -> dict[str, Any]:
    import pyxirr

    last, settled = datetime.date.fromisoformat(last_coupon_date), datetime.date.fromisoformat(settlement_date)
    if not last < settled or (settled - last).days > 370:
        raise ToolError("invalid_value", "settlement must lie after the last coupon date, by at most a year")
    fraction = float(pyxirr.year_fraction(last, settled, convention))
    return {"accrued_interest": face * coupon_rate / 100 * fraction, "year_fraction": fraction}


def treasury_bill(face: float, discount_rate: float, days: int) -> dict[str, Any]:
    """Bank discount on actual/360; bond equivalent yield as the US Treasury states it for bills up to half a year."""
    price = face * (1 - discount_rate / 100 * days / 360)
    if price <= 0:
        raise ToolError("invalid_value", "at this discount rate the price would not be positive")
    return {
        "price": price,
        "discount": face - price,
        "bond_equivalent_yield": (face / price - 1) * 365 / days * 100,
        "money_market_yield": (face / price - 1) * 360 / days * 100,
    }


def _month_back(day: datetime.date, months: int) -> datetime.date:
    """The day some months earlier, at most the last day of that month."""
    place = day.year * 12 + day.month - 1 - months
    year, month = divmod(place, 12)
    following = datetime.date(year + (month == 11), 1 if month == 11 else month + 2, 1)
    return datetime.date(year, month + 1, min(day.day, (following - datetime.timedelta(1)).day))


def coupon_dates(maturity_date: str, settlement_date: str, frequency: int) -> dict[str, Any]:
    maturity, settled = datetime.date.fromisoformat(maturity_date), datetime.date.fromisoformat(settlement_date)
    if not settled < maturity or maturity.year - settled.year > 100:
        raise ToolError("invalid_value", "settlement must lie before maturity, by at most a hundred years")
    count = 0
    while _month_back(maturity, count * 12 // frequency) > settled:
        count += 1
    last = _month_back(maturity, count * 12 // frequency)
    following = _month_back(maturity, (count - 1) * 12 // frequency)
    return {
        "previous_coupon_date": last.isoformat(),
        "next_coupon_date": following.isoformat(),
        "coupons_left": count,
        "days_to_next_coupon": (following - settled).days,
    }


def index_linked_value(face: float, coupon_rate: float, base_index: float, current_index: float) -> dict[str, Any]:
    ratio = current_index / base_index
    return {
        "index_ratio": ratio,
        "adjusted_principal": face * ratio,
        "semiannual_coupon": face * ratio * coupon_rate / 200,
        "redemption_value": face * max(ratio, 1.0),
    }

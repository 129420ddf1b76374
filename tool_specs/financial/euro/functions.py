"""The euro: currencies that it replaced at fixed rates, and the days on which euro payments settle (TARGET)."""

from __future__ import annotations

import datetime
import functools
from typing import Any

from builder.errors import ToolError

LEGACY = (
    ("Austria", "Austrian schilling", "1999-01-01", 13.7603),
    ("Belgium", "Belgian franc", "1999-01-01", 40.3399),
    ("Bulgaria", "Bulgarian lev", "2026-01-01", 1.95583),
    ("Croatia", "Croatian kuna", "2023-01-01", 7.5345),
    ("Cyprus", "Cypriot pound", "2008-01-01", 0.585274),
    ("Estonia", "Estonian kroon", "2011-01-01", 15.6466),
    ("Finland", "Finnish markka", "1999-01-01", 5.94573),
    ("France", "French franc", "1999-01-01", 6.55957),
    ("Germany", "German mark", "1999-01-01", 1.95583),
    ("Greece", "Greek drachma", "2001-01-01", 340.75),
    ("Ireland", "Irish pound", "1999-01-01", 0.787564),
    ("Italy", "Italian lira", "1999-01-01", 1936.27),
    ("Latvia", "Latvian lats", "2014-01-01", 0.702804),
    ("Lithuania", "Lithuanian litas", "2015-01-01", 3.4528),
    ("Luxembourg", "Luxembourg franc", "1999-01-01", 40.3399),
    ("Malta", "Maltese lira", "2008-01-01", 0.4293),
    ("Netherlands", "Dutch guilder", "1999-01-01", 2.20371),
    ("Portugal", "Portuguese escudo", "1999-01-01", 200.482),
    ("Slovakia", "Slovak koruna", "2009-01-01", 30.126),
    ("Slovenia", "Slovenian tolar", "2007-01-01", 239.64),
    ("Spain", "Spanish peseta", "1999-01-01", 166.386),
)
"""Country, currency before the euro, first day of the euro and units for one euro, as fixed by Council Regulation (EC)
No 2866/98 and its amendments up to Bulgaria's in 2025."""
FIRST_YEAR, LAST_YEAR = 2002, 2026
"""Years for which the rules of TARGET closing days have not changed."""


def legacy_table() -> list[dict[str, Any]]:
    return [
        {
            "country": country,
            "legacy_currency": name,
            "adopted": day,
            "adoption_year": int(day[:4]),
            "fixed_rate": rate,
        }
        for country, name, day, rate in LEGACY
    ]


def convert_legacy(country: str, amount: float, direction: str) -> dict[str, Any]:
    plain = country.removeprefix("the ").removeprefix("The ")
    rates = {name: (currency, rate) for name, currency, _, rate in LEGACY}
    if plain not in rates:
        raise ToolError("not_found", f"{country} has not replaced a currency by the euro", allowed=sorted(rates))
    currency, rate = rates[plain]
    converted = amount / rate if direction == "to_euro" else amount * rate
    return {"converted": converted, "legacy_currency": currency}


@functools.cache
def _closed(year: int) -> dict[str, str]:
    """Weekdays of the year on which TARGET is closed."""
    import holidays

    calendar = holidays.financial_holidays("XECB", years=[year], language="en_US")
    return {day.isoformat(): str(name) for day, name in sorted(calendar.items()) if day.year == year}


def _check(year: int) -> None:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise ToolError("out_of_range", f"TARGET days are listed from {FIRST_YEAR} to {LAST_YEAR}")


def closing_days(year: int) -> dict[str, Any]:
    _check(year)
    weekdays = {day: name for day, name in _closed(year).items() if datetime.date.fromisoformat(day).weekday() < 5}
    first = datetime.date(year, 1, 1)
    length = (datetime.date(year + 1, 1, 1) - first).days
    total = sum((first + datetime.timedelta(n)).weekday() < 5 for n in range(length))
    return {
        "dates": list(weekdays),
        "reasons": list(weekdays.values()),
        "closing_day_count": len(weekdays),
        "business_day_count": total - len(weekdays),
    }


def _open(day: datetime.date) -> bool:
    _check(day.year)
    return day.weekday() < 5 and day.isoformat() not in _closed(day.year)


def value_date(date: str, business_days: int) -> dict[str, Any]:
    try:
        day = start = datetime.date.fromisoformat(date)
    except ValueError:
        raise ToolError("invalid_value", f"{date} is no calendar date; use YYYY-MM-DD") from None
    one = datetime.timedelta(1)
    while not _open(day):
        day += one
    for _ in range(business_days):
        day += one
        while not _open(day):
            day += one
    return {"value_date": day.isoformat(), "calendar_days": (day - start).days}

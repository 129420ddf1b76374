"""Memberships of European countries, and two rules of EU law that travellers meet."""

from __future__ import annotations

import datetime as dt
from typing import Any

from builder.countries import country_names
from builder.errors import ToolError

ACCESSION = {
    "1958-01-01": "BE FR DE IT LU NL", "1973-01-01": "DK IE", "1981-01-01": "GR", "1986-01-01": "ES PT",
    "1995-01-01": "AT FI SE", "2004-05-01": "CY CZ EE HU LV LT MT PL SK SI", "2007-01-01": "BG RO", "2013-07-01": "HR",
}  # fmt: skip
"""First day of membership of the European Union or its forerunner, the European Economic Community."""
EURO = {
    "1999-01-01": "AT BE FI FR DE IE IT LU NL PT ES", "2001-01-01": "GR", "2007-01-01": "SI", "2008-01-01": "CY MT",
    "2009-01-01": "SK", "2011-01-01": "EE", "2014-01-01": "LV", "2015-01-01": "LT", "2023-01-01": "HR",
    "2026-01-01": "BG",
}  # fmt: skip
SCHENGEN = "AT BE BG HR CZ DK EE FI FR DE GR HU IS IT LV LI LT LU MT NL NO PL PT RO SK SI ES SE CH".split()
OTHERS = "AL AD BA BY GB IS LI MC MD ME MK NO RS SM CH UA VA XK".split()


def memberships_table() -> list[dict[str, Any]]:
    names = country_names()
    joined = {code: day for day, codes in ACCESSION.items() for code in codes.split()}
    euro = {code: day for day, codes in EURO.items() for code in codes.split()}
    return [
        {
            "country": names[code],
            "iso2": code,
            "eu_member": code in joined,
            "eu_since": joined.get(code),
            "euro_since": euro.get(code),
            "schengen": code in SCHENGEN,
        }
        for code in sorted([*joined, *OTHERS], key=lambda code: names[code])
    ]


def _date(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise ToolError("invalid_value", f"{text} is no calendar date; write YYYY-MM-DD") from None


def eu261_compensation(distance_km: float, within_eu: bool, delay_minutes: int) -> dict[str, Any]:
    """Article 7 of Regulation (EC) No 261/2004, with the three hours of delay of case C-402/07 (Sturgeon)."""
    if distance_km <= 0:
        raise ToolError("invalid_value", "distance must be positive")
    if delay_minutes < 180:
        raise ToolError("not_supported", "no compensation is due: the arrival is less than 180 minutes late")
    if distance_km <= 1500:
        amount, band = 250.0, "up to 1500 km"
    elif within_eu or distance_km <= 3500:
        amount, band = 400.0, "over 1500 km within the EU, or 1500 to 3500 km"
    else:
        amount, band = 600.0, "over 3500 km"
    if band == "over 3500 km" and delay_minutes < 240:
        amount = 300.0
    return {"compensation": amount, "distance_band": band}


def schengen_stay_days(entry_dates: list[str], exit_dates: list[str], reference_date: str) -> dict[str, Any]:
    """Article 6(1) of Regulation (EU) 2016/399: 90 days in any 180-day period; entry and exit days both count."""
    if len(entry_dates) != len(exit_dates):
        raise ToolError("invalid_value", f"{len(entry_dates)} entry dates but {len(exit_dates)} exit dates")
    end = _date(reference_date)
    start = end - dt.timedelta(days=179)
    days: set[dt.date] = set()
    for first, last in zip(map(_date, entry_dates), map(_date, exit_dates), strict=True):
        if last < first:
            raise ToolError("invalid_value", f"exit {last.isoformat()} lies before entry {first.isoformat()}")
        stay = [first + dt.timedelta(days=n) for n in range((last - first).days + 1)]
        days |= {day for day in stay if start <= day <= end}
    return {"days_used": len(days), "days_left": max(90 - len(days), 0), "window_start": start.isoformat()}

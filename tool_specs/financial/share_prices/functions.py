"""Daily share prices of five American companies, 2000 to 2013: as quoted, and adjusted for splits and dividends."""

from __future__ import annotations

import csv
import datetime
import functools
import gzip
import importlib.util
from bisect import bisect_left, bisect_right
from pathlib import Path
from typing import Any

from builder.errors import ToolError

TICKERS = {"AAPL": "AAPL", "FB": "META", "GOOG": "GOOGL", "IBM": "IBM", "MSFT": "MSFT"}
"""Ticker in the data to the ticker of today, as `financial.companies` lists it."""


@functools.cache
def _prices() -> dict[str, dict[str, tuple[float, float, float, float, int, float]]]:
    """Company to ISO day to open, high, low, close, volume and adjusted close."""
    spec = importlib.util.find_spec("bokeh_sampledata")
    if spec is None or spec.origin is None:
        raise ImportError("the bokeh-sampledata package is not installed")
    found: dict[str, dict[str, tuple[float, float, float, float, int, float]]] = {}
    with gzip.open(Path(spec.origin).parent / "_data" / "stocks.csv.gz", "rt", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            found.setdefault(TICKERS[row["Ticker"]], {})[row["Date"]] = (
                float(row["Open"]),
                float(row["High"]),
                float(row["Low"]),
                float(row["Close"]),
                int(float(row["Volume"])),
                float(row["Adj Close"]),
            )
    return found


@functools.cache
def _days(company: str) -> list[str]:
    return sorted(_prices()[company])


def coverage_table() -> list[dict[str, Any]]:
    return [{"company": name, "first": _days(name)[0], "last": _days(name)[-1]} for name in sorted(_prices())]


def _day(company: str, date: str) -> str:
    """The date as ISO text when the company has a price that day."""
    if company not in _prices():
        raise ToolError("not_found", f"no prices of {company} here", allowed=sorted(_prices()))
    try:
        day = datetime.date.fromisoformat(date).isoformat()
    except ValueError:
        raise ToolError("invalid_value", f"{date} is no calendar date; use YYYY-MM-DD") from None
    days = _days(company)
    if not days[0] <= day <= days[-1]:
        raise ToolError("out_of_range", f"prices of {company} run from {days[0]} to {days[-1]}")
    if day not in _prices()[company]:
        place = bisect_left(days, day)
        before, after = days[place - 1], days[place]
        raise ToolError(
            "not_found",
            f"{company} was not traded on {day}; the nearest days are {before} and {after}",
            before=before,
            after=after,
        )
    return day


def share_quote(company: str, date: str) -> dict[str, Any]:
    day = _day(company, date)
    first, high, low, close, volume, _ = _prices()[company][day]
    return {"open": first, "high": high, "low": low, "close": close, "volume": volume}


def share_return(company: str, first_date: str, last_date: str) -> dict[str, Any]:
    first, last = _day(company, first_date), _day(company, last_date)
    if first >= last:
        raise ToolError("invalid_value", "last_date must lie after first_date")
    series, days = _prices()[company], _days(company)
    inside = days[bisect_left(days, first) : bisect_right(days, last)]
    adjusted = {day: series[day][5] for day in inside}
    top, bottom = max(inside, key=lambda day: adjusted[day]), min(inside, key=lambda day: adjusted[day])
    return {
        "total_return": (adjusted[last] / adjusted[first] - 1) * 100,
        "sessions": len(inside),
        "best_date": top,
        "worst_date": bottom,
    }


def share_series(company: str, last_date: str, sessions: int) -> dict[str, Any]:
    last = _day(company, last_date)
    series, days = _prices()[company], _days(company)
    place = bisect_right(days, last)
    if place < sessions:
        raise ToolError("out_of_range", f"only {place} sessions of {company} lie before {last}: prices begin {days[0]}")
    inside = days[place - sessions : place]
    return {"dates": inside, "prices": [series[day][5] for day in inside]}

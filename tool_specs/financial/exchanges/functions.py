"""Stock exchanges: profile, full-day closures, sessions, settlement dates."""

from __future__ import annotations

import datetime
import functools
from typing import Any

from builder.errors import ToolError

FIRST_YEAR, LAST_YEAR = 2020, 2026
"""Years whose closures are listed: all exchanges below are known in each of them."""

EXCHANGES = (
    ("XNYS", "New York Stock Exchange", "New York City, United States", "USD", "America/New_York", 1),
    ("XNAS", "Nasdaq", "New York City, United States", "USD", "America/New_York", 1),
    ("XTSE", "Toronto Stock Exchange", "Toronto, Canada", "CAD", "America/Toronto", 1),
    ("XMEX", "Bolsa Mexicana de Valores", "Mexico City, Mexico", "MXN", "America/Mexico_City", 1),
    ("BVMF", "B3 Brasil Bolsa Balcão", "São Paulo, Brazil", "BRL", "America/Sao_Paulo", 2),
    ("XLON", "London Stock Exchange", "London, United Kingdom", "GBP", "Europe/London", 2),
    ("XPAR", "Euronext Paris", "Paris, France", "EUR", "Europe/Paris", 2),
    ("XAMS", "Euronext Amsterdam", "Amsterdam, Netherlands", "EUR", "Europe/Amsterdam", 2),
    ("XBRU", "Euronext Brussels", "Brussels, Belgium", "EUR", "Europe/Brussels", 2),
    ("XLIS", "Euronext Lisbon", "Lisbon, Portugal", "EUR", "Europe/Lisbon", 2),
    ("XETR", "Xetra", "Frankfurt am Main, Germany", "EUR", "Europe/Berlin", 2),
    ("XSWX", "SIX Swiss Exchange", "Zürich, Switzerland", "CHF", "Europe/Zurich", 2),
    ("XMAD", "Bolsa de Madrid", "Madrid, Spain", "EUR", "Europe/Madrid", 2),
    ("XWAR", "Warsaw Stock Exchange", "Warsaw, Poland", "PLN", "Europe/Warsaw", 2),
    ("XJSE", "Johannesburg Stock Exchange", "Johannesburg, South Africa", "ZAR", "Africa/Johannesburg", 3),
    ("XBOM", "BSE (Bombay Stock Exchange)", "Mumbai, India", "INR", "Asia/Kolkata", 1),
    ("XNSE", "National Stock Exchange of India", "Mumbai, India", "INR", "Asia/Kolkata", 1),
    ("XHKG", "Hong Kong Stock Exchange", "Hong Kong, Hong Kong", "HKD", "Asia/Hong_Kong", 2),
    ("XJPX", "Japan Exchange", "Tokyo, Japan", "JPY", "Asia/Tokyo", 2),
    ("XKRX", "Korea Exchange", "Busan, South Korea", "KRW", "Asia/Seoul", 2),
    ("XSES", "Singapore Exchange", "Singapore, Singapore", "SGD", "Asia/Singapore", 2),
    ("XASX", "Australian Securities Exchange", "Sydney, Australia", "AUD", "Australia/Sydney", 2),
    ("XNZE", "New Zealand Exchange", "Wellington, New Zealand", "NZD", "Pacific/Auckland", 2),
)  # fmt: skip
"""MIC, name, seat, trading currency, time zone, settlement cycle of shares as of 2026 (rule books of the exchanges)."""


def exchanges_table() -> list[dict[str, Any]]:
    keys = ("mic", "name", "city", "currency", "timezone", "settlement_cycle")
    rows = [dict(zip(keys, row, strict=True)) for row in EXCHANGES]
    bare = ("Euronext", "Xetra", "Nasdaq", "B3")
    return [
        {
            **row,
            "country": str(row["city"]).split(", ")[1],
            "spoken": row["name"] if str(row["name"]).startswith(bare) else f"the {row['name']}",
        }
        for row in rows
    ]


@functools.cache
def _closures(exchange: str, year: int) -> dict[str, str]:
    """Weekdays on which the exchange stays closed, with their reason."""
    import holidays

    calendar = holidays.financial_holidays("ENX" if exchange in ("XPAR", "XAMS", "XBRU", "XLIS") else exchange)
    calendar = type(calendar)(years=[year])
    names: dict[str, str] = {}
    for day, name in sorted(calendar.items()):
        if day.year == year and day.weekday() < 5:
            parts = sorted(part for part in name.split("; ") if "substituted from" not in part)
            names[day.isoformat()] = " / ".join(parts) or "Exchange holiday"
    return names


def closures_table() -> list[dict[str, Any]]:
    return [
        {"exchange": row[0], "year": year, "date": day, "reason": name}
        for row in EXCHANGES
        for year in range(FIRST_YEAR, LAST_YEAR + 1)
        for day, name in _closures(row[0], year).items()
    ]


def _known(exchange: str) -> None:
    if exchange not in {row[0] for row in EXCHANGES}:
        raise ToolError("not_found", f"no calendar of {exchange} here", allowed=[row[0] for row in EXCHANGES])


def _day(text: str) -> datetime.date:
    try:
        day = datetime.date.fromisoformat(text)
    except ValueError:
        raise ToolError("invalid_value", f"{text} is no calendar date; use YYYY-MM-DD") from None
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise ToolError("out_of_range", f"calendars run from {FIRST_YEAR} to {LAST_YEAR}")
    return day


def _reason(exchange: str, day: datetime.date) -> str | None:
    """Why there is no session, or None when there is one."""
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise ToolError("out_of_range", f"calendars run from {FIRST_YEAR} to {LAST_YEAR}")
    return "Weekend" if day.weekday() > 4 else _closures(exchange, day.year).get(day.isoformat())


def _step(exchange: str, day: datetime.date, direction: int) -> datetime.date:
    day += datetime.timedelta(direction)
    while _reason(exchange, day) is not None:
        day += datetime.timedelta(direction)
    return day


def year_closures(exchange: str, year: int) -> dict[str, Any]:
    _known(exchange)
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise ToolError("out_of_range", f"calendars run from {FIRST_YEAR} to {LAST_YEAR}")
    closures = _closures(exchange, year)
    days = (datetime.date(year, 12, 31) - datetime.date(year, 1, 1)).days + 1
    weekdays = sum((datetime.date(year, 1, 1) + datetime.timedelta(n)).weekday() < 5 for n in range(days))
    return {
        "dates": list(closures),
        "reasons": list(closures.values()),
        "closure_count": len(closures),
        "session_count": weekdays - len(closures),
    }


def session(exchange: str, date: str) -> dict[str, Any]:
    _known(exchange)
    day = _day(date)
    reason = _reason(exchange, day)
    return {
        "open": reason is None,
        "closure_reason": reason,
        "previous_session": _step(exchange, day, -1).isoformat(),
        "next_session": _step(exchange, day, 1).isoformat(),
    }


def settlement(exchange: str, trade_date: str, cycle: int) -> dict[str, Any]:
    _known(exchange)
    day = _day(trade_date)
    reason = _reason(exchange, day)
    if reason is not None:
        raise ToolError("invalid_value", f"{exchange} has no session on {trade_date} ({reason}): no trade that day")
    settled = day
    for _ in range(cycle):
        settled = _step(exchange, settled, 1)
    return {"settlement_date": settled.isoformat(), "calendar_days": (settled - day).days}

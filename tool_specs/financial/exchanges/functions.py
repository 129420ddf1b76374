"""Stock exchanges: profile, full-day closures, sessions, settlement dates."""

from __future__ import annotations

import datetime
import functools
from typing import Any

from builder.errors import ToolError

FIRST_YEAR, LAST_YEAR = 2020, 2026
"""Years whose closures are listed: all exchanges below are known in each of them."""

EXCHANGES = (
    ("XNYS", "New York Stock Exchange", "New York, United States", "USD", "America/New_York", 1),
    ("XNAS", "Nasdaq", "New York, United States", "USD", "America/New_York", 1),
    ("XTSE", "Toronto Stock Exchange", "Toronto, Canada", "CAD", "America/Toronto", 1),
    ("XMEX", "Bolsa Mexicana de Valores", "Mexico City, Mexico", "MXN", "America/Mexico_City", 1),
    ("BVMF", "B3 Brasil Bolsa Balcão", "São Paulo, Brazil", "BRL", "America/Sao_Paulo", 2),
    ("XLON", "London Stock Exchange", "London, United Kingdom", "GBP", "Europe/London", 2),
    ("XPAR", "Euronext Paris", "Paris, France", "EUR", "Europe/Paris", 2),
    ("XAMS", "Euronext Amsterdam", "Amsterdam, Netherlands", "EUR", "Europe/Amsterdam", 2),
    ("XBRU", "Euronext Brussels", "Brussels, Belgium", "EUR", "Europe/Brussels", 2),
    ("XLIS", "Euronext Lisbon", "Lisbon, Portugal", "EUR", "Europe/Lisbon", 2),
    ("XETR", "Xetra", "Frankfurt am Main, Germany", "EUR", "Europe/Berlin", 2),
    ("XSWX", "SIX Swiss Exchange", "Zurich, Switzerland", "CHF", "Europe/Zurich", 2),
    ("XMAD", "Bolsa de Madrid", "Madrid, Spain", "EUR", "Europe/Madrid", 2),
    ("XWAR", "Warsaw Stock Exchange", "Warsaw, Poland", "PLN", "Europe/Warsaw", 2),
    ("XJSE", "Johannesburg Stock Exchange", "Johannesburg, South Africa", "ZAR", "Africa/Johannesburg", 3),
    ("XBOM", "BSE (Bombay Stock Exchange)", "Mumbai, India", "INR", "Asia/Kolkata", 1),
    ("XNSE", "National Stock Exchange of India", "Mumbai, India", "INR", "Asia/Kolkata", 1),
    ("XHKG", "Hong Kong Stock Exchange", "Hong Kong, Hong Kong", "HKD", "Asia/Hong_Kong", 2),
    ("XJPX", "Japan Exchange Group", "Tokyo, Japan", "JPY", "Asia/Tokyo", 2),
    ("XKRX", "Korea Exchange", "Busan, South Korea", "KRW", "Asia/Seoul", 2),
    ("XSES", "Singapore Exchange", "Singapore, Singapore", "SGD", "Asia/Singapore", 2),
    ("XASX", "Australian Securities Exchange", "Sydney, Australia", "AUD", "Australia/Sydney", 2),
    ("XNZE", "New Zealand Exchange", "Wellington, New Zealand", "NZD", "Pacific/Auckland", 2),
)  # fmt: skip
"""MIC, name, seat, trading currency, time zone, settlement cycle of shares as of 2026 (rule books of the exchanges)."""

HOURS: dict[str, tuple[str, str, tuple[str | None, str | None]]] = {
    "XNYS": ("09:30", "16:00", (None, None)),
    "XNAS": ("09:30", "16:00", (None, None)),
    "XTSE": ("09:30", "16:00", (None, None)),
    "XLON": ("08:00", "16:30", (None, None)),
    "XPAR": ("09:00", "17:30", (None, None)),
    "XAMS": ("09:00", "17:30", (None, None)),
    "XBRU": ("09:00", "17:30", (None, None)),
    "XLIS": ("08:00", "16:30", (None, None)),
    "XETR": ("09:00", "17:30", (None, None)),
    "XSWX": ("09:00", "17:30", (None, None)),
    "XMAD": ("09:00", "17:30", (None, None)),
    "XJSE": ("09:00", "17:00", (None, None)),
    "XBOM": ("09:15", "15:30", (None, None)),
    "XNSE": ("09:15", "15:30", (None, None)),
    "XHKG": ("09:30", "16:00", ("12:00", "13:00")),
    "XJPX": ("09:00", "15:30", ("11:30", "12:30")),
    "XKRX": ("09:00", "15:30", (None, None)),
    "XASX": ("10:00", "16:00", (None, None)),
    "XNZE": ("10:00", "16:45", (None, None)),
}
"""Regular trading of shares in local time, with the midday break, as of 2026 (trading hours that the exchanges publish;
checked against exchange_calendars 4.13.2). Exchanges whose hours move with the clocks elsewhere are left out."""

INDIAN = {
    "2023-06-29": "Eid al-Adha", "2024-01-22": "Special holiday (Ram Mandir)", "2024-05-20": "General elections",
    "2024-11-20": "State elections", "2026-01-15": "Municipal elections",
}  # fmt: skip
MISSED = {
    "BVMF": {"2021-01-25": "Anniversary of São Paulo", "2021-07-09": "Constitutionalist Revolution"},
    "XBOM": INDIAN,
    "XNSE": INDIAN,
    "XJPX": {"2020-10-01": "System failure"},
    "XMAD": {"2021-12-24": "Christmas Eve", "2021-12-31": "New Year's Eve"},
}
"""Closures that holidays lacks: exchange_calendars 4.13.2 and the exchanges' own calendars have them. B3 traded on
holidays of its city from 2022 on, Madrid has half days again from 2024."""
MISTAKEN = {("XBOM", "2023-06-28"), ("XNSE", "2023-06-28")}
"""Moved to the next day at short notice."""


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
    # Without a language the package takes that of the environment.
    calendar = type(calendar)(years=[year], language="en_US")
    names: dict[str, str] = {}
    for day, name in sorted(calendar.items()):
        if day.year == year and day.weekday() < 5:
            parts = sorted(part for part in name.split("; ") if "substituted from" not in part)
            names[day.isoformat()] = " / ".join(parts) or "Exchange holiday"
    missed = {day: name for day, name in MISSED.get(exchange, {}).items() if day.startswith(str(year))}
    return {day: name for day, name in sorted({**missed, **names}.items()) if (exchange, day) not in MISTAKEN}


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


def _time(text: str) -> datetime.time:
    return datetime.time.fromisoformat(text)


def hours_table() -> list[dict[str, Any]]:
    return [
        {
            "exchange": mic,
            "opens": opens,
            "closes": closes,
            "break_starts": pause[0],
            "break_ends": pause[1],
            "trading_minutes": _minutes(opens, closes) - (_minutes(*pause) if pause[0] and pause[1] else 0),
        }
        for mic, (opens, closes, pause) in HOURS.items()
    ]


def _minutes(start: str, end: str) -> int:
    first, last = _time(start), _time(end)
    return (last.hour - first.hour) * 60 + last.minute - first.minute


def _spans(exchange: str, day: datetime.date) -> list[tuple[datetime.datetime, datetime.datetime]]:
    """Trading spans of the day in UTC."""
    from zoneinfo import ZoneInfo

    zone = ZoneInfo(next(row[4] for row in EXCHANGES if row[0] == exchange))
    opens, closes, (pause, resume) = HOURS[exchange]
    parts = [(opens, pause), (resume, closes)] if pause and resume else [(opens, closes)]
    return [
        (
            datetime.datetime.combine(day, _time(first), zone).astimezone(datetime.UTC),
            datetime.datetime.combine(day, _time(last), zone).astimezone(datetime.UTC),
        )
        for first, last in parts
        if first and last
    ]


def hours_overlap(exchange: str, other_exchange: str, date: str) -> dict[str, Any]:
    """Both calendars use one date; exchanges further than a day apart in time never overlap on it."""
    day = _day(date)
    for name in (exchange, other_exchange):
        _known(name)
        if name not in HOURS:
            raise ToolError("not_found", f"no trading hours of {name} here", allowed=sorted(HOURS))
        reason = _reason(name, day)
        if reason is not None:
            raise ToolError("invalid_value", f"{name} has no session on {date} ({reason})")
    if exchange == other_exchange:
        raise ToolError("invalid_value", "the two exchanges are the same")
    total = datetime.timedelta(0)
    for first, last in _spans(exchange, day):
        for start, end in _spans(other_exchange, day):
            total += max(min(last, end) - max(first, start), datetime.timedelta(0))
    return {"overlap_minutes": int(total.total_seconds() // 60)}


def closed_exchanges(date: str) -> dict[str, Any]:
    day = _day(date)
    if day.weekday() > 4:
        raise ToolError("invalid_value", f"{date} is a {day:%A}: every exchange is closed at weekends")
    closed = [row[0] for row in EXCHANGES if day.isoformat() in _closures(row[0], day.year)]
    return {"exchanges": closed, "open_count": len(EXCHANGES) - len(closed)}


def shared_closures(exchange: str, other_exchange: str, year: int) -> dict[str, Any]:
    if exchange == other_exchange:
        raise ToolError("invalid_value", "the two exchanges are the same")
    _known(exchange)
    _known(other_exchange)
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise ToolError("out_of_range", f"calendars run from {FIRST_YEAR} to {LAST_YEAR}")
    first, second = set(_closures(exchange, year)), set(_closures(other_exchange, year))
    return {"shared_dates": sorted(first & second), "only_first_dates": sorted(first - second)}


def count_sessions(exchange: str, first_date: str, last_date: str) -> dict[str, Any]:
    _known(exchange)
    first, last = _day(first_date), _day(last_date)
    if first > last:
        raise ToolError("invalid_value", "first_date lies after last_date")
    days = (first + datetime.timedelta(n) for n in range((last - first).days + 1))
    reasons = [_reason(exchange, day) for day in days]
    return {
        "sessions": reasons.count(None),
        "weekday_closures": sum(reason not in (None, "Weekend") for reason in reasons),
    }


def option_expiry(exchange: str, year: int, month: int) -> dict[str, Any]:
    _known(exchange)
    first = _day(f"{year:04d}-{month:02d}-01")
    friday = first + datetime.timedelta((4 - first.weekday()) % 7 + 14)
    day = friday if _reason(exchange, friday) is None else _step(exchange, friday, -1)
    return {"expiry_date": day.isoformat(), "moved": day != friday}

"""Computation with calendar dates."""

from __future__ import annotations

import calendar
import datetime as dt
from typing import Any

from builder.errors import ToolError

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = {
    "hebrew": "Nisan Iyar Sivan Tammuz Av Elul Tishrei Heshvan Kislev Tevet Shevat Adar Adar_II".split(),
    "persian": "Farvardin Ordibehesht Khordad Tir Mordad Shahrivar Mehr Aban Azar Dey Bahman Esfand".split(),
    "julian": list(calendar.month_name)[1:],
    "islamic_civil": (
        "Muharram|Safar|Rabi' al-Awwal|Rabi' al-Thani|Jumada al-Ula|Jumada al-Akhirah|Rajab|Sha'ban|Ramadan|Shawwal|"
        "Dhu al-Qa'dah|Dhu al-Hijjah"
    ).split("|"),
}


def _date(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise ToolError("invalid_value", f"{text} is no calendar date; write YYYY-MM-DD") from None


def date_difference(start_date: str, end_date: str) -> dict[str, Any]:
    from dateutil.relativedelta import relativedelta

    start, end = _date(start_date), _date(end_date)
    if end < start:
        raise ToolError("invalid_value", "end_date lies before start_date: swap the two")
    span = relativedelta(end, start)
    return {
        "days": (end - start).days,
        "full_weeks": (end - start).days // 7,
        "full_months": span.years * 12 + span.months,
        "full_years": span.years,
    }


def shift_date(date: str, amount: int, unit: str) -> dict[str, Any]:
    from dateutil.relativedelta import relativedelta

    try:
        moved = _date(date) + relativedelta(**{unit: amount})
    except (OverflowError, ValueError):
        raise ToolError("invalid_value", "the result lies outside the years 1 to 9999") from None
    return {"date": moved.isoformat(), "weekday": DAYS[moved.weekday()]}


def date_facts(date: str) -> dict[str, Any]:
    day = _date(date)
    return {
        "weekday": DAYS[day.weekday()],
        "iso_week": day.isocalendar().week,
        "day_of_year": day.timetuple().tm_yday,
        "quarter": (day.month + 2) // 3,
        "year": day.year,
        "month_end": day.replace(day=calendar.monthrange(day.year, day.month)[1]).isoformat(),
        "leap_year": calendar.isleap(day.year),
    }


def nth_weekday_date(year: int, month: int, weekday: str, occurrence: str) -> dict[str, Any]:
    number = DAYS.index(weekday)
    days = [
        day
        for day in range(1, calendar.monthrange(year, month)[1] + 1)
        if dt.date(year, month, day).weekday() == number
    ]
    index = {"first": 0, "second": 1, "third": 2, "fourth": 3, "last": -1}[occurrence]
    return {"date": dt.date(year, month, days[index]).isoformat()}


def next_weekday(date: str, weekday: str) -> dict[str, Any]:
    start = _date(date)
    ahead = (DAYS.index(weekday) - start.weekday() - 1) % 7 + 1
    return {"date": (start + dt.timedelta(days=ahead)).isoformat(), "days_ahead": ahead}


def recurring_dates(start_date: str, interval: int, unit: str, occurrences: int) -> dict[str, Any]:
    from dateutil.relativedelta import relativedelta

    start = _date(start_date)
    days = [start + relativedelta(**{unit: interval * n}) for n in range(occurrences)]
    return {"dates": [day.isoformat() for day in days], "last_date": days[-1].isoformat()}


def easter_sunday(year: int, church: str) -> dict[str, Any]:
    from dateutil.easter import EASTER_ORTHODOX, EASTER_WESTERN, easter

    day = easter(year, EASTER_WESTERN if church == "western" else EASTER_ORTHODOX)
    return {"date": day.isoformat()}


def _calendar(name: str) -> Any:
    import importlib

    return importlib.import_module("convertdate." + {"islamic_civil": "islamic"}.get(name, name))


def date_in_calendar(date: str, calendar_name: str) -> dict[str, Any]:
    day = _date(date)
    year, month, number = _calendar(calendar_name).from_gregorian(day.year, day.month, day.day)
    name = MONTHS[calendar_name][month - 1].replace("_", " ")
    return {"year": int(year), "month": int(month), "day": int(number), "month_name": name}


def date_from_calendar(year: int, month: int, day: int, calendar_name: str) -> dict[str, Any]:
    """The Gregorian date of a day in another calendar; a day that the month lacks is an error."""
    calendar = _calendar(calendar_name)
    try:
        found = dt.date(*(int(part) for part in calendar.to_gregorian(year, month, day)))
        again = calendar.from_gregorian(found.year, found.month, found.day)
    except (ValueError, IndexError):
        raise ToolError("invalid_value", f"there is no such day in the {calendar_name} calendar") from None
    if tuple(int(part) for part in again) != (year, month, day):
        raise ToolError("invalid_value", f"there is no such day in the {calendar_name} calendar")
    return {"date": found.isoformat(), "weekday": DAYS[found.weekday()]}


def iso_week_dates(year: int, week: int) -> dict[str, Any]:
    try:
        first = dt.date.fromisocalendar(year, week, 1)
    except ValueError:
        raise ToolError("invalid_value", f"{year} has no ISO week {week}") from None
    return {
        "monday": first.isoformat(),
        "friday": str(first + dt.timedelta(days=4)),
        "sunday": str(first + dt.timedelta(days=6)),
    }


def age_on_date(birth_date: str, on_date: str) -> dict[str, Any]:
    """Completed years and months; a day that a month lacks is reached on the first of the next."""
    birth, day = _date(birth_date), _date(on_date)
    if day < birth:
        raise ToolError("invalid_value", "on_date lies before birth_date: swap the two")
    months = (day.year - birth.year) * 12 + day.month - birth.month - (day.day < birth.day)
    return {"age": months // 12, "months": months % 12}

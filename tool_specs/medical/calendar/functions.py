"""Epidemiological weeks and dates of pregnancy."""

from __future__ import annotations

import datetime as dt
from typing import Any

from builder.errors import ToolError

TERM = 280
"""Days from the first day of the last period to the due date, for a cycle of 28 days (Naegele's rule)."""


def _date(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise ToolError("invalid_value", f"{text} is no calendar date", format="YYYY-MM-DD") from None


def epidemiological_week(date: str, system: str) -> dict[str, Any]:
    from epiweeks import Week

    week = Week.fromdate(_date(date), system={"CDC": "cdc", "ISO": "iso"}[system])
    return {
        "epi_week": f"{week.year}-W{week.week:02d}",
        "year": week.year,
        "week": week.week,
        "start_date": week.startdate().isoformat(),
        "end_date": week.enddate().isoformat(),
    }


def epidemiological_week_dates(year: int, week: int, system: str) -> dict[str, Any]:
    from epiweeks import Week, Year

    code = {"CDC": "cdc", "ISO": "iso"}[system]
    last = Year(year, code).totalweeks()
    if not 1 <= week <= last:
        raise ToolError("invalid_value", f"{year} has {last} {system} weeks", parameter="week")
    found = Week(year, week, system=code)
    return {
        "epi_week": f"{year}-W{week:02d}",
        "start_date": found.startdate().isoformat(),
        "end_date": found.enddate().isoformat(),
        "weeks_in_year": last,
    }


def pregnancy_dates(last_period: str, cycle_length: int) -> dict[str, Any]:
    """ACOG Committee Opinion 700: due date 280 days after the last period, moved by the cycle length beyond 28."""
    if not 20 <= cycle_length <= 45:
        raise ToolError("invalid_value", "cycle_length must lie between 20 and 45 days", parameter="cycle_length")
    start = _date(last_period) + dt.timedelta(days=cycle_length - 28)

    def day(days: int) -> str:
        return (start + dt.timedelta(days=days)).isoformat()

    return {
        "due_date": day(TERM),
        "second_trimester_start": day(14 * 7),
        "third_trimester_start": day(28 * 7),
        "full_term_start": day(39 * 7),
    }


def gestational_age(due_date: str, on_date: str) -> dict[str, Any]:
    age = TERM - (_date(due_date) - _date(on_date)).days
    if not 0 <= age <= 45 * 7:
        raise ToolError(
            "invalid_value", f"{on_date} lies outside a pregnancy that is due on {due_date}", parameter="on_date"
        )
    trimester = "first" if age < 14 * 7 else "second" if age < 28 * 7 else "third"
    return {"weeks": age // 7, "extra_days": age % 7, "total_days": age, "trimester": trimester}

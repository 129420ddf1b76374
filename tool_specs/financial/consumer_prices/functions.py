"""US consumer price indices (CPI-U, not seasonally adjusted) read from the database inside the cpi package."""

from __future__ import annotations

import importlib.util
import sqlite3
from collections import Counter
from pathlib import Path
from typing import Any

FIRST_MONTH_YEAR = 2000
"""Monthly values are listed from this year on; annual averages as far back as they go."""
LAST_YEAR = 2025
NOT_GOODS = ("old base", "Purchasing power", " less ", "excluding")
"""Marks of aggregates that are no group of goods or services of their own."""
METROS = {
    "S11A": ("Boston, United States", "Massachusetts"),
    "S12A": ("New York, United States", "New York"),
    "S12B": ("Philadelphia, United States", "Pennsylvania"),
    "S23A": ("Chicago, United States", "Illinois"),
    "S23B": ("Detroit, United States", "Michigan"),
    "S24A": ("Minneapolis, United States", "Minnesota"),
    "S24B": ("St. Louis, United States", "Missouri"),
    "S35B": ("Miami, United States", "Florida"),
    "S35C": ("Atlanta, United States", "Georgia"),
    "S35D": ("Tampa, United States", "Florida"),
    "S35E": ("Baltimore, United States", "Maryland"),
    "S37A": ("Dallas, United States", "Texas"),
    "S37B": ("Houston, United States", "Texas"),
    "S48A": ("Phoenix, United States", "Arizona"),
    "S48B": ("Denver, United States", "Colorado"),
    "S49A": ("Los Angeles, United States", "California"),
    "S49B": ("San Francisco, United States", "California"),
    "S49C": ("Riverside, United States", "California"),
    "S49D": ("Seattle, United States", "Washington"),
    "S49E": ("San Diego, United States", "California"),
}
"""First-named city of each metropolitan area, and its state; areas centred on a federal district or spread over a
whole state (Washington, Alaska, Hawaii) are left out."""
REGIONS = {"1": "Northeast", "2": "Midwest", "3": "South", "4": "West"}


def _read(sql: str) -> list[tuple[Any, ...]]:
    spec = importlib.util.find_spec("cpi")
    if spec is None or spec.origin is None:
        raise ImportError("the cpi package is not installed")
    path = Path(spec.origin).with_name("cpi.db")
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as base:
        return base.execute(sql).fetchall()


def _annual() -> dict[str, dict[int, float]]:
    """National annual averages by item code."""
    found: dict[str, dict[int, float]] = {}
    for code, year, value in _read(
        "SELECT substr(series, 9), year, value FROM indexes WHERE series LIKE 'CUUR0000S%' AND period = 'M13'"
    ):
        found.setdefault(code, {})[int(year)] = float(value)
    return found


def _names() -> dict[str, str]:
    """Item code to name, for items with a national annual average in each year from some year to the last."""
    names = dict(_read("SELECT code, name FROM items"))
    kept = {
        code: str(names[code])
        for code, series in _annual().items()
        if code in names and max(series) == LAST_YEAR and len(series) == LAST_YEAR - min(series) + 1
    }
    counts = Counter(kept.values())
    return {code: name[0].lower() + name[1:] for code, name in sorted(kept.items()) if counts[name] == 1}


def _change(series: dict[int, float], first: int, last: int) -> float | None:
    """Change in percent between two years; None where one is missing."""
    return (series[last] / series[first] - 1) * 100 if first in series and last in series else None


def items_table() -> list[dict[str, Any]]:
    """Goods and services. A group `SEFK` holds the strata `SEFK01`, `SEFK02`, ...; other levels have no parent here.

    A group has components only where all its current strata are listed.
    """
    names, annual = _names(), _annual()
    strata: dict[str, list[str]] = {}
    for code, series in annual.items():
        if code.startswith("SE") and len(code) == 6 and max(series) == LAST_YEAR:
            strata.setdefault(code[:4], []).append(code)
    rows = []
    for code, name in names.items():
        parts = strata.get(code, [])
        group = code[:4] if code.startswith("SE") and len(code) == 6 else None
        rows.append(
            {
                "item": name,
                "code": code,
                "group": names.get(group) if group else None,
                "first_year": min(annual[code]),
                "components": len(parts) if len(parts) > 1 and all(part in names for part in parts) else 0,
                "change_since_2015": _change(annual[code], 2015, LAST_YEAR),
                "inflation_2025": _change(annual[code], LAST_YEAR - 1, LAST_YEAR),
                "plain": not any(mark in name for mark in NOT_GOODS) and len(name) <= 45,
            }
        )
    return sorted(rows, key=lambda row: str(row["item"]))


def annual_table() -> list[dict[str, Any]]:
    names, annual = _names(), _annual()
    return [
        {"item": name, "year": year, "index": value, "previous": annual[code].get(year - 1)}
        for code, name in names.items()
        for year, value in sorted(annual[code].items())
    ]


def monthly_table() -> list[dict[str, Any]]:
    names = _names()
    values = {
        (code, int(year), int(period[1:])): float(value)
        for code, year, period, value in _read(
            "SELECT substr(series, 9), year, period, value FROM indexes WHERE series LIKE 'CUUR0000S%' "
            f"AND period LIKE 'M%' AND period < 'M13' AND year >= {FIRST_MONTH_YEAR - 1}"
        )
        if code in names
    }
    return [
        {
            "item": names[code],
            "year": year,
            "month": month,
            "index": value,
            "year_before": values.get((code, year - 1, month)),
        }
        for (code, year, month), value in sorted(values.items())
        if year >= FIRST_MONTH_YEAR
    ]


def _unbroken_since(series: dict[int, float]) -> int:
    """First year of the run of years without a gap that ends with the last year."""
    year = max(series)
    while year - 1 in series:
        year -= 1
    return year


def metros_table() -> list[dict[str, Any]]:
    names, annual = dict(_read("SELECT code, name FROM areas")), _metro_annual()
    return [
        {
            "area": names[code],
            "code": code,
            "region": REGIONS[code[1]],
            "city": city,
            "state": state,
            "first_year": _unbroken_since(annual[code]),
            "change_since_2015": _change(annual[code], 2015, LAST_YEAR),
            "inflation_2025": _change(annual[code], LAST_YEAR - 1, LAST_YEAR),
        }
        for code, (city, state) in sorted(METROS.items())
    ]


def _metro_annual() -> dict[str, dict[int, float]]:
    """Annual averages of all items by area code; the semi-annual surveys state theirs as period S03."""
    found: dict[str, dict[int, float]] = {}
    for code, year, value in _read(
        "SELECT substr(series, 5, 4), year, value FROM indexes WHERE (series LIKE 'CUURS___SA0' "
        "AND period = 'M13') OR (series LIKE 'CUUSS___SA0' AND period = 'S03') ORDER BY period"
    ):
        found.setdefault(code, {})[int(year)] = float(value)
    return found


def metro_annual_table() -> list[dict[str, Any]]:
    """Annual averages of all items per metropolitan area."""
    areas = {row["code"]: row["area"] for row in metros_table()}
    return [
        {"area": areas[code], "year": year, "index": value}
        for code, series in sorted(_metro_annual().items())
        if code in areas
        for year, value in sorted(series.items())
    ]

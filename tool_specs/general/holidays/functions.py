"""Nationwide public holidays and working days."""

from __future__ import annotations

import datetime as dt
from functools import cache
from typing import Any

from builder.countries import country_names
from builder.errors import ToolError

YEARS = range(2019, 2029)
LEFT_OUT = (
    "CN RU UA HU VN TW KH LA AR KP AQ BY IL PS VA SA LK TH AM GE MN CU VE SY MK NR SV UM TF BV HM IO CC CX EH GS TK "
    "PN AN"
).split()
"""Holidays that are moved by yearly decree, wartime or thin data."""
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@cache
def _countries() -> dict[str, str]:
    """ISO code to name of countries whose holidays are known and have English names."""
    import holidays

    found, names = {}, country_names()
    for code in sorted(holidays.list_supported_countries(include_aliases=False)):
        if code in names and code not in LEFT_OUT and _usable(code):
            found[code] = names[code]
    return found


def _language(code: str) -> str | bool | None:
    """Language to ask for; False when there are no English names."""
    import holidays

    calendar = holidays.country_holidays(code)
    languages = calendar.supported_languages
    if not languages:
        return None
    return next((name for name in ("en_GB", "en_US") if name in languages), False)


def _usable(code: str) -> bool:
    if _language(code) is False:
        return False
    days = _calendar(code)
    per_year = [sum(day.year == year for day in days) for year in YEARS]
    names = " ".join(days.values())
    return min(per_year) >= 4 and "stimated" not in names and names.isascii()


@cache
def _calendar(code: str) -> dict[dt.date, str]:
    import holidays

    days = holidays.country_holidays(code, years=YEARS, language=_language(code) or None)
    # Latvia's cabinet moves working days of state offices to Saturdays: free there, but no public holiday.
    return {day: name for day, name in sorted(days.items()) if "substituted from" not in name}


@cache
def _weekend(code: str) -> frozenset[int]:
    import holidays

    return frozenset(int(day) for day in holidays.country_holidays(code).weekend)


@cache
def _code(country: str) -> str:
    wanted = country.removeprefix("the ").strip()
    for code, name in _countries().items():
        if wanted in (code, name):
            return code
    raise ToolError(
        "not_found", f"no dependable list of public holidays for {country}; countries with yearly decrees are left out"
    )


def _date(text: str) -> dt.date:
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        raise ToolError("invalid_value", f"{text} is no calendar date; write YYYY-MM-DD") from None
    if day.year not in YEARS:
        raise ToolError("out_of_range", f"{text} lies outside the data, which cover 2019 to 2028")
    return day


def holidays_table() -> list[dict[str, Any]]:
    return [
        {
            "country": name,
            "iso2": code,
            "date": day.isoformat(),
            "year": day.year,
            "name": title,
            "weekday": DAYS[day.weekday()],
            "on_weekend": day.weekday() in _weekend(code),
        }
        for code, name in _countries().items()
        for day, title in _calendar(code).items()
    ]


def holiday_names_table() -> list[dict[str, Any]]:
    users: dict[str, set[str]] = {}
    for row in holidays_table():
        if ";" not in row["name"] and "(" not in row["name"]:
            users.setdefault(row["name"], set()).add(row["country"])
    return [{"name": name, "countries": len(found)} for name, found in sorted(users.items())]


def _free(code: str, day: dt.date) -> bool:
    return day.weekday() in _weekend(code) or day in _calendar(code)


def day_status(country: str, date: str) -> dict[str, Any]:
    code, day = _code(country), _date(date)
    return {
        "is_working_day": not _free(code, day),
        "is_weekend": day.weekday() in _weekend(code),
        "is_public_holiday": day in _calendar(code),
        "holiday_name": _calendar(code).get(day),
        "weekday": DAYS[day.weekday()],
    }


def count_working_days(country: str, start_date: str, end_date: str) -> dict[str, Any]:
    code, start, end = _code(country), _date(start_date), _date(end_date)
    if end < start:
        raise ToolError("invalid_value", "end_date lies before start_date: swap the two")
    days = [start + dt.timedelta(days=n) for n in range((end - start).days + 1)]
    holidays = [day for day in days if day in _calendar(code) and day.weekday() not in _weekend(code)]
    return {"working_days": sum(not _free(code, day) for day in days), "holidays_on_weekdays": len(holidays)}


def add_working_days(country: str, start_date: str, working_days: int) -> dict[str, Any]:
    code, day = _code(country), _date(start_date)
    left = abs(working_days)
    while left:
        day += dt.timedelta(days=1 if working_days > 0 else -1)
        if day.year not in YEARS:
            raise ToolError("out_of_range", "the result lies outside the data, which cover 2019 to 2028")
        left -= not _free(code, day)
    return {"date": day.isoformat(), "weekday": DAYS[day.weekday()]}


REGIONS = {
    "AU": {}, "CA": {}, "GB": {},
    "DE": {
        "BY": "Bavaria", "HE": "Hesse", "NI": "Lower Saxony", "NW": "North Rhine-Westphalia",
        "RP": "Rhineland-Palatinate",
        "SN": "Saxony", "ST": "Saxony-Anhalt", "TH": "Thuringia", "MV": "Mecklenburg-Western Pomerania",
    },
}  # fmt: skip
"""Federal countries whose regions decree public holidays, with the English names of regions that the library lacks."""
NO_REGION = ("Augsburg", "NSW Western")


@cache
def _regions() -> dict[str, tuple[str, str]]:
    """Region to ISO code of its country and code of the region."""
    import holidays

    found = {}
    for code, english in REGIONS.items():
        calendar = holidays.country_holidays(code)
        aliases = calendar.get_subdivision_aliases()
        for part in calendar.subdivisions:
            if part not in NO_REGION:
                found[f"{english.get(part, aliases[part][0])}, {_countries()[code]}"] = (code, part)
    return dict(sorted(found.items()))


@cache
def _regional(region: str) -> dict[dt.date, str]:
    import holidays

    if region not in _regions():
        raise ToolError(
            "not_found", f"no region {region} in the data; write it with its country, such as Bavaria, Germany"
        )
    code, part = _regions()[region]
    days = holidays.country_holidays(code, subdiv=part, years=YEARS, language="en_US")
    return dict(sorted(days.items()))


def regions_table() -> list[dict[str, Any]]:
    return [
        {"region": region, "country": _countries()[code], "iso2": code, "spoken": region.split(",")[0]}
        for region, (code, _) in _regions().items()
    ]


def region_holidays_table() -> list[dict[str, Any]]:
    return [
        {
            "region": region,
            "date": day.isoformat(),
            "year": day.year,
            "name": title,
            "on_weekend": day.weekday() >= 5,
            "nationwide": day in _calendar(code),
        }
        for region, (code, _) in _regions().items()
        for day, title in _regional(region).items()
    ]


def region_working_days(region: str, start_date: str, end_date: str) -> dict[str, Any]:
    days, start, end = _regional(region), _date(start_date), _date(end_date)
    if end < start:
        raise ToolError("invalid_value", "end_date lies before start_date: swap the two")
    dates = [start + dt.timedelta(days=n) for n in range((end - start).days + 1)]
    free = [day for day in dates if day in days and day.weekday() < 5]
    working = sum(day.weekday() < 5 for day in dates) - len(free)
    return {"working_days": working, "holidays_on_weekdays": len(free)}

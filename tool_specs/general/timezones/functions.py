"""Local times by the time zone rules of the tzdata package (never of the machine)."""

from __future__ import annotations

import datetime as dt
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from builder.countries import country_names
from builder.errors import ToolError

AREAS = ("Africa", "America", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")


@cache
def _zone(name: str) -> ZoneInfo:
    from importlib import resources

    parts = name.split("/")
    folder = resources.files("tzdata.zoneinfo")
    for part in parts:
        folder = folder.joinpath(part)
    if parts[0] not in (*AREAS, "UTC") or not folder.is_file():
        raise ToolError("not_found", f"unknown time zone {name}; give an IANA name such as Europe/Paris")
    with folder.open("rb") as stream:
        return ZoneInfo.from_file(stream, key=name)


@cache
def zone_names() -> tuple[str, ...]:
    from importlib import resources

    text = resources.files("tzdata").joinpath("zones").read_text(encoding="utf-8")
    return tuple(sorted(line for line in text.split() if line.split("/")[0] in AREAS and "/" in line))


def zones_table() -> list[dict[str, Any]]:
    return [{"zone": name, "label": name.split("/")[-1].replace("_", " ")} for name in zone_names()]


def _local(text: str, zone: str) -> dt.datetime:
    """A local time that exists once. Raises for times that the clock skips or shows twice."""
    try:
        naive = dt.datetime.fromisoformat(text)
    except ValueError:
        raise ToolError("invalid_value", f"{text} is no date and time; write YYYY-MM-DDTHH:MM") from None
    first, second = (naive.replace(tzinfo=_zone(zone), fold=fold) for fold in (0, 1))
    if first.utcoffset() != second.utcoffset():
        raise ToolError("invalid_value", f"the clocks of {zone} change at {text}: choose another time of day")
    return first


def _text(moment: dt.datetime) -> str:
    return moment.replace(tzinfo=None).isoformat(timespec="minutes")


def convert_local_time(local_time: str, from_timezone: str, to_timezone: str) -> dict[str, Any]:
    start = _local(local_time, from_timezone)
    moment = start.astimezone(_zone(to_timezone))
    return {
        "local_time": _text(moment),
        "date": moment.date().isoformat(),
        "day_shift": (moment.date() - start.date()).days,
    }


def utc_offset_on(timezone: str, date: str) -> dict[str, Any]:
    moment = _local(f"{date}T12:00", timezone)
    offset, saving = moment.utcoffset(), moment.dst()
    assert offset is not None and saving is not None
    return {
        "utc_offset_hours": offset.total_seconds() / 3600,
        "daylight_saving": bool(saving),
        "abbreviation": moment.tzname(),
    }


def arrival_time(
    departure_time: str, departure_timezone: str, hours: int, minutes: int, arrival_timezone: str
) -> dict[str, Any]:
    if hours == 0 and minutes == 0:
        raise ToolError("invalid_value", "the journey takes no time: give hours, minutes or both")
    start = _local(departure_time, departure_timezone).astimezone(dt.UTC)
    moment = (start + dt.timedelta(hours=hours, minutes=minutes)).astimezone(_zone(arrival_timezone))
    return {"arrival_time": _text(moment), "date": moment.date().isoformat()}


def elapsed_time(start_time: str, start_timezone: str, end_time: str, end_timezone: str) -> dict[str, Any]:
    span = _local(end_time, end_timezone).astimezone(dt.UTC) - _local(start_time, start_timezone).astimezone(dt.UTC)
    minutes = int(span.total_seconds() // 60)
    if minutes <= 0:
        raise ToolError("invalid_value", "the end does not lie after the start")
    return {"total_minutes": minutes, "hours": minutes // 60, "minutes": minutes % 60}


def clock_changes(timezone: str, year: int) -> dict[str, Any]:
    zone = _zone(timezone)
    day, found = dt.date(year, 1, 1), []
    while day.year == year:
        noon = dt.datetime(day.year, day.month, day.day, 12, tzinfo=zone)
        before = (noon - dt.timedelta(days=1)).utcoffset()
        now = noon.utcoffset()
        assert before is not None and now is not None
        if now != before:
            found.append((day.isoformat(), now > before))
        day += dt.timedelta(days=1)
    forward = [date for date, ahead in found if ahead]
    back = [date for date, ahead in found if not ahead]
    if len(forward) > 1 or len(back) > 1:
        raise ToolError("not_supported", f"{timezone} changes its clocks more than twice in {year}")
    return {
        "changes_clocks": bool(found),
        "forward_date": forward[0] if forward else None,
        "back_date": back[0] if back else None,
    }


def country_zones_table() -> list[dict[str, Any]]:
    """Zones of zone.tab whose clocks differ today: of zones with the same offsets in 2026 the first named is kept."""
    from importlib import resources

    names = {code: name for code, name in country_names().items() if code not in ("UA", "UM", "AQ")}
    text = resources.files("tzdata").joinpath("zoneinfo", "zone.tab").read_text(encoding="utf-8")
    found: dict[tuple[str, float, float], str] = {}
    for line in text.splitlines():
        if line.startswith("#"):
            continue
        code, _, zone = line.split("\t")[:3]
        if zone.split("/")[0] not in AREAS or code not in names:
            continue
        winter, summer = (
            dt.datetime(2026, month, 1, 12, tzinfo=dt.UTC).astimezone(_zone(zone)).utcoffset() for month in (1, 7)
        )
        assert winter is not None and summer is not None
        key = (code, winter.total_seconds() / 3600, summer.total_seconds() / 3600)
        found.setdefault(key, zone)
    return [
        {"country": names[code], "iso2": code, "zone": zone, "january_offset": january, "july_offset": july}
        for (code, january, july), zone in sorted(found.items(), key=lambda item: (names[item[0][0]], item[1]))
    ]

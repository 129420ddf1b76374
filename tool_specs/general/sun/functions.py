"""Sunrise, sunset and the position of the sun, by astral."""

from __future__ import annotations

import datetime as dt
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from builder.errors import ToolError

DEPRESSION = {"civil": 6.0, "nautical": 12.0, "astronomical": 18.0}


@cache
def _zone(name: str) -> ZoneInfo:
    from importlib import resources

    path = resources.files("tzdata.zoneinfo")
    for part in name.split("/"):
        path = path.joinpath(part)
    if not path.is_file():
        raise ToolError("not_found", f"unknown time zone {name}; give an IANA name such as Europe/Paris")
    with path.open("rb") as stream:
        return ZoneInfo.from_file(stream, key=name)


def _date(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise ToolError("invalid_value", f"{text} is no calendar date; write YYYY-MM-DD") from None


def _minute(moment: dt.datetime) -> dt.datetime:
    """To the nearest minute."""
    return (moment + dt.timedelta(seconds=30)).replace(second=0, microsecond=0)


def _event(kind: str, observer: Any, day: dt.date, zone: ZoneInfo) -> dt.datetime:
    from astral import sun

    try:
        return _minute(getattr(sun, kind)(observer, date=day, tzinfo=zone))
    except ValueError:
        raise ToolError("not_supported", f"at this latitude there is no {kind} on {day.isoformat()}") from None


def _depression(observer: Any, day: dt.date, zone: ZoneInfo, degrees: float, rising: bool) -> dt.datetime:
    """When the sun's centre stands so far below the horizon on the local date. Twilight is defined without refraction,
    which astral's own dawn and dusk put in. Raises ValueError where there is no such moment."""
    from astral import SunDirection, sun

    direction = SunDirection.RISING if rising else SunDirection.SETTING
    # The event of a UTC date may fall on the local date before or after.
    for shift in (0, 1, -1):
        utc = sun.time_of_transit(
            observer, day + dt.timedelta(days=shift), 90 + degrees, direction, with_refraction=False
        )
        local = utc.astimezone(zone)
        if local.date() == day:
            return _minute(local)
    raise ValueError(f"the sun is not {degrees} degrees below the horizon on {day.isoformat()}")


def sun_times(latitude: float, longitude: float, date: str, timezone: str) -> dict[str, Any]:
    from astral import Observer

    zone, day, observer = _zone(timezone), _date(date), Observer(latitude, longitude)
    rise, down = (_event(kind, observer, day, zone) for kind in ("sunrise", "sunset"))
    try:
        dawn, dusk = (_depression(observer, day, zone, DEPRESSION["civil"], rising) for rising in (True, False))
    except ValueError:
        raise ToolError("not_supported", f"at this latitude there is no civil dawn and dusk on {date}") from None
    text = {
        "sunrise": rise, "sunset": down, "civil_dawn": dawn, "civil_dusk": dusk,
    }  # fmt: skip
    values = {name: moment.replace(tzinfo=None).isoformat(timespec="minutes") for name, moment in text.items()}
    return {**values, "daylight_minutes": int((down - rise).total_seconds() // 60) % 1440}


def sun_position(latitude: float, longitude: float, local_time: str, timezone: str) -> dict[str, Any]:
    from astral import Observer, sun

    try:
        moment = dt.datetime.fromisoformat(local_time).replace(tzinfo=_zone(timezone))
    except ValueError:
        raise ToolError("invalid_value", f"{local_time} is no date and time; write YYYY-MM-DDTHH:MM") from None
    observer = Observer(latitude, longitude)
    utc = moment.astimezone(dt.UTC)
    return {
        "elevation": sun.elevation(observer, utc, with_refraction=False),
        "azimuth": sun.azimuth(observer, utc) % 360,
    }


def twilight_times(latitude: float, longitude: float, date: str, timezone: str, twilight: str) -> dict[str, Any]:
    from astral import Observer, sun

    zone, day = _zone(timezone), _date(date)
    observer = Observer(latitude, longitude)
    try:
        dawn, dusk = (_depression(observer, day, zone, DEPRESSION[twilight], rising) for rising in (True, False))
        down = _minute(sun.sunset(observer, date=day, tzinfo=zone))
    except ValueError:
        raise ToolError(
            "not_supported", f"at this latitude there is no {twilight} dawn and dusk on {day.isoformat()}"
        ) from None
    return {
        "dawn": dawn.replace(tzinfo=None).isoformat(timespec="minutes"),
        "dusk": dusk.replace(tzinfo=None).isoformat(timespec="minutes"),
        "evening_minutes": int((dusk - down).total_seconds() // 60) % 1440,
    }

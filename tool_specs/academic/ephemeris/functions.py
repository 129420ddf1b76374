"""Sun, Moon and planets by astronomy-engine: positions, events, orbits."""

from __future__ import annotations

import functools
from typing import Any

from builder.errors import ToolError

PLANETS = ("Mercury", "Venus", "Earth", "Mars", "Jupiter", "Saturn", "Uranus", "Neptune")
BODIES = ("Sun", "Moon", "Mercury", "Venus", "Mars", "Jupiter", "Saturn", "Uranus", "Neptune")
SPOKEN = {"Sun": "the Sun", "Moon": "the Moon", "Earth": "the Earth"}
PHASES = {"new moon": 0, "first quarter": 90, "full moon": 180, "last quarter": 270}
KM_PER_AU = 149597870.7
"""IAU 2012 Resolution B2."""
FIRST, LAST = 1900, 2100
"""Years in which delta T is known or well predicted."""


def _positive(**values: float) -> None:
    for name, value in values.items():
        if value <= 0:
            raise ToolError("invalid_value", f"{name.replace('_', ' ')} must be above zero", given=value)


def planets_table() -> list[dict[str, Any]]:
    import astronomy

    earth = astronomy.MassProduct(astronomy.Body.Earth)
    return [
        {
            "planet": name,
            "label": SPOKEN.get(name, name),
            "orbital_period": astronomy.PlanetOrbitalPeriod(astronomy.Body[name]),
            "relative_mass": astronomy.MassProduct(astronomy.Body[name]) / earth,
            "outer": name in PLANETS[3:],
            "inner_planet": name in PLANETS[:2],
            "watchable": name != "Earth",
        }
        for name in PLANETS
    ]


def bodies_table() -> list[dict[str, Any]]:
    return [{"body": name, "label": SPOKEN.get(name, name)} for name in BODIES]


def _time(date: str) -> Any:
    import datetime

    import astronomy

    try:
        day = datetime.date.fromisoformat(date)
    except ValueError as error:
        raise ToolError("invalid_value", f"{date} is no calendar date; write YYYY-MM-DD") from error
    if not FIRST <= day.year <= LAST:
        raise ToolError("out_of_range", f"the ephemeris covers the years {FIRST} to {LAST}", first=FIRST, last=LAST)
    return astronomy.Time.Make(day.year, day.month, day.day, 0, 0, 0)


def _distance(planet: str, time: Any) -> float:
    """Distance from the Earth's centre in au at that moment, by PyEphem.

    Its VSOP87 agrees with the full theory to the digits asked; that of astronomy-engine is cut short and errs by up to
    0.0014 au (Neptune), its vectors with aberration by 0.004 au, since they start from where the Earth was.
    """
    import ephem

    # Days since JD 2415020, as PyEphem counts; astronomy-engine counts from J2000.
    return float(getattr(ephem, planet)(time.ut + 36525.0).earth_distance)


def _stamp(time: Any) -> str:
    """UTC rounded to the minute."""
    return str(time.AddDays(30 / 86400))[:16]


def _body(name: str, allowed: tuple[str, ...]) -> Any:
    import astronomy

    if name not in allowed:
        raise ToolError("not_found", f"{name} is not available here", allowed=list(allowed))
    return astronomy.Body[name]


@functools.lru_cache(4096)
def planet_on_date(planet: str, date: str) -> dict[str, Any]:
    import astronomy

    body, time = _body(planet, tuple(name for name in PLANETS if name != "Earth")), _time(date)
    vector = astronomy.GeoVector(body, time, True)
    equator = astronomy.EquatorFromVector(vector)
    light = astronomy.Illumination(body, time)
    return {
        "distance": _distance(planet, time),
        "magnitude": light.mag,
        "illuminated": light.phase_fraction * 100,
        "elongation": astronomy.AngleFromSun(body, time),
        "constellation": astronomy.Constellation(equator.ra, equator.dec).name.replace("Pisces A", "Piscis A"),
        "right_ascension": equator.ra,
        "declination": equator.dec,
    }


@functools.lru_cache(4096)
def rise_and_set(body: str, latitude: float, longitude: float, date: str) -> dict[str, Any]:
    """First rise and set in the 24 hours from 00:00 UTC; null when there is none."""
    import astronomy

    which, time = _body(body, BODIES), _time(date)
    observer = astronomy.Observer(latitude, longitude, 0)

    def search(direction: Any) -> str | None:
        found = astronomy.SearchRiseSet(which, observer, direction, time, 1)
        return _stamp(found) if found is not None else None

    return {"rise": search(astronomy.Direction.Rise), "set": search(astronomy.Direction.Set)}


def _moon_distance(time: Any) -> float:
    """Kilometres between the centres of Earth and Moon."""
    import astronomy

    return float(astronomy.GeoMoon(time).Length() * KM_PER_AU)


@functools.lru_cache(4096)
def moon_on_date(date: str) -> dict[str, Any]:
    import astronomy

    time = _time(date)
    return {
        "illuminated": astronomy.Illumination(astronomy.Body.Moon, time).phase_fraction * 100,
        "waxing": astronomy.MoonPhase(time) < 180,
        "distance_km": _moon_distance(time),
    }


@functools.lru_cache(4096)
def next_moon_phase(phase: str, date: str) -> dict[str, Any]:
    import astronomy

    found = astronomy.SearchMoonPhase(PHASES[phase], _time(date), 40)
    if found is None:
        raise ToolError("not_found", "no such phase within 40 days")
    return {"date": _stamp(found)[:10], "time": _stamp(found), "distance_km": _moon_distance(found)}


@functools.lru_cache(1024)
def next_lunar_eclipse(date: str, kind: str = "any") -> dict[str, Any]:
    import astronomy

    eclipse = astronomy.SearchLunarEclipse(_time(date))
    while kind != "any" and eclipse.kind.name.lower() != kind:
        eclipse = astronomy.NextLunarEclipse(eclipse.peak)
    total = 2 * eclipse.sd_total
    return {
        "date": _stamp(eclipse.peak)[:10],
        "peak": _stamp(eclipse.peak),
        "kind": eclipse.kind.name.lower(),
        "totality_minutes": total if total > 0 else None,
        "distance_km": _moon_distance(eclipse.peak),
    }


@functools.lru_cache(1024)
def next_solar_eclipse(latitude: float, longitude: float, date: str) -> dict[str, Any]:
    """Next solar eclipse whose peak happens with the Sun above the horizon."""
    import astronomy

    observer = astronomy.Observer(latitude, longitude, 0)
    eclipse = astronomy.SearchLocalSolarEclipse(_time(date), observer)
    while eclipse.peak.altitude <= 0:
        eclipse = astronomy.NextLocalSolarEclipse(eclipse.peak.time, observer)
    return {
        "date": _stamp(eclipse.peak.time)[:10],
        "peak": _stamp(eclipse.peak.time),
        "kind": eclipse.kind.name.lower(),
        "obscuration": eclipse.obscuration * 100,
        "altitude": eclipse.peak.altitude,
    }


@functools.lru_cache(1024)
def next_opposition(planet: str, date: str) -> dict[str, Any]:
    import astronomy

    body, time = _body(planet, PLANETS[3:]), _time(date)
    found = astronomy.SearchRelativeLongitude(body, 0, time)
    return {
        "date": _stamp(found)[:10],
        "distance": _distance(planet, found),
        "magnitude": astronomy.Illumination(body, found).mag,
    }


@functools.lru_cache(1024)
def next_greatest_elongation(planet: str, date: str) -> dict[str, Any]:
    import astronomy

    body, time = _body(planet, PLANETS[:2]), _time(date)
    found = astronomy.SearchMaxElongation(body, time)
    return {
        "date": _stamp(found.time)[:10],
        "elongation": found.elongation,
        "visibility": found.visibility.name.lower(),
        "magnitude": astronomy.Illumination(body, found.time).mag,
    }


@functools.lru_cache(1024)
def next_lunar_apsis(kind: str, date: str) -> dict[str, Any]:
    import astronomy

    wanted = {"perigee": astronomy.ApsisKind.Pericenter, "apogee": astronomy.ApsisKind.Apocenter}[kind]
    apsis = astronomy.SearchLunarApsis(_time(date))
    while apsis.kind != wanted:
        apsis = astronomy.NextLunarApsis(apsis)
    return {"date": _stamp(apsis.time)[:10], "time": _stamp(apsis.time), "distance_km": apsis.dist_km}


@functools.lru_cache(512)
def season_starts(year: int) -> dict[str, Any]:
    import astronomy

    _time(f"{year:04d}-01-01")
    seasons = astronomy.Seasons(year)
    return {
        "march_equinox": _stamp(seasons.mar_equinox)[:10],
        "june_solstice": _stamp(seasons.jun_solstice)[:10],
        "september_equinox": _stamp(seasons.sep_equinox)[:10],
        "december_solstice": _stamp(seasons.dec_solstice)[:10],
    }


def synodic_period(period_a: float, period_b: float) -> dict[str, Any]:
    """1/S = |1/A - 1/B|."""
    _positive(period_a=period_a, period_b=period_b)
    if period_a == period_b:
        raise ToolError("invalid_value", "equal periods have no synodic period")
    return {"synodic_period": 1 / abs(1 / period_a - 1 / period_b)}


def julian_date(date: str, hour: float = 0.0) -> dict[str, Any]:
    import datetime

    try:
        day = datetime.date.fromisoformat(date)
    except ValueError as error:
        raise ToolError("invalid_value", f"{date} is no calendar date; write YYYY-MM-DD") from error
    julian = day.toordinal() + 1721424.5 + hour / 24
    return {"julian_date": julian, "modified_julian_date": julian - 2400000.5}


def moon_apparent_size(distance_km: float) -> dict[str, Any]:
    """Radii of Moon (1737.4 km) and Earth's equator (6378.137 km): IAU working group on coordinates, 2015."""
    import math

    return {
        "diameter": 120 * math.degrees(math.asin(1737.4 / distance_km)),
        "parallax": 60 * math.degrees(math.asin(6378.137 / distance_km)),
    }

"""Geometry of the sky: separations, culminations, altitudes and brightness ratios."""

from __future__ import annotations

import math
from typing import Any


def angular_separation(
    right_ascension_a: float, declination_a: float, right_ascension_b: float, declination_b: float
) -> dict[str, Any]:
    """Vincenty's formula on the unit sphere: exact for small and large angles."""
    delta = math.radians((right_ascension_b - right_ascension_a) * 15)
    a, b = math.radians(declination_a), math.radians(declination_b)
    x = math.cos(b) * math.sin(delta)
    y = math.cos(a) * math.sin(b) - math.sin(a) * math.cos(b) * math.cos(delta)
    z = math.sin(a) * math.sin(b) + math.cos(a) * math.cos(b) * math.cos(delta)
    return {"separation": math.degrees(math.atan2(math.hypot(x, y), z))}


def culmination(declination: float, latitude: float) -> dict[str, Any]:
    """Altitude at upper culmination, and whether the object never sets or never rises (no refraction)."""
    upper = 90 - abs(latitude - declination)
    lower = abs(latitude + declination) - 90
    same_side = latitude * declination > 0
    if upper <= 0:
        visibility = "never rises"
    elif same_side and lower >= 0:
        visibility = "never sets"
    else:
        visibility = "rises and sets"
    return {"altitude": upper if upper > 0 else None, "visibility": visibility}


def star_altitude(
    right_ascension: float, declination: float, latitude: float, longitude: float, time: str
) -> dict[str, Any]:
    """Geometric altitude and azimuth of a J2000 direction, by astronomy-engine (precession included)."""
    import astronomy

    moment = astronomy.Time.Parse(time + ":00Z")
    observer = astronomy.Observer(latitude, longitude, 0)
    sphere = astronomy.Spherical(declination, right_ascension * 15, 1000)
    vector = astronomy.VectorFromSphere(sphere, moment)
    rotated = astronomy.RotateVector(astronomy.Rotation_EQJ_EQD(moment), vector)
    equator = astronomy.EquatorFromVector(rotated)
    horizon = astronomy.Horizon(moment, observer, equator.ra, equator.dec, astronomy.Refraction.Airless)
    return {"altitude": horizon.altitude, "azimuth": horizon.azimuth % 360}


def brightness_ratio(magnitude_a: float, magnitude_b: float) -> dict[str, Any]:
    """Pogson: five magnitudes are a factor of 100."""
    return {"ratio": 10 ** (0.4 * (magnitude_b - magnitude_a))}


def atmospheric_extinction(altitude: float, magnitude: float, coefficient: float) -> dict[str, Any]:
    """F. Kasten and A. T. Young, Applied Optics 28 (1989) 4735."""
    if altitude < 0:
        raise ValueError(f"the object is {-altitude:.2f} degrees below the horizon")
    air_mass = 1 / (math.sin(math.radians(altitude)) + 0.50572 * (altitude + 6.07995) ** -1.6364)
    dimming = coefficient * air_mass
    return {"air_mass": air_mass, "dimming": dimming, "seen_magnitude": magnitude + dimming}


def sidereal_time(julian_date: float, longitude: float) -> dict[str, Any]:
    """IAU 1982 mean sidereal time: J. Meeus, Astronomical Algorithms, 2nd edition, formula 12.4."""
    days = julian_date - 2451545.0
    centuries = days / 36525
    degrees = 280.46061837 + 360.98564736629 * days + 0.000387933 * centuries**2 - centuries**3 / 38710000
    return {"sidereal_time": (degrees + longitude) % 360 / 15}


def moon_altitude(latitude: float, longitude: float, time: str) -> dict[str, Any]:
    """Topocentric place of the Moon by astronomy-engine, without refraction."""
    import astronomy

    moment = astronomy.Time.Parse(time + ":00Z")
    observer = astronomy.Observer(latitude, longitude, 0)
    equator = astronomy.Equator(astronomy.Body.Moon, moment, observer, True, True)
    horizon = astronomy.Horizon(moment, observer, equator.ra, equator.dec, astronomy.Refraction.Airless)
    return {"altitude": horizon.altitude, "azimuth": horizon.azimuth % 360}

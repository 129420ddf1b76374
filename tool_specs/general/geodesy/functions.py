"""Geodesics on the WGS84 ellipsoid."""

from __future__ import annotations

import math
from functools import cache
from typing import Any

from builder.errors import ToolError


@cache
def _ellipsoid() -> Any:
    from geographiclib.geodesic import Geodesic

    return Geodesic.WGS84


def _east(longitude: float) -> float:
    return (longitude + 180.0) % 360.0 - 180.0


def geodesic_distance(latitude_1: float, longitude_1: float, latitude_2: float, longitude_2: float) -> dict[str, Any]:
    if (latitude_1, longitude_1) == (latitude_2, longitude_2):
        raise ToolError("invalid_value", "both points are the same: give two different points")
    line = _ellipsoid().Inverse(latitude_1, longitude_1, latitude_2, longitude_2)
    return {"distance_km": line["s12"] / 1000, "initial_bearing": line["azi1"] % 360}


def destination_point(latitude: float, longitude: float, bearing: float, distance_km: float) -> dict[str, Any]:
    line = _ellipsoid().Direct(latitude, longitude, bearing, distance_km * 1000)
    return {"latitude": line["lat2"], "longitude": _east(line["lon2"])}


def geodesic_midpoint(latitude_1: float, longitude_1: float, latitude_2: float, longitude_2: float) -> dict[str, Any]:
    line = _ellipsoid().InverseLine(latitude_1, longitude_1, latitude_2, longitude_2)
    middle = line.Position(line.s13 / 2)
    return {
        "latitude": middle["lat2"],
        "longitude": _east(middle["lon2"]),
        "half_distance_km": line.s13 / 2000,
    }


def polygon_area(latitudes: list[float], longitudes: list[float]) -> dict[str, Any]:
    if len(latitudes) != len(longitudes):
        raise ToolError("invalid_value", f"{len(latitudes)} latitudes but {len(longitudes)} longitudes")
    polygon = _ellipsoid().Polygon()
    for latitude, longitude in zip(latitudes, longitudes, strict=True):
        polygon.AddPoint(latitude, longitude)
    _, perimeter, area = polygon.Compute(False, True)
    return {"area_km2": abs(area) / 1e6, "perimeter_km": perimeter / 1000}


def rhumb_line(latitude_1: float, longitude_1: float, latitude_2: float, longitude_2: float) -> dict[str, Any]:
    """Loxodrome on the WGS84 ellipsoid, the shorter way round: meridian arc against isometric latitude."""
    if max(abs(latitude_1), abs(latitude_2)) > 89.9:
        raise ToolError("not_supported", "a rhumb line to a pole has no single course: stay below 89.9 degrees")
    if (latitude_1, longitude_1) == (latitude_2, longitude_2):
        raise ToolError("invalid_value", "both points are the same: give two different points")
    east = math.radians(_east(longitude_2 - longitude_1))
    north = _isometric(latitude_2) - _isometric(latitude_1)
    if abs(north) > 1e-9:
        arc = math.copysign(_ellipsoid().Inverse(latitude_1, 0, latitude_2, 0)["s12"], north)
        scale = arc / north
    else:
        sine = math.sin(math.radians(latitude_1))
        scale = _ellipsoid().a * math.cos(math.radians(latitude_1)) / math.sqrt(1 - _eccentricity() ** 2 * sine**2)
    return {
        "distance_km": math.hypot(north, east) * scale / 1000,
        "course": math.degrees(math.atan2(east, north)) % 360,
    }


def _eccentricity() -> float:
    flattening = _ellipsoid().f
    return math.sqrt(flattening * (2 - flattening))


def _isometric(latitude: float) -> float:
    sine = math.sin(math.radians(latitude))
    return math.atanh(sine) - _eccentricity() * math.atanh(_eccentricity() * sine)


def utm_zone(latitude: float, longitude: float) -> dict[str, Any]:
    """UTM grid zone with the exceptions for southern Norway and Svalbard (NGA.STND.0037)."""
    if not -80 <= latitude <= 84:
        raise ToolError("out_of_range", "UTM covers latitudes from -80 to 84 degrees; the poles have the UPS grid")
    east = _east(longitude)
    zone = int((east + 180) // 6) + 1
    if 56 <= latitude < 64 and 3 <= east < 12:
        zone = 32
    if latitude >= 72 and 0 <= east < 42:
        zone = 31 if east < 9 else 33 if east < 21 else 35 if east < 33 else 37
    band = "CDEFGHJKLMNPQRSTUVWXX"[int((latitude + 80) // 8)]
    return {
        "zone": zone,
        "band": band,
        "central_meridian": zone * 6 - 183,
        "epsg": (32600 if latitude >= 0 else 32700) + zone,
    }

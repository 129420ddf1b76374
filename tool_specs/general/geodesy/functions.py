"""Geodesics on the WGS84 ellipsoid."""

from __future__ import annotations

from functools import cache
from typing import Any

from builder.errors import ToolError


@cache
def _ellipsoid() -> Any:
    from geographiclib.geodesic import Geodesic

    return Geodesic.WGS84


def _east(longitude: float) -> float:
    return (longitude + 180.0) % 360.0 - 180.0


def geodesic_distance(
    latitude_1: float, longitude_1: float, latitude_2: float, longitude_2: float
) -> dict[str, Any]:
    if (latitude_1, longitude_1) == (latitude_2, longitude_2):
        raise ToolError("invalid_value", "both points are the same: give two different points")
    line = _ellipsoid().Inverse(latitude_1, longitude_1, latitude_2, longitude_2)
    return {"distance_km": line["s12"] / 1000, "initial_bearing": line["azi1"] % 360}


def destination_point(latitude: float, longitude: float, bearing: float, distance_km: float) -> dict[str, Any]:
    line = _ellipsoid().Direct(latitude, longitude, bearing, distance_km * 1000)
    return {"latitude": line["lat2"], "longitude": _east(line["lon2"])}


def geodesic_midpoint(
    latitude_1: float, longitude_1: float, latitude_2: float, longitude_2: float
) -> dict[str, Any]:
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

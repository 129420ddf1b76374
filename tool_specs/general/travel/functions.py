"""Travel time and the everyday formulas of flight planning, in pure Python."""

from __future__ import annotations

import math
from typing import Any

from builder.errors import ToolError

FOOT = 0.3048


def travel_time(distance_km: float, speed_kmh: float) -> dict[str, Any]:
    """Time at constant speed, to the nearest minute."""
    if distance_km <= 0 or speed_kmh <= 0:
        raise ToolError("invalid_value", "distance and speed must be positive")
    total = math.floor(distance_km / speed_kmh * 60 + 0.5)
    return {"hours": total // 60, "minutes": total % 60, "total_minutes": total}


def isa_atmosphere(elevation_ft: float) -> dict[str, Any]:
    """ISO 2533, troposphere: T = 288.15 - 0.0065 h, p = 1013.25 (T / 288.15)^5.25588."""
    temperature = 288.15 - 0.0065 * elevation_ft * FOOT
    pressure = 1013.25 * (temperature / 288.15) ** 5.25588
    return {
        "pressure_hpa": pressure,
        "temperature_c": temperature - 273.15,
        "density_kg_m3": pressure * 100 / (287.053 * temperature),
    }


def pressure_altitude(elevation_ft: float, qnh_hpa: float) -> dict[str, Any]:
    """US National Weather Service: 145366.45 (1 - (QNH / 1013.25)^0.190284) feet above the elevation."""
    return {"pressure_altitude_ft": elevation_ft + 145366.45 * (1 - (qnh_hpa / 1013.25) ** 0.190284)}


def density_altitude(pressure_altitude_ft: float, temperature_c: float) -> dict[str, Any]:
    """Altitude in the standard atmosphere with the density of dry air at this pressure altitude and temperature."""
    standard = 288.15 - 0.0065 * pressure_altitude_ft * FOOT
    ratio = (standard / 288.15) ** 5.25588 * 288.15 / (temperature_c + 273.15)
    altitude = 288.15 / 0.0065 * (1 - ratio ** (1 / 4.25588)) / FOOT
    return {"density_altitude_ft": altitude, "isa_deviation_c": temperature_c - (standard - 273.15)}


def wind_components(runway_heading: float, wind_direction: float, wind_speed_kt: float) -> dict[str, Any]:
    angle = math.radians(wind_direction - runway_heading)
    return {
        "headwind_kt": wind_speed_kt * math.cos(angle),
        "crosswind_kt": abs(wind_speed_kt * math.sin(angle)),
    }


def shadow_length(height_m: float, sun_elevation: float) -> dict[str, Any]:
    if sun_elevation <= 0:
        raise ToolError("invalid_value", "the sun is not above the horizon: there is no shadow to measure")
    return {"length_m": height_m / math.tan(math.radians(sun_elevation))}


def fuel_use(distance_km: float, litres_per_100_km: float, price_per_litre: float) -> dict[str, Any]:
    litres = distance_km * litres_per_100_km / 100
    return {"litres": litres, "cost": litres * price_per_litre}


def economy_to_metric(miles_per_gallon: float, gallon: str) -> dict[str, Any]:
    """Litres per 100 km: 100 gallons in litres, over the miles per gallon in kilometres."""
    litres = {"us": 3.785411784, "imperial": 4.54609}[gallon]
    return {"litres_per_100_km": 100 * litres / (1.609344 * miles_per_gallon)}


def horizon_distance(height_m: float) -> dict[str, Any]:
    """Distance to a sea horizon on a sphere of radius 6371.0088 km, and with standard refraction (radius 7/6)."""
    return {
        "geometric_km": math.sqrt(2 * 6371008.8 * height_m + height_m**2) / 1000,
        "refracted_km": math.sqrt(2 * 6371008.8 * 7 / 6 * height_m + height_m**2) / 1000,
    }

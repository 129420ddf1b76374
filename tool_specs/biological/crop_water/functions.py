"""Water needs of crops after FAO Irrigation and Drainage Paper 56 (1998)."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

SOLAR_CONSTANT = 0.0820
"""MJ per m² and minute (paragraph 28 of the paper)."""


def extraterrestrial_radiation(latitude: float, date: str) -> dict[str, Any]:
    """Equations 21 to 25 and 34."""
    day = dt.date.fromisoformat(date).timetuple().tm_yday
    turn = 2 * math.pi * day / 365
    phi, declination = math.radians(latitude), 0.409 * math.sin(turn - 1.39)
    sunset = math.acos(-math.tan(phi) * math.tan(declination))
    daily = sunset * math.sin(phi) * math.sin(declination) + math.cos(phi) * math.cos(declination) * math.sin(sunset)
    radiation = 24 * 60 / math.pi * SOLAR_CONSTANT * (1 + 0.033 * math.cos(turn)) * daily
    return {"radiation": radiation, "daylight": 24 / math.pi * sunset}


def reference_evapotranspiration(
    radiation: float, lowest_temperature: float, highest_temperature: float
) -> dict[str, Any]:
    """Equation 52; 0.408 turns MJ/m² into millimetres of evaporated water."""
    if highest_temperature <= lowest_temperature:
        raise ValueError("the highest temperature must lie above the lowest")
    mean = (lowest_temperature + highest_temperature) / 2
    if mean <= -17.8:
        raise ValueError("the formula ends at a mean temperature of -17.8 °C")
    loss = 0.0023 * (mean + 17.8) * math.sqrt(highest_temperature - lowest_temperature) * 0.408 * radiation
    return {"evapotranspiration": loss}


def irrigation_need(
    evapotranspiration: float, crop_coefficient: float, days: int, rain: float, field: float
) -> dict[str, Any]:
    """Equation 58 with one crop coefficient; a millimetre on a hectare is ten cubic metres."""
    depth = evapotranspiration * crop_coefficient * days - rain
    if depth <= 0:
        raise ValueError("the rain covers the need of the crop: nothing is to be irrigated")
    return {"depth": depth, "volume": depth * field * 10}

"""Felt temperature, dew point and the Beaufort scale, in pure Python."""

from __future__ import annotations

import math
from typing import Any

from builder.errors import ToolError

BEAUFORT = (
    (1, "calm"), (4, "light air"), (7, "light breeze"), (11, "gentle breeze"), (17, "moderate breeze"),
    (22, "fresh breeze"), (28, "strong breeze"), (34, "near gale"), (41, "gale"), (48, "strong gale"), (56, "storm"),
    (64, "violent storm"),
)  # fmt: skip
"""Upper bounds in knots (excluded), after the WMO Manual on Codes."""

WAVES = (0, 0.1, 0.2, 0.6, 1, 2, 3, 4, 5.5, 7, 9, 11.5, 14)
"""Probable wave height in metres by Beaufort force (WMO)."""


def wind_chill(temperature_c: float, wind_speed_kt: float) -> dict[str, Any]:
    """JAG/TI 2001 (US National Weather Service, Environment Canada); wind at 10 m."""
    speed = wind_speed_kt * 1.852
    if temperature_c > 10 or speed < 4.8:
        raise ToolError("out_of_range", "wind chill is defined up to 10 °C and from 2.6 knots of wind")
    power = speed**0.16
    chill = 13.12 + 0.6215 * temperature_c - 11.37 * power + 0.3965 * temperature_c * power
    return {"wind_chill_c": chill, "difference_c": temperature_c - chill}


def heat_index(temperature_c: float, relative_humidity: float) -> dict[str, Any]:
    """US National Weather Service: Rothfusz regression (SR 90-23) with both adjustments."""
    t, r = temperature_c * 1.8 + 32, relative_humidity
    simple = 0.5 * (t + 61 + (t - 68) * 1.2 + r * 0.094)
    index = (simple + t) / 2
    if index < 80:
        raise ToolError("out_of_range", "too cool or dry: the heat index starts at a felt temperature of 27 °C")
    index = -42.379 + 2.04901523 * t + 10.14333127 * r - 0.22475541 * t * r - 6.83783e-3 * t * t
    index += -5.481717e-2 * r * r + 1.22874e-3 * t * t * r + 8.5282e-4 * t * r * r - 1.99e-6 * t * t * r * r
    if r < 13 and 80 <= t <= 112:
        index -= (13 - r) / 4 * math.sqrt((17 - abs(t - 95)) / 17)
    if r > 85 and 80 <= t <= 87:
        index += (r - 85) / 10 * (87 - t) / 5
    celsius = (index - 32) / 1.8
    return {"heat_index_c": celsius, "difference_c": celsius - temperature_c}


def dew_point(temperature_c: float, relative_humidity: float) -> dict[str, Any]:
    """Magnus formula with the coefficients of Alduchov and Eskridge (1996)."""
    if relative_humidity <= 0:
        raise ToolError("invalid_value", "relative humidity must be above 0%")
    gamma = math.log(relative_humidity / 100) + 17.625 * temperature_c / (243.04 + temperature_c)
    dew = 243.04 * gamma / (17.625 - gamma)
    vapour = 6.1094 * math.exp(17.625 * dew / (243.04 + dew))
    return {"dew_point_c": dew, "spread_c": temperature_c - dew, "vapour_pressure_hpa": vapour}


def beaufort_force(wind_speed_kt: float) -> dict[str, Any]:
    """The scale is in whole knots, as winds are reported: 16.5 knots are 17, a fresh breeze."""
    whole = int(wind_speed_kt + 0.5)
    for force, (limit, name) in enumerate(BEAUFORT):
        if whole < limit:
            return {"force": force, "description": name}
    return {"force": 12, "description": "hurricane force"}


def beaufort_wind_range(force: int) -> dict[str, Any]:
    """Equivalents of the Beaufort scale: WMO Manual on Codes (WMO-No. 306), volume I.1, part A, section E."""
    return {
        "lowest_wind_kt": BEAUFORT[force - 1][0] if force else 0,
        "highest_wind_kt": BEAUFORT[force][0] - 1 if force < 12 else None,
        "wave_height_m": WAVES[force],
    }

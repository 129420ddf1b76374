"""WHO child growth standards: the LMS method (Cole TJ. Stat Med 1992;11:1305)."""

from __future__ import annotations

import functools
import importlib.util
import math
from pathlib import Path
from typing import Any

from builder.errors import ToolError

MEASURES = {
    "weight": "weight",
    "length or height": "stature",
    "head circumference": "head_circumference",
    "body mass index": "body_mass_index",
}


@functools.cache
def _curves() -> dict[tuple[str, str], dict[int, tuple[float, float, float]]]:
    """Measure and sex to the parameters L, M and S of each day of age up to 1,856."""
    import pyarrow.parquet as pq

    spec = importlib.util.find_spec("pygrowthstandards")
    assert spec is not None and spec.submodule_search_locations
    path = Path(spec.submodule_search_locations[0]) / "data" / "pygrowthstandards_1.1.parquet"
    found: dict[tuple[str, str], dict[int, tuple[float, float, float]]] = {}
    for row in pq.read_table(path, filters=[("name", "=", "child_growth"), ("x_var_type", "=", "age")]).to_pylist():
        key = (row["measurement_type"], row["sex"])
        found.setdefault(key, {})[int(row["x"])] = (float(row["l"]), float(row["m"]), float(row["s"]))
    return found


def _point(measure: str, sex: str, age_days: int) -> tuple[float, float, float]:
    if not 0 <= age_days <= 1856:
        raise ToolError("invalid_value", "the standards cover ages from 0 to 1856 days", parameter="age_days")
    return _curves()[(MEASURES[measure], "F" if sex == "female" else "M")][age_days]


def _value(point: tuple[float, float, float], z: float) -> float:
    power, median, spread = point
    return median * math.exp(spread * z) if abs(power) < 1e-6 else median * (1 + power * spread * z) ** (1 / power)


def growth_reference(measure: str, sex: str, age_days: int) -> dict[str, Any]:
    point = _point(measure, sex, age_days)
    return {"median": point[1], "lower_limit": _value(point, -2), "upper_limit": _value(point, 2)}


def growth_z_score(measure: str, sex: str, age_days: int, value: float) -> dict[str, Any]:
    """Beyond 3 SD, weight and BMI go on linearly from the distance of 2 to 3 SD (WHO 2006, section 7.3)."""
    if value <= 0:
        raise ToolError("invalid_value", "value must be greater than zero", parameter="value")
    point = _point(measure, sex, age_days)
    power, median, spread = point
    z = math.log(value / median) / spread if abs(power) < 1e-6 else ((value / median) ** power - 1) / (power * spread)
    if abs(z) > 3 and measure in ("weight", "body mass index"):
        edge, before = (3, 2) if z > 0 else (-3, -2)
        z = edge + (value - _value(point, edge)) / abs(_value(point, edge) - _value(point, before))
    if abs(z) > 8:
        raise ToolError("invalid_value", f"{value:g} lies more than 8 SD from the median {median:.2f}: check the unit")
    return {"z_score": z, "percentile": 50 * (1 + math.erf(z / math.sqrt(2)))}

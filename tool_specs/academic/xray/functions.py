"""X-ray edges and attenuation from the database of XrayDB, which is read without importing the package (and SciPy)."""

from __future__ import annotations

import bisect
import functools
import importlib.util
import json
import math
import sqlite3
from pathlib import Path
from typing import Any

from builder.errors import ToolError

EDGES = ("K", "L1", "L2", "L3")
FIRST, LAST = 1.0, 200.0
"""keV between which the Elam tables are used here."""


def _database() -> sqlite3.Connection:
    spec = importlib.util.find_spec("xraydb")
    assert spec is not None and spec.origin is not None
    path = Path(spec.origin).parent / "xraydb.sqlite"
    return sqlite3.connect(f"file:{path.as_posix()}?mode=ro&immutable=1", uri=True)


def edges_table() -> list[dict[str, Any]]:
    from molmass import ELEMENTS

    sql = "SELECT element, iupac_symbol, absorption_edge, fluorescence_yield, jump_ratio FROM xray_levels"
    rows = []
    for symbol, edge, energy, share, jump in _database().execute(sql):
        if edge not in EDGES or energy < 100:
            continue
        number = ELEMENTS[symbol].number
        rows.append(
            {
                "element": ELEMENTS[symbol].name.lower(),
                "symbol": symbol,
                "number": number,
                "edge": edge,
                "energy": round(energy / 1000, 6),
                "yield": round(share * 100, 4) if share else None,
                "jump": jump if jump and jump > 1 else None,
                "usual": number <= 92 and energy >= 1000,
            }
        )
    return sorted(rows, key=lambda row: (int(row["number"]), str(row["edge"])))


def _spline(grid: list[float], values: list[float], second: list[float], x: float) -> float:
    """Cubic spline with given second derivatives, as Elam, Ravel and Sieber define it."""
    high = min(max(bisect.bisect_left(grid, x), 1), len(grid) - 1)
    low = high - 1
    step = grid[high] - grid[low]
    a, b = (grid[high] - x) / step, (x - grid[low]) / step
    curve = (a**3 - a) * second[low] + (b**3 - b) * second[high]
    return a * values[low] + b * values[high] + step**2 / 6 * curve


@functools.lru_cache(128)
def _tables(symbol: str) -> tuple[list[list[float]], ...]:
    """Log energy, log cross-section and its second derivative: absorption, coherent and incoherent scattering."""
    connection = _database()
    photo = connection.execute(
        "SELECT log_energy, log_photoabsorption, log_photoabsorption_spline FROM photoabsorption WHERE element = ?",
        (symbol,),
    ).fetchone()
    scatter = connection.execute(
        "SELECT log_energy, log_coherent_scatter, log_coherent_scatter_spline, log_incoherent_scatter,"
        " log_incoherent_scatter_spline FROM scattering WHERE element = ?",
        (symbol,),
    ).fetchone()
    connection.close()
    if photo is None or scatter is None:
        raise ToolError("not_found", f"the Elam tables do not hold {symbol}")
    grid, *rest = (json.loads(text) for text in scatter)
    return [json.loads(text) for text in photo], [grid, *rest[:2]], [grid, *rest[2:]]


def xray_attenuation(formula: str, density: float, energy: float) -> dict[str, Any]:
    """Mass fractions times the elements' total cross-sections."""
    from molmass import Formula, FormulaError

    if density <= 0:
        raise ToolError("invalid_value", "the density must be above zero", given=density)
    if not FIRST <= energy <= LAST:
        raise ToolError("out_of_range", f"energies from {FIRST:g} to {LAST:g} keV", first=FIRST, last=LAST)
    try:
        parts = Formula(formula).composition()
    except FormulaError as error:
        raise ToolError("invalid_value", f"{formula!r} is no chemical formula", example="SiO2") from error
    x = math.log(energy * 1000)
    total = sum(
        item.fraction * sum(math.exp(_spline(*table, x)) for table in _tables(str(symbol)))
        for symbol, item in parts.items()
    )
    linear = total * density
    return {
        "mass_attenuation": total,
        "linear_attenuation": linear,
        "half_value_thickness": math.log(2) / linear * 10,
    }

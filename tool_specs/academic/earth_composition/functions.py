"""Reference compositions of geochemistry from data files of pyrolite, read without importing the package.

Each value is checked against a second compilation in the same package; where the two differ by more than half, the
value is left out (the file gives 83 ppm sodium for the crust and 1.08 ppm phosphorus for chondrites: misprints).
"""

from __future__ import annotations

import csv
import importlib.util
from pathlib import Path
from typing import Any

FACTORS = {"%": 1e4, "ppm": 1.0, "ppb": 1e-3}
RESERVOIRS = {
    "crust": ("UCC_RudnickGao2014.csv", "UCC_McLennan2001.csv"),
    "mantle": ("PY_McDonoughSun1995.csv", "PM_PalmeONeill2014.csv"),
    "chondrite": ("CH_McDonoughSun1995.csv", "CH_PalmeONeill2014.csv"),
}
AGREEMENT = 2.0
"""Factor by which two compilations may differ."""


def _read(name: str) -> dict[str, float]:
    """mg/kg by element symbol; oxides are turned into their elements."""
    from molmass import ELEMENTS, Formula, FormulaError

    spec = importlib.util.find_spec("pyrolite")
    assert spec is not None and spec.origin is not None
    path = Path(spec.origin).parent / "data" / "geochem" / "refcomp" / name
    direct, oxides = {}, {}
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            unit, key = row["units"], row["var"]
            if unit not in FACTORS or not row["value"]:
                continue
            value = float(row["value"]) * FACTORS[unit]
            if key in ELEMENTS:
                direct[key] = value
                continue
            try:
                parts = Formula(key).composition()
            except FormulaError:
                continue
            if set(parts) - {"O"} and "O" in parts and len(parts) == 2:
                symbol = next(iter(set(parts) - {"O"}))
                oxides[str(symbol)] = value * parts[symbol].fraction
    return {**direct, **oxides}


def abundances_table() -> list[dict[str, Any]]:
    from molmass import ELEMENTS

    kept: dict[str, dict[str, float]] = {}
    for reservoir, files in RESERVOIRS.items():
        first, second = (_read(name) for name in files)
        for symbol, value in first.items():
            if symbol in second and 1 / AGREEMENT <= value / second[symbol] <= AGREEMENT:
                kept.setdefault(symbol, {})[reservoir] = float(f"{value:.6g}")
    rows = []
    for symbol, values in sorted(kept.items(), key=lambda item: ELEMENTS[item[0]].number):
        row = {"element": ELEMENTS[symbol].name.lower(), "symbol": symbol}
        rows.append({**row, **{reservoir: values.get(reservoir) for reservoir in RESERVOIRS}})
    return rows

"""End members of rock-forming minerals from a data file of pyrolite, which is read without importing the package."""

from __future__ import annotations

import csv
import functools
import importlib.util
import re
from pathlib import Path
from typing import Any

RESPELT = {
    "anthopyllite": "anthophyllite",
    "arvedsonite": "arfvedsonite",
    "magnesioarvedsonite": "magnesioarfvedsonite",
    "magnesioreibeckite": "magnesioriebeckite",
}
"""Misprints of the file."""


@functools.cache
def _rows() -> tuple[dict[str, str], ...]:
    """Without minerals that bear the name of their group, and without fractional formulas."""
    spec = importlib.util.find_spec("pyrolite")
    assert spec is not None and spec.origin is not None
    with (Path(spec.origin).parent / "data" / "mineral" / "mins.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        row["name"] = RESPELT.get(row["name"], row["name"])
        row["formula"] = re.sub(r"\{\d\+\}", "", row["formula"])
    kept = [row for row in rows if row["name"] != row["group"] and "." not in row["formula"]]
    return tuple(sorted(kept, key=lambda row: row["name"]))


def minerals_table() -> list[dict[str, Any]]:
    from molmass import Formula

    table = []
    for row in _rows():
        formula = Formula(row["formula"])
        counts = {str(symbol): item.count for symbol, item in formula.composition().items()}
        table.append(
            {
                "mineral": row["name"],
                "group_name": row["group"],
                "formula": row["formula"],
                "molar_mass": float(formula.mass),
                "silica": 100 * counts.get("Si", 0) * Formula("SiO2").mass / formula.mass,
                "iron": 100 * counts.get("Fe", 0) * Formula("Fe").mass / formula.mass,
            }
        )
    return table


def parts_table() -> list[dict[str, Any]]:
    from molmass import ELEMENTS, Formula

    rows = []
    for row in _rows():
        for symbol, item in Formula(row["formula"]).composition().items():
            element = ELEMENTS[str(symbol)].name.lower()
            percent = round(item.fraction * 100, 4)
            rows.append({"mineral": row["name"], "element": element, "symbol": str(symbol), "percent": percent})
    return rows


def groups_table() -> list[dict[str, Any]]:
    found: dict[str, int] = {}
    for row in _rows():
        found[row["group"]] = found.get(row["group"], 0) + 1
    return [{"group_name": name, "label": f"the {name} group", "minerals": found[name]} for name in sorted(found)]

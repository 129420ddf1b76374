"""Shannon's ionic radii from a data file of pyrolite, read without importing the package."""

from __future__ import annotations

import csv
import importlib.util
from pathlib import Path
from typing import Any

NUMBERS = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen".split()


def radii_table() -> list[dict[str, Any]]:
    """Ions without a spin state or a special geometry: those with one name one radius only together with it."""
    from molmass import ELEMENTS

    spec = importlib.util.find_spec("pyrolite")
    assert spec is not None and spec.origin is not None
    rows = []
    with (Path(spec.origin).parent / "data" / "radii" / "shannon.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["variant"] or row["element"] not in ELEMENTS or float(row["ionicradius"]) <= 0:
                continue
            charge, symbol = int(row["charge"]), row["element"]
            sign = "+" if charge > 0 else "-"
            size = str(abs(charge)) if abs(charge) > 1 else ""
            rows.append(
                {
                    "ion": f"{NUMBERS[int(float(row['coordination'])) - 1]}-coordinate {symbol}{size}{sign}",
                    "element": ELEMENTS[symbol].name.lower(),
                    "charge": charge,
                    "coordination": int(float(row["coordination"])),
                    "radius": round(float(row["ionicradius"]) * 100, 2),
                    "crystal_radius": round(float(row["crystalradius"]) * 100, 2),
                }
            )
    names = [row["ion"] for row in rows]
    return sorted((row for row in rows if names.count(row["ion"]) == 1), key=lambda row: str(row["ion"]))

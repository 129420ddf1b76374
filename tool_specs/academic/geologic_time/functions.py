"""The geologic time scale from a data file of pyrolite, which is read without importing the package.

The file holds a few bounds of older charts. An interval is `sound` only if its bounds meet those of its neighbours and
its parent; the others are not served.
"""

from __future__ import annotations

import csv
import importlib.util
from pathlib import Path
from typing import Any

FILE = "geotimescale_202412.csv"
RANKS = ("Eon", "Era", "Period", "Superepoch", "Epoch", "Age")
SPOKEN = {"Upper": "Late", "Lower": "Early", "Middle": "Middle"}
"""Rocks are upper and lower, times are late and early."""


def _name(row: dict[str, str]) -> tuple[str, str] | None:
    """Name and rank of the interval that a row stands for."""
    rank = next(rank for rank in reversed(RANKS) if row[rank])
    name = row[rank]
    if rank == "Epoch" and name in SPOKEN:
        name = f"{SPOKEN[name]} {row['Superepoch'] or row['Period']}"
    elif name.split()[0] in ("Stage", "Series"):
        name = f"{row['Period']} {name}"
    elif name.startswith("Upper "):
        name = name.replace("Upper", "Late")
    return name, {"Superepoch": "subperiod"}.get(rank, rank.lower())


def _key(row: dict[str, str], depth: int) -> tuple[str, ...]:
    return tuple(row[rank] for rank in RANKS[:depth])


def _rows() -> list[dict[str, Any]]:
    spec = importlib.util.find_spec("pyrolite")
    assert spec is not None and spec.origin is not None
    path = Path(spec.origin).parent / "data" / "timescale" / FILE
    with path.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["Eon"] == "Phanerozoic" and row["Era"]]
    found = []
    for row in rows:
        named = _name(row)
        assert named is not None
        levels = tuple((rank, row[rank]) for rank in RANKS if row[rank])
        found.append(
            {
                "interval": named[0],
                "rank": named[1],
                "levels": levels,
                "end": float(row["End"]),
                "start": float(row["Start"]),
            }
        )
    return found


def intervals_table() -> list[dict[str, Any]]:
    rows = _rows()
    by_levels = {row["levels"]: row for row in rows}
    children: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    for row in rows:
        children.setdefault(row["levels"][:-1], []).append(row)
    for levels, members in children.items():
        members.sort(key=lambda row: row["end"])
        parent = by_levels.get(levels)
        edges = [parent["end"] if parent else members[0]["end"], *(row["start"] for row in members)]
        for row, edge in zip(members, edges, strict=False):
            row["sound"] = row["end"] == edge and row["start"] > row["end"]
        if parent and members[-1]["start"] != parent["start"]:
            members[-1]["sound"] = False
    table = []
    for row in sorted(rows, key=lambda row: (row["end"], -row["start"])):
        parts = children.get(row["levels"], [])
        parent = by_levels.get(row["levels"][:-1])
        table.append(
            {
                "interval": row["interval"],
                "rank": row["rank"],
                "start": row["start"],
                "end": row["end"],
                "duration": round(row["start"] - row["end"], 6),
                "parent": parent["interval"] if parent else None,
                "period": next((name for rank, name in row["levels"] if rank == "Period"), None),
                "parts": len(parts),
                "sound": row["sound"],
                "divided": len(parts) > 1 and all(part["sound"] for part in parts),
                "leaf": not parts,
            }
        )
    return table

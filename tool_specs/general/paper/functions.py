"""Paper sizes by ISO 216 (A, B), ISO 269 (C) and ANSI/ASME Y14.1 (American), and the weight of sheets."""

from __future__ import annotations

from typing import Any

from builder.errors import ToolError

START = {"ISO A": ("A", 841, 1189), "ISO B": ("B", 1000, 1414), "ISO C": ("C", 917, 1297)}
AMERICAN = {
    "US Letter": (8.5, 11), "US Ledger": (11, 17), "ANSI C": (17, 22), "ANSI D": (22, 34),
    "ANSI E": (34, 44), "US Legal": (8.5, 14),
}  # fmt: skip
"""Inches."""
USE = {"ISO A": "sheets", "ISO B": "sheets", "ISO C": "envelopes", "American": "sheets"}


def sizes_table() -> list[dict[str, Any]]:
    rows = []
    for series, (letter, width, height) in START.items():
        for number in range(9 if letter != "C" else 8):
            rows.append((f"{letter}{number}", series, float(width), float(height)))
            width, height = height // 2, width
    rows += [(name, "American", w * 25.4, h * 25.4) for name, (w, h) in AMERICAN.items()]
    return [
        {
            "size": name,
            "series": series,
            "width_mm": round(width, 1),
            "height_mm": round(height, 1),
            "area_cm2": round(width * height / 100, 3),
        }
        for name, series, width, height in rows
    ]


def series_table() -> list[dict[str, Any]]:
    names: dict[str, int] = {}
    for row in sizes_table():
        names[row["series"]] = names.get(row["series"], 0) + 1
    return [{"series": name, "use": USE[name], "sizes": count} for name, count in sorted(names.items())]


def sheet_weight(area_cm2: float, grammage: float, sheets: int) -> dict[str, Any]:
    if area_cm2 <= 0 or grammage <= 0 or sheets < 1:
        raise ToolError("invalid_value", "area, grammage and number of sheets must be positive")
    each = area_cm2 / 10000 * grammage
    return {"sheet_g": each, "total_g": each * sheets}

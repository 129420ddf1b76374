"""Fuel economy of popular car models of 1999 and 2008, from the US EPA."""

from __future__ import annotations

from typing import Any

DRIVE = {"f": "front-wheel", "r": "rear-wheel", "4": "four-wheel"}
UPPER = {
    "gti": "GTI",
    "4wd": "4WD",
    "2wd": "2WD",
    "awd": "AWD",
    "c1500": "C1500",
    "k1500": "K1500",
    "f150": "F150",
    "a4": "A4",
    "a6": "A6",
}


def _title(text: str) -> str:
    return " ".join(UPPER.get(word, word[:1].upper() + word[1:]) for word in text.split())


def cars_table() -> list[dict[str, Any]]:
    """Rows whose model, year, engine and gearbox name one variant with one rating."""
    import csv
    from importlib import resources

    text = resources.files("bokeh_sampledata").joinpath("_data", "auto-mpg2.csv").read_text(encoding="utf-8")
    found: dict[str, list[dict[str, Any]]] = {}
    for row in csv.DictReader(text.splitlines()):
        model = row["model"].removeprefix(row["manufacturer"] + " ")
        line = f"{row['year']} {_title(row['manufacturer'])} {_title(model)}"
        gearbox = "automatic" if row["trans"].startswith("auto") else "manual"
        car = f"{line} ({float(row['displ']):.1f} L, {gearbox})"
        found.setdefault(car, []).append(
            {
                "car": car,
                "line": line,
                "maker": _title(row["manufacturer"]),
                "year": int(row["year"]),
                "displacement_l": float(row["displ"]),
                "cylinders": int(row["cyl"]),
                "drive": DRIVE[row["drv"]],
                "car_class": row["class"],
                "city_mpg": int(row["cty"]),
                "highway_mpg": int(row["hwy"]),
                "petrol": row["fl"] in "rp",
            }
        )
    rows = [rows[0] for _, rows in sorted(found.items()) if len(rows) == 1 and rows[0]["petrol"]]
    return rows


def lines_table() -> list[dict[str, Any]]:
    count: dict[str, int] = {}
    for row in cars_table():
        count[row["line"]] = count.get(row["line"], 0) + 1
    return [{"line": line, "variants": number} for line, number in sorted(count.items())]

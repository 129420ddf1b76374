"""Bright stars of PyEphem, after Hipparcos."""

from __future__ import annotations

from typing import Any

VARIANTS = {"Adara", "Albereo", "Alcaid", "Agena", "Etamin", "Formalhaut", "Gienah Corvi", "Sirrah"}
"""Second spellings or names of stars that the catalogue lists twice."""


def stars_table() -> list[dict[str, Any]]:
    import astronomy
    from ephem import stars

    rows = []
    for line in stars.db.strip().splitlines():
        name, kind, ascension, declination, magnitude = line.split(",")[:5]
        if name in VARIANTS or not kind.startswith("f|S"):
            continue
        hours, degrees = float(ascension.split("|")[0]), float(declination.split("|")[0])
        rows.append(
            {
                "star": name,
                "right_ascension": hours,
                "declination": degrees,
                "magnitude": float(magnitude),
                "constellation": astronomy.Constellation(hours, degrees).name.replace("Pisces A", "Piscis A"),
            }
        )
    return sorted(rows, key=lambda row: str(row["star"]))


def constellations_table() -> list[dict[str, Any]]:
    counts: dict[str, int] = {}
    for row in stars_table():
        counts[row["constellation"]] = counts.get(row["constellation"], 0) + 1
    return [{"constellation": name, "stars": counts[name]} for name in sorted(counts)]

"""Adapters of a small atlas, for tests."""

from __future__ import annotations

_ISLANDS = {
    "Bali": (4317000, 5780),
    "Bornholm": (39600, 588.4),
    "Corsica": (351000, 8722),
    "Crete": (624000, 8336),
    "Cyprus": (1260000, 9251),
    "Gozo": (39300, 67.1),
    "Hainan": (10081000, 35354),
    "Jamaica": (2825000, 10990),
    "Madeira": (250700, 740.7),
    "Rockall": (0, 0.1),
    "Sicily": (4780000, 25460),
    "Tasmania": (575000, 64519),
}


def islands_table() -> list[dict[str, object]]:
    return [{"name": name, "people": people, "km2": float(km2)} for name, (people, km2) in _ISLANDS.items()]


def divide(dividend: float, divisor: float) -> dict[str, float]:
    if divisor == 0:
        raise ValueError("the divisor is 0")
    return {"quotient": dividend / divisor}

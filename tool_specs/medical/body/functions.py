"""Body size formulas."""

from __future__ import annotations

import math
from typing import Any

from builder.errors import ToolError


def _within(name: str, value: float, low: float, high: float, unit: str) -> None:
    if not low <= value <= high:
        raise ToolError(
            "invalid_value", f"{name} {value:g} {unit} is outside {low:g} to {high:g} {unit}", parameter=name
        )


def body_mass_index(weight: float, height: float) -> dict[str, Any]:
    """Weight over height squared; WHO classes for adults."""
    _within("weight", weight, 2, 350, "kg")
    _within("height", height, 45, 250, "cm")
    index = round(weight / (height / 100) ** 2, 1)
    limits = [
        (18.5, "underweight"),
        (25, "normal weight"),
        (30, "overweight"),
        (35, "obesity class I"),
        (40, "obesity class II"),
    ]
    return {"index": index, "category": next((name for limit, name in limits if index < limit), "obesity class III")}


def body_surface_area(weight: float, height: float, formula: str) -> dict[str, Any]:
    """Mosteller RD. NEJM 1987;317:1098; Du Bois D, Du Bois EF. Arch Intern Med 1916;17:863;
    Haycock GB. J Pediatr 1978;93:62."""
    _within("weight", weight, 2, 350, "kg")
    _within("height", height, 45, 250, "cm")
    area = {
        "Mosteller": lambda: math.sqrt(weight * height / 3600),
        "Du Bois": lambda: 0.007184 * weight**0.425 * height**0.725,
        "Haycock": lambda: 0.024265 * weight**0.5378 * height**0.3964,
    }[formula]()
    return {"area": area}


def ideal_body_weight(sex: str, height: float, weight: float | None) -> dict[str, Any]:
    """Devine BJ. 1974: 50 kg (women 45.5) plus 2.3 kg per inch over 5 feet; adjusted weight adds 40% of the excess."""
    _within("height", height, 152.4, 230, "cm")
    ideal = (50.0 if sex == "male" else 45.5) + 2.3 * (height / 2.54 - 60)
    adjusted = None
    if weight is not None:
        _within("weight", weight, 25, 350, "kg")
        adjusted = ideal + 0.4 * (weight - ideal) if weight > ideal else None
    return {"ideal_weight": ideal, "adjusted_weight": adjusted}

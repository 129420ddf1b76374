"""Fluid, blood and energy balance."""

from __future__ import annotations

from typing import Any

from builder.errors import ToolError


def _within(name: str, value: float, low: float, high: float, unit: str) -> None:
    if not low <= value <= high:
        raise ToolError(
            "invalid_value", f"{name} {value:g} {unit} is outside {low:g} to {high:g} {unit}", parameter=name
        )


def maintenance_fluids(weight: float) -> dict[str, Any]:
    """Holliday MA, Segar WE. Pediatrics 1957;19:823: 100, 50 and 20 mL/kg for the first, second and later 10 kg."""
    _within("weight", weight, 2, 100, "kg")
    daily = 100 * min(weight, 10) + 50 * min(max(weight - 10, 0), 10) + 20 * max(weight - 20, 0)
    return {"daily_volume": daily, "hourly_rate": daily / 24}


def burn_resuscitation_fluid(weight: float, burned_area: float) -> dict[str, Any]:
    """Parkland formula (Baxter CR, Shires T. Ann N Y Acad Sci 1968;150:874): 4 mL/kg per % burned, half in 8 hours."""
    _within("weight", weight, 10, 200, "kg")
    _within("burned_area", burned_area, 10, 100, "%")
    total = 4 * weight * burned_area
    return {"total_volume": total, "first_rate": total / 2 / 8, "later_rate": total / 2 / 16}


def total_body_water(sex: str, age: int, height: float, weight: float) -> dict[str, Any]:
    """Watson PE, Watson ID, Batt RD. Am J Clin Nutr 1980;33:27."""
    _within("age", age, 17, 110, "years")
    _within("height", height, 120, 230, "cm")
    _within("weight", weight, 30, 250, "kg")
    if sex == "male":
        return {"body_water": 2.447 - 0.09516 * age + 0.1074 * height + 0.3362 * weight}
    return {"body_water": -2.097 + 0.1069 * height + 0.2466 * weight}


def free_water_deficit(body_water: float, sodium: float) -> dict[str, Any]:
    """Body water x (Na / 140 - 1), in litres (Adrogue HJ, Madias NE. N Engl J Med 2000;342:1493)."""
    _within("body_water", body_water, 5, 80, "L")
    _within("sodium", sodium, 141, 200, "mmol/L")
    return {"deficit": body_water * (sodium / 140 - 1)}


def sodium_change_per_litre(body_water: float, sodium: float, infusate_sodium: float) -> dict[str, Any]:
    """(infusate Na - serum Na) / (body water + 1) (Adrogue HJ, Madias NE. N Engl J Med 2000;342:1493)."""
    _within("body_water", body_water, 5, 80, "L")
    _within("sodium", sodium, 90, 200, "mmol/L")
    _within("infusate_sodium", infusate_sodium, 0, 1000, "mmol/L")
    return {"sodium_change": (infusate_sodium - sodium) / (body_water + 1)}


def blood_volume(sex: str, height: float, weight: float) -> dict[str, Any]:
    """Nadler SB, Hidalgo JH, Bloch T. Surgery 1962;51:224; in mL."""
    _within("height", height, 120, 230, "cm")
    _within("weight", weight, 30, 250, "kg")
    metres = height / 100
    if sex == "male":
        return {"blood_volume": 1000 * (0.3669 * metres**3 + 0.03219 * weight + 0.6041)}
    return {"blood_volume": 1000 * (0.3561 * metres**3 + 0.03308 * weight + 0.1833)}


def allowable_blood_loss(blood_volume: float, haematocrit: float, lowest_haematocrit: float) -> dict[str, Any]:
    """Volume x (start - lowest) / mean of both (Gross JB. Anesthesiology 1983;58:277)."""
    _within("blood_volume", blood_volume, 200, 12000, "mL")
    _within("haematocrit", haematocrit, 15, 70, "%")
    _within("lowest_haematocrit", lowest_haematocrit, 10, 60, "%")
    if lowest_haematocrit >= haematocrit:
        raise ToolError("invalid_value", "lowest_haematocrit must be below haematocrit", parameter="lowest_haematocrit")
    mean = (haematocrit + lowest_haematocrit) / 2
    return {"blood_loss": blood_volume * (haematocrit - lowest_haematocrit) / mean}


def resting_energy(sex: str, age: int, height: float, weight: float, activity_factor: float) -> dict[str, Any]:
    """Mifflin MD et al. Am J Clin Nutr 1990;51:241; the need is resting energy times the activity factor."""
    _within("age", age, 18, 110, "years")
    _within("height", height, 120, 230, "cm")
    _within("weight", weight, 30, 250, "kg")
    _within("activity_factor", activity_factor, 1, 2.5, "")
    resting = 10 * weight + 6.25 * height - 5 * age + (5 if sex == "male" else -161)
    return {"resting_energy": resting, "daily_need": resting * activity_factor}

"""Dosing arithmetic."""

from __future__ import annotations

from typing import Any

from builder.errors import ToolError


def _positive(**values: float) -> None:
    for name, value in values.items():
        if value <= 0:
            raise ToolError("invalid_value", f"{name} must be greater than zero", parameter=name)


def weight_based_dose(weight: float, dose_per_kg: float, maximum: float | None) -> dict[str, Any]:
    _positive(weight=weight, dose_per_kg=dose_per_kg)
    if maximum is not None:
        _positive(maximum=maximum)
    dose = weight * dose_per_kg
    return {"dose": dose if maximum is None else min(dose, maximum), "capped": maximum is not None and dose > maximum}


def dose_volume(dose: float, strength: float) -> dict[str, Any]:
    _positive(dose=dose, strength=strength)
    return {"volume": dose / strength}


def infusion_pump_rate(weight: float, dose_rate: float, strength: float) -> dict[str, Any]:
    """µg/kg/min x kg x 60 / 1000 / (mg/mL)."""
    _positive(weight=weight, dose_rate=dose_rate, strength=strength)
    return {"rate": dose_rate * weight * 60 / 1000 / strength}


def diluted_strength(strength: float, volume: float, final_volume: float) -> dict[str, Any]:
    """C1 V1 = C2 V2."""
    _positive(strength=strength, volume=volume, final_volume=final_volume)
    if final_volume < volume:
        raise ToolError("invalid_value", "the final volume includes the drawn-up volume and cannot be smaller")
    return {"strength": strength * volume / final_volume, "diluent_volume": final_volume - volume}


def carboplatin_dose(target_auc: float, renal_function: float) -> dict[str, Any]:
    """Calvert AH et al. J Clin Oncol 1989;7:1748: AUC x (GFR + 25); GFR capped at 125 mL/min as the FDA advises."""
    if not 1 <= target_auc <= 10:
        raise ToolError("invalid_value", "a target AUC lies between 1 and 10 mg/mL·min", parameter="target_auc")
    if not 10 <= renal_function <= 250:
        raise ToolError(
            "invalid_value", "renal function must lie between 10 and 250 mL/min", parameter="renal_function"
        )
    return {"dose": target_auc * (min(renal_function, 125) + 25)}

"""One-compartment pharmacokinetics with first-order elimination (Rowland and Tozer)."""

from __future__ import annotations

import math
from typing import Any

from builder.errors import ToolError


def _positive(**values: float) -> None:
    for name, value in values.items():
        if value <= 0:
            raise ToolError("invalid_value", f"{name} must be greater than zero", parameter=name)


def elimination_half_life(clearance: float, distribution_volume: float) -> dict[str, Any]:
    _positive(clearance=clearance, distribution_volume=distribution_volume)
    constant = clearance / distribution_volume
    return {
        "half_life": math.log(2) / constant,
        "rate_constant": constant,
        "time_to_steady_state": 5 * math.log(2) / constant,
    }


def loading_dose(target_concentration: float, distribution_volume: float, bioavailability: float) -> dict[str, Any]:
    _positive(target_concentration=target_concentration, distribution_volume=distribution_volume)
    if not 0 < bioavailability <= 1:
        raise ToolError(
            "invalid_value", "bioavailability is a fraction above 0 and at most 1", parameter="bioavailability"
        )
    return {"dose": target_concentration * distribution_volume / bioavailability}


def distribution_volume(weight: float, volume_per_kg: float) -> dict[str, Any]:
    _positive(weight=weight, volume_per_kg=volume_per_kg)
    return {"volume": weight * volume_per_kg}


def plasma_concentration(concentration: float, half_life: float, hours: float) -> dict[str, Any]:
    _positive(concentration=concentration, half_life=half_life)
    if hours < 0:
        raise ToolError("invalid_value", "hours cannot be negative", parameter="hours")
    return {"concentration": concentration * math.exp(-math.log(2) * hours / half_life)}


def time_to_concentration(concentration: float, target: float, half_life: float) -> dict[str, Any]:
    _positive(concentration=concentration, target=target, half_life=half_life)
    if target >= concentration:
        raise ToolError("invalid_value", "the target must be below the present concentration", parameter="target")
    return {"hours": half_life * math.log2(concentration / target)}


def half_life_from_levels(first_level: float, second_level: float, hours_between: float) -> dict[str, Any]:
    """Two levels of the elimination phase (Sawchuk RJ, Zaske DE. J Pharmacokinet Biopharm 1976;4:183)."""
    _positive(first_level=first_level, second_level=second_level, hours_between=hours_between)
    if second_level >= first_level:
        raise ToolError("invalid_value", "the second level must be lower than the first", parameter="second_level")
    constant = math.log(first_level / second_level) / hours_between
    return {"half_life": math.log(2) / constant, "rate_constant": constant}


def maintenance_dose(
    clearance: float, target_concentration: float, interval: float, bioavailability: float
) -> dict[str, Any]:
    """Average steady-state concentration x clearance x interval / bioavailability."""
    _positive(clearance=clearance, target_concentration=target_concentration, interval=interval)
    if not 0 < bioavailability <= 1:
        raise ToolError(
            "invalid_value", "bioavailability is a fraction above 0 and at most 1", parameter="bioavailability"
        )
    dose = target_concentration * clearance * interval / bioavailability
    return {"dose": dose, "daily_dose": dose * 24 / interval}


def accumulation_ratio(half_life: float, interval: float) -> dict[str, Any]:
    """1 / (1 - exp(-k tau)) for repeated doses; trough over peak is exp(-k tau)."""
    _positive(half_life=half_life, interval=interval)
    left = math.exp(-math.log(2) * interval / half_life)
    return {"ratio": 1 / (1 - left), "trough_share": 100 * left}


def corrected_phenytoin(measured: float, albumin: float, dialysis: bool) -> dict[str, Any]:
    """Sheiner-Tozer: level / (0.2 albumin + 0.1), or 0.1 albumin + 0.1 on dialysis (Tozer TN, Winter ME, 1992)."""
    _positive(measured=measured, albumin=albumin)
    if albumin > 7:
        raise ToolError("invalid_value", "albumin is in g/dL and cannot be above 7", parameter="albumin")
    return {"corrected_level": measured / ((0.1 if dialysis else 0.2) * albumin + 0.1)}

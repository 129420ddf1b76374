"""Potentials across cell membranes."""

from __future__ import annotations

import math
from typing import Any

GAS_CONSTANT, FARADAY = 8.31446261815324, 96485.33212331001  # CODATA 2018, exact
CHARGES = {"potassium": 1, "sodium": 1, "chloride": -1, "calcium": 2, "magnesium": 2}


def nernst_potential(ion: str, outside_mm: float, inside_mm: float, temperature: float) -> dict[str, Any]:
    if outside_mm <= 0 or inside_mm <= 0:
        raise ValueError("both concentrations must exceed 0")
    slope = 1000 * GAS_CONSTANT * (temperature + 273.15) / (CHARGES[ion] * FARADAY)
    return {"potential": slope * math.log(outside_mm / inside_mm)}


def resting_potential(
    potassium_outside: float,
    potassium_inside: float,
    sodium_outside: float,
    sodium_inside: float,
    chloride_outside: float,
    chloride_inside: float,
    sodium_permeability: float,
    chloride_permeability: float,
    temperature: float,
) -> dict[str, Any]:
    """Goldman (1943), J. Gen. Physiol. 27:37; Hodgkin and Katz (1949). Chloride counts the other way round."""
    out = potassium_outside + sodium_permeability * sodium_outside + chloride_permeability * chloride_inside
    inner = potassium_inside + sodium_permeability * sodium_inside + chloride_permeability * chloride_outside
    if out <= 0 or inner <= 0:
        raise ValueError("some permeant ion is needed on either side of the membrane")
    return {"potential": 1000 * GAS_CONSTANT * (temperature + 273.15) / FARADAY * math.log(out / inner)}

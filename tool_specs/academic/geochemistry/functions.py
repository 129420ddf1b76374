"""Radiometric ages, enrichment factors and the index of geoaccumulation: exact formulas, cited."""

from __future__ import annotations

import math
from typing import Any

from builder.errors import ToolError

DECAY_CONSTANTS = {
    "uranium-238 to lead-206": 1.55125e-10,
    "uranium-235 to lead-207": 9.8485e-10,
    "thorium-232 to lead-208": 4.9475e-11,
    "rubidium-87 to strontium-87": 1.3972e-11,
    "samarium-147 to neodymium-143": 6.54e-12,
    "lutetium-176 to hafnium-176": 1.867e-11,
    "rhenium-187 to osmium-187": 1.666e-11,
}
"""Per year. Uranium and thorium: Steiger and Jäger (1977), after Jaffey et al. (1971). Rubidium: Villa et al. (2015).
Samarium: Lugmair and Marti (1978). Lutetium: Söderlund et al. (2004). Rhenium: Smoliar et al. (1996)."""
CLASSES = (
    (0, "unpolluted"),
    (1, "unpolluted to moderately polluted"),
    (2, "moderately polluted"),
    (3, "moderately to strongly polluted"),
    (4, "strongly polluted"),
    (5, "strongly to extremely polluted"),
)
"""G. Müller, GeoJournal 2 (1969) 108: upper bound of each class."""


def radiometric_age(system: str, ratio: float) -> dict[str, Any]:
    """t = ln(1 + D/P) / lambda."""
    constant = DECAY_CONSTANTS[system]
    years = math.log1p(ratio) / constant
    if years > 4.6e9:
        raise ToolError("out_of_range", f"{years / 1e6:.0f} million years: older than the solar system", given=ratio)
    return {"age": years / 1e6, "half_life": math.log(2) / constant / 1e6}


def enrichment_factor(element: float, reference: float, crust_element: float, crust_reference: float) -> dict[str, Any]:
    """(element / reference) in the sample over the same in the crust."""
    return {"enrichment_factor": (element / reference) / (crust_element / crust_reference)}


def geoaccumulation_index(concentration: float, background: float) -> dict[str, Any]:
    """log2(C / 1.5 B)."""
    index = math.log2(concentration / (1.5 * background))
    name = next((name for limit, name in CLASSES if index <= limit), "extremely polluted")
    return {"geoaccumulation_index": index, "pollution_class": name}

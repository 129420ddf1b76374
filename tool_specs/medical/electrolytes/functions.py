"""Acid-base and electrolyte formulas."""

from __future__ import annotations

from typing import Any

from builder.errors import ToolError


def _within(name: str, value: float, low: float, high: float, unit: str) -> None:
    if not low <= value <= high:
        raise ToolError(
            "invalid_value", f"{name} {value:g} {unit} is outside {low:g} to {high:g} {unit}", parameter=name
        )


def anion_gap(sodium: float, chloride: float, bicarbonate: float, albumin: float | None) -> dict[str, Any]:
    """Na - Cl - HCO3; corrected by 2.5 per g/dL of albumin under 4 (Figge J et al. Crit Care Med 1998;26:1807)."""
    _within("sodium", sodium, 90, 200, "mmol/L")
    _within("chloride", chloride, 60, 150, "mmol/L")
    _within("bicarbonate", bicarbonate, 2, 60, "mmol/L")
    gap = sodium - chloride - bicarbonate
    corrected = None
    if albumin is not None:
        _within("albumin", albumin, 0.5, 7, "g/dL")
        corrected = gap + 2.5 * (4 - albumin)
    return {"anion_gap": float(gap), "corrected_anion_gap": corrected}


def expected_pco2(bicarbonate: float) -> dict[str, Any]:
    """Winters' formula: 1.5 HCO3 + 8, plus or minus 2 (Albert MS et al. Ann Intern Med 1967;66:312)."""
    _within("bicarbonate", bicarbonate, 2, 24, "mmol/L")
    middle = 1.5 * bicarbonate + 8
    return {"expected_pco2": middle, "lowest": middle - 2, "highest": middle + 2}


def corrected_sodium(sodium: float, glucose: float, method: str) -> dict[str, Any]:
    """Katz MA. N Engl J Med 1973;289:843 (1.6 per 100 mg/dL); Hillier TA. Am J Med 1999;106:399 (2.4)."""
    _within("sodium", sodium, 90, 200, "mmol/L")
    _within("glucose", glucose, 100, 2000, "mg/dL")
    factor = {"Katz": 1.6, "Hillier": 2.4}[method]
    return {"corrected_sodium": sodium + factor * (glucose - 100) / 100}


def corrected_calcium(calcium: float, albumin: float) -> dict[str, Any]:
    """Ca + 0.8 (4 - albumin). Payne RB et al. BMJ 1973;4:643."""
    _within("calcium", calcium, 3, 20, "mg/dL")
    _within("albumin", albumin, 0.5, 7, "g/dL")
    return {"corrected_calcium": calcium + 0.8 * (4 - albumin)}


def serum_osmolality(sodium: float, glucose: float, urea_nitrogen: float, measured: float | None) -> dict[str, Any]:
    """2 Na + glucose / 18 + BUN / 2.8; the gap is measured minus calculated."""
    _within("sodium", sodium, 90, 200, "mmol/L")
    _within("glucose", glucose, 10, 2000, "mg/dL")
    _within("urea_nitrogen", urea_nitrogen, 1, 300, "mg/dL")
    calculated = 2 * sodium + glucose / 18 + urea_nitrogen / 2.8
    return {"osmolality": calculated, "osmolal_gap": None if measured is None else measured - calculated}


def calcium_phosphate_product(calcium: float, phosphate: float) -> dict[str, Any]:
    """Limit of 55: National Kidney Foundation, Am J Kidney Dis 2003;42(4 Suppl 3):S1, guideline 6."""
    product = calcium * phosphate
    return {"product": product, "above_limit": product > 55}

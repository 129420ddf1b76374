"""Indices computed from laboratory values."""

from __future__ import annotations

import math
from typing import Any

from builder.errors import ToolError


def _within(name: str, value: float, low: float, high: float, unit: str) -> None:
    if not low <= value <= high:
        raise ToolError(
            "invalid_value", f"{name} {value:g} {unit} is outside {low:g} to {high:g} {unit}", parameter=name
        )


def ldl_cholesterol(total_cholesterol: float, hdl_cholesterol: float, triglycerides: float) -> dict[str, Any]:
    """Friedewald WT et al. Clin Chem 1972;18:499 (triglycerides under 400); everything in mg/dL."""
    _within("total_cholesterol", total_cholesterol, 50, 800, "mg/dL")
    _within("hdl_cholesterol", hdl_cholesterol, 5, 200, "mg/dL")
    _within("triglycerides", triglycerides, 10, 400, "mg/dL")
    ldl = total_cholesterol - hdl_cholesterol - triglycerides / 5
    if ldl <= 0:
        raise ToolError("invalid_value", "these values leave no LDL cholesterol: check the units")
    return {"ldl": ldl, "non_hdl": total_cholesterol - hdl_cholesterol}


def fib4_index(age: int, ast: float, alt: float, platelets: float) -> dict[str, Any]:
    """Age x AST / (platelets x square root of ALT) (Sterling RK et al. Hepatology 2006;43:1317)."""
    _within("age", age, 18, 110, "years")
    _within("ast", ast, 3, 5000, "U/L")
    _within("alt", alt, 3, 5000, "U/L")
    _within("platelets", platelets, 5, 1500, "10⁹/L")
    return {"fib4": age * ast / (platelets * math.sqrt(alt))}


def insulin_resistance_index(glucose: float, insulin: float) -> dict[str, Any]:
    """HOMA-IR: fasting glucose (mg/dL) x insulin (µU/mL) / 405 (Matthews DR et al. Diabetologia 1985;28:412)."""
    _within("glucose", glucose, 30, 500, "mg/dL")
    _within("insulin", insulin, 0.5, 300, "µU/mL")
    return {"homa_ir": glucose * insulin / 405}


def estimated_average_glucose(hba1c: float) -> dict[str, Any]:
    """28.7 x HbA1c - 46.7 in mg/dL (Nathan DM et al. Diabetes Care 2008;31:1473)."""
    _within("hba1c", hba1c, 4, 20, "%")
    return {"glucose": 28.7 * hba1c - 46.7}


def fractional_sodium_excretion(
    serum_sodium: float, serum_creatinine: float, urine_sodium: float, urine_creatinine: float
) -> dict[str, Any]:
    """100 x urine Na x serum creatinine / (serum Na x urine creatinine) (Espinel CH. JAMA 1976;236:579)."""
    _within("serum_sodium", serum_sodium, 90, 200, "mmol/L")
    _within("serum_creatinine", serum_creatinine, 0.1, 25, "mg/dL")
    _within("urine_sodium", urine_sodium, 1, 400, "mmol/L")
    _within("urine_creatinine", urine_creatinine, 2, 600, "mg/dL")
    return {"fractional_excretion": 100 * urine_sodium * serum_creatinine / (serum_sodium * urine_creatinine)}


def iron_deficit(weight: float, haemoglobin: float, target_haemoglobin: float) -> dict[str, Any]:
    """Ganzoni AM. Schweiz Med Wochenschr 1970;100:301: weight x (target - actual) x 2.4 + 500 mg for the stores."""
    _within("weight", weight, 35, 250, "kg")
    _within("haemoglobin", haemoglobin, 3, 16, "g/dL")
    _within("target_haemoglobin", target_haemoglobin, 10, 17, "g/dL")
    if target_haemoglobin <= haemoglobin:
        raise ToolError("invalid_value", "target_haemoglobin must be above haemoglobin", parameter="target_haemoglobin")
    return {"iron": weight * (target_haemoglobin - haemoglobin) * 2.4 + 500}


def ldl_reduction_needed(ldl: float, target: float) -> dict[str, Any]:
    """Statin intensities: Grundy SM et al. Circulation 2019;139:e1082, table 3."""
    if target >= ldl:
        raise ToolError("invalid_value", "the target is reached already: it must lie below the LDL", parameter="target")
    reduction = round(100 * (1 - target / ldl), 1)
    return {
        "reduction": reduction,
        "statin_intensity": "high" if reduction >= 50 else "moderate" if reduction >= 30 else "low",
    }

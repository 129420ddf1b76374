"""Published clinical calculators of open-medicine, with the inputs checked for clinical range."""

from __future__ import annotations

import importlib
import re
from typing import Any

from builder.errors import ToolError


def _run(module: str, function: str, parameters: str, **values: Any) -> Any:
    """Run one calculator of the package; its result has `value` and `interpretation`."""
    loaded = importlib.import_module(f"open_medicine.mcp.calculators.{module}")
    return getattr(loaded, function)(getattr(loaded, parameters)(**values))


def _within(name: str, value: float, low: float, high: float, unit: str) -> None:
    if not low <= value <= high:
        raise ToolError(
            "invalid_value", f"{name} {value:g} {unit} is outside {low:g} to {high:g} {unit}", parameter=name
        )


def creatinine_clearance(sex: str, age: int, weight: float, creatinine: float) -> dict[str, Any]:
    """Cockcroft DW, Gault MH. Nephron 1976;16:31-41."""
    _within("age", age, 18, 110, "years")
    _within("weight", weight, 25, 300, "kg")
    _within("creatinine", creatinine, 0.2, 20, "mg/dL")
    result = _run(
        "cockcroft_gault", "calculate_cockcroft_gault", "CockcroftGaultParams",
        age=age, weight=weight, is_female=sex == "female", serum_creatinine=creatinine,
    )  # fmt: skip
    return {"creatinine_clearance": float(result.value)}


def estimated_gfr(sex: str, age: int, creatinine: float) -> dict[str, Any]:
    """CKD-EPI 2021 without race. Inker LA et al. N Engl J Med 2021;385:1737-1749."""
    _within("age", age, 18, 110, "years")
    _within("creatinine", creatinine, 0.2, 20, "mg/dL")
    result = _run(
        "ckd_epi", "calculate_ckd_epi", "CKDEPIParams",
        age=age, is_female=sex == "female", serum_creatinine=creatinine,
    )  # fmt: skip
    stage = re.search(r"Stage (G\d[ab]?)", result.interpretation)
    if stage is None:
        raise ValueError("no GFR category for these values")
    return {"gfr": float(result.value), "category": stage.group(1)}


def cha2ds2_vasc_score(
    sex: str, age: int, heart_failure: bool, hypertension: bool, diabetes: bool, stroke: bool, vascular_disease: bool
) -> dict[str, Any]:
    """Lip GYH et al. Chest 2010;137:263-272."""
    _within("age", age, 18, 110, "years")
    result = _run(
        "chadsvasc", "calculate_chadsvasc", "CHADSVAScParams",
        age=age, female_sex=sex == "female", congestive_heart_failure=heart_failure, hypertension=hypertension,
        diabetes=diabetes, stroke_tia_thromboembolism=stroke, vascular_disease=vascular_disease,
    )  # fmt: skip
    return {"score": int(result.value)}


def rivaroxaban_dose(creatinine_clearance: float, indication: str) -> dict[str, Any]:
    """Maintenance dose of the US label; ROCKET AF, N Engl J Med 2011;365:883-891."""
    code = {"atrial fibrillation": "nvaf", "prevention of venous thromboembolism": "vte_prophylaxis"}[indication]
    result = _run(
        "rivaroxaban_dosing", "calculate_rivaroxaban_dosing", "RivaroxabanDosingParams",
        crcl=creatinine_clearance, indication=code,
    )  # fmt: skip
    advice = result.interpretation.split("dosage is: ", 1)[1]
    found = re.match(r"([\d.]+) mg once daily", advice)
    if found is None:
        raise ToolError(
            "invalid_value",
            f"rivaroxaban is not recommended for {indication} "
            f"at a creatinine clearance of {creatinine_clearance:g} mL/min",
            parameter="creatinine_clearance",
        )
    return {"daily_dose": float(found.group(1))}


def apixaban_dose(age: int, weight: float, creatinine: float) -> dict[str, Any]:
    """US label for atrial fibrillation; ARISTOTLE, N Engl J Med 2011;365:981-992."""
    _within("age", age, 18, 110, "years")
    _within("weight", weight, 25, 300, "kg")
    _within("creatinine", creatinine, 0.2, 20, "mg/dL")
    result = _run(
        "apixaban_dosing", "calculate_apixaban_dosing", "ApixabanDosingParams",
        age=age, weight_kg=weight, serum_creatinine=creatinine,
    )  # fmt: skip
    found = re.search(r"dose is: ([\d.]+) mg twice daily", result.interpretation)
    if found is None:
        raise ValueError("no dose for these values")
    dose = float(found.group(1))
    return {"criteria_met": int(result.value), "single_dose": dose, "daily_dose": 2 * dose}


def meld_na_score(creatinine: float, bilirubin: float, inr: float, sodium: float, dialysis: bool) -> dict[str, Any]:
    """Kim WR et al. Hepatology 2008 (limits of creatinine 1 to 4, sodium 125 to 137)."""
    _within("creatinine", creatinine, 0.2, 20, "mg/dL")
    _within("bilirubin", bilirubin, 0.1, 60, "mg/dL")
    _within("inr", inr, 0.5, 20, "")
    _within("sodium", sodium, 100, 180, "mmol/L")
    result = _run(
        "meld_na", "calculate_meld_na", "MELDNaParams",
        creatinine=creatinine, bilirubin=bilirubin, inr=inr, sodium=sodium, on_dialysis=dialysis,
    )  # fmt: skip
    return {"score": int(result.value)}

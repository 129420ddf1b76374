"""Conversion of laboratory values between mass and molar units."""

from __future__ import annotations

import functools
from typing import Any

from builder.errors import ToolError

ANALYTES = {
    # name: (formula, molar mass g/mol, charge, conventional unit, SI unit)
    "glucose": ("C6H12O6", 180.156, 0, "mg/dL", "mmol/L"),
    "creatinine": ("C4H7N3O", 113.120, 0, "mg/dL", "µmol/L"),
    "urea": ("CH4N2O", 60.056, 0, "mg/dL", "mmol/L"),
    "urea nitrogen": (None, 28.014, 0, "mg/dL", "mmol/L"),
    "uric acid": ("C5H4N4O3", 168.112, 0, "mg/dL", "µmol/L"),
    "bilirubin": ("C33H36N4O6", 584.673, 0, "mg/dL", "µmol/L"),
    "cholesterol": ("C27H46O", 386.664, 0, "mg/dL", "mmol/L"),
    "triglycerides": (None, 885.432, 0, "mg/dL", "mmol/L"),
    "sodium": ("Na", 22.990, 1, "mmol/L", "mmol/L"),
    "potassium": ("K", 39.098, 1, "mmol/L", "mmol/L"),
    "chloride": ("Cl", 35.453, 1, "mmol/L", "mmol/L"),
    "calcium": ("Ca", 40.078, 2, "mg/dL", "mmol/L"),
    "magnesium": ("Mg", 24.305, 2, "mg/dL", "mmol/L"),
    "phosphorus": ("P", 30.974, 0, "mg/dL", "mmol/L"),
    "iron": ("Fe", 55.845, 0, "µg/dL", "µmol/L"),
    "copper": ("Cu", 63.546, 0, "µg/dL", "µmol/L"),
    "zinc": ("Zn", 65.380, 0, "µg/dL", "µmol/L"),
    "lead": ("Pb", 207.200, 0, "µg/dL", "µmol/L"),
    "lithium": ("Li", 6.940, 1, "mmol/L", "mmol/L"),
    "lactate": ("C3H6O3", 90.078, 0, "mg/dL", "mmol/L"),
    "ammonia": ("H3N", 17.031, 0, "µg/dL", "µmol/L"),
    "ethanol": ("C2H6O", 46.069, 0, "mg/dL", "mmol/L"),
    "cortisol": ("C21H30O5", 362.466, 0, "µg/dL", "nmol/L"),
    "testosterone": ("C19H28O2", 288.431, 0, "ng/dL", "nmol/L"),
    "estradiol": ("C18H24O2", 272.388, 0, "pg/mL", "pmol/L"),
    "progesterone": ("C21H30O2", 314.469, 0, "ng/mL", "nmol/L"),
    "thyroxine": ("C15H11I4NO4", 776.870, 0, "µg/dL", "nmol/L"),
    "triiodothyronine": ("C15H12I3NO4", 650.973, 0, "ng/dL", "nmol/L"),
    "25-hydroxyvitamin D": ("C27H44O2", 400.647, 0, "ng/mL", "nmol/L"),
    "folate": ("C19H19N7O6", 441.404, 0, "ng/mL", "nmol/L"),
    "vitamin B12": ("C63H88CoN14O14P", 1355.388, 0, "pg/mL", "pmol/L"),
    "homocysteine": ("C4H9NO2S", 135.182, 0, "mg/L", "µmol/L"),
    "phenylalanine": ("C9H11NO2", 165.192, 0, "mg/dL", "µmol/L"),
    "digoxin": ("C41H64O14", 780.949, 0, "ng/mL", "nmol/L"),
    "theophylline": ("C7H8N4O2", 180.167, 0, "mg/L", "µmol/L"),
    "phenytoin": ("C15H12N2O2", 252.273, 0, "mg/L", "µmol/L"),
    "valproic acid": ("C8H16O2", 144.214, 0, "mg/L", "µmol/L"),
    "carbamazepine": ("C15H12N2O", 236.274, 0, "mg/L", "µmol/L"),
    "paracetamol": ("C8H9NO2", 151.165, 0, "mg/L", "µmol/L"),
    "salicylate": ("C7H6O3", 138.122, 0, "mg/dL", "mmol/L"),
}
"""Molar masses from standard atomic weights (IUPAC 2021). Triglycerides count as triolein, urea nitrogen as two N."""
MASS = {
    "g/L": 1.0,
    "mg/dL": 1e-2,
    "mg/L": 1e-3,
    "µg/mL": 1e-3,
    "µg/dL": 1e-5,
    "µg/L": 1e-6,
    "ng/mL": 1e-6,
    "ng/dL": 1e-8,
    "pg/mL": 1e-9,
}
"""Grams per litre."""
MOLAR = {"mmol/L": 1e-3, "µmol/L": 1e-6, "nmol/L": 1e-9, "pmol/L": 1e-12}
"""Moles per litre."""


def analytes_table() -> list[dict[str, Any]]:
    rows = []
    for name, (formula, mass, charge, conventional, si) in sorted(ANALYTES.items()):
        rows.append(
            {
                "analyte": name,
                "formula": formula,
                "molar_mass": mass,
                "conventional_unit": conventional,
                "si_unit": si,
                "factor": _factor(name, conventional, si),
                "charge": charge or None,
                "two_units": conventional != si,
            }
        )
    return rows


@functools.cache
def _factor(analyte: str, unit: str, wanted: str) -> float:
    _, mass, charge, _, _ = ANALYTES[analyte]

    def moles(name: str) -> float:
        if name in MASS:
            return MASS[name] / mass
        if name in MOLAR:
            return MOLAR[name]
        if name != "mEq/L":
            raise ToolError("invalid_value", f"unknown unit {name}", allowed=[*MASS, *MOLAR, "mEq/L"])
        if charge == 0:
            raise ToolError("invalid_value", f"{analyte} has no charge on which mEq/L is counted", parameter="unit")
        return 1e-3 / charge

    return moles(unit) / moles(wanted)


def convert_lab_value(analyte: str, value: float, from_unit: str, to_unit: str) -> dict[str, Any]:
    if analyte not in ANALYTES:
        raise ToolError("not_found", f"no analyte {analyte}", allowed=sorted(ANALYTES))
    if value < 0:
        raise ValueError("a concentration is not negative")
    return {"value": value * _factor(analyte, from_unit, to_unit)}

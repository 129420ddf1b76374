"""Equivalent doses of opioids and corticosteroids."""

from __future__ import annotations

from typing import Any

from builder.errors import ToolError

OPIOIDS = {
    "codeine": 0.15,
    "hydrocodone": 1.0,
    "hydromorphone": 5.0,
    "methadone": 4.7,
    "morphine": 1.0,
    "oxycodone": 1.5,
    "oxymorphone": 3.0,
    "tapentadol": 0.4,
    "tramadol": 0.2,
}
"""Milligrams of oral morphine per oral milligram. CDC Clinical Practice Guideline. MMWR Recomm Rep 2022;71(3):1-95."""
STEROIDS = {
    # name: (mg equal to 20 mg of hydrocortisone, duration class, shortest and longest duration in hours)
    "cortisone": (25.0, "short", 8, 12),
    "hydrocortisone": (20.0, "short", 8, 12),
    "prednisone": (5.0, "intermediate", 12, 36),
    "prednisolone": (5.0, "intermediate", 12, 36),
    "methylprednisolone": (4.0, "intermediate", 12, 36),
    "triamcinolone": (4.0, "intermediate", 12, 36),
    "dexamethasone": (0.75, "long", 36, 72),
    "betamethasone": (0.6, "long", 36, 72),
}
"""Liu D et al. Allergy Asthma Clin Immunol 2013;9:30, table 1."""


def opioids_table() -> list[dict[str, Any]]:
    return [{"medicine": name, "factor": factor} for name, factor in OPIOIDS.items()]


def steroids_table() -> list[dict[str, Any]]:
    return [
        {
            "medicine": name,
            "equivalent_dose": dose,
            "potency": round(20 / dose, 4),
            "action": action,
            "shortest": low,
            "longest": up,
        }
        for name, (dose, action, low, up) in STEROIDS.items()
    ]


def _known(medicine: str, table: dict[str, Any]) -> str:
    if medicine.lower() not in table:
        raise ToolError("not_found", f"no equivalent dose is listed for {medicine}", allowed=sorted(table))
    return medicine.lower()


def morphine_equivalents(medicine: str, daily_dose: float) -> dict[str, Any]:
    factor = OPIOIDS[_known(medicine, OPIOIDS)]
    if not 0 < daily_dose <= 5000:
        raise ToolError("invalid_value", "daily_dose must lie above 0 and at most 5000 mg", parameter="daily_dose")
    return {"morphine_equivalents": daily_dose * factor, "at_least_50": daily_dose * factor >= 50}


def corticosteroid_equivalent_dose(from_medicine: str, to_medicine: str, dose: float) -> dict[str, Any]:
    old, new = _known(from_medicine, STEROIDS), _known(to_medicine, STEROIDS)
    if not 0 < dose <= 5000:
        raise ToolError("invalid_value", "dose must lie above 0 and at most 5000 mg", parameter="dose")
    return {"equivalent_dose": dose * STEROIDS[new][0] / STEROIDS[old][0]}

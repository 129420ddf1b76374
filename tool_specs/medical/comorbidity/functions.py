"""Elixhauser comorbidity measures of AHRQ, release 2026.1: mapping of diagnoses, index weights, index."""

from __future__ import annotations

import ast
import functools
import importlib.util
import re
import xml.etree.ElementTree as ET
import zipfile
from pathlib import Path
from typing import Any

from builder.errors import ToolError

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
DROPPED = (
    ("Diabetes with chronic complications", ["Diabetes without chronic complications"]),
    ("Hypertension, complicated", ["Hypertension, uncomplicated"]),
    ("Renal (kidney) failure and disease, severe", ["Renal (kidney) failure and disease, moderate"]),
    ("Liver disease and failure, moderate to severe", ["Liver disease, mild"]),
    ("Metastatic cancer", ["Solid tumor without metastasis, malignant", "Leukemia", "Lymphoma"]),
    ("Solid tumor without metastasis, malignant", ["Solid tumor without metastasis, in situ"]),
)
"""A measure and those that it replaces, in the order of the AHRQ mapping program."""


def _folder() -> Path:
    spec = importlib.util.find_spec("elixhauser_ahrq")
    assert spec is not None and spec.submodule_search_locations
    return Path(spec.submodule_search_locations[0])


def _sheet(number: int) -> list[dict[str, str]]:
    """Rows of a sheet, by column letters; read without a spreadsheet library."""
    with zipfile.ZipFile(_folder() / "data" / "CMR-Reference-File-v2026-1.xlsx") as book:
        shared = [
            "".join(part.text or "" for part in item.iter(f"{MAIN}t"))
            for item in ET.fromstring(book.read("xl/sharedStrings.xml")).findall(f"{MAIN}si")
        ]
        tree = ET.fromstring(book.read(f"xl/worksheets/sheet{number}.xml"))
    rows = []
    for row in tree.iter(f"{MAIN}row"):
        cells = {}
        for cell in row.findall(f"{MAIN}c"):
            value = cell.find(f"{MAIN}v")
            if value is not None and value.text is not None:
                column = re.sub(r"\d", "", cell.attrib["r"])
                cells[column] = (shared[int(value.text)] if cell.get("t") == "s" else value.text).strip()
        rows.append(cells)
    return rows


@functools.cache
def _names() -> dict[str, tuple[str, bool]]:
    """Abbreviation to name, and whether the measure counts only when present on admission."""
    return {
        row["A"].removeprefix("CMR_"): (row["B"], row["C"] == "Yes")
        for row in _sheet(2)
        if row.get("A", "").startswith("CMR_")
    }


@functools.cache
def _weights() -> dict[str, dict[str, int]]:
    """Weights of the two indices, from the constants in the package's source: its import brings pandas."""
    found = {}
    for node in ast.walk(ast.parse((_folder() / "scorer.py").read_text(encoding="utf-8"))):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and isinstance(node.value, ast.Dict):
            name = node.targets[0].id
            if name in ("MORTALITY_WEIGHTS", "READMISSION_WEIGHTS"):
                found[name] = ast.literal_eval(node.value)
    return found


@functools.cache
def _diagnoses() -> dict[str, list[str]]:
    """Diagnosis to abbreviations of its measures, without codes that have a 7th character."""
    sheet = _sheet(3)
    header = next(row for row in sheet if row.get("A") == "ICD-10-CM Diagnosis")
    columns = {column: name for column, name in header.items() if column not in ("A", "B", "C")}
    found: dict[str, list[str]] = {}
    for row in sheet:
        code = row.get("A", "")
        if re.fullmatch(r"[A-Z]\d[0-9A-Z]{1,4}", code):
            dotted = code if len(code) <= 3 else f"{code[:3]}.{code[3:]}"
            names = {re.sub(r"_(POA|SQLA)$", "", columns[c]) for c in columns if row.get(c) == "1"}
            found[dotted] = sorted(names & set(_names()))
    return found


def measures_table() -> list[dict[str, Any]]:
    counts: dict[str, int] = {}
    for names in _diagnoses().values():
        for name in names:
            counts[name] = counts.get(name, 0) + 1
    return [
        {
            "measure": name,
            "label": name[0].lower() + name[1:],
            "short": short,
            "mortality_weight": _weights()["MORTALITY_WEIGHTS"][short],
            "readmission_weight": _weights()["READMISSION_WEIGHTS"][short],
            "present_on_admission": poa,
            "diagnosis_count": counts.get(short, 0),
        }
        for short, (name, poa) in _names().items()
    ]


def diagnoses_table() -> list[dict[str, Any]]:
    return [
        {"code": code, "measure": _names()[name][0]} for code, names in sorted(_diagnoses().items()) for name in names
    ]


def elixhauser_index(measures: list[str]) -> dict[str, Any]:
    by_name = {name.lower(): (name, short) for short, (name, _) in _names().items()}
    chosen = {}
    for measure in measures:
        if measure.lower() not in by_name:
            raise ToolError("not_found", f"no measure {measure}", allowed=sorted(name for name, _ in by_name.values()))
        name, short = by_name[measure.lower()]
        chosen[name] = short
    for severe, replaced in DROPPED:
        if severe in chosen:
            for name in replaced:
                chosen.pop(name, None)
    return {
        "mortality_index": sum(_weights()["MORTALITY_WEIGHTS"][short] for short in chosen.values()),
        "readmission_index": sum(_weights()["READMISSION_WEIGHTS"][short] for short in chosen.values()),
        "measure_count": len(chosen),
    }

"""Global warming potentials of the IPCC's sixth report, read from the data files of chemicals."""

from __future__ import annotations

import csv
import importlib.util
import re
from pathlib import Path
from typing import Any

FILE = "Official Global Warming Potentials 2021.tsv"
FAMILIES = {
    "CFC": "chlorofluorocarbons",
    "HCFC": "hydrochlorofluorocarbons",
    "HFC": "hydrofluorocarbons",
    "HFO": "hydrofluoroolefins",
    "HFE": "hydrofluoroethers",
    "PFC": "perfluorocarbons",
    "Halon": "halons",
}
PLAIN_GASES = {"Carbon dioxide", "Methane", "Nitrous oxide", "Nitrogen trifluoride", "Sulfur hexafluoride"}
NUMBERS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight")


def _number(text: str) -> float | None:
    return float(text) if text.strip() else None


def _carbons(formula: str) -> int | None:
    from molmass import Formula, FormulaError

    plain = re.sub(r"^\([EZ]\)-|^n-|=", "", formula)
    try:
        parts = Formula(plain).composition()
    except FormulaError:
        return None
    return int(parts["C"].count) if "C" in parts else 0


def gases_table() -> list[dict[str, Any]]:
    spec = importlib.util.find_spec("chemicals")
    assert spec is not None and spec.origin is not None
    rows = []
    with (Path(spec.origin).parent / "Environment" / FILE).open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            name, code = row["Name"].strip(), row["Acronym"].strip()
            prefix = re.match(r"[A-Za-z]+", code)
            family = FAMILIES.get(prefix[0]) if prefix and any(c.isdigit() for c in code) else None
            if family is None and name not in PLAIN_GASES:
                continue
            gas = code.replace("CFC 11", "CFC-11") if family else name.lower()
            carbons = _carbons(row["Formula"]) if family else None
            century, lifetime = float(row["100yr GWP"]), _number(row["Lifetime, years"])
            rows.append(
                {
                    "gas": gas,
                    "label": f"{gas} ({name.lower()})" if family else gas,
                    "family": family,
                    "carbons": carbons,
                    "group_name": f"{family} with {NUMBERS[carbons]} carbon atom{'s' if carbons > 1 else ''}"
                    if family and carbons and carbons < len(NUMBERS)
                    else None,
                    "lifetime": lifetime,
                    "warming_20": float(row["20yr GWP"]),
                    "warming_100": century,
                    "warming_500": float(row["500yr GWP"]),
                    "strong": century >= 100,
                }
            )
    names = [row["gas"] for row in rows]
    return sorted((row for row in rows if names.count(row["gas"]) == 1), key=lambda row: str(row["gas"]))


def families_table() -> list[dict[str, Any]]:
    found: dict[str, int] = {}
    for row in gases_table():
        if row["group_name"]:
            found[row["group_name"]] = found.get(row["group_name"], 0) + 1
    return [{"family": name, "gases": found[name]} for name in sorted(found)]

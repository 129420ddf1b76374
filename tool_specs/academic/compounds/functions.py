"""Names, formulas and CAS numbers (PubChem) and physical properties (Wikidata), from the data files of chemicals.

The files are read directly: the package itself would import SciPy, pandas and fluids to do the same.
"""

from __future__ import annotations

import csv
import functools
import importlib.util
import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

CURATED = ("chemical identifiers example user db.tsv", "chemical identifiers pubchem small.tsv")
IDENTIFIERS = (*CURATED, "chemical identifiers pubchem large.tsv", "Inorganic db.tsv")
HANDBOOKS = ("Physical Constants of Inorganic Compounds.csv", "Physical Constants of Organic Compounds.csv")
PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9,'()\[\] -]{2,37}[A-Za-z0-9)]")
"""A name that people write: no inverted index names, no registry numbers, no trade codes."""
NOT_PLAIN = re.compile(r", |^\d+-\d\d-\d$|\((?!i|v)[a-z]+\d*\)$|^[a-z]+ \d|\d{4}")
CASELESS = re.compile(r"(^|[^a-z])(n|h|s|o|d|l|dl)[,-]|\dh\b")
"""Locants whose case is lost: n-hexane or N-hexyl."""
SUFFIX = re.compile(r"(ane|ene|yne|ol|al|one|ate|ide|ine|acid|ether|furan|oxide|nitrile|thiol)$")
WATERS = dict(zip("mono di tri tetra penta hexa hepta octa nona deca dodeca".split(), [*range(1, 11), 12], strict=True))
FUEL = {"C", "H", "O"}
NON_METALS = set("H B C N O F Si P S Cl As Se Br I".split())
CELSIUS = 273.15
TOLERANCE = 2.0
"""Kelvin by which two sources may differ before a value is left out; 3 let nonane in with -51.1 for -53.5."""
DISPUTED = {("616-38-6", "Tm")}
"""Both have -1 for dimethyl carbonate, but the triple point of its equation of state (Zhou et al. 2011) lies at 3.9."""


def _folder() -> Path:
    spec = importlib.util.find_spec("chemicals")
    assert spec is not None and spec.origin is not None
    return Path(spec.origin).parent


def _tsv(path: Path) -> Iterator[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE)


@functools.cache
def _wikidata() -> dict[str, dict[str, float]]:
    """By CAS number without hyphens."""
    rows = _tsv(_folder() / "Misc" / "wikidata_properties.tsv")
    head = next(rows)
    return {row[0]: {k: float(v) for k, v in zip(head[1:], row[1:], strict=False) if v} for row in rows}


@functools.cache
def _handbook_names() -> dict[str, str]:
    """CAS number to the name under which a handbook lists it: the second source for a name."""
    found = {}
    for name in HANDBOOKS:
        rows = _tsv(_folder() / "Misc" / name)
        next(rows)
        found.update({row[0]: row[1].strip() for row in rows if len(row) > 1})
    return found


@functools.cache
def _handbook_points() -> dict[str, dict[str, float]]:
    """Melting and boiling points of the handbook, to check those of Wikidata by."""
    found = {}
    for name in HANDBOOKS:
        rows = _tsv(_folder() / "Misc" / name)
        next(rows)
        for row in rows:
            found[row[0]] = {key: float(text) for key, text in zip(("Tm", "Tb"), row[2:4], strict=False) if text}
    return found


def _measured(cas: str) -> dict[str, float]:
    """Wikidata's values without those that a second source or physics contradicts."""
    data = dict(_wikidata().get(cas.replace("-", ""), {}))
    second = _handbook_points().get(cas, {})
    for key in {"Tm", "Tb"} & set(data):
        borne_out = abs(data[key] - second[key]) <= TOLERANCE if key in second else "LFL" in data
        if not borne_out or (cas, key) in DISPUTED:
            del data[key]
    melting, boiling, flash = data.get("Tm", 0.0), data.get("Tb", math.inf), data.get("T_flash", 0.0)
    if melting >= boiling or flash >= boiling:
        for key in ("Tm", "Tb", "T_flash", "T_autoignition"):
            data.pop(key, None)
    if data.get("T_autoignition", math.inf) <= max(flash, melting):
        data.pop("T_autoignition")
    return data


def _celsius(kelvin: float | None) -> float | None:
    return None if kelvin is None else round(kelvin - CELSIUS, 1)


def _counts(formula: str) -> dict[str, int]:
    return {symbol: int(number or 1) for symbol, number in re.findall(r"([A-Z][a-z]?)(\d*)", formula)}


def _sound(formula: str, smiles: str) -> bool:
    """Neutral, and no hydrogen that PubChem adds to a metal bound to a non-metal (chalcopyrite as CuFeH4S2)."""
    if not re.fullmatch(r"([A-Z][a-z]?\d*)+", formula):
        return False
    parts = _counts(formula)
    metals = set(parts) - NON_METALS
    return not (metals and "H" in parts and not ("+" in smiles and "-" in smiles)) and not {"D", "T"} & set(parts)


@functools.cache
def _states(symbol: str) -> tuple[int, ...]:
    from molmass import ELEMENTS

    listed = ELEMENTS[symbol].oxistates.replace("*", "").split(",")
    return tuple(int(state) for state in listed if state.strip())


def _balanced(parts: dict[str, int]) -> bool:
    """Whether common oxidation states add up to zero; ammonium counts apart from other nitrogen."""
    sums = {0}
    for symbol, count in parts.items():
        states = _states(symbol)
        mixed = {a * k + b * (count - k) for a in states for b in states for k in range(count + 1)}
        sums = {old + new for old in sums for new in (mixed if symbol == "N" else {a * count for a in states})}
    return 0 in sums


def _agrees(name: str, parts: dict[str, int]) -> bool:
    """Whether a salt's formula holds the water and the oxygen that its name promises."""
    oxygen, hydrogen = parts.get("O", 0), parts.get("H", 0)
    if name.endswith("hydrate"):
        waters = WATERS.get(name.split()[-1].removesuffix("hydrate"))
        if waters is None or oxygen < waters or hydrogen < 2 * waters:
            return False
    return not (re.search(r"ate\b", name) and oxygen == 1)


def _plain_fallback(name: str, smiles: str) -> bool:
    """Whether PubChem's first synonym is a chemical name of one substance, with no locant whose case is lost."""
    return "." not in smiles and SUFFIX.search(name) is not None and not CASELESS.search(name)


def _candidates() -> Iterator[tuple[str, str, str]]:
    """Name, CAS number and formula of each compound whose name two sources or one curated list bear out."""
    handbook, wikidata = _handbook_names(), _wikidata()
    for file in IDENTIFIERS:
        for row in _tsv(_folder() / "Identifiers" / file):
            if len(row) < 9 or not _sound(row[2], row[4]):
                continue
            parts = _counts(row[2])
            organic = {"C", "H"} <= set(parts)
            if len(parts) < 2 or not (organic or _balanced(parts)):
                continue
            cas, names = row[1], [name.strip().lower() for name in row[7:]]
            listed = handbook.get(cas)
            measured = {"Tb", "T_flash", "LFL"} & set(wikidata.get(cas.replace("-", ""), {}))
            if listed is not None and listed.lower() in names:
                name = re.sub(r"[A-Z](?=[a-z]{2})", lambda match: match[0].lower(), listed)
            elif organic and (file in CURATED or measured) and _plain_fallback(names[1], row[4]):
                name = names[1]
            else:
                continue
            if PLAIN.fullmatch(name) and not NOT_PLAIN.search(name) and (organic or _agrees(name, parts)):
                yield name, cas, row[2]


@functools.cache
def _compounds() -> tuple[dict[str, Any], ...]:
    from molmass import Formula

    rows: dict[str, dict[str, Any]] = {}
    seen: set[str] = set()
    for name, cas, formula in _candidates():
        if name in rows or cas in seen:
            continue
        seen.add(cas)
        parts, data = _counts(formula), _measured(cas)
        lower, upper = data.get("LFL"), data.get("UFL")
        limits = lower is not None and upper is not None and 0 < lower < upper <= 1
        rows[name] = {
            "compound": name,
            "cas_number": cas,
            "formula": formula,
            "molar_mass": float(Formula(formula).mass),
            "melting_point": _celsius(data.get("Tm")),
            "boiling_point": _celsius(data.get("Tb")),
            "flash_point": _celsius(data.get("T_flash")),
            "autoignition": _celsius(data.get("T_autoignition")),
            "lower_limit": round(lower * 100, 2) if limits and lower is not None else None,
            "upper_limit": round(upper * 100, 2) if limits and upper is not None else None,
            "inorganic": not {"C", "H"} <= set(parts),
            "flammable": limits,
            "fuel": set(parts) <= FUEL and {"C", "H"} <= set(parts) and limits,
            "measured": "Tb" in data,
            "common": "Tb" in data and "Tm" in data,
        }
    return tuple(sorted(rows.values(), key=lambda row: str(row["compound"])))


def compounds_table() -> list[dict[str, Any]]:
    measured: dict[str, int] = {}
    for row in _compounds():
        measured[row["formula"]] = measured.get(row["formula"], 0) + int(row["measured"])
    return [{**row, "measured_isomers": measured[row["formula"]] - int(row["measured"])} for row in _compounds()]

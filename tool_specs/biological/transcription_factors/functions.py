"""DNA-binding motifs of human transcription factors: JASPAR 2026 CORE, from the SQLite file that pyjaspar ships."""

from __future__ import annotations

import functools
import importlib.util
import math
import re
import sqlite3
from pathlib import Path
from typing import Any

CODES = {
    frozenset("A"): "A", frozenset("C"): "C", frozenset("G"): "G", frozenset("T"): "T", frozenset("AG"): "R",
    frozenset("CT"): "Y", frozenset("GT"): "K", frozenset("AC"): "M", frozenset("CG"): "S", frozenset("AT"): "W",
}  # fmt: skip


@functools.cache
def _profiles() -> dict[str, list[dict[str, Any]]]:
    """Symbol to the latest version of each of its CORE profiles. Dimers of two factors are left out."""
    spec = importlib.util.find_spec("pyjaspar")
    assert spec is not None and spec.origin is not None
    path = Path(spec.origin).parent / "data" / "JASPAR2026.sqlite"
    connection = sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)
    try:
        heads = connection.execute(
            "SELECT m.id, m.name, m.base_id, m.version FROM matrix m JOIN matrix_species s ON s.id = m.id "
            "WHERE m.collection = 'CORE' AND s.tax_id = '9606' ORDER BY m.base_id, m.version"
        ).fetchall()
        latest = {base: (number, name, version) for number, name, base, version in heads}
        notes: dict[tuple[int, str], list[str]] = {}
        for number, tag, value in connection.execute(
            "SELECT id, tag, val FROM matrix_annotation WHERE tag IN ('class', 'family', 'type') ORDER BY local_id"
        ):
            notes.setdefault((number, tag), []).append(value)
        counts: dict[int, dict[tuple[str, int], float]] = {}
        for number, row, column, value in connection.execute('SELECT id, "row", col, val FROM matrix_data'):
            counts.setdefault(number, {})[(row, column)] = value
    finally:
        connection.close()
    found: dict[str, list[dict[str, Any]]] = {}
    for base, (number, name, version) in sorted(latest.items()):
        if not re.fullmatch(r"[A-Z][A-Z0-9-]*", name):
            continue
        cells = counts[number]
        columns = sorted({column for _, column in cells})
        family, kind = notes.get((number, "family"), []), notes.get((number, "class"), [])
        found.setdefault(name, []).append(
            {
                "matrix": f"{base}.{version}",
                "columns": tuple(tuple(cells.get((base, column), 0.0) for base in "ACGT") for column in columns),
                "family": family[0] if len(set(family)) == 1 else None,
                "class": kind[0] if len(set(kind)) == 1 else None,
                "method": ", ".join(sorted(set(notes.get((number, "type"), [])))) or None,
            }
        )
    return found


def _shares(column: tuple[float, ...]) -> list[float]:
    return [count / sum(column) for count in column]


def _information(column: tuple[float, ...]) -> float:
    """Bits, without small-sample correction."""
    return 2 + sum(share * math.log2(share) for share in _shares(column) if share > 0)


def _letter(column: tuple[float, ...]) -> str:
    """Cavener (1987): one base above 50% and twice the next, else two bases above 75%, else N."""
    ranked = sorted(zip(_shares(column), "ACGT", strict=True), reverse=True)
    (first, a), (second, b) = ranked[0], ranked[1]
    if first > 0.5 and first > 2 * second:
        return a
    return CODES[frozenset((a, b))] if first + second > 0.75 else "N"


def factors_table() -> list[dict[str, Any]]:
    rows = []
    for name, profiles in sorted(_profiles().items()):
        families = {profile["family"] for profile in profiles}
        family = families.pop() if len(families) == 1 else None
        if family is None:
            continue
        single = profiles[0] if len(profiles) == 1 else None
        bits = [_information(column) for column in single["columns"]] if single else []
        rows.append(
            {
                "factor": name,
                "family": family,
                "class": profiles[0]["class"],
                "profiles": len(profiles),
                "matrix": single["matrix"] if single else None,
                "motif_length": len(bits) if single else None,
                "information": round(sum(bits), 3) if single else None,
                "consensus": "".join(map(_letter, single["columns"])) if single else None,
                "method": single["method"] if single else None,
            }
        )
    return rows


def families_table() -> list[dict[str, Any]]:
    rows = factors_table()
    found: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        found.setdefault(row["family"], []).append(row)
    return [
        {
            "family": family,
            "factor_count": len(members),
            "walkable": 3 <= len(members) <= 12 and all(row["matrix"] for row in members),
        }
        for family, members in sorted(found.items())
    ]


def _weights(factor: str) -> list[dict[str, float]]:
    """Log-odds in bits against equal base frequencies, with pseudocounts of sqrt(N) / 4 as JASPAR scans use."""
    profiles = _profiles().get(factor)
    if profiles is None:
        raise LookupError(f"JASPAR 2026 CORE has no human profile of {factor!r}; give a gene symbol such as TP53")
    if len(profiles) > 1:
        raise ValueError(f"JASPAR has {len(profiles)} different profiles of {factor}: ask for a factor with one")
    weights = []
    for column in profiles[0]["columns"]:
        total = sum(column)
        extra = math.sqrt(total) / 4
        shares = [(count + extra) / (total + 4 * extra) for count in column]
        weights.append({base: math.log2(4 * share) for base, share in zip("ACGT", shares, strict=True)})
    return weights


def best_binding_site(dna: str, factor: str) -> dict[str, Any]:
    weights = _weights(factor)
    size = len(weights)
    if len(dna) < size:
        raise ValueError(f"the motif of {factor} has {size} bases and the sequence only {len(dna)}")
    top, low = sum(max(w.values()) for w in weights), sum(min(w.values()) for w in weights)
    found = []
    for start in range(len(dna) - size + 1):
        window = dna[start : start + size]
        other = window.translate(str.maketrans("ACGT", "TGCA"))[::-1]
        for strand, site in (("forward", window), ("reverse", other)):
            score = sum(weight[base] for weight, base in zip(weights, site, strict=True))
            found.append((round(score, 9), start + 1, strand, site))
    best = max(score for score, *_ in found)
    # A palindromic site scores the same on both strands: the forward one is given.
    ties = {start for score, start, *_ in found if score == best}
    relative = 100 * (best - low) / (top - low)
    if len(ties) > 1:
        return {"site": None, "start": None, "strand": None, "score": best, "relative_score": relative}
    _, start, strand, site = next(row for row in found if row[0] == best)
    return {"site": site, "start": start, "strand": strand, "score": best, "relative_score": relative}

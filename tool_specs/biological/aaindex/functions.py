"""Structure, geometry, flexibility and charge scales of AAindex1. Hydrophobicity scales are in residue_scales."""

from __future__ import annotations

import functools
import re
from typing import Any

AMINO_ACIDS = {
    "A": "alanine", "C": "cysteine", "D": "aspartic acid", "E": "glutamic acid", "F": "phenylalanine", "G": "glycine",
    "H": "histidine", "I": "isoleucine", "K": "lysine", "L": "leucine", "M": "methionine", "N": "asparagine",
    "P": "proline", "Q": "glutamine", "R": "arginine", "S": "serine", "T": "threonine", "V": "valine",
    "W": "tryptophan", "Y": "tyrosine",
}  # fmt: skip
KEPT = {"sec_struct": "secondary structure", "geometry": "geometry", "flexibility": "flexibility", "charge": "charge"}


@functools.cache
def _records() -> dict[str, dict[str, Any]]:
    from aaindex import aaindex1

    return {code: aaindex1[code] for code in aaindex1.record_codes()}


@functools.cache
def _scales() -> dict[str, dict[str, Any]]:
    """Scales worth asking about: complete, of one's own title, with real values for most amino acids."""
    records = _records()
    titles = [record["description"] for record in records.values()]
    kept = {}
    for code, record in sorted(records.items()):
        values = [record["values"].get(letter) for letter in AMINO_ACIDS]
        year = re.search(r"\b(1[89]\d\d|20\d\d)[a-z]?\)$", record["description"])
        if any(value is None for value in values) or sum(value == 0 for value in values) > 3 or year is None:
            continue
        if record["category"] not in KEPT or titles.count(record["description"]) > 1:
            continue
        if len(record["description"]) > 90:
            continue
        kept[code] = {**record, "year": int(year[1])}
    return kept


def scales_table() -> list[dict[str, Any]]:
    rows = []
    for code, record in _scales().items():
        values = {AMINO_ACIDS[letter]: float(record["values"][letter]) for letter in AMINO_ACIDS}
        top, bottom = max(values.values()), min(values.values())
        highest = [name for name, value in values.items() if value == top]
        lowest = [name for name, value in values.items() if value == bottom]
        rows.append(
            {
                "scale": code,
                "title": re.sub(r" \(([^()]+)\)$", r", \1", record["description"]).replace(
                    " et al.,", " and co-workers,"
                ),
                "year": record["year"],
                "category": KEPT[record["category"]],
                "highest": highest[0] if len(highest) == 1 else None,
                "lowest": lowest[0] if len(lowest) == 1 else None,
                "pmid": record["pmid"] or None,
            }
        )
    return rows


def values_table() -> list[dict[str, Any]]:
    return [
        {"scale": code, "amino_acid": AMINO_ACIDS[letter], "value": float(record["values"][letter])}
        for code, record in _scales().items()
        for letter in AMINO_ACIDS
    ]

"""The twenty amino acids and the scales of AAindex1."""

from __future__ import annotations

import functools
import re
from typing import Any

AMINO_ACIDS = {
    "A": ("alanine", "Ala"), "C": ("cysteine", "Cys"), "D": ("aspartic acid", "Asp"), "E": ("glutamic acid", "Glu"),
    "F": ("phenylalanine", "Phe"), "G": ("glycine", "Gly"), "H": ("histidine", "His"), "I": ("isoleucine", "Ile"),
    "K": ("lysine", "Lys"), "L": ("leucine", "Leu"), "M": ("methionine", "Met"), "N": ("asparagine", "Asn"),
    "P": ("proline", "Pro"), "Q": ("glutamine", "Gln"), "R": ("arginine", "Arg"), "S": ("serine", "Ser"),
    "T": ("threonine", "Thr"), "V": ("valine", "Val"), "W": ("tryptophan", "Trp"), "Y": ("tyrosine", "Tyr"),
}  # fmt: skip
CLASSES = {
    "essential": "HIKLMFTVW",
    "aromatic": "FWYH",
    "branched-chain": "ILV",
    "positively charged": "KRH",
    "sulfur-containing": "CM",
    "hydroxyl-bearing": "STY",
    "ketogenic": "LKIFWTY",
}
"""Textbook classes (Lehninger; Nelson and Cox, Principles of Biochemistry). `essential`: for adult humans."""


@functools.cache
def _records() -> dict[str, dict[str, Any]]:
    from aaindex import aaindex1

    return {code: aaindex1[code] for code in aaindex1.record_codes()}


def amino_acids_table() -> list[dict[str, Any]]:
    from pyteomics import mass

    records = _records()
    codons = "FFLLSSSSYY**CC*WLLLLPPPPHHQQRRRRIIIMTTTTNNKKSSRRVVVVAAAADDEEGGGG"  # NCBI table 1, order TCAG
    bases = "TCAG"
    triplets = [a + b + c for a in bases for b in bases for c in bases]
    rows = []
    for letter, (name, short) in AMINO_ACIDS.items():
        mine = sorted(triplet for triplet, residue in zip(triplets, codons, strict=True) if residue == letter)
        rows.append(
            {
                "amino_acid": name,
                "one_letter": letter,
                "three_letter": short,
                "residue_mass": round(mass.std_aa_mass[letter], 5),
                "molecular_weight": float(records["FASG760101"]["values"][letter]),
                "isoelectric_point": float(records["ZIMJ680104"]["values"][letter]),
                "hydropathy": float(records["KYTJ820101"]["values"][letter]),
                "volume": float(records["BIGC670101"]["values"][letter]),
                "codons": mine,
                "codon_count": len(mine),
            }
        )
    return rows


def classes_table() -> list[dict[str, Any]]:
    return [
        {"class": name, "amino_acid": AMINO_ACIDS[letter][0]}
        for name, letters in CLASSES.items()
        for letter in sorted(letters)
    ]


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
        if record["category"] in ("meta", "composition") or titles.count(record["description"]) > 1:
            continue
        if len(record["description"]) > 90:
            continue
        kept[code] = {**record, "year": int(year[1])}
    return kept


def scales_table() -> list[dict[str, Any]]:
    rows = []
    groups = {
        "sec_struct": "secondary structure", "hydrophobic": "hydrophobicity", "geometry": "geometry",
        "polar": "polarity", "observable": "observable", "flexibility": "flexibility", "charge": "charge",
    }  # fmt: skip
    for code, record in _scales().items():
        values = {AMINO_ACIDS[letter][0]: float(record["values"][letter]) for letter in AMINO_ACIDS}
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
                "category": groups[record["category"]],
                "highest": highest[0] if len(highest) == 1 else None,
                "lowest": lowest[0] if len(lowest) == 1 else None,
                "pmid": record["pmid"] or None,
            }
        )
    return rows


def values_table() -> list[dict[str, Any]]:
    return [
        {"scale": code, "amino_acid": AMINO_ACIDS[letter][0], "value": float(record["values"][letter])}
        for code, record in _scales().items()
        for letter in AMINO_ACIDS
    ]


def mean_scale_value(scale: str, sequence: str) -> dict[str, Any]:
    record = _scales().get(scale)
    if record is None:
        raise LookupError(f"no AAindex scale {scale!r} here; accession numbers look like KYTJ820101")
    values = [float(record["values"][letter]) for letter in sequence]
    return {"mean": sum(values) / len(values), "total": sum(values)}

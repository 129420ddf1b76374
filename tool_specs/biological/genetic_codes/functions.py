"""Genetic codes of NCBI as Biopython ships them, and translation with them.

Left out: tables 27, 28 and 31, whose stop codons code for amino acids too, depending on context.
"""

from __future__ import annotations

import functools
from typing import Any

CONTEXT_DEPENDENT = (27, 28, 31)
CODONS = tuple(a + b + c for a in "ACGT" for b in "ACGT" for c in "ACGT")
NAMES = {
    "A": "alanine", "C": "cysteine", "D": "aspartic acid", "E": "glutamic acid", "F": "phenylalanine", "G": "glycine",
    "H": "histidine", "I": "isoleucine", "K": "lysine", "L": "leucine", "M": "methionine", "N": "asparagine",
    "P": "proline", "Q": "glutamine", "R": "arginine", "S": "serine", "T": "threonine", "V": "valine",
    "W": "tryptophan", "Y": "tyrosine",
}  # fmt: skip


@functools.cache
def _codes() -> dict[str, Any]:
    """Code name to Biopython's table."""
    from Bio.Data import CodonTable

    tables = CodonTable.unambiguous_dna_by_id
    return {table.names[0]: table for number, table in sorted(tables.items()) if number not in CONTEXT_DEPENDENT}


def codes_table() -> list[dict[str, Any]]:
    standard = _codes()["Standard"].forward_table
    rows = []
    for name, table in _codes().items():
        forward = table.forward_table
        changed = [codon for codon in CODONS if forward.get(codon) != standard.get(codon)]
        rows.append(
            {
                "code": name,
                "spoken": f"{name} genetic code (NCBI table {table.id})",
                "number": str(table.id),
                "start_codons": sorted(table.start_codons),
                "stop_codons": sorted(table.stop_codons),
                "start_count": len(table.start_codons),
                "stop_count": len(table.stop_codons),
                "reassigned": changed,
                "reassigned_count": len(changed),
            }
        )
    return rows


def decoding_table() -> list[dict[str, Any]]:
    return [
        {
            "code": name,
            "codon": codon,
            "amino_acid": NAMES[table.forward_table[codon]] if codon in table.forward_table else None,
            "is_stop": codon in table.stop_codons,
            "is_start": codon in table.start_codons,
        }
        for name, table in _codes().items()
        for codon in CODONS
    ]


def codons_table() -> list[dict[str, Any]]:
    forward = _codes()["Standard"].forward_table
    return [{"codon": codon, "rna": codon.replace("T", "U"), "sense": codon in forward} for codon in CODONS]


def _find(code: str) -> Any:
    for name, table in _codes().items():
        if code in (name, str(table.id), f"{name} genetic code (NCBI table {table.id})"):
            return table
    raise LookupError(f"no genetic code {code!r}; names look like Standard, Bacterial, Vertebrate Mitochondrial")


def translate_dna(dna: str, genetic_code: str) -> dict[str, Any]:
    table = _find(genetic_code)
    residues = []
    stopped = False
    for i in range(0, len(dna) // 3 * 3, 3):
        codon = dna[i : i + 3]
        if codon in table.stop_codons:
            stopped = True
            break
        residues.append(table.forward_table[codon])
    if not residues:
        raise ValueError("no codon is translated: the sequence is shorter than three bases or begins with a stop codon")
    return {"protein": "".join(residues), "length": len(residues), "stop_found": stopped}

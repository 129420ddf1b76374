"""Amino-acid substitution matrices, as Biopython ships them."""

from __future__ import annotations

from typing import Any

MATRICES = ("BLOSUM45", "BLOSUM62", "BLOSUM90", "PAM30", "PAM70", "PAM250")
"""Not BLOSUM80: Biopython has it in thirds of a bit (alanine with itself 7), BLAST in halves (5)."""
NAMES = {
    "A": "alanine", "C": "cysteine", "D": "aspartic acid", "E": "glutamic acid", "F": "phenylalanine", "G": "glycine",
    "H": "histidine", "I": "isoleucine", "K": "lysine", "L": "leucine", "M": "methionine", "N": "asparagine",
    "P": "proline", "Q": "glutamine", "R": "arginine", "S": "serine", "T": "threonine", "V": "valine",
    "W": "tryptophan", "Y": "tyrosine",
}  # fmt: skip


def scores_table() -> list[dict[str, Any]]:
    from Bio.Align import substitution_matrices

    rows = []
    for matrix in MATRICES:
        scores = substitution_matrices.load(matrix)
        for a, first in NAMES.items():
            rows += [
                {"matrix": matrix, "amino_acid": first, "replacement": second, "score": int(scores[a, b])}
                for b, second in NAMES.items()
            ]
    return rows

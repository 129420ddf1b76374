"""Properties of nucleic acid sequences: composition, mass, hairpins, cloning tails, divergence."""

from __future__ import annotations

import functools
import math
from typing import Any

MASSES = {"A": 313.21, "C": 289.18, "G": 329.21, "T": 304.20}
"""Nucleoside monophosphates minus water, in g/mol."""
STOPS = ("TAA", "TAG", "TGA")
LETTERS = {
    "A": "A", "C": "C", "G": "G", "T": "T", "R": "AG", "Y": "CT", "K": "GT", "M": "AC", "B": "CGT", "V": "ACG",
    "D": "AGT", "H": "ACT", "S": "CG", "W": "AT", "N": "ACGT",
}  # fmt: skip
"""IUPAC letters for bases (NC-IUB 1984)."""


def _complement(dna: str) -> str:
    return dna.translate(str.maketrans("ACGT", "TGCA"))[::-1]


def reverse_complement(dna: str) -> dict[str, Any]:
    other = _complement(dna)
    return {"reverse_complement": other, "palindromic": other == dna}


def gc_content(dna: str) -> dict[str, Any]:
    strong = sum(base in "GC" for base in dna)
    return {"gc_percent": 100 * strong / len(dna), "gc_count": strong, "length": len(dna)}


def dna_molecular_weight(dna: str, strands: str) -> dict[str, Any]:
    """Oligos without 5' phosphate: sum of the nucleotides minus 61.96 (as oligo suppliers compute it)."""
    single = sum(MASSES[base] for base in dna) - 61.96
    if strands == "single":
        return {"molecular_weight": single}
    return {"molecular_weight": single + sum(MASSES[base] for base in _complement(dna)) - 61.96}


@functools.lru_cache(4096)
def _fold(dna: str, temperature: float) -> float:
    import seqfold

    return float(seqfold.dg(dna, temperature))


def hairpin_energy(dna: str, temperature: float) -> dict[str, Any]:
    if len(dna) > 120:
        raise ValueError(f"the sequence has {len(dna)} bases; at most 120 are folded here")
    energy = _fold(dna, temperature)
    folded = math.isfinite(energy) and energy < 0
    return {"free_energy": energy if folded else 0.0, "stable": folded}


def add_cloning_tail(primer: str, recognition_site: str, clamp: str) -> dict[str, Any]:
    if set(recognition_site) - set("ACGT"):
        raise ValueError(f"{recognition_site} holds ambiguous letters; choose one of the sequences it stands for")
    return {"tailed_primer": clamp + recognition_site + primer, "length": len(clamp + recognition_site + primer)}


def sequence_divergence(sequence_a: str, sequence_b: str) -> dict[str, Any]:
    """Jukes and Cantor (1969); Kimura (1980), J. Mol. Evol. 16:111."""
    n = len(sequence_a)
    if n != len(sequence_b):
        raise ValueError(f"aligned sequences have one length; these have {n} and {len(sequence_b)}")
    differing = [a + b for a, b in zip(sequence_a, sequence_b, strict=True) if a != b]
    transitions = sum(pair in ("AG", "GA", "CT", "TC") for pair in differing)
    p, ts, tv = len(differing) / n, transitions / n, (len(differing) - transitions) / n
    if p >= 0.75 or 1 - 2 * ts - tv <= 0 or 1 - 2 * tv <= 0:
        raise ValueError("the sequences differ too much for these models")
    return {
        "differences": len(differing),
        "transitions": transitions,
        "transversions": len(differing) - transitions,
        "jukes_cantor": -0.75 * math.log(1 - 4 * p / 3),
        "kimura": -0.5 * math.log((1 - 2 * ts - tv) * math.sqrt(1 - 2 * tv)),
    }


def longest_orf(dna: str) -> dict[str, Any]:
    from Bio.Seq import Seq

    found = []
    for strand, text in (("forward", dna), ("reverse", _complement(dna))):
        for frame in range(3):
            start = None
            for i in range(frame, len(text) - 2, 3):
                codon = text[i : i + 3]
                if start is None and codon == "ATG":
                    start = i
                elif start is not None and codon in STOPS:
                    left = start + 1 if strand == "forward" else len(dna) - start
                    found.append((i - start, strand, left, text[start:i]))
                    start = None
    if not found:
        raise LookupError("no reading frame runs from ATG to a stop codon in this sequence")
    length = max(orf[0] for orf in found)
    longest = [orf for orf in found if orf[0] == length]
    if len(longest) > 1:
        raise ValueError(f"{len(longest)} reading frames share the greatest length of {length // 3} residues")
    _, strand, start, coding = longest[0]
    return {"protein": str(Seq(coding).translate()), "length": length // 3, "strand": strand, "start": start}


def degenerate_sequence(sequence: str) -> dict[str, Any]:
    choices = [LETTERS[letter] for letter in sequence]
    variants = math.prod(len(choice) for choice in choices)
    poorest = sum(all(base in "GC" for base in choice) for choice in choices)
    richest = sum(any(base in "GC" for base in choice) for choice in choices)
    return {
        "variants": variants,
        "lowest_gc": 100 * poorest / len(sequence),
        "highest_gc": 100 * richest / len(sequence),
        "random_spacing": 4 ** len(sequence) / variants,
    }

"""Codon usage of common organisms (Kazusa), and design of coding sequences with it."""

from __future__ import annotations

import functools
import math
from typing import Any

ORGANISMS = {
    "Escherichia coli": ("e_coli_316407", "E. coli"),
    "Bacillus subtilis": ("b_subtilis_1423", "B. subtilis"),
    "Saccharomyces cerevisiae": ("s_cerevisiae_4932", "S. cerevisiae"),
    "Caenorhabditis elegans": ("c_elegans_6239", "C. elegans"),
    "Drosophila melanogaster": ("d_melanogaster_7227", "D. melanogaster"),
    "Gallus gallus": ("g_gallus_9031", "chicken"),
    "Mus musculus": ("m_musculus_10090", "mouse"),
    "Homo sapiens": ("h_sapiens_9606", "human"),
}
STRAINS = {"Escherichia coli": "Escherichia coli W3110"}
"""Where Kazusa has tables of several strains: the one that is read (NCBI taxon 316407)."""
NAMES = {
    "A": "alanine", "C": "cysteine", "D": "aspartic acid", "E": "glutamic acid", "F": "phenylalanine", "G": "glycine",
    "H": "histidine", "I": "isoleucine", "K": "lysine", "L": "leucine", "M": "methionine", "N": "asparagine",
    "P": "proline", "Q": "glutamine", "R": "arginine", "S": "serine", "T": "threonine", "V": "valine",
    "W": "tryptophan", "Y": "tyrosine",
}  # fmt: skip


@functools.cache
def _usage(organism: str) -> dict[str, dict[str, float]]:
    import python_codon_tables

    for name, (code, common) in ORGANISMS.items():
        if organism in (name, common):
            return python_codon_tables.get_codons_table(code)  # type: ignore[no-any-return]
    raise LookupError(f"no codon usage for {organism!r}; known: {', '.join(ORGANISMS)}")


def organisms_table() -> list[dict[str, Any]]:
    return [
        {"organism": name, "spoken": STRAINS.get(name, name), "common": common}
        for name, (_, common) in ORGANISMS.items()
    ]


def preferences_table() -> list[dict[str, Any]]:
    """One row per organism and amino acid. The preferred or rarest codon is null where two codons tie."""
    rows = []
    for organism in ORGANISMS:
        for letter, name in NAMES.items():
            usage = _usage(organism)[letter]
            top, low = max(usage.values()), min(usage.values())
            best = [codon for codon, share in usage.items() if share == top]
            worst = [codon for codon, share in usage.items() if share == low]
            several = len(usage) > 1
            rows.append(
                {
                    "organism": organism,
                    "common": ORGANISMS[organism][1],
                    "amino_acid": name,
                    "one_letter": letter,
                    "codons": sorted(usage),
                    "preferred": best[0] if len(best) == 1 else None,
                    "preferred_share": round(top * 100),
                    "rarest": worst[0] if several and len(worst) == 1 else None,
                    "rarest_share": round(low * 100) if several else None,
                    "several": several,
                }
            )
    return rows


def shares_table() -> list[dict[str, Any]]:
    return [
        {
            "organism": organism,
            "common": ORGANISMS[organism][1],
            "codon": codon,
            "amino_acid": NAMES.get(letter),
            "share": round(share * 100),
        }
        for organism in ORGANISMS
        for letter, usage in _usage(organism).items()
        for codon, share in sorted(usage.items())
    ]


@functools.cache
def _best(organism: str) -> dict[str, str]:
    return {letter: max(sorted(usage), key=lambda c: usage[c]) for letter, usage in _usage(organism).items()}


def back_translate(protein: str, organism: str) -> dict[str, Any]:
    best = _best(organism)
    dna = "".join(best[letter] for letter in protein)
    return {"dna": dna, "length": len(dna), "gc_percent": 100 * sum(base in "GC" for base in dna) / len(dna)}


def codon_adaptation_index(dna: str, organism: str) -> dict[str, Any]:
    """Sharp and Li (1987), Nucleic Acids Res. 15:1281: geometric mean of relative adaptiveness."""
    usage = _usage(organism)
    weights = {c: s / max(shares.values()) for a, shares in usage.items() if a not in "*MW" for c, s in shares.items()}
    if len(dna) % 3:
        raise ValueError(f"a coding sequence has a multiple of 3 bases; this one has {len(dna)}")
    codons = [dna[i : i + 3] for i in range(0, len(dna), 3)]
    used = [weights[codon] for codon in codons if codon in weights]
    if not used:
        raise ValueError("no codon that has synonyms: nothing to judge")
    index = math.exp(sum(math.log(max(weight, 0.01)) for weight in used) / len(used))
    return {"index": index, "codon_count": len(codons), "weakest": min(used)}

"""The twenty amino acids: masses, pK values, hydropathy, size, codons and textbook classes."""

from __future__ import annotations

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
    "aromatic": "FWY",
    "branched-chain": "ILV",
    "positively charged": "KRH",
    "sulfur-containing": "CM",
    "hydroxyl-bearing": "STY",
    "ketogenic": "LKIFWTY",
}
"""Textbook classes (Lehninger; Nelson and Cox, Principles of Biochemistry). `essential`: for adult humans."""


def amino_acids_table() -> list[dict[str, Any]]:
    from Bio.Data.IUPACData import protein_weights
    from Bio.Data.PDBData import residue_sasa_scales
    from Bio.SeqUtils.ProtParamData import kd
    from periodictable import fasta
    from pyteomics import electrochem, mass

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
                "molecular_weight": round(protein_weights[letter], 3),
                "isoelectric_point": round(electrochem.pI(letter, pK=electrochem.pK_lehninger), 2),
                "hydropathy": kd[letter],
                "volume": float(fasta.AMINO_ACID_CODES[letter].cell_volume),
                "surface_area": residue_sasa_scales["Wilke"][short.upper()],
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

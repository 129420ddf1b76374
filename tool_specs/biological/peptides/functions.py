"""Well-known human peptides, and masses, charges and digests of peptides with pyteomics.

The peptides are the mature human chains of UniProt as plain letters: no amide, no disulfide bonds, no acyl group.
"""

from __future__ import annotations

import functools
import math
from typing import Any

PEPTIDES = {
    "angiotensin I": ("DRVYIHPFHL", "AGT"),
    "angiotensin II": ("DRVYIHPF", "AGT"),
    "bradykinin": ("RPPGFSPFR", "KNG1"),
    "substance P": ("RPKPQQFFGLM", "TAC1"),
    "neurokinin A": ("HKTDSFVGLM", "TAC1"),
    "oxytocin": ("CYIQNCPLG", "OXT"),
    "arginine vasopressin": ("CYFQNCPRG", "AVP"),
    "somatostatin-14": ("AGCKNFFWKTFTSC", "SST"),
    "somatostatin-28": ("SANSNPAMAPRERKAGCKNFFWKTFTSC", "SST"),
    "Leu-enkephalin": ("YGGFL", "PENK"),
    "Met-enkephalin": ("YGGFM", "PENK"),
    "beta-endorphin": ("YGGFMTSEKSQTPLVTLFKNAIIKNAYKKGE", "POMC"),
    "corticotropin (ACTH 1-39)": ("SYSMEHFRWGKPVGKKRRPVKVYPNGAEDESAEAFPLEF", "POMC"),
    "alpha-MSH": ("SYSMEHFRWGKPV", "POMC"),
    "dynorphin A": ("YGGFLRRIRPKLKWDNQ", "PDYN"),
    "dynorphin B": ("YGGFLRRQFKVVT", "PDYN"),
    "ghrelin": ("GSSFLSPEHQRVQQRKESKKPPAKLQPR", "GHRL"),
    "neuropeptide Y": ("YPSKPDNPGEDAPAEDMARYYSALRHYINLITRQRY", "NPY"),
    "peptide YY": ("YPIKPEAPREDASPEELNRYYASLRHYLNLVTRQRY", "PYY"),
    "pancreatic polypeptide": ("APLEPVYPGDNATPEQMAQYAADLRRYINMLTRPRY", "PPY"),
    "vasoactive intestinal peptide": ("HSDAVFTDNYTRLRKQMAVKKYLNSILN", "VIP"),
    "secretin": ("HSDGTFTSELSRLREGARLQRLLQGLV", "SCT"),
    "gastric inhibitory polypeptide": ("YAEGTFISDYSIAMDKIHQQDFVNWLLAQKGKKNDWKHNITQ", "GIP"),
    "glucagon": ("HSQGTFTSDYSKYLDSRRAQDFVQWLMNT", "GCG"),
    "GLP-1 (7-37)": ("HAEGTFTSDVSSYLEGQAAKEFIAWLVKGRG", "GCG"),
    "calcitonin": ("CGNLSTCMLGTYTQDFNKFHTFPQTAIGVGAP", "CALCA"),
    "alpha-CGRP": ("ACDTATCVTHRLAGLLSRSGGVVKNNFVPTNVGSKAF", "CALCA"),
    "amylin": ("KCNTATCATQRLANFLVHSSNNFGAILSSTNVGSNTY", "IAPP"),
    "insulin A chain": ("GIVEQCCTSICSLYQLENYCN", "INS"),
    "insulin B chain": ("FVNQHLCGSHLVEALYLVCGERGFFYTPKT", "INS"),
    "corticoliberin": ("SEEPPISLDLTFHLLREVLEMARAEQLAQQAHSNRKLMEII", "CRH"),
    "orexin B": ("RSGPPGLQGRLQRLLQASGNHAAGILTM", "HCRT"),
    "galanin": ("GWTLNSAGYLLGPHAVGNHRSFSDKNGLTS", "GAL"),
    "motilin": ("FVPIFTYGELQRMQEKERNKGQ", "MLN"),
    "cholecystokinin-8": ("DYMGWMDF", "CCK"),
    "endothelin-1": ("CSCSSLMDKECVYFCHLDIIW", "EDN1"),
    "atrial natriuretic peptide": ("SLRRSSCFGGRMDRIGAQSGLGCNSFRY", "NPPA"),
    "brain natriuretic peptide 32": ("SPKMVQGSGCFGRKMDRISSSSGLGCKVLRRH", "NPPB"),
    "C-type natriuretic peptide 22": ("GLSKGCFGLKLDRIGSMSGLGC", "NPPC"),
    "LL-37": ("LLGDFFRKSKEKIGKEFKRIVQRIKDFLRNLVPRTES", "CAMP"),
    "hepcidin-25": ("DTHFPICIFCCGCCHRSKCGMCCKT", "HAMP"),
    "kisspeptin-10": ("YNWNSFGLRF", "KISS1"),
    "histatin 5": ("DSHAKRHHGYKRKFHEKHHSHRGY", "HTN3"),
    "amyloid beta 1-40": ("DAEFRHDSGYEVHHQKLVFFAEDVGSNKGAIIGLMVGGVV", "APP"),
    "amyloid beta 1-42": ("DAEFRHDSGYEVHHQKLVFFAEDVGSNKGAIIGLMVGGVVIA", "APP"),
}
"""Name to sequence (one-letter) and gene of the precursor."""
PROTEASES = {
    "trypsin": "trypsin",
    "Lys-C": "lysc",
    "Arg-C": "arg-c",
    "Asp-N": "asp-n",
    "Glu-C": "glutamyl endopeptidase",
    "chymotrypsin": "chymotrypsin high specificity",
    "cyanogen bromide": "cnbr",
}
"""Name to the rule of pyteomics (Expasy PeptideCutter)."""
HYDROPATHY = {
    "A": 1.8, "C": 2.5, "D": -3.5, "E": -3.5, "F": 2.8, "G": -0.4, "H": -3.2, "I": 4.5, "K": -3.9, "L": 3.8, "M": 1.9,
    "N": -3.5, "P": -1.6, "Q": -3.5, "R": -4.5, "S": -0.8, "T": -0.7, "V": 4.2, "W": -0.9, "Y": -1.3,
}  # fmt: skip
"""Kyte and Doolittle (1982)."""


def peptides_table() -> list[dict[str, Any]]:
    return [
        {"peptide": name, "sequence": sequence, "length": len(sequence), "gene": gene}
        for name, (sequence, gene) in PEPTIDES.items()
    ]


@functools.cache
def _masses(sequence: str) -> tuple[float, float]:
    from pyteomics import mass

    return float(mass.fast_mass(sequence)), float(mass.calculate_mass(sequence=sequence, average=True))


def peptide_mass(sequence: str) -> dict[str, Any]:
    exact, average = _masses(sequence)
    return {"monoisotopic_mass": exact, "average_mass": average, "length": len(sequence)}


def peptide_mz(sequence: str, charge: int) -> dict[str, Any]:
    return {"mz": (_masses(sequence)[0] + charge * 1.007276466621) / charge}


def fragment_ion(sequence: str, ion: str, position: int) -> dict[str, Any]:
    from pyteomics import mass

    if not 1 <= position < len(sequence):
        raise ValueError(
            f"position must lie between 1 and {len(sequence) - 1} for a peptide of {len(sequence)} residues"
        )
    part = sequence[:position] if ion == "b" else sequence[-position:]
    return {"fragment": part, "mz": float(mass.fast_mass(part, ion_type=ion, charge=1))}


def digest_protein(sequence: str, protease: str, min_length: int) -> dict[str, Any]:
    from pyteomics import parser

    rule = parser.expasy_rules[PROTEASES[protease]]
    found = [peptide for _, peptide in parser.xcleave(sequence, rule, regex=True)]
    kept = sorted({peptide for peptide in found if len(peptide) >= min_length})
    if not kept:
        raise ValueError(f"no peptide of {min_length} or more residues; the cuts leave {', '.join(found)}"[:300])
    size = max(map(len, kept))
    longest = [peptide for peptide in kept if len(peptide) == size]
    return {
        "peptides": kept,
        "cut_count": len(found) - 1,
        "longest_peptide": longest[0] if len(longest) == 1 else None,
    }


def peptide_charge(sequence: str, ph: float) -> dict[str, Any]:
    from pyteomics import electrochem

    point = float(electrochem.pI(sequence, precision_pI=0.001))
    return {"isoelectric_point": point, "net_charge": float(electrochem.charge(sequence, ph))}


def protein_properties(sequence: str) -> dict[str, Any]:
    """GRAVY: Kyte and Doolittle 1982. Extinction at 280 nm: Pace et al. 1995. Aliphatic index: Ikai 1980."""
    n = len(sequence)
    count = {letter: sequence.count(letter) for letter in HYDROPATHY}
    return {
        "length": n,
        "gravy": math.fsum(HYDROPATHY[letter] for letter in sequence) / n,
        "extinction": 5500 * count["W"] + 1490 * count["Y"],
        "aliphatic_index": 100 * (count["A"] + 2.9 * count["V"] + 3.9 * (count["I"] + count["L"])) / n,
        "acidic_residues": count["D"] + count["E"],
        "basic_residues": count["K"] + count["R"],
    }


def peptide_retention_time(sequence: str, eluent_ph: str) -> dict[str, Any]:
    """Guo et al. (1986), J. Chromatogr. 359:499: sum of residue coefficients and end groups, no length correction."""
    from pyteomics import achrom

    coefficients = achrom.RCs_guo_ph2_0 if eluent_ph == "pH 2.0" else achrom.RCs_guo_ph7_0
    minutes = float(achrom.calculate_RT(sequence, coefficients))
    if minutes <= 0:
        raise ValueError("the model predicts that this peptide is not retained at all")
    return {"retention_time": minutes}

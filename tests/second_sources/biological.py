"""Second sources of biological tables: amino acids, scales, substitution matrices, genetic codes, genomes."""

from __future__ import annotations

import ast
from typing import Any

from builder.tools.pool import ToolPool
from tests.second_sources.comparing import Comparison, Value
from tests.second_sources.reading import Reader, column, folder_of, second

AMINO_ACIDS = "biological.amino_acids.amino_acids"
WATER = 18.01528
LETTERS = "ACDEFGHIKLMNPQRSTVWY"
NAMES = dict(
    zip(
        LETTERS,
        "alanine;cysteine;aspartic acid;glutamic acid;phenylalanine;glycine;histidine;isoleucine;lysine;leucine;"
        "methionine;asparagine;proline;glutamine;arginine;serine;threonine;valine;tryptophan;tyrosine".split(";"),
        strict=True,
    )
)
SCALES = {
    "Argos": "Argos", "Black-Mould": "BlackMould", "Casari-Sippl": "Casari", "Cid": "Cid",
    "Cowan-Whittaker": "Cowan3.4", "Engelman-Steitz-Goldman": "Engelman", "Fasman": "Fasman",
    "Fauchere-Pliska": "Fauchere", "Guy": "Guy", "Hopp-Woods": "HoppWoods", "Jones": "Jones", "Juretic": "Juretic",
    "Kidera": "Kidera", "Kyte-Doolittle": "KyteDoolittle", "Parker": "Parker", "Ponnuswamy": "Ponnuswamy",
    "Rose": "Rose", "Sweet-Eisenberg": "Sweet", "Zimmerman": "Zimmerman",
}  # fmt: skip
GENOMES = {"hg38": "HomSap", "mm39": "MusMus", "dm6": "DroMel", "ce11": "CaeEle"}
"""Assemblies that both know, by the names of UCSC and of stdpopsim."""


def _mass(kind: str, added: float) -> dict[str, Value]:
    from peptides import tables

    return {letter: tables.MOLECULAR_WEIGHT[kind][letter] + added for letter in LETTERS}


def _isoelectric() -> dict[str, Value]:
    from peptides import Peptide

    return {letter: Peptide(letter).isoelectric_point(pKscale="Lehninger") for letter in LETTERS}


def _scales() -> dict[str, Value]:
    from peptides import tables

    return {
        f"{ours} {NAMES[letter]}": tables.HYDROPHOBICITY[theirs][letter]
        for ours, theirs in SCALES.items()
        for letter in LETTERS
    }


def _blosum() -> dict[str, Value]:
    import blosum

    found = {}
    for number in (45, 62, 80, 90):
        matrix = blosum.BLOSUM(number)
        found |= {f"BLOSUM{number} {NAMES[a]} {NAMES[b]}": float(matrix[a][b]) for a in LETTERS for b in LETTERS}
    return found


def _hydropathy() -> dict[str, Value]:
    from aaindex import aaindex1

    return {letter: aaindex1["KYTJ820101"]["values"][letter] for letter in LETTERS}


def _decoding() -> dict[str, Value]:
    """Amino acid of each codon by table number; read from the source text, since importing it needs a compiled part."""
    path = folder_of("skbio") / "sequence" / "_genetic_code.py"
    [table] = [
        node.value
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "_ncbi_genetic_codes"
    ]
    assert isinstance(table, ast.Dict)
    codons = [a + b + c for a in "TCAG" for b in "TCAG" for c in "TCAG"]
    found: dict[str, Value] = {}
    for number, code in zip(table.keys, table.values, strict=True):
        letters: Any = ast.literal_eval(code.args[0])  # type: ignore[attr-defined]
        for codon, letter in zip(codons, letters, strict=True):
            found[f"{ast.literal_eval(number)} {codon}"] = "stop" if letter == "*" else NAMES[letter]  # type: ignore[arg-type]
    return found


def _ours_decoding(pool: ToolPool) -> dict[str, Value]:
    rows = pool.runtime("biological.genetic_codes").connection.execute(
        "SELECT number, codon, CASE WHEN is_stop THEN 'stop' ELSE amino_acid END FROM decoding JOIN codes USING (code)"
    )
    return {f"{number} {codon}": meaning for number, codon, meaning in rows.fetchall()}


def _chromosomes(species: str) -> dict[str, int]:
    """Lengths by name, from the module of data that Ensembl's service wrote."""
    path = folder_of("stdpopsim") / "catalog" / species / "genome_data.py"
    [data] = [
        ast.literal_eval(node.value)
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.Assign)
    ]
    return {name: entry["length"] for name, entry in data["chromosomes"].items()}


def _human() -> dict[str, Value]:
    return {name: float(length) for name, length in _chromosomes("HomSap").items()}


def _genomes(of: str) -> dict[str, Value]:
    """Summed length, number, or name of the longest, of the chromosomes of the nucleus."""
    found: dict[str, Value] = {}
    for assembly, species in GENOMES.items():
        lengths = {
            n: size for n, size in _chromosomes(species).items() if n not in ("MT", "MtDNA", "mitochondrion_genome")
        }
        longest = max(lengths, key=lengths.__getitem__)
        found[assembly] = {"length": sum(lengths.values()), "count": len(lengths), "longest": f"chr{longest}"}[of]
    return found


def _amino(field: str) -> Reader:
    return column(AMINO_ACIDS, "one_letter", field)


PEPTIDES = "tables that the authors of peptides took over from the R package Peptides; ours are those of "
COMPARISONS = (
    Comparison(
        table=AMINO_ACIDS,
        field="residue_mass",
        second="peptides",
        origin=PEPTIDES + "pyteomics",
        ours=_amino("residue_mass"),
        theirs=second(lambda: _mass("monoisotopic", 0.0)),
        decimals=4,
        apart=1e-4,
        reason="rounded to four or five decimals",
    ),
    Comparison(
        table=AMINO_ACIDS,
        field="molecular_weight",
        second="peptides",
        origin=PEPTIDES + "Biopython",
        ours=_amino("molecular_weight"),
        theirs=second(lambda: _mass("expasy", WATER)),
        decimals=2,
        apart=0.02,
        reason="atomic weights of different years",
    ),
    Comparison(
        table=AMINO_ACIDS,
        field="isoelectric_point",
        second="peptides",
        origin=PEPTIDES + "pyteomics, both computed from the pK of Lehninger",
        ours=_amino("isoelectric_point"),
        theirs=second(_isoelectric),
        decimals=2,
        apart=0.02,
        reason="Lehninger's pK of later editions differ in the second decimal",
    ),
    Comparison(
        table=AMINO_ACIDS,
        field="hydropathy",
        second="aaindex",
        origin="entry KYTJ820101 of AAindex, also a provider of ours; ours is the scale of Biopython",
        ours=_amino("hydropathy"),
        theirs=second(_hydropathy),
        decimals=1,
        draws=5,
    ),
    Comparison(
        table="biological.residue_scales.scale_values",
        field="value",
        second="peptides",
        origin=PEPTIDES + "Biopython",
        ours=column("biological.residue_scales.scale_values", "scale || ' ' || amino_acid", "value"),
        theirs=second(_scales),
        decimals=3,
        draws=20,
    ),
    Comparison(
        table="biological.substitution.scores",
        field="score",
        second="blosum",
        origin="the matrices of the NCBI toolkit; ours are those of Biopython",
        ours=column("biological.substitution.scores", "matrix || ' ' || amino_acid || ' ' || replacement", "score"),
        theirs=second(_blosum),
        draws=15,
        mended={
            "BLOSUM80 alanine alanine": "BLOSUM80 was in thirds of a bit, BLAST's is in halves; BLOSUM90 took its place"
        },
    ),
    Comparison(
        table="biological.genetic_codes.decoding",
        field="amino_acid",
        second="scikit-bio",
        origin="NCBI's tables, copied by the authors of scikit-bio; ours are Biopython's",
        ours=_ours_decoding,
        theirs=second(_decoding),
        draws=15,
    ),
    Comparison(
        table="biological.genes.chromosomes",
        field="length",
        second="stdpopsim",
        origin="Ensembl; ours is UCSC, by way of bioframe",
        ours=column("biological.genes.chromosomes", "chromosome", "length"),
        theirs=second(_human),
    ),
    *(
        Comparison(
            table="biological.assemblies.assemblies",
            field=field,
            second="stdpopsim",
            origin="Ensembl; ours is UCSC, by way of bioframe",
            ours=column("biological.assemblies.assemblies", "assembly", field),
            theirs=second(lambda kind=kind: _genomes(kind)),
        )
        for field, kind in (("genome_length", "length"), ("chromosome_count", "count"), ("longest", "longest"))
    ),
)

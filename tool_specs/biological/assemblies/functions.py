"""Genome assemblies with the lengths of their chromosomes, read from the files that bioframe ships."""

from __future__ import annotations

import csv
import functools
import importlib.util
from pathlib import Path
from typing import Any

ASSEMBLIES = {
    "hg19": ("Homo sapiens", "GRCh37", 2009),
    "hg38": ("Homo sapiens", "GRCh38", 2013),
    "hs1": ("Homo sapiens", "T2T-CHM13v2.0", 2022),
    "mm9": ("Mus musculus", "MGSCv37", 2007),
    "mm10": ("Mus musculus", "GRCm38", 2011),
    "mm39": ("Mus musculus", "GRCm39", 2020),
    "danRer10": ("Danio rerio", "GRCz10", 2014),
    "danRer11": ("Danio rerio", "GRCz11", 2017),
    "dm3": ("Drosophila melanogaster", "Release 5", 2006),
    "dm6": ("Drosophila melanogaster", "Release 6", 2014),
    "ce10": ("Caenorhabditis elegans", "WS220", 2010),
    "ce11": ("Caenorhabditis elegans", "WBcel235", 2013),
    "sacCer3": ("Saccharomyces cerevisiae", "R64", 2011),
}
"""UCSC name to organism, name of the maker and year, as in bioframe's list of assemblies and at UCSC."""
COMMON = {
    "Homo sapiens": "human", "Mus musculus": "mouse", "Danio rerio": "zebrafish",
    "Drosophila melanogaster": "fruit fly", "Caenorhabditis elegans": "roundworm",
    "Saccharomyces cerevisiae": "baker's yeast",
}  # fmt: skip


@functools.cache
def _chromosomes(assembly: str) -> tuple[tuple[str, int], ...]:
    """Assembled chromosomes of the nucleus, without unplaced pieces, alternates and organelles."""
    spec = importlib.util.find_spec("bioframe")
    assert spec is not None and spec.origin is not None
    path = Path(spec.origin).parent / "io" / "data" / f"{assembly}.seqinfo.tsv"
    with path.open(encoding="utf-8", newline="") as file:
        return tuple(
            (row["name"], int(row["length"]))
            for row in csv.DictReader(file, delimiter="\t")
            if row["role"] == "assembled" and row["unit"] == "primary"
        )


def assemblies_table() -> list[dict[str, Any]]:
    rows = []
    for assembly, (organism, build, year) in ASSEMBLIES.items():
        chromosomes = _chromosomes(assembly)
        rows.append(
            {
                "assembly": assembly,
                "spoken": f"the {COMMON[organism]} genome ({assembly})",
                "build": build,
                "organism": organism,
                "common": COMMON[organism],
                "year": year,
                "genome_length": sum(length for _, length in chromosomes),
                "chromosome_count": len(chromosomes),
                "longest": max(chromosomes, key=lambda item: item[1])[0],
            }
        )
    return rows

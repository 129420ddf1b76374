"""Tables of human genes on GRCh38, read from the BioMart export that hgfind ships."""

from __future__ import annotations

import csv
import functools
import importlib.util
import itertools
import re
from pathlib import Path
from typing import Any

LENGTHS = {
    "1": 248956422, "2": 242193529, "3": 198295559, "4": 190214555, "5": 181538259, "6": 170805979, "7": 159345973,
    "8": 145138636, "9": 138394717, "10": 133797422, "11": 135086622, "12": 133275309, "13": 114364328,
    "14": 107043718, "15": 101991189, "16": 90338345, "17": 83257441, "18": 80373285, "19": 58617616, "20": 64444167,
    "21": 46709983, "22": 50818468, "X": 156040895, "Y": 57227415, "MT": 16569,
}  # fmt: skip
"""Chromosome lengths of GRCh38 (GCF_000001405), in base pairs."""
CLONE = re.compile(r"^[A-Z]{1,2}\d{5,6}\.\d+$")
"""Names of clones (AC012345.1) that stand in for a symbol."""
SEGMENT = re.compile(r"^(IG[HKL]|TR[ABDG])[VDJC]")
"""Segments of immunoglobulin and T-cell receptor genes: symbols, but no whole genes."""


@functools.cache
def _rows() -> list[dict[str, str]]:
    """The export's rows on the primary chromosomes. Read as a file: importing hgfind writes a pickle."""
    spec = importlib.util.find_spec("hgfind")
    assert spec is not None and spec.origin is not None
    path = Path(spec.origin).with_name("biomart-gene-coordinates.txt")
    names = ("start", "end", "symbol", "alias", "wikigene", "uniprot", "chromosome", "strand")
    with path.open(encoding="utf-8", newline="") as file:
        lines = csv.reader(file, delimiter="\t")
        next(lines)
        rows = [dict(zip(names, line, strict=True)) for line in lines]
    return [row for row in rows if row["symbol"] and row["chromosome"] in LENGTHS]


@functools.cache
def _genes() -> tuple[dict[str, Any], ...]:
    places: dict[str, set[tuple[str, int, int, str]]] = {}
    coding = set()
    for row in _rows():
        place = (row["chromosome"], int(row["start"]), int(row["end"]), row["strand"])
        places.setdefault(row["symbol"], set()).add(place)
        if row["uniprot"] and not SEGMENT.match(row["symbol"]):
            coding.add(row["symbol"])
    genes = []
    for symbol, found in places.items():
        if len(found) != 1 or CLONE.match(symbol):
            continue
        ((chromosome, start, end, strand),) = found
        genes.append(
            {
                "symbol": symbol,
                "chromosome": chromosome,
                "start": start,
                "end": end,
                "length": end - start + 1,
                "strand": "forward" if strand == "1" else "reverse",
                "protein_coding": symbol in coding,
                "readthrough": "-" in symbol and all(part in places for part in symbol.split("-", 1)),
            }
        )
    order = list(LENGTHS)
    return tuple(sorted(genes, key=lambda g: (order.index(g["chromosome"]), g["start"], g["end"], g["symbol"])))


def genes_table() -> list[dict[str, Any]]:
    rows = [{**gene, "previous_gene": None, "next_gene": None} for gene in _genes()]
    coding = [row for row in rows if row["protein_coding"] and not row["readthrough"]]
    for left, right in itertools.pairwise(coding):
        if left["chromosome"] == right["chromosome"]:
            left["next_gene"], right["previous_gene"] = right["symbol"], left["symbol"]
    return rows


def aliases_table() -> list[dict[str, Any]]:
    symbols = {gene["symbol"] for gene in _genes()}
    coding = {gene["symbol"] for gene in _genes() if gene["protein_coding"]}
    every = {row["symbol"] for row in _rows()}
    found: dict[str, set[str]] = {}
    for row in _rows():
        alias = row["alias"].strip()
        if alias and alias not in every and 3 <= len(alias) <= 20 and re.match(r"^[A-Za-z][A-Za-z0-9.\-]*$", alias):
            found.setdefault(alias.upper(), set()).add(row["symbol"])
    spelled = {row["alias"].strip().upper(): row["alias"].strip() for row in sorted(_rows(), key=lambda r: r["alias"])}
    taken = {symbol.upper() for symbol in symbols}
    rows = [
        {"alias": spelled[key], "symbol": next(iter(owners))}
        for key, owners in sorted(found.items())
        if len(owners) == 1 and next(iter(owners)) in coding and key not in taken
    ]
    return sorted(rows, key=lambda row: row["alias"])


def chromosomes_table() -> list[dict[str, Any]]:
    rows = []
    for name, length in LENGTHS.items():
        coding = [g for g in _genes() if g["chromosome"] == name and g["protein_coding"] and not g["readthrough"]]
        longest = max(coding, key=lambda gene: gene["length"])
        rows.append(
            {
                "chromosome": name,
                "spoken": "the human mitochondrial chromosome" if name == "MT" else f"human chromosome {name}",
                "ucsc": "chrM" if name == "MT" else f"chr{name}",
                "length": length,
                "protein_coding_genes": len(coding),
                "longest_gene": longest["symbol"],
                "nuclear": name != "MT",
            }
        )
    return rows


def series_table() -> list[dict[str, Any]]:
    found: dict[str, list[str]] = {}
    for gene in _genes():
        match = re.match(r"^([A-Z][A-Z0-9\-]*[A-Z])(\d+)$", gene["symbol"])
        if gene["protein_coding"] and match and len(match[1]) >= 3:
            found.setdefault(match[1], []).append(gene["symbol"])
    return [
        {"root": root, "gene": gene, "members": len(genes), "spoken": f"the {root} genes"}
        for root, genes in sorted(found.items())
        if 3 <= len(genes) <= 12 and not root.endswith("ORF")
        for gene in sorted(genes, key=lambda symbol: int(symbol[len(root) :]))
    ]


def overlaps_table() -> list[dict[str, Any]]:
    """Pairs of genes that share at least one base, whatever their strand; readthrough transcripts are left out."""
    rows = []
    open_genes: list[dict[str, Any]] = []
    for gene in (gene for gene in _genes() if not gene["readthrough"]):
        open_genes = [o for o in open_genes if o["chromosome"] == gene["chromosome"] and o["end"] >= gene["start"]]
        for other in open_genes:
            rows += [
                {"gene": gene["symbol"], "other": other["symbol"]},
                {"gene": other["symbol"], "other": gene["symbol"]},
            ]
        open_genes.append(gene)
    return sorted(rows, key=lambda row: (row["gene"], row["other"]))

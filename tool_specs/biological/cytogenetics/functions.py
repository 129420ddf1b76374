"""Cytogenetic bands of GRCh38, read from the UCSC table that bioframe ships, and the genes that lie in them."""

from __future__ import annotations

import csv
import functools
import importlib.util
import re
from pathlib import Path
from typing import Any

STAINS = {
    "gneg": "light", "gpos25": "grey (25%)", "gpos50": "grey (50%)", "gpos75": "grey (75%)", "gpos100": "black",
    "acen": "centromere", "gvar": "variable heterochromatin", "stalk": "stalk",
}  # fmt: skip
ARMS = {"p": "short", "q": "long"}
CLONE = re.compile(r"^[A-Z]{1,2}\d{5,6}\.\d+$")
SEGMENT = re.compile(r"^(IG[HKL]|TR[ABDG])[VDJC]")


def _file(package: str, *parts: str) -> Path:
    spec = importlib.util.find_spec(package)
    assert spec is not None and spec.origin is not None
    return Path(spec.origin).parent.joinpath(*parts)


@functools.cache
def _bands() -> tuple[dict[str, Any], ...]:
    rows = []
    with _file("bioframe", "io", "data", "hg38.cytoband.tsv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            chromosome = row["chrom"].removeprefix("chr")
            if not row["band"] or chromosome == "M":
                continue
            rows.append(
                {
                    "band": chromosome + row["band"],
                    "chromosome": chromosome,
                    "arm": chromosome + row["band"][0],
                    "start": int(row["start"]) + 1,
                    "end": int(row["end"]),
                    "length": int(row["end"]) - int(row["start"]),
                    "stain": STAINS[row["stain"]],
                }
            )
    return tuple(rows)


@functools.cache
def _genes() -> tuple[dict[str, Any], ...]:
    """Protein-coding genes with one place, by the rules of biological.genes."""
    places: dict[str, set[tuple[str, int, int]]] = {}
    coding = set()
    with _file("hgfind", "biomart-gene-coordinates.txt").open(encoding="utf-8", newline="") as file:
        lines = csv.reader(file, delimiter="\t")
        next(lines)
        for start, end, symbol, _, _, protein, chromosome, _ in lines:
            if symbol and re.fullmatch(r"\d{1,2}|[XY]", chromosome):
                places.setdefault(symbol, set()).add((chromosome, int(start), int(end)))
                if protein and not SEGMENT.match(symbol):
                    coding.add(symbol)
    rows = []
    for symbol in sorted(coding):
        if len(places[symbol]) != 1 or CLONE.match(symbol):
            continue
        if "-" in symbol and all(part in places for part in symbol.split("-", 1)):
            continue
        ((chromosome, start, end),) = places[symbol]
        touched = [b for b in _bands() if b["chromosome"] == chromosome and b["start"] <= end and b["end"] >= start]
        if len(touched) == 1:
            rows.append({"gene": symbol, "band": touched[0]["band"], "arm": touched[0]["arm"]})
    return tuple(rows)


def bands_table() -> list[dict[str, Any]]:
    counts: dict[str, int] = {}
    for gene in _genes():
        counts[gene["band"]] = counts.get(gene["band"], 0) + 1
    rows = [{**band, "gene_count": counts.get(band["band"], 0), "spoken": f"band {band['band']}"} for band in _bands()]
    return sorted(rows, key=lambda row: row["band"])


def genes_table() -> list[dict[str, Any]]:
    return list(_genes())


def arms_table() -> list[dict[str, Any]]:
    arms: dict[str, list[dict[str, Any]]] = {}
    for band in _bands():
        arms.setdefault(band["arm"], []).append(band)
    return [
        {
            "arm": arm,
            "spoken": f"the {ARMS[arm[-1]]} arm of human chromosome {arm[:-1]}",
            "chromosome": arm[:-1],
            "length": sum(band["length"] for band in bands),
            "band_count": len(bands),
            "longest_band": _longest(bands),
        }
        for arm, bands in sorted(arms.items())
    ]


def _longest(bands: list[dict[str, Any]]) -> str | None:
    """Null for a tie."""
    first, *others = sorted(bands, key=lambda band: -band["length"])
    return None if others and others[0]["length"] == first["length"] else str(first["band"])

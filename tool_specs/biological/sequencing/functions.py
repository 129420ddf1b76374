"""How much to sequence, and how many clones to keep."""

from __future__ import annotations

import math
from typing import Any


def sequencing_depth(target_length: int, reads: int, read_length: int) -> dict[str, Any]:
    """Lander and Waterman (1988), Genomics 2:231: coverage c = N L / G, uncovered share e^-c."""
    if read_length > target_length:
        raise ValueError(f"a read of {read_length} bases is longer than the target of {target_length}")
    depth = reads * read_length / target_length
    return {
        "depth": depth,
        "covered_percent": -100 * math.expm1(-depth),
        "uncovered_bases": target_length * math.exp(-depth),
    }


def reads_for_depth(target_length: int, depth: float, read_length: int) -> dict[str, Any]:
    if depth <= 0:
        raise ValueError("the depth must exceed 0")
    if read_length > target_length:
        raise ValueError(f"a read of {read_length} bases is longer than the target of {target_length}")
    reads = math.ceil(depth * target_length / read_length - 1e-9)
    return {"reads": reads, "gigabases": reads * read_length / 1e9}


def clones_for_library(genome_length: int, insert_length: int, probability_percent: float) -> dict[str, Any]:
    """Clarke and Carbon (1976), Cell 9:91: N = ln(1 - P) / ln(1 - I / G)."""
    if not 0 < insert_length < genome_length:
        raise ValueError(f"the insert ({insert_length} bp) must be shorter than the genome ({genome_length} bp)")
    exact = math.log1p(-probability_percent / 100) / math.log1p(-insert_length / genome_length)
    clones = math.ceil(exact - 1e-9)
    return {"clones": clones, "genome_equivalents": clones * insert_length / genome_length}

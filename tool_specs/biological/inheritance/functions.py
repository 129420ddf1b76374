"""Linkage, segregation and drift: exact textbook formulas."""

from __future__ import annotations

import math
from typing import Any

LIMITS = (3.841, 5.991, 7.815, 9.488, 11.070)
"""Upper 5% points of chi-square for 1 to 5 degrees of freedom."""


def genetic_map_distance(recombinants: int, offspring: int) -> dict[str, Any]:
    """Haldane (1919): -50 ln(1 - 2r); Kosambi (1944): 25 ln((1 + 2r) / (1 - 2r)); both in cM."""
    if offspring < 1 or recombinants > offspring:
        raise ValueError(f"{recombinants} recombinants do not fit {offspring} offspring")
    share = recombinants / offspring
    if share >= 0.5:
        raise ValueError(f"a recombination frequency of {100 * share:.1f}% means unlinked loci: no map distance")
    return {
        "recombination_percent": 100 * share,
        "haldane_cm": -50 * math.log1p(-2 * share),
        "kosambi_cm": 25 * math.log((1 + 2 * share) / (1 - 2 * share)),
    }


def linkage_disequilibrium(ab_both: int, a_only: int, b_only: int, neither: int) -> dict[str, Any]:
    """Lewontin (1964), Genetics 49:49; Hill and Robertson (1968)."""
    total = ab_both + a_only + b_only + neither
    if not total:
        raise ValueError("no haplotypes were counted")
    p, q = (ab_both + a_only) / total, (ab_both + b_only) / total
    if p in (0, 1) or q in (0, 1):
        raise ValueError("one of the loci has a single allele here: no linkage disequilibrium is defined")
    d = ab_both / total - p * q
    largest = min(p * (1 - q), (1 - p) * q) if d >= 0 else min(p * q, (1 - p) * (1 - q))
    return {
        "d": d,
        "d_prime": d / largest,
        "r_squared": d * d / (p * (1 - p) * q * (1 - q)),
        "frequency_a": p,
        "frequency_b": q,
    }


def segregation_test(observed: list[int], ratio: list[int]) -> dict[str, Any]:
    if len(observed) != len(ratio):
        raise ValueError(f"{len(observed)} classes were counted and {len(ratio)} parts of a ratio given")
    total = sum(observed)
    if total < 5 * len(observed):
        raise ValueError(f"{total} offspring are too few for a chi-square test of {len(observed)} classes")
    expected = [total * part / sum(ratio) for part in ratio]
    statistic = sum((o - e) ** 2 / e for o, e in zip(observed, expected, strict=True))
    limit = LIMITS[len(ratio) - 2]
    return {
        "chi_square": statistic,
        "degrees_of_freedom": len(ratio) - 1,
        "critical_value": limit,
        "fits": statistic <= limit,
        "expected": expected,
    }


def effective_population_size(males: int, females: int) -> dict[str, Any]:
    """Wright (1931), Genetics 16:97: Ne = 4 Nm Nf / (Nm + Nf)."""
    if males < 1 or females < 1:
        raise ValueError("there must be at least one breeding male and one breeding female")
    size = 4 * males * females / (males + females)
    return {"effective_size": size, "inbreeding_percent": 100 / (2 * size)}


def heterozygosity_kept(effective_size: float, generations: int) -> dict[str, Any]:
    if effective_size < 1:
        raise ValueError("an effective size below 1 makes no sense")
    return {"kept_percent": 100 * (1 - 1 / (2 * effective_size)) ** generations}

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
        "p_value": float(f"{_chi_square_tail(statistic, len(ratio) - 1):.4g}"),
    }


def _chi_square_tail(value: float, freedom: int) -> float:
    """Upper tail of the chi-square distribution, in closed form (Abramowitz and Stegun, 26.4.4 and 5)."""
    half = value / 2
    total, start = (0.0, 0.0) if freedom % 2 == 0 else (math.erfc(math.sqrt(half)), 0.5)
    for step in range(freedom // 2):
        power = start + step
        total += math.exp(-half) * half**power / math.gamma(power + 1)
    return total


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


def linkage_disequilibrium_decay(d: float, recombination_percent: float, generations: int) -> dict[str, Any]:
    """R. C. Lewontin and K. Kojima, Evolution 14 (1960) 458: D falls by the factor 1 - r in each generation."""
    if recombination_percent == 0:
        raise ValueError("without recombination D does not fall; give a frequency above zero")
    kept = 1 - recombination_percent / 100
    return {"d_after": d * kept**generations, "half_time": math.log(0.5) / math.log(kept)}

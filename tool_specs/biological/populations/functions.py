"""Population genetics, ecology and enzyme kinetics by textbook formulas."""

from __future__ import annotations

import math
from typing import Any


def hardy_weinberg(homozygotes_a: int, heterozygotes: int, homozygotes_b: int) -> dict[str, Any]:
    """Allele frequency, expectation, chi-square with 1 degree of freedom (5% limit 3.841), inbreeding coefficient."""
    n = homozygotes_a + heterozygotes + homozygotes_b
    if n == 0:
        raise ValueError("no individuals were counted")
    p = (2 * homozygotes_a + heterozygotes) / (2 * n)
    if p in (0.0, 1.0):
        raise ValueError("only one allele was seen: nothing to test")
    expected = (n * p * p, 2 * n * p * (1 - p), n * (1 - p) ** 2)
    observed = (homozygotes_a, heterozygotes, homozygotes_b)
    chi = sum((o - e) ** 2 / e for o, e in zip(observed, expected, strict=True))
    return {
        "allele_frequency": p,
        "expected_heterozygotes": expected[1],
        "chi_square": chi,
        "in_equilibrium": chi < 3.841459,
        "inbreeding_coefficient": 1 - heterozygotes / expected[1],
    }


def fixation_index(frequencies: list[float]) -> dict[str, Any]:
    """Wright's FST for one biallelic locus and populations of equal size: (HT - HS) / HT."""
    mean = math.fsum(frequencies) / len(frequencies)
    total = 2 * mean * (1 - mean)
    if total == 0:
        raise ValueError("the allele is fixed or absent everywhere: FST is not defined")
    within = math.fsum(2 * p * (1 - p) for p in frequencies) / len(frequencies)
    return {"fst": (total - within) / total, "mean_frequency": mean}


def carrier_frequency(births_per_case: int) -> dict[str, Any]:
    """Autosomal recessive disease in Hardy-Weinberg equilibrium: q^2 = incidence, carriers 2pq."""
    q = math.sqrt(1 / births_per_case)
    return {"allele_frequency": q, "carrier_percent": 200 * q * (1 - q)}


def diversity_indices(counts: list[int]) -> dict[str, Any]:
    """Shannon with natural logarithm; Simpson's 1 - D with p squared; Pielou's evenness."""
    seen = [count for count in counts if count > 0]
    if len(seen) < 2:
        raise ValueError("diversity needs at least two species with individuals")
    n = sum(seen)
    shares = [count / n for count in seen]
    shannon = -math.fsum(p * math.log(p) for p in shares)
    return {
        "richness": len(seen),
        "shannon": shannon,
        "simpson": 1 - math.fsum(p * p for p in shares),
        "evenness": shannon / math.log(len(seen)),
    }


def enzyme_rate(
    vmax: float, km_mm: float, substrate_mm: float, inhibitor_mm: float, ki_mm: float | None
) -> dict[str, Any]:
    """Michaelis-Menten; a competitive inhibitor multiplies Km by 1 + [I]/Ki."""
    if inhibitor_mm > 0 and ki_mm is None:
        raise ValueError("an inhibitor concentration needs ki_mm")
    if km_mm == 0 and substrate_mm == 0:
        raise ValueError("km_mm and substrate_mm are both 0")
    apparent = km_mm * (1 + (inhibitor_mm / ki_mm if ki_mm else 0))
    rate = vmax * substrate_mm / (apparent + substrate_mm)
    return {"rate": rate, "apparent_km_mm": apparent, "percent_of_vmax": 100 * rate / vmax}

"""Tests, intervals and sample sizes, with the distributions in pure Python.

Incomplete beta and gamma functions by continued fraction and series: Press et al., Numerical Recipes,
3rd edition, sections 6.2 and 6.4 (relative error below 1e-12 in the range used).
"""

from __future__ import annotations

import math
import statistics
from typing import Any

from builder.errors import ToolError

TINY = 1e-300
NORMAL = statistics.NormalDist()


def _beta_fraction(a: float, b: float, x: float) -> float:
    c, d = 1.0, 1 - (a + b) * x / (a + 1)
    d = 1 / (d if abs(d) > TINY else TINY)
    h = d
    for m in range(1, 1000):
        for numerator in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d = 1 + numerator * d
            c = 1 + numerator / c
            d = 1 / (d if abs(d) > TINY else TINY)
            c = c if abs(c) > TINY else TINY
            h *= d * c
        if abs(d * c - 1) < 1e-15:
            break
    return h


def _incomplete_beta(a: float, b: float, x: float) -> float:
    if x <= 0 or x >= 1:
        return 0.0 if x <= 0 else 1.0
    front = math.exp(math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x))
    if x < (a + 1) / (a + b + 2):
        return front * _beta_fraction(a, b, x) / a
    return 1 - front * _beta_fraction(b, a, 1 - x) / b


def _two_sided_t(t: float, freedom: float) -> float:
    return _incomplete_beta(freedom / 2, 0.5, freedom / (freedom + t * t))


def _t_quantile(probability: float, freedom: float) -> float:
    """Upper quantile of Student's t by bisection."""
    low, high = 0.0, 1e6
    target = 2 * (1 - probability)
    for _ in range(200):
        middle = (low + high) / 2
        if _two_sided_t(middle, freedom) > target:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _significant(p: float) -> float:
    """Four significant digits: p-values may be very small."""
    return float(f"{p:.4g}")


def t_test_from_summary(mean_a: float, sd_a: float, n_a: int, mean_b: float, sd_b: float, n_b: int) -> dict[str, Any]:
    """Welch's test; Cohen's d with the pooled standard deviation."""
    if min(sd_a, sd_b) == 0:
        raise ValueError("a group without spread cannot be tested; give standard deviations above zero")
    va, vb = sd_a**2 / n_a, sd_b**2 / n_b
    t = (mean_a - mean_b) / math.sqrt(va + vb)
    freedom = (va + vb) ** 2 / (va**2 / (n_a - 1) + vb**2 / (n_b - 1))
    pooled = math.sqrt(((n_a - 1) * sd_a**2 + (n_b - 1) * sd_b**2) / (n_a + n_b - 2))
    return {
        "t_statistic": t,
        "degrees_of_freedom": freedom,
        "p_value": _significant(_two_sided_t(t, freedom)),
        "cohens_d": (mean_a - mean_b) / pooled,
    }


def mean_confidence_interval(values: list[float], confidence: float = 95.0) -> dict[str, Any]:
    """Student's t interval for the mean."""
    mean, sd, n = statistics.fmean(values), statistics.stdev(values), len(values)
    if sd == 0:
        raise ValueError("all values are equal: there is no spread to estimate an interval from")
    margin = _t_quantile(0.5 + confidence / 200, n - 1) * sd / math.sqrt(n)
    return {"mean": mean, "lower": mean - margin, "upper": mean + margin, "margin": margin, "standard_deviation": sd}


def chi_square_2x2(a_yes: int, a_no: int, b_yes: int, b_no: int) -> dict[str, Any]:
    """Pearson's chi-square without continuity correction, one degree of freedom."""
    total = a_yes + a_no + b_yes + b_no
    rows, columns = (a_yes + a_no, b_yes + b_no), (a_yes + b_yes, a_no + b_no)
    if 0 in rows or 0 in columns:
        raise ValueError("a row or a column of the table is empty")
    least = min(r * c for r in rows for c in columns) / total
    if least < 5:
        raise ToolError(
            "out_of_range", "an expected count is below 5: use an exact test", smallest_expected=round(least, 2)
        )
    chi = total * (a_yes * b_no - a_no * b_yes) ** 2 / (rows[0] * rows[1] * columns[0] * columns[1])
    return {
        "chi_square": chi,
        "p_value": _significant(math.erfc(math.sqrt(chi / 2))),
        "phi": math.sqrt(chi / total),
        "rate_difference": (a_yes / rows[0] - b_yes / rows[1]) * 100,
    }


def sample_size_means(difference: float, sd: float, power: float = 80.0, alpha: float = 5.0) -> dict[str, Any]:
    """n per group = 2 (z_a + z_b)^2 sd^2 / d^2 (normal approximation, two-sided, two groups)."""
    if difference == 0:
        raise ValueError("a difference of zero cannot be detected")
    if sd == 0:
        raise ValueError("without spread no sample size is needed; give a standard deviation above zero")
    z = NORMAL.inv_cdf(1 - alpha / 200) + NORMAL.inv_cdf(power / 100)
    per_group = math.ceil(2 * (z * sd / difference) ** 2)
    return {"per_group": max(per_group, 2), "total": 2 * max(per_group, 2), "effect_size": abs(difference) / sd}


def sample_size_proportion(
    margin: float, proportion: float = 50.0, confidence: float = 95.0, population: int | None = None
) -> dict[str, Any]:
    """Cochran's formula, with the finite population correction when a population is given."""
    z = NORMAL.inv_cdf(0.5 + confidence / 200)
    share = proportion / 100
    size = z * z * share * (1 - share) / (margin / 100) ** 2
    if population is not None:
        size = size / (1 + (size - 1) / population)
    return {"sample_size": math.ceil(size - 1e-9)}


def adjust_for_dropout(sample_size: int, dropout: float) -> dict[str, Any]:
    """Enrol n / (1 - dropout), rounded up."""
    return {"enrolment": math.ceil(sample_size / (1 - dropout / 100) - 1e-9)}


def adjusted_p_values(p_values: list[float], method: str) -> dict[str, Any]:
    """S. Holm, Scand. J. Statist. 6 (1979) 65; Y. Benjamini and Y. Hochberg, J. R. Statist. Soc. B 57 (1995) 289."""
    n = len(p_values)
    order = sorted(range(n), key=lambda index: p_values[index])
    adjusted = [0.0] * n
    if method == "Benjamini-Hochberg":
        bound = 1.0
        for rank in range(n, 0, -1):
            bound = min(bound, p_values[order[rank - 1]] * n / rank)
            adjusted[order[rank - 1]] = bound
    else:
        bound = 0.0
        for rank, index in enumerate(order):
            factor = n if method == "Bonferroni" else n - rank
            bound = max(bound, min(1.0, p_values[index] * factor))
            adjusted[index] = bound
    rounded = [_significant(p) for p in adjusted]
    return {"adjusted": rounded, "smallest": min(rounded), "significant": sum(p < 0.05 for p in rounded)}

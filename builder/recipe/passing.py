"""Pass rates of a solver, with how sure they are."""

from __future__ import annotations

import math

Z = 1.959963984540054
"""Normal quantile of a 95% interval."""


def wilson(passed: int, n: int) -> tuple[float, float]:
    """Wilson's 95% interval of a share: right for few samples and for shares of 0 and 1, where the plain one is not."""
    if not 0 <= passed <= n or n < 1:
        raise ValueError(f"{passed} of {n} is no share")
    share, square = passed / n, Z * Z
    middle = (share + square / (2 * n)) / (1 + square / n)
    half = Z / (1 + square / n) * math.sqrt(share * (1 - share) / n + square / (4 * n * n))
    # Ten decimals: sums of floats differ in the last bits from one mathematics library to another.
    return round(max(0.0, middle - half), 10), round(min(1.0, middle + half), 10)

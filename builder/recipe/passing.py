"""Pass rates of a solver: how sure they are, and when enough samples were seen.

Interval: Wilson (1927), "Probable inference, the law of succession, and statistical inference".
Stopping: curtailed sampling (Dodge and Romig 1929; Wald 1947, "Sequential Analysis"). It stops once no outcome of the
samples that are left could change the decision, so the decision is the one that all samples would have given. The
share of a task that was stopped early leans to the side that stopped it, and its interval is that of the samples seen.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

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


@dataclass(frozen=True, slots=True)
class Band:
    """Pass rates, ends included, of tasks that are neither hopeless nor settled for a solver."""

    low: float
    high: float

    def place(self, share: float) -> int:
        """-1 below the band, 0 inside, 1 above."""
        return -1 if share < self.low else 1 if share > self.high else 0


def decided(passed: int, n: int, most: int, band: Band) -> bool:
    """Whether `passed` of `n` samples decide the place of the share that `most` samples would give."""
    if not 0 <= passed <= n <= most:
        raise ValueError(f"{passed} of {n} of {most} are no samples")
    return band.place(passed / most) == band.place((passed + most - n) / most)

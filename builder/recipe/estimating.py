"""From a pilot to the whole: totals of a run predicted from what its first draws cost, with an interval.

The interval is the percentile bootstrap over draws (Efron 1979; Efron and Tibshirani 1993, chapter 13): a draw is the
unit that is sampled independently, whatever number of requests it takes. Few draws give a wide interval, and a rare,
dear draw that the pilot did not meet is not in it.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

RESAMPLES = 2000
MIN_DRAWS = 2
"""One draw says nothing of how draws differ."""


@dataclass(frozen=True, slots=True)
class Projection:
    """A predicted total with its 95% interval."""

    total: float
    low: float
    high: float

    def line(self, unit: str = "", decimals: int = 0) -> str:
        """`120,000 (90,000 to 150,000) tokens`"""
        shown = [f"{value:,.{decimals}f}" for value in (self.total, self.low, self.high)]
        return f"{shown[0]} ({shown[1]} to {shown[2]}) {unit}".strip()


def project(costs: Sequence[float], draws: int, rng: random.Random) -> Projection:
    """The total of `draws` draws, of which `costs` are a sample. Raises ValueError when it is too small."""
    if len(costs) < MIN_DRAWS:
        raise ValueError(f"{len(costs)} draws say nothing of how draws differ; {MIN_DRAWS} are needed")
    size = len(costs)
    means = sorted(sum(rng.choices(costs, k=size)) / size for _ in range(RESAMPLES))
    low, high = means[round(0.025 * RESAMPLES)], means[round(0.975 * RESAMPLES) - 1]
    mean = sum(costs) / size
    return Projection(mean * draws, low * draws, high * draws)

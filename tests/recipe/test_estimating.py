"""Predictions from a pilot: the mean is the sample's, the interval holds the truth about as often as it says."""

from __future__ import annotations

import random

import pytest

from builder.recipe.estimating import Projection, project


def test_equal_costs_leave_no_doubt() -> None:
    assert project([3.0] * 5, 100, random.Random(1)) == Projection(300.0, 300.0, 300.0)


def test_the_interval_lies_around_the_mean_and_narrows_with_more_draws() -> None:
    rng = random.Random(2)
    few, many = (project([rng.expovariate(1.0) for _ in range(n)], 1000, random.Random(1)) for n in (10, 400))
    assert few.low < few.total < few.high and many.low < many.total < many.high
    assert many.high - many.low < (few.high - few.low) / 3


def test_it_holds_the_truth_about_as_often_as_it_says() -> None:
    rng, held = random.Random(3), 0
    for trial in range(60):
        made = project([rng.uniform(0, 2) for _ in range(30)], 100, random.Random(trial))
        held += made.low <= 100 <= made.high
    assert 50 <= held <= 60


def test_it_reads_as_one_line() -> None:
    assert Projection(120000, 90000, 150000).line("tokens") == "120,000 (90,000 to 150,000) tokens"
    assert Projection(1.5, 1, 2).line("EUR", 2) == "1.50 (1.00 to 2.00) EUR"


def test_one_draw_says_nothing() -> None:
    with pytest.raises(ValueError, match="2 are needed"):
        project([1.0], 10, random.Random(1))

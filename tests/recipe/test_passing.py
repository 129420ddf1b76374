"""Wilson intervals against values worked out by hand, and their bounds."""

from __future__ import annotations

import pytest

from builder.recipe.passing import wilson


@pytest.mark.parametrize(
    ("passed", "n", "low", "high"),
    [(1, 2, 0.0945, 0.9055), (0, 10, 0.0, 0.2775), (10, 10, 0.7225, 1.0), (81, 263, 0.2553, 0.3662)],
)
def test_known_values(passed: int, n: int, low: float, high: float) -> None:
    assert wilson(passed, n) == pytest.approx((low, high), abs=1e-4)


def test_the_share_lies_inside_and_more_samples_say_more() -> None:
    for n in range(1, 40):
        for passed in range(n + 1):
            low, high = wilson(passed, n)
            assert 0 <= low <= passed / n <= high <= 1
    assert wilson(50, 100)[1] - wilson(50, 100)[0] < wilson(5, 10)[1] - wilson(5, 10)[0]


@pytest.mark.parametrize(("passed", "n"), [(3, 2), (-1, 2), (0, 0)])
def test_what_is_no_share_is_an_error(passed: int, n: int) -> None:
    with pytest.raises(ValueError, match="no share"):
        wilson(passed, n)

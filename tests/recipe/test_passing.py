"""Wilson intervals against values worked out by hand; stopping early changes no decision."""

from __future__ import annotations

import itertools

import pytest

from builder.recipe.passing import Band, decided, wilson


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


BAND = Band(0.1, 0.9)


@pytest.mark.parametrize(
    ("passed", "n", "most", "stop"),
    [(1, 2, 8, True), (0, 7, 8, False), (0, 8, 8, True), (7, 7, 8, False), (2, 2, 8, False), (1, 1, 1, True)],
)
def test_one_pass_and_one_failure_of_eight_lie_inside_whatever_follows(
    passed: int, n: int, most: int, stop: bool
) -> None:
    assert decided(passed, n, most, BAND) is stop


def test_a_decision_is_that_of_all_samples_for_every_sequence_of_them() -> None:
    saved = 0
    for outcomes in itertools.product((0, 1), repeat=8):
        n = next(n for n in range(1, 9) if decided(sum(outcomes[:n]), n, 8, BAND))
        early = {BAND.place(p / 8) for p in range(sum(outcomes[:n]), sum(outcomes[:n]) + 9 - n)}
        assert early == {BAND.place(sum(outcomes) / 8)}
        saved += 8 - n
    assert saved > 256 * 4


@pytest.mark.parametrize(("passed", "n", "most"), [(3, 2, 8), (1, 9, 8), (-1, 2, 8)])
def test_what_are_no_samples_is_an_error(passed: int, n: int, most: int) -> None:
    with pytest.raises(ValueError, match="no samples"):
        decided(passed, n, most, BAND)

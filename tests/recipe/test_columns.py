"""Columns of whole numbers against plain Python."""

from __future__ import annotations

from collections import Counter

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from builder.recipe.columns import changes, distinct, in_order, parts, runs, spread

numbers = st.lists(st.integers(0, 20)).map(lambda found: np.array(found, np.int64))


@given(numbers, st.sampled_from([21, 1 << 62]))
def test_keys_in_order_keep_the_places_of_equal_ones(keys: np.ndarray, bound: int) -> None:
    ordered, at = in_order(keys, bound)
    assert at.tolist() == sorted(range(len(keys)), key=lambda n: (keys[n], n))
    assert ordered.tolist() == sorted(keys.tolist())


@given(numbers)
def test_runs_and_changes_tell_equal_neighbours(values: np.ndarray) -> None:
    ordered = np.sort(values)
    counted = Counter(ordered.tolist())
    assert runs(ordered).tolist() == [counted[value] for value in sorted(counted)]
    assert ordered[changes(ordered)].tolist() == distinct(values).tolist() == sorted(counted)


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 5))))
def test_ranges_are_spread_with_their_owners(ranges: list[tuple[int, int]]) -> None:
    starts, lengths = (np.array([pair[n] for pair in ranges], np.int64) for n in (0, 1))
    owner, found = spread(starts, lengths)
    expected = [(n, start + i) for n, (start, length) in enumerate(ranges) for i in range(length)]
    assert list(zip(owner.tolist(), found.tolist(), strict=True)) == expected


@given(numbers, st.integers(1, 30))
def test_parts_follow_each_other_and_are_not_heavy_without_need(weights: np.ndarray, about: int) -> None:
    found = list(parts(weights, about))
    assert [n for part in found for n in range(part.start, part.stop)] == list(range(len(weights)))
    assert all(weights[part].sum() < about + weights[part][0] for part in found)

"""What rows add, alone and one after the other; and a search that misses none that adds more."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builder.recipe.columns import Flags, Ints
from builder.recipe.coverage import UNIT, Coverage, Search

# Few features: most gains are tied.
rows_of_features = st.lists(st.frozensets(st.sampled_from("abcdefg"), max_size=4), min_size=1, max_size=40)


def coverage_of(rows: list[frozenset[str]]) -> Coverage[str]:
    return Coverage([sorted(row) for row in rows], lambda feature: ord(feature) - 90)


def every(rows: list[frozenset[str]]) -> Ints:
    return np.arange(len(rows))


@settings(max_examples=80, deadline=None)
@given(rows_of_features, st.integers(1, 9), st.data())
def test_the_search_gives_the_first_of_the_best_rows_and_knows_what_the_others_add(
    rows: list[frozenset[str]], most: int, data: st.DataObject
) -> None:
    coverage = coverage_of(rows)
    search = Search(coverage, most)
    left, barred, gone = set(range(len(rows))), set[int](), set[int]()

    def free(asked: Ints) -> Flags:
        assert not gone & set(asked.tolist())
        return np.asarray([row not in barred for row in asked.tolist()], np.bool_)

    while left:
        barred |= data.draw(st.sets(st.sampled_from(sorted(left)), max_size=2))
        batch = search.batch(free)
        open_rows = left - barred
        if batch is None:
            assert not open_rows
            return
        found = batch.rows.tolist()
        assert found[0] == max(sorted(open_rows), key=lambda row: int(coverage.gains(np.asarray([row]))[0]))
        assert batch.gains.tolist() == coverage.gains(batch.rows).tolist()
        for place, most_of_others in enumerate(batch.others.tolist()):
            others = np.asarray(sorted(open_rows - set(found[: place + 1])), np.int64)
            assert max(coverage.gains(others), default=0) <= max(0, most_of_others)
        coverage.add(batch.rows[:1])
        search.bound(batch.rows[:1], np.asarray([-1]))
        left.remove(found[0])
        gone.add(found[0])


@settings(max_examples=60, deadline=None)
@given(rows_of_features, st.data())
def test_gains_one_after_the_other_are_those_of_taking_the_rows_before(
    rows: list[frozenset[str]], data: st.DataObject
) -> None:
    coverage, plain = coverage_of(rows), coverage_of(rows)
    order = np.asarray(data.draw(st.permutations(range(len(rows)))))
    before = np.asarray(data.draw(st.lists(st.booleans(), min_size=len(rows), max_size=len(rows))), np.bool_)
    expected = []
    for row, counts in zip(order, before, strict=True):
        expected.append(int(plain.gains(np.asarray([row]))[0]))
        if counts:
            plain.add(np.asarray([row]))
    assert coverage.gains_after(coverage.turns(order), before).tolist() == expected
    chosen = order[before]
    assert coverage.gains_in_order(chosen).tolist() == [n for n, one in zip(expected, before, strict=True) if one]
    assert coverage.gains(order).tolist() == plain.gains(order).tolist()


@given(rows_of_features)
def test_giving_back_undoes_taking(rows: list[frozenset[str]]) -> None:
    coverage = coverage_of(rows)
    before = coverage.gains(every(rows)).tolist()
    coverage.add(every(rows))
    coverage.add(every(rows), -1)
    assert coverage.gains(every(rows)).tolist() == before


def test_gains_are_weight_times_the_step_of_the_root() -> None:
    coverage = coverage_of([frozenset("a"), frozenset("a"), frozenset()])
    assert coverage.gains(np.arange(3)).tolist() == [7 * UNIT, 7 * UNIT, 0]
    coverage.add(np.asarray([0]))
    assert coverage.gains(np.asarray([1]))[0] / UNIT == pytest.approx(7 * (2**0.5 - 1), abs=1e-5)

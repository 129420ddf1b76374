"""The search in blocks gives the row that counting all rows anew gives, whatever is closed or set aside meanwhile."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builder.recipe.coverage import UNIT, Coverage, Search

# Few features: most gains are tied.
rows_of_features = st.lists(st.frozensets(st.sampled_from("abcdefg"), max_size=4), min_size=1, max_size=40)


def coverage_of(rows: list[frozenset[str]]) -> Coverage[str]:
    return Coverage([sorted(row) for row in rows], lambda feature: ord(feature) - 90)


@settings(max_examples=200, deadline=None)
@given(rows_of_features, st.integers(1, 9), st.integers(1, 5), st.data())
def test_the_search_is_exact(rows: list[frozenset[str]], front: int, block: int, data: st.DataObject) -> None:
    coverage = coverage_of(rows)
    search = Search(coverage, front, block)
    free, aside, gone = set(range(len(rows))), list[int](), set[int]()
    while free:
        row = search.best()
        assert row == max(sorted(free), key=coverage.gain)
        free.remove(row)
        match data.draw(st.sampled_from(["take", "take", "set aside", "close others"])):
            case "set aside":
                search.set_aside(row)
                aside.append(row)
                continue
            case "close others":
                others = st.sampled_from(sorted({row, *free, *aside} - gone))
                shut = sorted(data.draw(st.sets(others, max_size=3)) | {row})
                search.close(np.asarray(shut))
                free -= set(shut)
                gone |= set(shut)
            case _:
                search.close(np.asarray([row]))
        coverage.add(row)
        search.taken()
        while aside:
            again = aside.pop()
            search.take_back(again)
            if again not in gone:
                free.add(again)
    assert search.best() is None


@given(rows_of_features)
def test_giving_back_undoes_taking(rows: list[frozenset[str]]) -> None:
    coverage = coverage_of(rows)
    before = coverage.gains().tolist()
    for row in range(len(rows)):
        coverage.add(row)
    for row in range(len(rows)):
        coverage.add(row, -1)
    assert coverage.gains().tolist() == before == [coverage.gain(row) for row in range(len(rows))]


def test_gains_are_weight_times_the_step_of_the_root() -> None:
    coverage = coverage_of([frozenset("a"), frozenset("a"), frozenset()])
    assert coverage.gain(0) == 7 * UNIT and coverage.gain(2) == 0
    coverage.add(0)
    assert coverage.gain(1) / UNIT == pytest.approx(7 * (2**0.5 - 1), abs=1e-5)

"""What rows add, alone and one after the other; room for them; and a search that misses none that adds more."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builder.recipe.coverage import UNIT, Coverage, Flags, Ints, Room, Search

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


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(*map(st.sampled_from, ("abcdefgh", "xy", "pq", "mn", "01"))), min_size=1, max_size=16))
def test_room_for_rows_one_after_the_other_is_that_of_taking_them(rows: list[tuple[str, ...]]) -> None:
    columns = [list(column) for column in zip(*rows, strict=True)]
    many, plain = Room(columns), Room(columns)
    for room in (many, plain):
        room.limit({"x": 3, "y": 5}, {"p": 4}, 4, np.zeros(0, np.int64))
    at = every([frozenset()] * len(rows))
    taken: Flags = np.zeros(len(rows), np.bool_)
    for row in at:
        taken[row] = plain.free(at[row : row + 1])[0]
        plain.add(at[row : row + 1][taken[row : row + 1]])
    assert many.free_after(many.turns(at), taken).tolist() == taken.tolist()
    # What waits is let in as soon as its answer is less common, and not before.
    for row in plain.let_in().tolist():
        exemplar, answer = rows[row][3], rows[row][4]
        kept = [r for r, one in zip(rows, taken, strict=True) if one and r[3] == exemplar]
        assert sum(r[4] == answer for r in kept) < (len(kept) + 2) // 2
    assert many.tasks_by()[0] == {
        domain: len({r[0] for r in rows if {s[0]: s for s in rows}[r[0]][1] == domain}) for domain in many.domains
    }

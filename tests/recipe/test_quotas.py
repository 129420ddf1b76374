"""Room for rows one after the other, and the caps that give fair shares."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from builder.recipe.columns import Flags
from builder.recipe.quotas import Room, level


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(*map(st.sampled_from, ("abcdefgh", "xy", "pq", "mn", "01"))), min_size=1, max_size=16))
def test_room_for_rows_one_after_the_other_is_that_of_taking_them(rows: list[tuple[str, ...]]) -> None:
    columns = [list(column) for column in zip(*rows, strict=True)]
    many, plain = Room(columns), Room(columns)
    for room in (many, plain):
        room.limit({"x": 3, "y": 5}, {"p": 4}, 4, np.zeros(0, np.int64))
    at = np.arange(len(rows))
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


def test_level_is_the_smallest_cap_that_goes_round() -> None:
    assert level([10, 10, 10], 15) == 5
    assert level([1, 10, 10], 15) == 7
    assert level([1, 2, 3], 100) == 3
    assert level([], 5) == 0

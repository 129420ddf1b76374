"""Held-out tasks leave in whole groups."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from builder.recipe.splits import ROOM, SHARE, groups, held_out

KEYS = st.dictionaries(
    st.sampled_from([f"t{number:02d}" for number in range(30)]),
    st.lists(st.sampled_from("abcdefghijklmnopqrst"), min_size=1, max_size=3),
    min_size=1,
)


def test_groups_are_joined_over_other_tasks() -> None:
    keys = {"t3": ["x"], "t2": ["x", "y"], "t1": ["y"], "t4": ["z"]}
    assert groups(keys) == {"t1": "t1", "t2": "t1", "t3": "t1", "t4": "t4"}


@given(KEYS, st.integers(0, 8))
def test_no_key_stands_on_both_sides(keys: dict[str, list[str]], rows: int) -> None:
    group_of = groups(keys)
    side = held_out(group_of, keys, rows)
    inside = {key for task in side for key in keys[task]}
    outside = {key for task in keys.keys() - side for key in keys[task]}
    assert not inside & outside
    assert held_out(groups(dict(reversed(keys.items()))), reversed(list(keys)), rows) == side


def test_room_to_choose_from_and_not_more() -> None:
    alone = {f"t{number:03d}": f"t{number:03d}" for number in range(400)}
    assert len(held_out(alone, alone, 5)) == ROOM * 5
    assert len(held_out(alone, alone, 40)) == 400 * SHARE
    assert len(held_out(alone, alone, 100)) == 100
    assert held_out(alone, alone, 0) == set()


def test_large_groups_stay_with_the_training_rows() -> None:
    group_of = {f"t{number:03d}": "big" if number < 300 else f"g{number}" for number in range(400)}
    assert "big" not in {group_of[task] for task in held_out(group_of, group_of, 10)}


def test_the_smallest_group_is_held_out_where_none_is_small() -> None:
    group_of = {f"t{number}": "a" if number < 4 else "b" for number in range(10)}
    assert held_out(group_of, group_of, 1) == {"t0", "t1", "t2", "t3"}
    assert held_out(dict.fromkeys(group_of, "a"), group_of, 1) == set()

"""Axes: subsets differ in one thing only, nest, and say what a pool is short of."""

from __future__ import annotations

import random
from itertools import combinations

import pytest

from builder.errors import SettingsError
from builder.recipe.axes import AXES, Item, Subset, Want, facts, subsets

TOOLS = [f"t{number:02d}" for number in range(16)]
WANT = Want(tools=4, toolsets=5, tasks=20, factors=(2,))


def rich(each: int = 20, tokens: int = 100) -> list[Item]:
    """Every pair and triple of 16 tools in `each` tasks."""
    sets = [frozenset(found) for size in (2, 3) for found in combinations(TOOLS, size)]
    return [
        Item(f"row {place:04d} {number}", f"task {number:02d} {place:04d}", called, tokens)
        for place, called in enumerate(sets)
        for number in range(each)
    ]


def named(found: tuple[Subset, ...]) -> dict[str, Subset]:
    return {subset.name: subset for subset in found}


def test_each_axis_grows_one_thing() -> None:
    found = subsets(rich(), WANT)
    assert {s.name: (len(s.rows), len(s.tools), len(s.toolsets)) for s in found} == {
        "base": (20, 4, 5),
        "quantity_2x": (40, 4, 5),
        "variety_2x": (20, 4, 10),
        "pool_2x": (20, 8, 5),
        "both_2x": (20, 8, 10),
    }


def test_larger_factors_hold_what_smaller_ones_hold() -> None:
    want = Want(tools=4, toolsets=8, tasks=16, factors=(2, 3), axes=("quantity", "pool"))
    found = named(subsets(rich(), want))
    assert set(found["base"].rows) < set(found["quantity_2x"].rows) < set(found["quantity_3x"].rows)
    assert found["base"].tools < found["pool_2x"].tools < found["pool_3x"].tools


def test_rows_are_spread_evenly_over_toolsets_and_no_task_is_twice() -> None:
    for subset in subsets(rich(), WANT):
        counts = [sum(item.tools == called for item in subset.rows) for called in subset.toolsets]
        assert max(counts) - min(counts) <= 1
        assert len({item.task for item in subset.rows}) == len(subset.rows)


@pytest.mark.parametrize("seed", range(5))
def test_the_order_of_rows_does_not_matter(seed: int) -> None:
    rows = rich(8)
    random.Random(seed).shuffle(rows)
    assert subsets(rows, WANT) == subsets(rich(8), WANT)


def test_equal_tokens() -> None:
    rng = random.Random(1)
    rows = [Item(i.row, i.task, i.tools, rng.randint(50, 150)) for i in rich(40)]
    want = Want(tools=4, toolsets=5, tasks=40, equal_tokens=True, factors=(2,))
    found = named(subsets(rows, want))
    base = found.pop("base").tokens
    for name, subset in found.items():
        budget = base * (2 if name == "quantity_2x" else 1)
        assert 0.99 * budget <= subset.tokens <= budget


def test_a_poor_pool_says_every_count_it_is_short_of_and_by_how_much() -> None:
    rows = [item for item in rich(3) if item.tools <= set(TOOLS[:5])]
    with pytest.raises(SettingsError) as caught:
        subsets(rows, Want(tools=4, toolsets=5, tasks=12, factors=(2,)))
    text = str(caught.value)
    assert "quantity 2x: 24 tasks over 5 toolsets are needed, there are 15, 9 short" in text
    assert "pool 2x: 8 tools in 5 toolsets are needed, there are 5, 3 short" in text
    assert "variety" not in text
    with pytest.raises(SettingsError, match="base: 4 tools are needed, there are 0, 4 short"):
        subsets([], WANT)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"tools": 0}, "--tools 0: the base needs at least one"),
        ({"tasks": 19}, "--tasks 19: with 4 times 5 toolsets each needs a task"),
        ({"axes": ("depth",)}, "--axes depth: name some of quantity, variety, pool, both"),
        ({"factors": (1, 2)}, "--factors 1 2: name whole numbers from 2"),
        ({"factors": ()}, "--factors : name whole numbers from 2"),
    ],
)
def test_what_makes_no_sense_is_said(changes: dict[str, object], message: str) -> None:
    asked: dict[str, object] = {"tools": 4, "toolsets": 5, "tasks": 20, **changes}
    with pytest.raises(SettingsError, match=message):
        Want(**asked)  # type: ignore[arg-type]


def test_facts() -> None:
    rows = (Item("r1", "t1", frozenset("ab"), 10), Item("r2", "t2", frozenset("b"), 20))
    found = facts(Subset(AXES[0], 2, rows), {"calls": {"t1": 1.0, "t2": 4.0}})
    assert found == {
        "axis": "quantity", "factor": 2, "tasks": 2, "tools": 2, "toolsets": 2, "tokens": 30, "mean_calls": 2.5,
    }  # fmt: skip

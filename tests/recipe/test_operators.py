"""Operators decide, or refuse with the law that their operands break."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.errors import DerivationError
from builder.recipe.operators import INPUTS, NEAR_TIE, OPERATORS, apply

ITEMS = ["a", "b", "c", "d"]
KEYS = [3, 40, 11, 25]


def refused(op: str, **inputs: Any) -> str:
    with pytest.raises(DerivationError) as error:
        apply(op, inputs)
    return error.value.reason


def test_every_operator_declares_its_inputs() -> None:
    assert set(INPUTS) == set(OPERATORS)


def test_superlatives() -> None:
    assert apply("argmax", {"items": ITEMS, "keys": KEYS}) == "b"
    assert apply("argmin", {"items": ITEMS, "keys": KEYS}) == "a"


def test_rank_orders_all() -> None:
    assert apply("rank", {"items": ITEMS, "keys": KEYS, "order": "descending"}) == ["b", "d", "c", "a"]


@pytest.mark.parametrize("keys", [[5, 5, 1], [1000, 999, 1], [0, 0, -4]])
def test_ties_and_near_ties_are_refused(keys: list[int]) -> None:
    assert refused("argmax", items=["a", "b", "c"], keys=keys) == "law:degenerate"


def test_dates_tie_only_when_equal() -> None:
    assert apply("argmax", {"items": ["a", "b"], "keys": ["2024-01-01", "2024-01-02"]}) == "b"
    assert refused("argmax", items=["a", "b"], keys=["2024-01-01", "2024-01-01"]) == "law:degenerate"


def test_a_filter_keeps_some_and_not_all() -> None:
    assert apply("filter", {"items": ITEMS, "keys": KEYS, "relation": ">", "threshold": 20}) == ["b", "d"]
    assert refused("filter", items=ITEMS, keys=KEYS, relation=">", threshold=1) == "law:degenerate"
    assert refused("filter", items=ITEMS, keys=KEYS, relation=">", threshold=90) == "law:degenerate"


def test_a_member_at_the_threshold_is_refused() -> None:
    assert refused("filter", items=ITEMS, keys=KEYS, relation=">=", threshold=25) == "law:degenerate"


def test_only_needs_exactly_one() -> None:
    assert apply("only", {"items": ["x"]}) == "x"
    assert refused("only", items=["x", "y"]) == "gate:unique"


def test_missing_values_are_not_filled() -> None:
    assert refused("argmax", items=["a", "b"], keys=[1, None]) == "law:imputation"


def test_more_than_twelve_are_not_kept_in_mind() -> None:
    many = [str(n) for n in range(13)]
    assert refused("argmax", items=many, keys=list(range(13))) == "law:completeness"


def test_the_same_item_twice_is_refused() -> None:
    assert refused("argmax", items=["a", "a"], keys=[1, 2]) == "law:degenerate"


def test_equal_sides_are_not_compared() -> None:
    assert apply("compare", {"left": 2, "relation": "<", "right": 3}) is True
    assert refused("compare", left=100.0, relation="<", right=100.4) == "law:degenerate"


def test_booleans_have_no_order() -> None:
    assert refused("argmax", items=["a", "b"], keys=[True, False]) == "law:scale"


def test_sets_overlap_in_part() -> None:
    assert apply("common", {"left": ["a", "b"], "right": ["b", "c"]}) == ["b"]
    assert apply("without", {"left": ["a", "b"], "right": ["b", "c"]}) == ["a"]
    assert refused("common", left=["a"], right=["b"]) == "law:degenerate"
    assert refused("common", left=["a"], right=["a", "b"]) == "law:degenerate"


def test_value_for_reads_the_aligned_value() -> None:
    assert apply("value_for", {"item": "c", "items": ITEMS, "values": KEYS}) == 11


def test_choose_takes_a_branch() -> None:
    assert apply("choose", {"condition": True, "then": "x", "otherwise": "y"}) == "x"
    assert apply("choose", {"condition": False, "then": "x", "otherwise": "y"}) == "y"


def test_broken_inputs_say_the_shape() -> None:
    assert refused("argmax", items=["a", "b"], keys=[1]) == "derivation:shape"
    assert refused("argmax", items=["a", "b"]) == "derivation:shape"
    assert refused("no_such", items=[]) == "derivation:operator"


@given(st.lists(st.integers(1, 10_000), min_size=2, max_size=12, unique=True), st.randoms())
def test_the_winner_does_not_depend_on_order(keys: list[int], rng: Any) -> None:
    items = [f"i{key}" for key in keys]
    pairs = list(zip(items, keys, strict=True))
    top, second = sorted(keys)[-1], sorted(keys)[-2]
    rng.shuffle(pairs)
    shuffled = {"items": [item for item, _ in pairs], "keys": [key for _, key in pairs]}
    if top - second <= NEAR_TIE * top:
        assert refused("argmax", **shuffled) == "law:degenerate"
    else:
        assert apply("argmax", shuffled) == f"i{top}"

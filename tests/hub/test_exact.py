"""Numbers survive the Json type of `datasets`, whose own decoder is the judge here."""

from __future__ import annotations

import json
from typing import Any

import pytest
from datasets.utils.json import ujson_loads
from hypothesis import given
from hypothesis import strategies as st

from builder.hub.exact import exact_json, same

VALUES = [0.7, 0.3, -2.3, 0.1 + 0.2, 1e22, 1e-12, 2.5e-9, 17, True, None, "0.7", '"0.7']


@pytest.mark.parametrize("value", VALUES)
def test_both_decoders_read_the_same_value(value: Any) -> None:
    text = exact_json({"x": [value]})
    assert text is not None
    assert same(ujson_loads(text), {"x": [value]})
    assert same(json.loads(text), {"x": [value]})


def test_a_plain_number_would_have_changed() -> None:
    assert ujson_loads('{"x": 0.7}')["x"] != 0.7
    assert exact_json({"x": 0.7}) == '{"x": 0.700000}'


def test_texts_are_left_alone() -> None:
    assert exact_json({"0.7": "0.7 and \\ 0.3", "n": 0.7}) == '{"0.7": "0.7 and \\\\ 0.3", "n": 0.700000}'


def test_what_the_type_cannot_hold_is_none() -> None:
    assert exact_json({"x": 10**25}) is None


@given(st.decimals(-(10**6), 10**6, places=4))
def test_every_number_of_four_decimals_has_a_spelling(number: Any) -> None:
    text = exact_json([float(number)])
    assert text is not None
    assert same(ujson_loads(text), [float(number)])
    assert same(json.loads(text), [float(number)])


UNLIKE = [(1, 1.0), (1, True), ({"a": 1, "b": 2}, {"b": 2, "a": 1}), ([1], [1, 2])]


@pytest.mark.parametrize(("left", "right"), UNLIKE)
def test_same_tells_apart_what_equality_does_not(left: Any, right: Any) -> None:
    assert not same(left, right)
    assert same(left, left)

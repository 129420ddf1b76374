"""Where a model's arguments come from, by value: certain, likely or unknown."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from builder.recipe.provenance import Gathered, provenance, telling
from builder.records.tools import Call
from builder.testing.small_recipe import DIVIDE, PROFILE, tiny_pool
from builder.tools.pool import ToolPool
from builder.tools.tables import TableCache


@pytest.fixture(scope="module")
def view(tmp_path_factory: pytest.TempPathFactory) -> ToolPool:
    folder: Path = tmp_path_factory.mktemp("cache")
    return ToolPool(tiny_pool(), TableCache(folder))


def gathered(number: int, **value: Any) -> Gathered:
    return Gathered(f"c{number}", Call(PROFILE, {"island": "Malta"}), value)


SAID = "Start from the island 'Malta'."


def test_a_word_of_the_question_is_a_literal(view: ToolPool) -> None:
    found = provenance(view, Call(PROFILE, {"island": "Malta"}), SAID, [])
    assert found == {"island": {"sure": "certain", "from": {"literal": True}}}


def test_a_telling_value_of_one_place_is_certain(view: ToolPool) -> None:
    one = Gathered("c1", Call(DIVIDE, {}), {"quotient": 1234.5})
    found = provenance(view, Call(DIVIDE, {"dividend": 1234.5, "divisor": 7}), SAID, [one])
    assert found == {
        "dividend": {"sure": "certain", "from": {"call": "c1", "path": "/quotient"}},
        "divisor": {"sure": "unknown"},
    }


def test_two_places_or_another_type_are_only_likely(view: ToolPool) -> None:
    twice = [gathered(1, people=519562, km2=316.0), gathered(2, people=519562, km2=316.0)]
    found = provenance(view, Call(DIVIDE, {"dividend": 519562, "divisor": 316.0}), SAID, twice)
    assert {each["sure"] for each in found.values()} == {"likely"}
    assert found["dividend"]["from"] == {"call": "c1", "path": "/people"}


def test_members_of_a_list_are_found_one_by_one(view: ToolPool) -> None:
    one = Gathered("c1", Call(PROFILE, {}), {"people": [1111, 2222]})
    found = provenance(view, Call(DIVIDE, {"dividend": [2222, 9999]}), SAID, [one])
    assert found["dividend"] == [
        {"sure": "likely", "from": {"call": "c1", "path": "/people/1"}},
        {"sure": "unknown"},
    ]


def test_a_failed_call_is_no_place(view: ToolPool) -> None:
    failed = Gathered("c1", Call(PROFILE, {}), None, "no such island")
    assert provenance(view, Call(DIVIDE, {"dividend": 4321}), SAID, [failed])["dividend"] == {"sure": "unknown"}


def test_a_flag_is_no_number(view: ToolPool) -> None:
    flag = Gathered("c1", Call(DIVIDE, {}), {"quotient": True})
    assert provenance(view, Call(DIVIDE, {"dividend": 1}), SAID, [flag])["dividend"] == {"sure": "unknown"}


@pytest.mark.parametrize(
    ("value", "said"),
    [(7, False), (30, False), (0.5, False), (120, False), (123, True), (4.56, True), ("US", False), ("Oslo", True),
     (True, False), (None, False), ([1, 2], True)],
)  # fmt: skip
def test_what_is_found_by_chance_is_not_telling(value: Any, said: bool) -> None:
    assert telling(value) is said

"""The bounded search for a shorter way."""

from __future__ import annotations

from typing import Any

import pytest

from builder.errors import Refused
from builder.recipe.shortcut import MAX_CALLS, no_shortcut, telling
from builder.records.derivations import AnswerSpec, Literal
from builder.records.tools import Call, Result
from builder.testing.tasks import PROFILE, general_executor
from builder.tools.driver import drive

EXECUTOR = general_executor()
POOL = EXECUTOR.pool
CITY, AIRPORT = "general.countries.city_profile", "general.airports.airport_profile"
CURRENCY = AnswerSpec(kind="entity", type="currency")


class Counting:
    def __init__(self) -> None:
        self.calls: list[Call] = []

    def execute(self, call: Call) -> Result:
        self.calls.append(call)
        return EXECUTOR.execute(call)


def search(toolset: list[str], literals: list[Literal], answer: Any, spec: AnswerSpec, calls: int) -> Counting:
    counting = Counting()
    drive(no_shortcut(POOL, toolset, literals, answer, spec, calls), counting)
    return counting


LIMA = Literal(literal="Lima, Peru", type="city")


def test_a_path_of_two_calls_instead_of_three_is_found() -> None:
    with pytest.raises(Refused) as refused:
        search([CITY, PROFILE], [LIMA], "PEN", CURRENCY, 3)
    assert refused.value.reason == "gate:shortcut"


def test_a_path_as_long_as_the_derivation_is_none() -> None:
    search([CITY, PROFILE], [LIMA], "PEN", CURRENCY, 2)


def test_the_tools_must_be_offered() -> None:
    search([CITY], [LIMA], "PEN", CURRENCY, 3)


def test_a_way_that_leaves_an_entity_aside_is_luck() -> None:
    peru, chad = (Literal(literal=name, type="country") for name in ("Peru", "Chad"))
    search([PROFILE], [peru, chad], "PEN", CURRENCY, 3)
    with pytest.raises(Refused):
        search([PROFILE], [peru], "PEN", CURRENCY, 3)


def test_units_may_be_left_aside() -> None:
    texts = [("mile", "unit_name"), ("kilometre", "unit_name"), ("metre", "unit_name")]
    literals = [Literal(literal=12.34, type="number"), *(Literal(literal=v, type=t) for v, t in texts)]
    spec = AnswerSpec(kind="number", type="number", decimals=2)
    with pytest.raises(Refused):
        search(["general.units.convert_quantity"], literals, 19859.3, spec, 2)


def test_the_search_is_bounded() -> None:
    literals = [LIMA, Literal(literal="LHR", type="airport"), Literal(literal="Peru", type="country")]
    made = search(sorted(POOL.tools), literals, "no such answer", AnswerSpec(kind="text", type="plain_text"), 9)
    assert 1 < len(made.calls) <= MAX_CALLS


@pytest.mark.parametrize(
    ("answer", "kind", "tells"),
    [(3, "number", False), (1200, "number", False), (1234, "number", True), (0.123, "number", True),
     (True, "boolean", False), ("PEN", "entity", True), ({"a": 1}, "record", False), (["a", "b"], "list", True)],
)  # fmt: skip
def test_a_small_count_or_a_yes_is_met_by_chance(answer: Any, kind: Any, tells: bool) -> None:
    assert telling(answer, AnswerSpec(kind=kind)) is tells

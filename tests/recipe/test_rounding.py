"""The gate of rounding: answers are asked only to the digits that no rounding on the way decides."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.errors import Refused
from builder.recipe.derivation import evaluate, round_answer
from builder.recipe.rounding import EDGE, on_edge, settle, stated
from builder.records.derivations import AnswerSpec, CallStep, Derivation, Literal, Ref
from builder.testing.tasks import CALCULATE, SHAPES, general_executor, make_task
from builder.tools.driver import drive

POOL = general_executor().pool
ADD_VAT = "financial.vat.add_vat"


def priced(net: float, factor: float, decimals: int, kind: str = "number") -> Derivation:
    """A gross price, rounded to the cent by its tool, times a factor."""
    gross = CallStep(
        id="g",
        tool=ADD_VAT,
        arguments={"net": Literal(literal=net, type="money_amount"), "rate": Literal(literal=19, type="vat_rate")},
    )
    times = CallStep(
        id="t",
        tool=CALCULATE,
        arguments={
            "operation": Literal(literal="multiply", type="option"),
            "a": Ref(step="g", field="gross"),
            "b": Literal(literal=factor, type="number"),
        },
    )
    spec = AnswerSpec(kind="number", type=kind, decimals=decimals)
    return Derivation(steps=(gross, times), answer=Ref(step="t", field="result"), spec=spec)


def settled(derivation: Derivation, said: bool = False) -> int | None:
    _, evidence = drive(evaluate(derivation), general_executor())
    return drive(settle(POOL, derivation, evidence, said), general_executor()).decimals


def test_a_digit_that_the_cent_decides_is_not_asked_for() -> None:
    assert settled(priced(1000, 1.5, 4)) == 1, "1785.0000, moved by up to 0.0068"
    assert settled(priced(1000, 0.001, 3)) == 3, "1.190, moved by 0.000005"


def test_amounts_are_asked_to_the_cent_or_in_whole_units() -> None:
    assert settled(priced(1000, 3.333, 2, "money_amount")) == 0


def test_where_no_digits_are_left_the_answer_stays_as_asked() -> None:
    assert settled(priced(1000, 997, 2)) == 2


def test_on_an_edge_with_no_digits_left_it_is_refused() -> None:
    with pytest.raises(Refused, match="edge") as caught:
        settled(priced(10, 0.5, 1))
    assert caught.value.reason == "gate:rounding"


def test_a_rounding_that_the_question_states_is_part_of_it() -> None:
    assert settled(priced(1000, 997, 2), said=True) == 2
    assert stated("What is the gross price, rounded to the cent, times 997?")
    assert not stated("What is the gross price times 997?")


def test_an_answer_on_the_edge_is_asked_more_coarsely() -> None:
    # To one decimal 600.95 becomes 600.9 or 601.0 as binary fractions happen to lie.
    assert settled(priced(10000, 0.0505, 1), said=True) == 0


@pytest.mark.parametrize("shape", SHAPES)
def test_what_is_looked_up_is_as_it_is(shape: str) -> None:
    task = make_task(shape)
    _, evidence = drive(evaluate(task.derivation), general_executor())
    found = drive(settle(POOL, task.derivation, evidence), general_executor())
    assert found == task.derivation.spec


@given(st.floats(0.001, 1e6), st.integers(0, 4))
def test_off_the_edge_a_little_moves_no_rounding(value: float, decimals: int) -> None:
    if not on_edge(value, decimals):
        spec = AnswerSpec(kind="number", decimals=decimals)
        little = 0.5 * EDGE * 10.0**-decimals
        assert round_answer(value, spec) == round_answer(value + little, spec) == round_answer(value - little, spec)


@given(st.integers(0, 10**6), st.integers(0, 4))
def test_the_middle_is_on_the_edge(whole: int, decimals: int) -> None:
    middle = (whole + 0.5) / 10**decimals
    assert on_edge(middle, decimals) and not on_edge(math.nan, decimals)

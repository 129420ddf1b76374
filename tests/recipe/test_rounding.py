"""The gate of rounding: answers are asked only to the digits that no rounding on the way decides."""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.errors import Refused
from builder.recipe.derivation import evaluate, round_answer
from builder.recipe.rounding import EDGE, on_edge, settle, stated
from builder.records.derivations import AnswerSpec, CallStep, Derivation, Literal, Ref, Sources
from builder.testing.tasks import CALCULATE, SHAPES, general_executor, make_task
from builder.tools.driver import drive

POOL = general_executor().pool
ADD_VAT = "financial.vat.add_vat"


def worked(identity: str, operation: str, a: Sources, b: Sources) -> CallStep:
    """A step of the calculator."""
    arguments = {"operation": Literal(literal=operation, type="option"), "a": a, "b": b}
    return CallStep(id=identity, tool=CALCULATE, arguments=arguments)


def priced(net: float, factor: float, decimals: int, kind: str = "number") -> Derivation:
    """A gross price, rounded to the cent by its tool, times a factor."""
    gross = CallStep(
        id="g",
        tool=ADD_VAT,
        arguments={"net": Literal(literal=net, type="money_amount"), "rate": Literal(literal=19, type="vat_rate")},
    )
    times = worked("t", "multiply", Ref(step="g", field="gross"), Literal(literal=factor, type="number"))
    spec = AnswerSpec(kind="number", type=kind, decimals=decimals)
    return Derivation(steps=(gross, times), answer=Ref(step="t", field="result"), spec=spec)


def difference(net: float, other: float, decimals: int) -> Derivation:
    """What two gross prices, each rounded to the cent, differ by."""
    steps = [
        CallStep(
            id=name,
            tool=ADD_VAT,
            arguments={
                "net": Literal(literal=amount, type="money_amount"),
                "rate": Literal(literal=19, type="vat_rate"),
            },
        )
        for name, amount in (("a", net), ("b", other))
    ]
    minus = worked("d", "subtract", Ref(step="a", field="gross"), Ref(step="b", field="gross"))
    spec = AnswerSpec(kind="number", type="number", decimals=decimals)
    return Derivation(steps=(*steps, minus), answer=Ref(step="d", field="result"), spec=spec)


def settled(derivation: Derivation, said: bool = False) -> int | None:
    _, evidence = drive(evaluate(derivation), general_executor())
    return drive(settle(POOL, derivation, evidence, said), general_executor()).decimals


def test_a_digit_that_the_cent_decides_is_not_asked_for() -> None:
    assert settled(priced(1000, 1.5, 4)) == 1, "1785.0000, moved by up to 0.0068"
    assert settled(priced(1000, 0.001, 3)) == 3, "1.190, moved by 0.000005"


def test_what_several_roundings_move_adds_up() -> None:
    # Either price moves the difference of 11.90 by 0.0045, both by 0.009.
    assert settled(priced(1000, 1, 2)) == 2
    assert settled(difference(1010, 1000, 2)) == 1


def test_amounts_are_asked_to_the_cent_or_in_whole_units() -> None:
    assert settled(priced(1000, 3.333, 2, "money_amount")) == 0


@pytest.mark.parametrize("derivation", [priced(1000, 997, 2), difference(1000.04, 1000, 2), priced(10, 0.5, 1)])
def test_where_no_digits_hold_it_is_refused(derivation: Derivation) -> None:
    with pytest.raises(Refused, match="no digits of") as caught:
        settled(derivation)
    assert caught.value.reason == "gate:rounding"


def test_a_rounding_that_the_question_states_is_part_of_it() -> None:
    assert settled(priced(1000, 997, 2), said=True) == 2
    assert stated("What is the gross price, rounded to the cent, times 997?")
    assert stated("To the nearest euro, what is the gross price times 997?")
    assert not stated("What is the gross price times 997? How far is the nearest airport, in whole tins?")


def test_decimals_of_a_question_that_states_them_stay() -> None:
    with pytest.raises(Refused, match="no digits"):
        settled(priced(10000, 0.0505, 1), said=True)


def test_an_answer_on_the_edge_is_asked_more_coarsely() -> None:
    # To one decimal 600.95 becomes 600.9 or 601.0 as binary fractions happen to lie.
    assert settled(priced(10000, 0.0505, 1)) == 0


@pytest.mark.parametrize("shape", SHAPES)
def test_what_is_looked_up_is_as_it_is(shape: str) -> None:
    task = make_task(shape)
    _, evidence = drive(evaluate(task.derivation), general_executor())
    found = drive(settle(POOL, task.derivation, evidence), general_executor())
    assert found == task.derivation.spec


@pytest.mark.parametrize(("derived", "decimals"), [(False, 2), (True, 1)])
def test_a_type_says_whether_what_is_looked_up_was_computed(derived: bool, decimals: int) -> None:
    rates = [
        CallStep(id=name, tool="financial.vat.vat_rates", arguments={"country": Literal(literal=value, type="country")})
        for name, value in (("a", "Finland"), ("b", "Norway"))
    ]
    together = worked("d", "add", Ref(step="a", field="standard_rate"), Ref(step="b", field="standard_rate"))
    spec = AnswerSpec(kind="number", type="number", decimals=2)
    both = Derivation(steps=(*rates, together), answer=Ref(step="d", field="result"), spec=spec)
    kind = POOL.types["vat_rate"].model_copy(update={"derived": derived})
    view: Any = SimpleNamespace(declared=POOL.declared, types={**POOL.types, "vat_rate": kind})
    _, evidence = drive(evaluate(both), general_executor())
    assert drive(settle(view, both, evidence), general_executor()).decimals == decimals


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

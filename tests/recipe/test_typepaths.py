"""Type paths and hanging together, on small derivations worked out by hand."""

from __future__ import annotations

import pytest

from builder.recipe.typepaths import Types, hangs_together, operators, type_paths
from builder.records.derivations import AnswerSpec, CallStep, Derivation, Literal, MapStep, OpStep, Ref, Sources, Step

TYPES = Types(
    {
        "country_of": {"country": "country"},
        "money_of": {"currency": "currency"},
        "people_in": {"population": "population"},
        "ratio": {"result": "number"},
        "today": {"date": "date"},
    },
    frozenset({"airport", "country"}),
)


def derivation(answer: Sources, *steps: Step) -> Derivation:
    return Derivation(steps=steps, answer=answer, spec=AnswerSpec(kind="text"))  # type: ignore[arg-type]


def call(identity: str, tool: str, **arguments: Sources) -> CallStep:
    return CallStep(id=identity, tool=tool, arguments=arguments)


AIRPORT = Literal(literal="DUB", type="airport")
FIRST = call("a", "country_of", airport=AIRPORT)
MONEY = call("b", "money_of", country=Ref(step="a", field="country"))
PEOPLE = call("c", "people_in", country=Ref(step="a", field="country"))


def test_a_chain_is_one_path() -> None:
    assert type_paths(derivation(Ref(step="b", field="currency"), FIRST, MONEY), {}, TYPES) == (
        "airport > country > currency",
    )


def test_paths_meet_and_pass_operators_and_structural_literals_start_none() -> None:
    ratio = call(
        "d",
        "ratio",
        a=Ref(step="c", field="population"),
        b=Literal(literal=1000, type="count"),
        operation=Literal(literal="divide", type="option"),
    )
    picked = OpStep(id="e", op="only", inputs={"items": Ref(step="d", field="result")})
    made = derivation(Ref(step="e"), FIRST, PEOPLE, ratio, picked)
    marked = {"ratio": frozenset({"operation"})}
    assert type_paths(made, marked, TYPES) == ("airport > country > population > number", "count > number")


def test_a_type_twice_in_a_row_is_said_once_and_an_unknown_field_by_its_name() -> None:
    again = call("b", "country_of", airport=Ref(step="a", field="country"))
    assert type_paths(derivation(Ref(step="b", field="country"), FIRST, again), {}, TYPES) == ("airport > country",)
    strange = call("b", "gone", country=Ref(step="a", field="country"))
    assert type_paths(derivation(Ref(step="b", field="x"), FIRST, strange), {}, TYPES) == (
        "airport > country > gone.x",
    )


def test_a_tool_that_asks_for_nothing_begins_a_path() -> None:
    assert type_paths(derivation(Ref(step="a", field="date"), call("a", "today")), {}, TYPES) == ("date",)


def report(*steps: Step) -> Derivation:
    inputs = {f"part {step.id}": Ref(step=step.id, field="x") for step in steps}
    return derivation(Ref(step="r"), *steps, OpStep(id="r", op="record", inputs=inputs))


@pytest.mark.parametrize(
    ("second", "joined"),
    [
        (call("b", "people_in", airport=AIRPORT), True),
        (call("b", "people_in", airport=(AIRPORT, Literal(literal="CDG", type="airport"))), True),
        (call("b", "people_in", airport=Literal(literal="CDG", type="airport")), False),
        (call("b", "people_in", note=Literal(literal="DUB", type="text")), False),
        (MapStep(id="b", tool="people_in", over=(AIRPORT,), parameter="airport"), True),
    ],
    ids=["same entity", "among several", "another entity", "no entity", "fan-out"],
)
def test_a_report_joins_only_what_shares_an_entity(second: Step, joined: bool) -> None:
    assert hangs_together(report(FIRST, second), TYPES) is joined


def test_values_passed_on_join_and_other_operators_too() -> None:
    assert hangs_together(report(FIRST, MONEY, PEOPLE), TYPES)
    other = call("x", "country_of", airport=Literal(literal="CDG", type="airport"))
    compared = OpStep(
        id="o", op="compare", inputs={"left": Ref(step="a", field="country"), "right": Ref(step="x", field="country")}
    )
    assert hangs_together(derivation(Ref(step="o"), FIRST, other, compared), TYPES)
    assert operators((FIRST, other, compared)) == ("compare",)

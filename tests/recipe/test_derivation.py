"""Derivations are data that a machine runs again to the same answer, or refuses."""

from __future__ import annotations

import pytest

from builder.errors import DerivationError
from builder.recipe.derivation import canonical, evaluate, needed, replay, round_answer, task_id
from builder.records.derivations import AnswerSpec, CallStep, Derivation, Literal, MapStep, OpStep, Ref
from builder.records.tasks import Task
from builder.records.tools import Call, Result
from builder.testing.tasks import PROFILE, general_executor, make_task
from builder.tools.driver import drive

NEIGHBOURS = "general.countries.country_neighbours"


def country(name: str) -> Literal:
    return Literal(literal=name, type="country")


def most_populous_neighbour(start: str) -> Derivation:
    steps = (
        CallStep(id="list", tool=NEIGHBOURS, arguments={"country": country(start)}),
        MapStep(id="each", tool=PROFILE, over=Ref(step="list", field="neighbours"), parameter="country"),
        OpStep(
            id="best",
            op="argmax",
            inputs={"items": Ref(step="list", field="neighbours"), "keys": Ref(step="each", field="population")},
        ),
    )
    return Derivation(steps=steps, answer=Ref(step="best"), spec=AnswerSpec(kind="entity", type="country"))


def test_a_fan_out_is_one_step_and_many_calls() -> None:
    value, evidence = drive(evaluate(most_populous_neighbour("Peru")), general_executor())
    assert value == "Brazil"
    assert [made.call.tool for made in evidence.made] == [NEIGHBOURS] + [PROFILE] * 5
    assert [made.member for made in evidence.made] == [None, 0, 1, 2, 3, 4]


def test_a_failed_member_fails_the_fan_out() -> None:
    class Broken:
        def execute(self, call: Call) -> Result:
            if call.arguments == {"country": "Chile"}:
                return Result(error={"kind": "not_found", "message": "gone"})
            return general_executor().execute(call)

    with pytest.raises(DerivationError) as error:
        drive(evaluate(most_populous_neighbour("Peru")), Broken())
    assert error.value.reason == "call:not_found"


def test_what_if_replaces_a_result_without_a_call() -> None:
    derivation = most_populous_neighbour("Peru")
    _, evidence = drive(evaluate(derivation), general_executor())
    chile = next(made for made in evidence.made if made.call.arguments == {"country": "Chile"})
    changed = {**chile.result, "population": 2_000_000_000}
    value, _ = drive(evaluate(derivation, {("each", chile.member): changed}), general_executor())
    assert value == "Chile"


def test_canonical_forgets_names_and_idle_steps() -> None:
    derivation = most_populous_neighbour("Peru")
    idle = CallStep(id="idle", tool=PROFILE, arguments={"country": country("Peru")})
    more = derivation.model_copy(update={"steps": (idle, *derivation.steps)})
    assert [step.id for step in canonical(more).steps] == ["s1", "s2", "s3"]
    assert task_id(more) == task_id(derivation)
    assert canonical(canonical(more)) == canonical(more)


def test_another_literal_is_another_task() -> None:
    assert task_id(most_populous_neighbour("Peru")) != task_id(most_populous_neighbour("Chile"))


def test_needed_keeps_order() -> None:
    derivation = most_populous_neighbour("Peru")
    assert needed(derivation.steps, Ref(step="list", field="neighbours")) == derivation.steps[:1]


def test_a_null_is_never_passed_on() -> None:
    step = CallStep(id="a", tool=PROFILE, arguments={"country": country("Antarctica")})
    derivation = Derivation(steps=(step,), answer=Ref(step="a", field="population"), spec=AnswerSpec(kind="number"))
    with pytest.raises(DerivationError) as error:
        drive(evaluate(derivation), general_executor())
    assert error.value.reason == "law:imputation"


@pytest.mark.parametrize(
    ("value", "decimals", "rounded"),
    [(2.345, 1, 2.3), (2.0, 0, 2), (-0.001, 2, 0.0), (7, None, 7), (2.0, None, 2), (True, 0, True)],
)
def test_answers_are_rounded_as_asked(value: object, decimals: int | None, rounded: object) -> None:
    made = round_answer(value, AnswerSpec(kind="number", decimals=decimals))
    assert made == rounded
    assert str(made) == str(rounded)


def task() -> Task:
    return make_task("most_populous", general_executor())


def test_replay_reproduces_a_real_task() -> None:
    assert drive(replay(task()), general_executor()) is None


def test_replay_names_what_was_altered() -> None:
    made = task()
    answer = made.answer.model_copy(update={"value": "Atlantis"})
    assert "replay:answer" in str(drive(replay(made.model_copy(update={"answer": answer})), general_executor()))
    first = made.calls[0]
    other = first.model_copy(update={"result": {**first.result, next(iter(first.result)): "altered"}})
    altered = made.model_copy(update={"calls": (other, *made.calls[1:])})
    assert "replay:result" in str(drive(replay(altered), general_executor()))
    moved = first.model_copy(update={"arguments": {"country": "Chad"}})
    altered = made.model_copy(update={"calls": (moved, *made.calls[1:])})
    assert "replay:call" in str(drive(replay(altered), general_executor()))
    altered = made.model_copy(update={"calls": made.calls[1:]})
    assert "replay:calls" in str(drive(replay(altered), general_executor()))

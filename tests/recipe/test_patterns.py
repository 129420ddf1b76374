"""Patterns of real tasks: what keeps them equal, and what makes them differ."""

from __future__ import annotations

import json

import pytest

from builder.recipe.patterns import call_sequence, normal_text, pattern, patterns
from builder.records.tasks import Task
from builder.testing.tasks import CALCULATE, NEIGHBOURS, PROFILE, SHAPES, make_task

STRUCTURAL = {CALCULATE: frozenset({"operation"})}


def with_body(task: Task, **changes: object) -> Task:
    return Task.model_validate(task.model_dump(by_alias=True) | changes)


def test_a_fan_out() -> None:
    found = pattern(make_task("most_populous"), STRUCTURAL)
    assert found.call_sequence == f"{NEIGHBOURS} > {PROFILE} x9"
    assert found.topology == "R R* 0>1"
    assert json.loads(found.literals) == ['"Germany"']
    assert found.tool_types == 2


def test_a_computed_value() -> None:
    found = pattern(make_task("density"), STRUCTURAL)
    assert found.call_sequence == f"{PROFILE} > {CALCULATE}"
    assert found.topology == "R P 0>1"
    assert sorted(json.loads(found.literals)) == ['"Japan"', '"divide"']


def test_calls_that_meet_only_in_an_operator_feed_nothing() -> None:
    assert pattern(make_task("bigger"), STRUCTURAL).topology == "R*"


def test_a_call_over_a_whole_list_is_fed_by_every_member() -> None:
    assert pattern(make_task("mean"), STRUCTURAL).topology == "R R* P 0>1 1>2"


def test_what_passes_an_operator_still_feeds() -> None:
    task = make_task("density")
    derivation, calls = task.derivation.model_dump(), [call.model_dump() for call in task.calls]
    first, second = derivation["steps"]
    population = {"step": first["id"], "field": "population"}
    derivation["steps"] = [first, {"kind": "op", "id": "o", "op": "only", "inputs": {"items": population}}, second]
    calls[1]["sources"] = {"operation": {"literal": True}, "a": {"literal": True}, "b": [{"op": "o"}]}
    through = with_body(task, derivation=derivation, calls=calls)
    assert pattern(through, {}).topology == "R P 0>1"
    calls[1]["sources"]["b"] = {"literal": True}
    assert pattern(with_body(task, calls=calls), {}).topology == "P R"


def test_other_words_keep_all_but_the_text() -> None:
    task = make_task("density")
    other = pattern(with_body(task, question="Japan: people per km2?"), STRUCTURAL)
    assert other == pattern(task, STRUCTURAL).model_copy(update={"normal_text": other.normal_text})
    assert other.normal_text == "japan people per km2"


def test_structural_literals_are_part_of_the_graph() -> None:
    task = make_task("density")
    calls = [call.model_dump() for call in task.calls]
    calls[1]["arguments"]["operation"] = "multiply"
    other = with_body(task, calls=calls)
    assert pattern(other, STRUCTURAL).call_graph != pattern(task, STRUCTURAL).call_graph
    assert pattern(other, {}).call_graph == pattern(task, {}).call_graph


def test_steps_in_another_order_bind_the_same() -> None:
    task = make_task("bigger")
    derivation = task.derivation.model_dump()
    first, second, *rest = derivation["steps"]
    swapped = with_body(task, derivation=derivation | {"steps": [second, first, *rest]})
    assert pattern(swapped, {}).bindings == pattern(task, {}).bindings


@pytest.mark.parametrize("change", ["literal", "field", "sides"])
def test_another_literal_field_or_place_binds_otherwise(change: str) -> None:
    task = make_task("bigger")
    derivation = task.derivation.model_dump()
    inputs = derivation["steps"][2]["inputs"]
    if change == "literal":
        derivation["steps"][0]["arguments"]["country"]["literal"] = "Uganda"
    elif change == "field":
        inputs["left"]["field"] = inputs["right"]["field"] = "area_km2"
    else:
        inputs["left"], inputs["right"] = inputs["right"], inputs["left"]
    assert pattern(with_body(task, derivation=derivation), {}).bindings != pattern(task, {}).bindings


def test_patterns_of_different_questions_differ() -> None:
    found = [pattern(make_task(shape), STRUCTURAL) for shape in SHAPES]
    assert len({item.bindings for item in found}) == len(SHAPES)


def test_normal_text_drops_case_and_marks_and_keeps_numbers() -> None:
    assert normal_text("  Is it −3.5 °C, or +1,000?\n") == "is it -3.5 c or 1,000"
    assert normal_text("ＩＳ it -3.5 °C or 1,000") == normal_text("Is it −3.5 °C, or +1,000?")
    assert normal_text("1.5 m") != normal_text("15 m")


def test_call_sequence_counts_runs() -> None:
    assert call_sequence(["a", "b", "b", "a"]) == "a > b x2 > a"


def test_a_pattern_is_the_same_in_any_company() -> None:
    tasks = [make_task(shape) for shape in SHAPES]
    assert patterns(tasks, STRUCTURAL) == [pattern(task, STRUCTURAL) for task in tasks]
    assert patterns([], STRUCTURAL) == []

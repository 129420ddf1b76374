"""Scenarios: checked whole before they run, and bound to slot values as a plan."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from builder.recipe.scenario_checks import check_scenario
from builder.recipe.scenarios import bind, sample_value, tools_of
from builder.records.derivations import CallStep, Literal, MapStep, OpStep, Ref
from builder.records.exemplars import Scenario, Slot
from builder.testing.tasks import CALCULATE, NEIGHBOURS, PROFILE, general_executor

POOL = general_executor().pool


def scenario(**changes: Any) -> Scenario:
    body: dict[str, Any] = {
        "id": "general.test",
        "domain": "general",
        "title": "Test",
        "source_note": "Use GeoNames data.",
        "slots": {
            "a": {"type": "country"},
            "old": {"type": "flag", "choices": [True, False], "words": {"true": "old", "false": "new"}},
        },
        "rounds": [
            {
                "frame": "superlative",
                "move": "start",
                "answer": {"value": "$best"},
                "steps": [
                    {"id": "n", "tool": NEIGHBOURS, "arguments": {"country": "$a"}},
                    {"id": "each", "tool": PROFILE, "over": "$n.neighbours", "parameter": "country"},
                    {"id": "best", "op": "argmax", "inputs": {"items": "$n.neighbours", "keys": "$each.population"}},
                ],
                "ask": {
                    "plain": ["Which is the {old} one near {a}?"],
                    "formal": ["Name it: {a}, {old}."],
                    "reason": ["{a}, {old}?"],
                },
            },
            {
                "frame": "report",
                "move": "wider",
                "answer": {"value": {"people": "$p.population", "land": "$p.area_km2"}},
                "steps": [{"id": "p", "tool": PROFILE, "arguments": {"country": "$best"}}],
                "ask": {"plain": ["Report it for {a}."] * 3},
            },
        ],
    }
    return Scenario.model_validate(body | changes)


def report(decimals: Any) -> dict[str, Any]:
    """The test scenario with `decimals` in its report."""
    body = scenario().model_dump(mode="json", by_alias=True)
    body["rounds"][1]["answer"]["decimals"] = decimals
    return {"rounds": body["rounds"]}


@pytest.mark.parametrize(("decimals", "land"), [(None, 0), (2, 2), ({"land": 1}, 1)])
def test_a_report_has_decimals_for_all_its_numbers_or_by_field(decimals: Any, land: int) -> None:
    # The population is a whole number and stays one.
    plan = bind(POOL, scenario(**report(decimals)), {"a": "France", "old": True})
    fields = plan.rounds[1].spec.fields
    assert (fields["people"].decimals, fields["land"].decimals) == (None, land)


def test_decimals_of_a_field_that_is_not_there() -> None:
    with pytest.raises(ValidationError, match=r"decimals\.sea: the answer has no field of that name"):
        scenario(**report({"sea": 1}))


def test_a_sound_scenario_has_no_problems() -> None:
    assert check_scenario(POOL, scenario()) == []


def test_every_shipped_scenario_is_sound() -> None:
    assert [problem for each in POOL.scenarios.values() for problem in check_scenario(POOL, each)] == []


def test_binding_gives_steps_literals_and_words() -> None:
    plan = bind(POOL, scenario(), {"a": "Peru", "old": True})
    first, second = plan.rounds
    listing, each, best = first.steps
    assert isinstance(listing, CallStep) and listing.arguments == {"country": Literal(literal="Peru", type="country")}
    assert isinstance(each, MapStep) and each.over == Ref(step="n", field="neighbours")
    assert isinstance(best, OpStep) and first.answer == Ref(step="best")
    assert first.spec.kind == "entity" and first.spec.type == "country"
    assert plan.words == {"old": "old"} and plan.note == "Use GeoNames data."
    record = second.steps[-1]
    assert isinstance(record, OpStep) and record.op == "record" and second.spec.kind == "record"
    assert set(second.spec.fields) == {"people", "land"}


def test_a_plan_says_which_slots_each_step_takes() -> None:
    plan = bind(POOL, scenario(), {"a": "Peru", "old": True})
    assert plan.uses["n"] == frozenset({"a"}) and plan.uses["p"] == frozenset()


def test_tools_of_all_rounds() -> None:
    assert tools_of(scenario()) == (NEIGHBOURS, PROFILE)


def test_fixed_values_take_the_parameters_type() -> None:
    steps = [{"id": "c", "tool": CALCULATE, "arguments": {"operation": "add", "a": 2, "b": 3}}]
    ask = {"plain": ["What is it for {a}, {old}?"] * 3}
    body = [{"frame": "ratio", "move": "start", "answer": {"value": "$c.result"}, "steps": steps, "ask": ask}]
    step = bind(POOL, scenario(rounds=body), {"a": "Peru", "old": True}).rounds[0].steps[0]
    assert isinstance(step, CallStep)
    assert step.arguments["a"] == Literal(literal=2, type="number")
    assert step.arguments["operation"] == Literal(literal="add", type="option")


def test_all_problems_are_reported_at_once_with_file_and_key() -> None:
    steps = [
        {"id": "x", "tool": "no.such.tool", "arguments": {}},
        {"id": "y", "tool": PROFILE, "arguments": {"land": "$a"}},
        {"id": "z", "op": "nth", "inputs": {}},
        {"id": "w", "op": "count", "inputs": {"things": "$a"}},
    ]
    ask = {"plain": ["{land}?", "{a", "fine {a}"]}
    body = [{"frame": "riddle", "move": "start", "answer": {"value": "$x.a"}, "steps": steps, "ask": ask}]
    slots = {"a": {"type": "land"}}
    text = "\n".join(map(str, check_scenario(POOL, scenario(rounds=body, slots=slots))))
    for fault in ("unknown type land", "unknown tool no.such.tool", "has no parameter land", "needs country",
                  "unknown operator nth", "count takes", "{land} is no slot", "broken braces",
                  "rounds.0.frame: no frame 'riddle', expected one of above_average, "):  # fmt: skip
        assert fault in text, fault
    assert text.count("exemplars/general/test.toml") == len(text.splitlines())


@pytest.mark.parametrize(
    ("slot", "value"),
    [
        ({"type": "country", "choices": ["Peru"]}, "Peru"),
        ({"type": "date", "first": "2026-01-05", "last": "2026-02-01"}, "2026-01-05"),
        ({"type": "money_amount", "low": 5, "high": 9, "step": 1}, 5),
        ({"type": "country"}, "x"),
    ],
)
def test_sample_values_have_the_slots_shape(slot: dict[str, Any], value: Any) -> None:
    assert sample_value(POOL, Slot.model_validate(slot)) == value


def test_a_round_without_a_frame_is_an_error() -> None:
    rounds = scenario().model_dump(mode="json")["rounds"]
    del rounds[1]["frame"]
    with pytest.raises(ValidationError, match=r"rounds\.1\.frame"):
        scenario(rounds=rounds)


def test_a_field_that_the_tool_does_not_return_is_an_error() -> None:
    rounds = scenario().model_dump(mode="json")["rounds"]
    rounds[1]["answer"] = {"value": "$p.climate"}
    (problem,) = check_scenario(POOL, scenario(rounds=rounds))
    assert problem.file == "exemplars/general/test.toml" and "climate" in problem.problem


def test_fewer_than_three_wordings_are_an_error() -> None:
    rounds = scenario().model_dump(mode="json")["rounds"]
    rounds[0]["ask"] = {"plain": ["Which is near {a}?"]}
    with pytest.raises(ValidationError, match="three wordings"):
        scenario(rounds=rounds)


@pytest.mark.parametrize(
    ("described", "message"),
    [
        ("general.airports.airport_profile", "there is no field"),
        ("general.airports.airport_profile#colour", "there is no field"),
        ("general.airports.airport_profile#elevation_ft", "describes nothing"),
        ("general.countries.country_profile#capital", "is no country"),
    ],
)
def test_a_description_is_a_field_that_describes_the_slot(described: str, message: str) -> None:
    slots = scenario().model_dump()["slots"]
    problems = check_scenario(POOL, scenario(slots=slots | {"a": {"type": "country", "describe": [described]}}))
    assert [str(problem) for problem in problems if message in str(problem) and "slots.a.describe.0" in str(problem)]
    sound = {"type": "country", "describe": ["general.airports.airport_profile#country"]}
    assert check_scenario(POOL, scenario(slots=slots | {"a": sound})) == []

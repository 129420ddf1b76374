"""Variations: options of one scenario side by side, the forms that ask about them, and what is wrong with a bad one."""

from __future__ import annotations

import random
from typing import Any

import pytest
from pydantic import ValidationError

from builder.errors import Refused
from builder.recipe.atlas import Atlas
from builder.recipe.derivation import replay
from builder.recipe.frames.about import ABOUT
from builder.recipe.scenario_checks import check_scenario
from builder.recipe.scenarios import bind, routes
from builder.recipe.synthesis import Synthesis, synthesize
from builder.recipe.variation import FORMS, tools_for, wish
from builder.recipe.variation.forms import Options
from builder.records.derivations import AnswerSpec, Literal, Ref
from builder.records.exemplars import Scenario
from builder.records.tasks import Draw, Seed
from builder.records.tools import Call
from builder.testing.tasks import CALCULATE, PROFILE, general_executor
from builder.tools.driver import drive

POOL = general_executor().pool
ATLAS = Atlas(POOL)
DENSITY = "How crowded is {country}, in people per square kilometre? Divide population by area."
SETTING = "Compare {options} by people per square kilometre, as population over area."
ASK = {
    "argmax": ["Which country is the most crowded?"],
    "argmin": ["Which country is the least crowded?"],
    "descending": ["Rank the countries, the most crowded first."],
    "above": ["Which of them have more than {limit} people per square kilometre? Name all of them."],
    "difference": ["By how many people per square kilometre do the two differ?"],
    "percent": ["By what percentage is the one more crowded than the other?"],
    "ratio": ["How many times as crowded as {b} is {a}?"],
    "compare": ["Is {a} more crowded than {b}?"],
    "mean": ["What is the simple average of these figures?"],
    "minimum": ["What is the lowest of these figures?"],
    "spread": ["How far apart are the highest and the lowest figure?"],
}
DENSITIES = {"Peru": 24.9, "Uruguay": 19.6, "Ecuador": 60.0}
"""People per km² in whole tenths; the tests take the tools' own figures."""


def variation(**changes: Any) -> dict[str, Any]:
    body: dict[str, Any] = {
        "slots": ["country"],
        "setting": {"plain": SETTING, "formal": SETTING, "reason": f"I like wide open land. {SETTING}"},
        "ask": ASK,
    }
    return body | changes


def scenario(*vary: dict[str, Any], **changes: Any) -> Scenario:
    looked_up = [{"id": "land", "tool": PROFILE, "arguments": {"country": "$country"}}]
    sides = {"operation": "divide", "a": "$land.population", "b": "$land.area_km2"}
    body: dict[str, Any] = {
        "id": "general.crowded",
        "domain": "general",
        "title": "Crowded",
        "source_note": "Use GeoNames data.",
        "slots": {"country": {"type": "country", "choices": list(DENSITIES)}},
        "rounds": [
            {
                "frame": "quantity",
                "move": "start",
                "answer": {"value": "$land.population"},
                "steps": looked_up,
                "ask": {"plain": ["How many inhabitants has {country}?"] * 3},
            },
            {
                "frame": "quantity",
                "move": "deeper",
                "answer": {"value": "$each.result", "type": "number", "decimals": 2},
                "steps": [{"id": "each", "tool": CALCULATE, "arguments": sides}],
                "ask": {"plain": [DENSITY] * 3},
            },
        ],
        "vary": list(vary) or [variation()],
    }
    return Scenario.model_validate(body | changes)


class View:
    """The pool with one scenario."""

    def __init__(self, only: Scenario) -> None:
        self.scenarios = {only.id: only}

    def __getattr__(self, name: str) -> Any:
        return getattr(POOL, name)


def drawn(only: Scenario, forms: list[str], others: list[str], **changes: Any) -> Synthesis:
    """A draw for Peru that asks these forms about it and others of these countries."""
    asked = {
        "number": 0,
        "forms": forms,
        "count": len(others) + 1,
        "others": [{"country": name} for name in others],
        "route": [0, 1],
    } | changes
    tools = {*tools_for(only, asked), PROFILE, CALCULATE, "general.dates.shift_date"}
    draw = Draw(
        id="draw_1", wave=0, index=0, exemplar=only.id, domain="general", toolset=tuple(sorted(tools)),
        seed=Seed(type="country", value="Peru", label="Peru"), slots={"country": "Peru", "~vary": asked},
    )  # fmt: skip
    executor = general_executor()
    view: Any = View(only)
    return drive(synthesize(draw, view, ATLAS, 5, 3, executor.key), executor)


def density(country: str) -> float:
    result = general_executor().execute(Call(PROFILE, {"country": country})).value
    assert result is not None
    return float(result["population"] / result["area_km2"])


PERU, URUGUAY, ECUADOR = (density(name) for name in DENSITIES)
EXPECTED = {
    "argmax": (["Uruguay", "Ecuador"], "Ecuador"),
    "argmin": (["Uruguay", "Ecuador"], "Uruguay"),
    "descending": (["Uruguay", "Ecuador"], ["Ecuador", "Peru", "Uruguay"]),
    "difference": (["Uruguay"], round(PERU - URUGUAY, 2)),
    "percent": (["Ecuador"], round((ECUADOR - PERU) / PERU * 100, 1)),
    "ratio": (["Ecuador"], round(ECUADOR / PERU, 2)),
    "compare": (["Ecuador"], False),
    "mean": (["Uruguay", "Ecuador"], round((PERU + URUGUAY + ECUADOR) / 3, 2)),
    "minimum": (["Uruguay", "Ecuador"], round(URUGUAY, 2)),
    "spread": (["Uruguay", "Ecuador"], round(ECUADOR - URUGUAY, 2)),
}


@pytest.mark.parametrize("form", sorted(EXPECTED))
def test_a_form_gives_what_the_tools_figures_give(form: str) -> None:
    others, expected = EXPECTED[form]
    found = drawn(scenario(), [form], others)
    assert found.task is not None, found.refusals
    assert found.task.answer.value == (pytest.approx(expected) if isinstance(expected, float) else expected)
    assert [part.move for part in found.rounds] == ["start", "wider"]
    assert drive(replay(found.task), general_executor()) is None


def test_the_larger_side_is_named_first_where_a_form_says_so() -> None:
    found = drawn(scenario(), ["ratio"], ["Ecuador"])
    assert found.task is not None and "as crowded as Peru is Ecuador?" in found.task.question


def test_two_forms_follow_each_other_and_the_last_is_the_task() -> None:
    found = drawn(scenario(), ["difference", "compare"], ["Ecuador"])
    assert found.task is not None and found.task.answer.value is False
    assert [part.number for part in found.rounds] == [1, 2, 3]
    assert found.rounds[1].answer.value == pytest.approx(round(ECUADOR - PERU, 2))


def test_a_limit_lies_between_the_options_and_stands_in_the_question() -> None:
    found = drawn(scenario(), ["above"], ["Uruguay", "Ecuador"])
    assert found.task is not None
    filtered = found.task.derivation.steps[-1]
    limit = filtered.inputs["threshold"]  # type: ignore[union-attr]
    assert isinstance(limit, Literal) and min(PERU, URUGUAY) < limit.literal < ECUADOR
    assert f"more than {limit.literal} people" in found.task.question


def test_what_no_varied_slot_reaches_is_called_once() -> None:
    """The country's area stays; only the number of people per household varies."""
    steps = [
        {"id": "land", "tool": PROFILE, "arguments": {"country": "$country"}},
        {
            "id": "each",
            "tool": CALCULATE,
            "arguments": {"operation": "divide", "a": "$land.population", "b": "$household"},
        },
    ]
    setting = "In {country}, households have {options} people."
    homes = variation(
        slots=["household"],
        round=1,
        setting=dict.fromkeys(("plain", "formal", "reason"), setting),
        ask={"difference": ["By how many do the numbers of households differ?"]},
    )
    slots = {
        "country": {"type": "country"},
        "household": {"type": "number", "low": 2, "high": 5, "step": 0.5},
    }
    part = {
        "frame": "quantity",
        "answer": {"value": "$each.result", "type": "number", "decimals": 0},
        "steps": steps,
        "ask": {"plain": ["How many households of {household} people has {country}?"] * 3},
    }
    only = scenario(homes, slots=slots, rounds=[part])
    assert check_scenario(POOL, only) == []
    asked = {"number": 0, "forms": ["difference"], "count": 2, "others": [{"household": 4}], "route": [0]}
    draw = Draw(
        id="draw_1", wave=0, index=0, exemplar=only.id, domain="general", toolset=tools_for(only, asked),
        seed=Seed(type="country", value="Peru", label="Peru"),
        slots={"country": "Peru", "household": 2.5, "~vary": asked},
    )  # fmt: skip
    view: Any = View(only)
    found = drive(synthesize(draw, view, ATLAS, 5, 3, general_executor().key), general_executor())
    assert found.task is not None, found.refusals
    assert [call.tool for call in found.task.calls].count(PROFILE) == 1
    assert "households have 2.5 and 4 people" in found.task.question


def test_options_that_do_not_go_together_leave_the_own_round_and_a_reason() -> None:
    found = drawn(scenario(), ["difference"], ["Peru"])
    assert found.task is not None and len(found.rounds) == 2
    assert found.rounds[1].question.startswith("How crowded")
    assert found.refusals[-1][1] == "walk:options"


def test_a_form_refuses_values_that_do_not_suit_it() -> None:
    percent = Options(
        items=(Literal(literal="Peru", type="country"), Literal(literal="Uruguay", type="country")),
        item=AnswerSpec(kind="entity", type="country"),
        sources=(Ref(step="a"), Ref(step="b")),
        values=(90.0, 3.0),
        spec=AnswerSpec(kind="number", type="number"),
    )
    with pytest.raises(Refused, match="many times"):
        FORMS["percent"].build(percent, random.Random(1))
    with pytest.raises(Refused, match="less than a tenth"):
        FORMS["ratio"].build(Options(percent.items, percent.item, percent.sources, (10.4, 10.0), percent.spec),
                             random.Random(1))  # fmt: skip


def test_a_budget_is_clear_of_the_sum_on_either_side() -> None:
    options = Options(
        items=(Literal(literal="Peru", type="country"), Literal(literal="Uruguay", type="country")),
        item=AnswerSpec(kind="entity", type="country"),
        sources=(Ref(step="a"), Ref(step="b")),
        values=(1234.0, 866.0),
        spec=AnswerSpec(kind="number", type="money_amount", decimals=2),
    )
    limits = {FORMS["budget"].build(options, random.Random(seed)).limit for seed in range(40)}
    assert all(abs(limit - 2100) > 0.03 * 2100 for limit in limits)
    assert {limit > 2100 for limit in limits} == {True, False}
    assert all(FORMS["left"].build(options, random.Random(seed)).limit > 2100 for seed in range(20))


def test_a_wish_is_a_function_of_its_stream() -> None:
    only = scenario()

    def values(rng: random.Random, _: Scenario) -> dict[str, Any]:
        return {"country": rng.choice(list(DENSITIES))}

    first, again = (wish(only, random.Random(3), values) for _ in range(2))
    assert first == again and first["route"] == [0, 1]
    forms = {form for seed in range(60) for form in wish(only, random.Random(seed), values)["forms"]}
    assert forms == set(ASK)


def test_every_form_is_one_of_the_frames() -> None:
    assert {form.frame for form in FORMS.values()} <= ABOUT.keys()


BAD: list[tuple[dict[str, Any], str]] = [
    ({"slots": ["land"]}, "land is no slot"),
    ({"round": 3}, "there is no round 3"),
    ({"setting": dict.fromkeys(("plain", "formal", "reason"), "Compare them.")}, "does not place the options"),
    ({"setting": dict.fromkeys(("plain", "formal", "reason"), "{options} in {year}")}, "{year} has no place here"),
    ({"setting": dict.fromkeys(("plain", "formal", "reason"), "{options")}, "broken braces"),
    ({"ask": {"compare": ["Is it more?"]}}, "does not place {a}"),
    ({"ask": {"argmax": ["Is {a} more?"]}}, "{a} has no place here"),
    ({"ask": {"days": ["How many days?"]}}, "kind quantity is not asked so"),
    ({"option": "it"}, "does not place {country}"),
    ({"answer": {"value": "$nothing.at_all"}}, "cannot be resolved"),
    ({"answer": {"value": "$land.capital"}}, "kind entity is not asked so"),
]


@pytest.mark.parametrize(("changes", "message"), BAD)
def test_a_bad_variation_is_told_with_file_and_key(changes: dict[str, Any], message: str) -> None:
    problems = [str(problem) for problem in check_scenario(POOL, scenario(variation(**changes)))]
    assert any(message in problem and "exemplars/general/crowded.toml: vary.0." in problem for problem in problems)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"setting": {"plain": SETTING}}, "one text each for plain, formal and reason"),
        ({"slots": ["country", "country"]}, "names one slot twice"),
        ({"slots": ["country", "year"]}, "several slots need option"),
        ({"ask": {"argmax": []}}, "has no text"),
        ({"ask": {"best": ["Which?"]}}, "Input should be"),
        ({"colour": "red"}, "Extra inputs"),
    ],
)
def test_a_variation_that_is_none_does_not_load(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        scenario(variation(**changes))


def test_alternatives_are_ways_through_the_rounds() -> None:
    plain = scenario()
    start, density_ = (part.model_dump() for part in plain.rounds)
    area = {
        **density_,
        "alternative": True,
        "steps": [{"id": "wide", "tool": CALCULATE,
                   "arguments": {"operation": "divide", "a": "$land.area_km2", "b": "$land.population"}}],
        "answer": {"value": "$wide.result", "type": "number", "decimals": 4},
    }  # fmt: skip
    both = scenario(rounds=[start, density_, area])
    assert routes(both) == [(0, 1), (0, 2)] and check_scenario(POOL, both) == []
    plans = [bind(POOL, both, {"country": "Peru"}, route) for route in routes(both)]
    assert [plan.rounds[1].steps[0].id for plan in plans] == ["each", "wide"]
    with pytest.raises(ValidationError, match="stands in place of no other"):
        scenario(rounds=[{**start, "alternative": True}])
    crossed = {**density_, "steps": [], "answer": {"value": "$wide.result", "type": "number"}}
    problems = [str(problem) for problem in check_scenario(POOL, scenario(rounds=[start, density_, area, crossed]))]
    assert any("rounds 0, 1, 3: a reference cannot be resolved" in problem for problem in problems)

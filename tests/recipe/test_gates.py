"""Gates over real derivations. The table of bad candidates is in tests/sense."""

from __future__ import annotations

import random
from typing import Any

import fastjsonschema
import pytest

from builder.errors import Refused
from builder.recipe import gates
from builder.recipe.alternatives import MADE_UP, REAL, made_up, real_calls
from builder.recipe.contraction import no_contraction
from builder.recipe.derivation import Evidence, evaluate
from builder.recipe.shape import used_fields
from builder.records.derivations import AnswerSpec, CallStep, Derivation, Literal, OpStep, Ref
from builder.testing.tasks import CALCULATE, NEIGHBOURS, PROFILE, SHAPES, general_executor, make_task
from builder.tools.driver import drive

EXECUTOR = general_executor()
POOL = EXECUTOR.pool


def evaluated(derivation: Derivation) -> tuple[Any, Evidence]:
    return drive(evaluate(derivation), EXECUTOR)


def sensitive(derivation: Derivation) -> None:
    value, evidence = evaluated(derivation)
    drive(gates.sensitive(POOL, derivation, evidence, value, random.Random(1)), EXECUTOR)


def contracted(derivation: Derivation) -> None:
    value, evidence = evaluated(derivation)
    drive(no_contraction(POOL, derivation, evidence, value), EXECUTOR)


def country(name: str) -> Literal:
    return Literal(literal=name, type="country")


def calculate(step: str, operation: str, a: Any, b: Any) -> CallStep:
    option = Literal(literal=operation, type="option")
    return CallStep(id=step, tool=CALCULATE, arguments={"operation": option, "a": a, "b": b})


def number(*steps: CallStep | OpStep, decimals: int | None = 2) -> Derivation:
    spec = AnswerSpec(kind="number", type="number", decimals=decimals)
    return Derivation(steps=steps, answer=Ref(step=steps[-1].id, field="result"), spec=spec)


PEOPLE = Ref(step="p", field="population")
AREA = Ref(step="p", field="area_km2")
PERU = CallStep(id="p", tool=PROFILE, arguments={"country": country("Peru")})


@pytest.mark.parametrize("shape", SHAPES)
def test_every_call_of_a_good_task_matters(shape: str) -> None:
    sensitive(make_task(shape, EXECUTOR).derivation)


@pytest.mark.parametrize("shape", SHAPES)
def test_no_step_of_a_good_task_can_be_skipped(shape: str) -> None:
    contracted(make_task(shape, EXECUTOR).derivation)


def test_a_call_that_is_multiplied_by_nothing_does_not_matter() -> None:
    times = calculate("t", "multiply", PEOPLE, Literal(literal=0, type="number"))
    chad = CallStep(id="q", tool=PROFILE, arguments={"country": country("Chad")})
    land = Ref(step="q", field="area_km2")
    derivation = number(PERU, chad, times, calculate("s", "add", land, Ref(step="t", field="result")))
    with pytest.raises(Refused) as refused:
        sensitive(derivation)
    assert refused.value.reason == "gate:insensitive"


def test_a_call_whose_every_change_breaks_the_rest_is_untestable() -> None:
    step = CallStep(id="n", tool=NEIGHBOURS, arguments={"country": country("Peru")})
    broken = calculate("c", "divide", Literal(literal=1, type="number"), PEOPLE)

    class Fussy:
        """Any population but the real one is refused."""

        def execute(self, call: Any) -> Any:
            if call.tool == CALCULATE and call.arguments["b"] != real:
                return EXECUTOR.execute(type(call)(CALCULATE, {"operation": "divide", "a": 1, "b": 0}))
            if call.tool == PROFILE and call.arguments["country"] != "Peru":
                return EXECUTOR.execute(type(call)(PROFILE, {"country": "Atlantis"}))
            return EXECUTOR.execute(call)

    derivation = number(PERU, broken)
    value, evidence = evaluated(derivation)
    real = evidence.made[0].result["population"]
    assert step.tool in POOL.tools
    with pytest.raises(Refused) as refused:
        drive(gates.sensitive(POOL, derivation, evidence, value, random.Random(1)), Fussy())
    assert refused.value.reason == "gate:untestable"


def test_rebinding_to_the_question_is_a_contraction() -> None:
    same = calculate("s", "add", PEOPLE, Literal(literal=0, type="number"))
    again = calculate("t", "divide", Ref(step="s", field="result"), AREA)
    with pytest.raises(Refused) as refused:
        contracted(number(PERU, same, again))
    assert refused.value.reason == "gate:contraction"


def test_what_a_tool_says_of_two_things_side_by_side_is_no_contraction() -> None:
    """France and Germany have one currency, which is known only once both have been asked for."""

    def euros(step: str, amount: int, of: str) -> CallStep:
        given: dict[str, Any] = {
            "amount": Literal(literal=amount, type="money_amount"),
            "from_currency": Ref(step=of, field="currency"),
            "to_currency": Literal(literal="USD", type="currency"),
            "date": Literal(literal="2026-03-02", type="date"),
        }
        return CallStep(id=step, tool="financial.ecb.ecb_convert", arguments=given)

    france = CallStep(id="f", tool=PROFILE, arguments={"country": country("France")})
    germany = CallStep(id="g", tool=PROFILE, arguments={"country": country("Germany")})
    both = calculate("s", "add", Ref(step="x", field="converted"), Ref(step="y", field="converted"))
    contracted(number(france, germany, euros("x", 1200, "f"), euros("y", 3500, "g"), both))
    # In one chain, the second currency would be the first one over again.
    capital = CallStep(
        id="c", tool="general.countries.city_profile", arguments={"city": Ref(step="f", field="capital")}
    )
    again = CallStep(id="g", tool=PROFILE, arguments={"country": Ref(step="c", field="country")})
    with pytest.raises(Refused, match="already known"):
        twice = calculate("s", "multiply", Ref(step="x", field="converted"), Literal(literal=2, type="number"))
        contracted(number(france, capital, again, euros("x", 1200, "g"), twice))


def test_a_pick_among_named_options_names_its_answer() -> None:
    names = ("Peru", "Chile")
    profiles = [CallStep(id=name, tool=PROFILE, arguments={"country": country(name)}) for name in names]
    keys = tuple(Ref(step=name, field="population") for name in names)
    best = OpStep(id="best", op="argmax", inputs={"items": tuple(map(country, names)), "keys": keys})
    spec = AnswerSpec(kind="entity", type="country")
    picked = Derivation(steps=(*profiles, best), answer=Ref(step="best"), spec=spec)
    assert gates.chosen_among(picked) == ["Peru", "Chile"]
    assert gates.chosen_among(number(PERU, calculate("d", "divide", PEOPLE, AREA))) == []


def test_what_an_operator_chose_among_is_no_contraction() -> None:
    """Which of two named countries is larger, and a fact about it: naming it is the point, not a short cut."""
    names = ("Austria", "Hungary")
    calls = [CallStep(id=name, tool=PROFILE, arguments={"country": country(name)}) for name in names]
    keys = tuple(Ref(step=name, field="population") for name in names)
    pick = OpStep(id="b", op="argmax", inputs={"items": tuple(map(country, names)), "keys": keys})
    more = CallStep(id="m", tool="financial.vat.company_register", arguments={"country": Ref(step="b")})
    spec = AnswerSpec(kind="text", type="plain_text")
    contracted(Derivation(steps=(*calls, pick, more), answer=Ref(step="m", field="register"), spec=spec))


def test_made_up_results_are_of_their_type_and_differ() -> None:
    for shape in SHAPES:
        derivation = make_task(shape, EXECUTOR).derivation
        _, evidence = evaluated(derivation)
        used = used_fields(derivation)
        for made in evidence.made:
            fields = sorted(used[made.step])
            others = list(made_up(POOL, derivation, evidence, made, fields, random.Random(2)))
            assert 1 <= len(others) <= 2 * MADE_UP
            for other in others:
                assert other.keys() == made.result.keys() and other != made.result
                assert all(other[name] == made.result[name] for name in other if name not in fields)
                for name in fields:
                    check(made.call.tool, name, other[name])


def check(tool: str, name: str, value: Any) -> None:
    field = POOL.declared[tool].returns[name]
    schema: dict[str, Any] = dict(POOL.types[field.type].json_schema)
    fastjsonschema.validate({"type": "array", "items": schema} if field.many else schema, value)


def test_a_winner_is_overtaken_by_the_first_made_up_result() -> None:
    derivation = make_task("most_populous", EXECUTOR).derivation
    value, evidence = evaluated(derivation)
    used = used_fields(derivation)
    for made in evidence.made[1:]:
        first = next(iter(made_up(POOL, derivation, evidence, made, sorted(used[made.step]), random.Random(3))))
        top = max(m.result["population"] for m in evidence.made[1:])
        assert first["population"] > top or made.call.arguments["country"] == value


def test_real_results_are_those_of_other_entities() -> None:
    _, evidence = evaluated(number(PERU, calculate("c", "divide", PEOPLE, AREA)))
    calls = real_calls(POOL, evidence.made[0], random.Random(4))
    assert 1 <= len(calls) <= REAL and all(call.tool == PROFILE for call in calls)
    assert "Peru" not in {call.arguments["country"] for call in calls}
    assert real_calls(POOL, evidence.made[1], random.Random(4)) == []


@pytest.mark.parametrize(
    ("text", "question", "stands"),
    [
        ("12", "There are 12 of them.", True),
        ("12", "There are 12.", True),
        ("12", "12 of them", True),
        ("12", "There are 12,500 of them.", False),
        ("12", "There are 12.5 of them.", False),
        ("12", "There are 112 of them.", False),
        ("12", "Of 112, 12 are left", True),
        ("Chad", "the land of chad", True),
        ("Chad", "Chadwick", False),
        ("s", "Peru's", True),
        ("St. John's", "in St. John's, please", True),
    ],
)
def test_a_text_stands_in_a_question_as_a_word_of_its_own(text: str, question: str, stands: bool) -> None:
    assert gates.stands_in(text, question) is stands

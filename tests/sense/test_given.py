"""Bad candidates that are no scenario: texts, answers and toolsets, given to the law or gate itself."""

from __future__ import annotations

import random
from typing import Any

import pytest

from builder.errors import Refused
from builder.recipe import gates, origins, sense
from builder.recipe.sampling import TOOLSET_MAX, TOOLSET_MIN, Sampler
from builder.recipe.verdicts import compare
from builder.records.derivations import Answer, AnswerSpec, CallStep, Derivation, Literal, Ref, Source
from builder.records.tools import Call
from tests.sense.bench import POOL, atlas

GOOD = "How many people live in the capital of Peru, all told?"

TEXTS = [
    ("an unfilled brace", "gate:wording", "How many people live in the capital of {country}, all told?"),
    ("two spaces", "gate:wording", "How many people live in  the capital of Peru, all told?"),
    ("a missing value", "gate:wording", "How many people live in the capital of None, all told?"),
    ("a word twice", "gate:wording", "How many people live in in the capital of Peru, all told?"),
    ("two articles", "gate:wording", "How many people live in the the capital of Peru, all told?"),
    ("a before a vowel", "gate:wording", "How many people eat a apple in the capital of Peru each day?"),
    ("A before a vowel", "gate:wording", "Help me. A apple is eaten by how many people in the capital of Peru?"),
    ("one and a plural", "gate:wording", "How many people leave the capital of Peru in the course of 1 days?"),
    ("an before a consonant", "gate:wording", "How many people eat an pear in the capital of Peru each day?"),
    ("a space before a mark", "gate:wording", "How many people live in the capital of Peru , all told?"),
    ("two marks", "gate:wording", "How many people live in the capital of Peru, all told??"),
    ("no mark at the end", "gate:wording", "How many people live in the capital of Peru, all told"),
    ("seven words", "gate:length", "How many people live in the capital?"),
    ("ninety-one words", "gate:length", "Say it please, " * 30 + "now."),
]


def reason_of(check: Any, *arguments: Any) -> str:
    try:
        check(*arguments)
    except Refused as refused:
        return refused.reason
    return "kept"


@pytest.mark.parametrize(("name", "reason", "text"), TEXTS, ids=[name for name, _, _ in TEXTS])
def test_clean_wording(name: str, reason: str, text: str) -> None:
    assert reason_of(gates.clean_wording, text) == reason


@pytest.mark.parametrize(
    "text",
    [
        GOOD,
        "Does a European or an hourly rate apply to a one-way trip, and had had she known that that was so?",
        "Say it please, " * 29 + "say it now.",
        "How many people live here, by all that you know?",
        "A or B: which of them has waited for 21 days or 1 day and 0.1 hours?",
    ],
)
def test_good_wording_passes(text: str) -> None:
    assert reason_of(gates.clean_wording, text) == "kept"


VALUES = [
    ("nothing", None),
    ("an empty text", ""),
    ("an empty list", []),
    ("an empty report", {}),
    ("zero", 0),
    ("zero point zero", 0.0),
    ("a sentinel text", "unknown"),
    ("another", "N/A"),
    ("a sentinel number", 9999),
    ("a sentinel in a list", ["Peru", "n/a"]),
    ("a sentinel in a report", {"a": "Peru", "b": "none"}),
    ("a member twice", ["Peru", "Chad", "Peru"]),
    ("two equal fields", {"a": 5, "b": 5}),
]


@pytest.mark.parametrize(("name", "value"), VALUES, ids=[name for name, _ in VALUES])
def test_no_real_value(name: str, value: Any) -> None:
    assert reason_of(sense.real_value, value) == "law:degenerate"


@pytest.mark.parametrize("value", [False, True, 1, -3.5, "None of them", ["Peru", "Chad"], {"a": 5, "b": 6}, "Na+"])
def test_real_values_pass(value: Any) -> None:
    assert reason_of(sense.real_value, value) == "kept"


def test_a_question_without_its_source() -> None:
    tools = ["general.countries.country_profile", "financial.vat.vat_rates"]
    assert reason_of(sense.time, POOL, tools, GOOD) == "law:time"
    assert reason_of(sense.time, POOL, tools, f"{GOOD} Use GeoNames data.") == "law:time"
    sources = [POOL.providers[POOL.declared[tool].provider].source for tool in tools]
    assert reason_of(sense.time, POOL, tools, f"{GOOD} Use {sources[0]} and {sources[1]}.") == "kept"
    assert reason_of(sense.time, POOL, ["general.mathematics.calculate"], GOOD) == "kept"


CHANGES = {"timezone": Literal(literal="Europe/Berlin", type="timezone"), "year": Literal(literal=2026, type="year")}


def weight_at(start: Source, end: Source) -> Derivation:
    """The median weight of a girl at an age of so many days."""
    option = {name: Literal(literal=name, type="option") for name in ("weight", "female")}
    steps = (
        CallStep(id="c", tool="general.timezones.clock_changes", arguments=CHANGES),
        CallStep(id="d", tool="general.dates.date_difference", arguments={"start_date": start, "end_date": end}),
        CallStep(
            id="w",
            tool="medical.growth.growth_reference",
            arguments={"measure": option["weight"], "sex": option["female"], "age_days": Ref(step="d", field="days")},
        ),
    )
    return Derivation(steps=steps, answer=Ref(step="w", field="median"), spec=AnswerSpec(kind="number"))


def test_a_child_weight_at_an_age_of_days_of_daylight_saving_time() -> None:
    forward, back = (Ref(step="c", field=f"{name}_date") for name in ("forward", "back"))
    born, seen = (Literal(literal=day, type="date") for day in ("2025-03-02", "2025-09-14"))
    assert reason_of(origins.spans, POOL, weight_at(forward, back)) == "law:meaning"
    assert reason_of(origins.spans, POOL, weight_at(born, back)) == "law:meaning"
    assert reason_of(origins.spans, POOL, weight_at(born, seen)) == "kept"


@pytest.mark.parametrize(("said", "right"), [("1971", False), ("1969", False), ("1970", True)])
def test_a_year_within_one_percent_is_wrong(said: str, right: bool) -> None:
    answer = Answer(spec=AnswerSpec(kind="number", type="year"), value=1970)
    assert compare(answer, said)[0] is right


def test_the_same_call_twice() -> None:
    one, other = Call("t", {"a": 1, "b": 2}), Call("t", {"b": 2, "a": 1})
    assert reason_of(sense.subject, [one, other]) == "law:subject"
    assert reason_of(sense.subject, [one, Call("t", {"a": 1, "b": 3})]) == "kept"


def guess(answer: Any, spec: AnswerSpec, question: str, *literals: Literal) -> str:
    return reason_of(gates.not_guessable, POOL, literals, question, answer, spec, [str(answer)])


COUNTRY = AnswerSpec(kind="entity", type="country")
PERU, CHAD = (Literal(literal=name, type="country") for name in ("Peru", "Chad"))


def test_an_answer_in_the_question_unless_it_is_an_option() -> None:
    assert guess("Peru", COUNTRY, "Which country is the land of Peru?", PERU) == "gate:guessable"
    assert guess("Peru", COUNTRY, "Which is larger, Peru or Chad?", PERU, CHAD) == "kept"
    assert guess("Peru", COUNTRY, "Which country has the Peruvian sol?", CHAD) == "kept"


def test_a_choice_that_the_question_names() -> None:
    strand = AnswerSpec(kind="text", type="strand")
    assert guess("forward", strand, "On which strand, forward or reverse, does it lie?") == "kept"
    assert guess("forward", strand, "Does it lie on the forward strand?") == "gate:guessable"


def test_a_number_in_the_question() -> None:
    number = AnswerSpec(kind="number", type="number", decimals=2)
    assert guess(12.5, number, "Of 12.5 litres, how many are left?") == "gate:guessable"
    assert guess(12, number, "Of 12,500 litres, how many are left?") == "kept"
    assert guess(12, number, "Of 1.12 litres, how many are left?") == "kept"


def test_a_count_of_one() -> None:
    count = AnswerSpec(kind="number", type="count")
    assert guess(1, count, "How many are there of them?") == "gate:guessable"
    assert guess(2, count, "How many are there of them?") == "kept"


def test_a_toolset_holds_no_second_source_of_what_it_calls() -> None:
    sampler = Sampler(POOL, atlas(), {})
    called = ["general.countries.country_profile", "general.mathematics.calculate"]
    said = atlas().says[called[0]]
    seen = set()
    for seed in range(40):
        toolset = sampler.toolset(random.Random(seed), called)
        assert TOOLSET_MIN <= len(toolset) <= TOOLSET_MAX
        assert set(called) <= set(toolset)
        seen |= set(toolset)
        assert not [tool for tool in toolset if tool not in called and atlas().says[tool] & said]
    assert "financial.currencies.country_currency" not in seen and len(seen) > 100

"""Words: literals as people and tools read them, one pass of filling, tails where they are needed."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.recipe import wording
from builder.records.derivations import AnswerSpec, Literal
from builder.testing.tasks import general_executor

VIEW = general_executor().pool


@pytest.mark.parametrize(
    ("value", "text"),
    [(950, "950"), (9999, "9999"), (12500, "12,500"), (0.5, "0.5"), (12345.678, "12,345.678"), (3.0, "3")],
)
def test_numbers(value: float, text: str) -> None:
    assert wording.number_text(value) == text


def test_dates_have_one_style_each() -> None:
    assert [wording.date_text("2026-09-08", style) for style in wording.DATE_STYLES] == [
        "2026-09-08",
        "8 September 2026",
        "September 8, 2026",
    ]


def test_a_country_takes_its_article_and_a_code_its_name() -> None:
    def text(value: str, kind: str) -> str:
        return wording.literal_text(VIEW, Literal(literal=value, type=kind), "iso")

    assert text("Netherlands", "country") == "the Netherlands"
    assert text("Peru", "country") == "Peru"
    assert text("JPY", "currency") == "Japanese yen (JPY)" or text("JPY", "currency").endswith("(JPY)")


def test_years_have_no_thousands_separator() -> None:
    assert wording.literal_text(VIEW, Literal(literal=12026, type="year"), "iso") == "12026"


@given(st.text(alphabet="ab{}", max_size=8))
def test_braces_in_values_cannot_reenter(value: str) -> None:
    assert wording.fill("<{a}>", {"a": value}) == f"<{value}>"


def test_pronoun_needs_a_leading_word_that_allows_it() -> None:
    assert wording.pronoun("On which chromosome does the gene {gene} lie?", "gene", "gene") == (
        "On which chromosome does that gene lie?"
    )
    assert wording.pronoun("How many people live in {country}?", "country", "country") == (
        "How many people live in that country?"
    )
    assert wording.pronoun("Which countries are members of the {group}?", "group", "organisation") == (
        "Which countries are members of that organisation?"
    )
    assert wording.pronoun("Which gene on human {chromosome} is longest?", "chromosome", "chromosome") is None


def test_a_name_with_its_own_article_leaves_one() -> None:
    assert wording.one_article("The capital of the the Gambia") == "The capital of the Gambia"
    assert wording.one_article("The the Gambia") == "The Gambia"
    assert wording.one_article("the rate of the each of these 5 currencies") == "the rate of each of these 5 currencies"
    assert wording.one_article("the rate of the US dollar, then the each") == "the rate of the US dollar, then the each"


def test_rounding_is_said_once_and_only_for_numbers() -> None:
    rng = random.Random(1)
    number = AnswerSpec(kind="number", decimals=2)
    assert "two decimal" in wording.tail(number, "How much is it?", rng)
    assert wording.tail(number, "How much is it, rounded to the nearest cent?", rng) == ""
    assert wording.tail(number, "How much is it to two decimals?", rng) == ""
    assert "two decimal" in wording.tail(number, "How much is it, with each weight rounded to whole grams?", rng)
    whole = AnswerSpec(kind="number", decimals=0)
    assert wording.tail(whole, "How many boxes, rounded up?", rng) == ""
    assert wording.tail(whole, "To the nearest euro, how much is it?", rng) == ""
    assert wording.tail(whole, "How long is the round flight?", rng) != ""
    assert wording.tail(AnswerSpec(kind="number"), "How many are there?", rng) == ""
    assert wording.tail(AnswerSpec(kind="entity"), "Which one?", rng) == ""


def test_items_that_hold_commas_are_listed_with_semicolons() -> None:
    assert wording.listed(["tin", "iron", "lead"]) == "tin, iron and lead"
    assert wording.listed(["Karachi, Pakistan", "Lyon, France"]) == "Karachi, Pakistan and Lyon, France"
    assert wording.listed(["Karachi, Pakistan", "Lyon, France", "Bergen, Norway"], "or") == (
        "Karachi, Pakistan; Lyon, France; or Bergen, Norway"
    )
    assert wording.listed(["{a}", "{b}", "{c}"], commas=True) == "{a}; {b}; and {c}"


def test_sources_are_named_once() -> None:
    rng = random.Random(1)
    tools = ["general.countries.country_profile"]
    assert "GeoNames data" in wording.source_sentence(VIEW, tools, "How many people?", rng)
    assert wording.source_sentence(VIEW, tools, "By GeoNames, how many people?", rng) == ""


def test_generic_questions_name_sources_that_others_contradict() -> None:
    tools = ["academic.compounds.compound_phase_points"]
    rng = random.Random(1)
    assert "PubChem" in wording.source_sentence(VIEW, tools, "At what temperature does phenol boil?", rng, generic=True)
    assert wording.source_sentence(VIEW, tools, "At what temperature does phenol boil?", rng) == ""


def test_a_background_is_no_rounding_and_a_record_says_each() -> None:
    rng = random.Random(1)
    number = AnswerSpec(kind="number", decimals=1)
    assert wording.tail(number, "How far is the nearest airport from the background radar?", rng) != ""
    fields = {"creatinine_clearance": number, "daily_dose": AnswerSpec(kind="number", decimals=0)}
    assert wording.tail(AnswerSpec(kind="record", fields=fields), "Report both.", rng) == (
        "Round the creatinine clearance to one decimal and the daily dose to a whole number."
    )
    same = AnswerSpec(kind="record", fields={"a": number, "b": number})
    assert wording.tail(same, "Report both.", rng) == "Round each to one decimal."

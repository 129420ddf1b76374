"""What scores and what does not, for each answer kind, and properties that hold for all of them."""

from __future__ import annotations

import datetime
import json
from dataclasses import dataclass
from typing import Any, ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.errors import DerivationError, Refused
from builder.recipe.verdicts import compare, judge, parse_answer, render_answer, typed_answer, unanswerable
from builder.records.attempts import Attempt
from builder.records.derivations import Answer, AnswerSpec
from builder.testing.tasks import general_executor, make_task


def answer(kind: str, value: Any, **more: Any) -> Answer:
    names = {key: tuple(texts) for key, texts in more.pop("names", {}).items()}
    return Answer(spec=AnswerSpec(kind=kind, **more), value=value, names=names)  # type: ignore[arg-type]


LHR = answer("entity", "LHR", type="airport", names={"LHR": ["London Heathrow Airport", "Heathrow Airport"]})
NETHERLANDS = answer("entity", "Netherlands", type="country", names={"Netherlands": ["the Netherlands", "NL"]})
IVORY = answer("entity", "Côte d'Ivoire", type="country")
MONEY = answer("number", 1234.5, type="money", decimals=2, unit="EUR")
AREA = answer("number", 357021.0, type="area", decimals=1, unit="km²")
PEOPLE = answer("number", 83240525, type="population", unit="inhabitants")
SMALL = answer("number", -0.000123, type="number", decimals=6)
PLAIN = answer("number", 7, type="count")
YEAR = answer("number", 1999, type="year")
DAY = answer("date", "2026-09-08", type="date")
MOMENT = answer("text", "2024-04-07T15:45", type="datetime")
CLOCK = answer("text", "07:05", type="clock")
YES, NO = answer("boolean", True), answer("boolean", False)
ZONE = answer("text", "Asia", type="continent")
COBALT = answer("text", "Co", type="formula")
RANK = answer("list", ["Lyon, France", "Rome, Italy"], type="city", names={"Rome, Italy": ["Rome"]})
BORDERS = answer("set", ["France", "Netherlands", "Trinidad and Tobago"], names={"Netherlands": ["the Netherlands"]})
NUMBERS = answer("set", [1.25, 1234.5], decimals=2)
REPORT = Answer(
    spec=AnswerSpec(
        kind="record",
        fields={
            "capital": AnswerSpec(kind="entity", type="city"),
            "area_km2": AnswerSpec(kind="number", decimals=1, unit="km²"),
            "neighbours": AnswerSpec(kind="set", type="country"),
        },
    ),
    value={"capital": "Paris, France", "area_km2": 547030.0, "neighbours": ["Spain", "Italy"]},
    names={"Paris, France": ("Paris",)},
)
MISSING = unanswerable("the VAT rate of Sweden")

RIGHT = [
    (LHR, "LHR"), (LHR, "lhr"), (LHR, "London Heathrow Airport (LHR)"), (LHR, "LHR (Heathrow Airport)"),
    (LHR, "  Heathrow   airport. "), (NETHERLANDS, "the Netherlands"), (NETHERLANDS, "nl"),
    (IVORY, "Cote d’Ivoire"),
    (MONEY, "1234.50"), (MONEY, "1,234.50 EUR"), (MONEY, "€1,234.50"), (MONEY, "EUR 1 234.5"),
    (MONEY, "1234.504 euros"), (MONEY, "1.2345e3"), (MONEY, "1.2345 × 10^3 €"), (MONEY, "**1234.50**"),
    (AREA, "357,021 square kilometers"), (AREA, "357021.04 km2"), (PEOPLE, "83,240,525"),
    (PEOPLE, "83240525 people"), (PEOPLE, "83.240525 million"), (SMALL, "−0.000123"), (SMALL, "-1.23e-4"),
    (SMALL, "-1.23 x 10⁻⁴"), (PLAIN, "7"), (PLAIN, "7 countries"), (PLAIN, "7.0"), (YEAR, "1999"),
    (DAY, "2026-09-08"), (DAY, "8 September 2026"), (DAY, "September 8th, 2026"),
    (DAY, "Tuesday, 8 Sept 2026"),
    (DAY, "2026/09/08"), (answer("date", "2026-09-25"), "25/09/2026"),
    (answer("date", "2026-05-05"), "05/05/2026"),
    (MOMENT, "2024-04-07T15:45"), (MOMENT, "2024-04-07 15:45"), (MOMENT, "April 7, 2024 at 3:45 PM"),
    (MOMENT, "15:45 local time on 7 April 2024"), (CLOCK, "7:05"), (CLOCK, "07:05:00"), (CLOCK, "7:05 a.m."),
    (YES, "Yes."), (YES, "true"), (NO, "no"), (NO, "FALSE"), (ZONE, "asia"), (COBALT, "Co"),
    (RANK, "Lyon, France > Rome, Italy"), (RANK, "1. Lyon, France\n2. Rome"),
    (RANK, '["Lyon, France", "Rome"]'),
    (RANK, "Lyon, France; Rome"), (RANK, "Lyon, France -> Rome"),
    (BORDERS, "Trinidad and Tobago; France; the Netherlands"),
    (BORDERS, "Netherlands, France, Trinidad and Tobago"),
    (BORDERS, "- France\n- Netherlands\n- Trinidad and Tobago"), (NUMBERS, "1,234.50; 1.25"),
    (answer("set", ["Peru", "Chile", "Cuba"]), "Chile, Cuba and Peru"), (answer("set", ["Peru"]), "Peru"),
    (REPORT, "capital: Paris; area km2: 547,030.0; neighbours: Italy | Spain"),
    (REPORT, "Neighbours: Italy, Spain\nArea_km2 = 547030 km²\nCapital: Paris, France"),
    (REPORT, '{"capital": "Paris", "area_km2": 547030, "neighbours": ["Spain", "Italy"]}'),
    (MISSING, "unanswerable: no tool offered gives the VAT rate"), (MISSING, "Unanswerable"),
]  # fmt: skip

WRONG = [
    (LHR, "LGW"), (LHR, "LHR or LGW"), (LHR, "LHR, LGW"), (LHR, "not LHR"), (LHR, "the answer is not LHR"),
    (LHR, "LHR and LGW"), (LHR, "Heathrow Airport (LGW)"), (LHR, "Gatwick Airport (LHR)"), (LHR, "LHR?"),
    (LHR, "the airport is LHR"), (NETHERLANDS, "Netherlands Antilles"), (IVORY, "Ivory"),
    (MONEY, "1234.51"), (MONEY, "1234.49"), (MONEY, "1234.506"), (MONEY, "1234.50 USD"), (MONEY, "$1234.50"),
    (MONEY, "1234.50 or 1234.60"), (MONEY, "1234.50-1235"), (MONEY, "-1234.50"), (MONEY, "not 1234.50"),
    (MONEY, "1.234,50"), (MONEY, "1234.50 million"), (MONEY, "about"), (MONEY, "EUR 1234.50 USD"),
    (PEOPLE, "83240526"), (PEOPLE, "83.24 million"), (PEOPLE, "more than 83240525"), (PEOPLE, "83240525 km"),
    (PLAIN, "7.4"), (PLAIN, "seven or eight"), (PLAIN, "7 or 8"), (PLAIN, "5, 6, 7"), (PLAIN, "7 million"),
    (PLAIN, "7%"), (PLAIN, "7 or so"), (PLAIN, "7 9"), (PLAIN, "--7"), (PLAIN, "7 less than"), (YEAR, "1998"),
    (YEAR, "1999.4"), (SMALL, "0.000123"), (SMALL, "-0.000124"),
    (DAY, "09/08/2026"), (DAY, "8/9/2026"), (DAY, "2026-09-09"), (DAY, "2026-09"), (DAY, "8 September"),
    (DAY, "Monday, 8 September 2026"), (DAY, "2026-09-08 or 2026-09-09"), (DAY, "2026-09-31"),
    (DAY, "8 Sep 26"),
    (MOMENT, "2024-04-07T03:45"), (MOMENT, "2024-04-07"), (MOMENT, "15:45"), (MOMENT, "2024-04-08 15:45"),
    (MOMENT, "2024-04-07 15:45 or 16:45"), (CLOCK, "7:05 pm"), (CLOCK, "7:06"), (CLOCK, "7"),
    (CLOCK, "25:05"),
    (YES, "no"), (YES, "not true"), (YES, "yes or no"), (YES, "yes, no"), (YES, "1"), (NO, "not false"),
    (NO, "yes"),
    (ZONE, "Asia Minor"), (ZONE, "Asia, Europe"), (COBALT, "CO"), (COBALT, "co"),
    (RANK, "Rome, Italy > Lyon, France"), (RANK, "Lyon, France"), (RANK, "Lyon, France > Rome > Rome"),
    (BORDERS, "France; Netherlands"), (BORDERS, "France; Netherlands; Trinidad and Tobago; Belgium"),
    (BORDERS, "France; Netherlands; the Netherlands"),
    (BORDERS, "France; France; Netherlands; Trinidad and Tobago"),
    (BORDERS, "not France; Netherlands; Trinidad and Tobago"),
    (BORDERS, "France or Netherlands or Trinidad and Tobago"),
    (NUMBERS, "1.25; 1.25"), (NUMBERS, "1.25; 1234.6"),
    (REPORT, "capital: Paris; area km2: 547,030.0"), (REPORT, "capital: Paris"),
    (REPORT, "capital: Paris; area km2: 547,031.0; neighbours: Italy | Spain"),
    (REPORT, "capital: Paris; area km2: 547,030.0; neighbours: Italy | Spain; neighbours: Spain"),
    (REPORT, "capital: Paris; capital: Rome; area km2: 547,030.0; neighbours: Italy | Spain"),
    (REPORT, "capital: Paris; area km2: 547,030.0; neighbours: Italy | Spain | France"),
    (REPORT, "capital: Paris; area km2: 547,030.0; neighbours: Italy | Spain; mayor: Hidalgo"),
    (REPORT, "Hidalgo; capital: Paris; area km2: 547,030.0; neighbours: Italy | Spain"),
    (REPORT, '{"capital": "Paris", "capital": "Rome", "area_km2": 547030, "neighbours": ["Spain", "Italy"]}'),
    (MISSING, "25"), (MISSING, "not unanswerable"), (MISSING, "unanswerablex"),
    (PLAIN, "unanswerable: no tool"),
]  # fmt: skip


@pytest.mark.parametrize(("gold", "text"), RIGHT)
def test_sensible_forms_are_right(gold: Answer, text: str) -> None:
    assert compare(gold, text) == (True, "match")


@pytest.mark.parametrize(("gold", "text"), WRONG)
def test_everything_else_is_wrong(gold: Answer, text: str) -> None:
    correct, reason = compare(gold, text)
    assert not correct
    assert reason in ("different", "wrong_type")


def test_wrong_type_is_told_from_a_wrong_value() -> None:
    assert compare(MONEY, "Berlin")[1] == "wrong_type"
    assert compare(MONEY, "5")[1] == "different"
    assert compare(REPORT, "Paris")[1] == "wrong_type"


@pytest.mark.parametrize(
    ("gold", "text"),
    [
        (LHR, "London Heathrow Airport (LHR)"),
        (NETHERLANDS, "Netherlands"),
        (MONEY, "1234.50"),
        (PEOPLE, "83240525"),
        (YES, "yes"),
        (RANK, "Lyon, France > Rome (Rome, Italy)"),
        (answer("set", ["Peru", "Chile"]), "Peru; Chile"),
        (REPORT, "capital: Paris (Paris, France); area km2: 547030.0; neighbours: Spain | Italy"),
        (MISSING, "unanswerable: the VAT rate of Sweden"),
    ],
)
def test_canonical_text(gold: Answer, text: str) -> None:
    assert render_answer(gold) == text


def test_a_value_that_no_kind_takes_is_refused() -> None:
    with pytest.raises(DerivationError, match="no answer of kind"):
        render_answer(answer("entity", None))
    with pytest.raises(DerivationError, match="no answer of kind"):
        compare(answer("entity", None), "x")


def test_spellings_come_from_the_pools_listings() -> None:
    view = general_executor().pool
    yen = typed_answer(view, AnswerSpec(kind="entity", type="currency"), "JPY")
    assert render_answer(yen) == "Japanese yen (JPY)" and yen.aliases == yen.names["JPY"]
    assert compare(yen, "Japanese Yen")[0] and not compare(yen, "yen")[0]
    fields = {"capital": AnswerSpec(kind="entity", type="capital_city"), "area": AnswerSpec(kind="number")}
    report = typed_answer(view, AnswerSpec(kind="record", fields=fields), {"capital": "Paris, France", "area": 5})
    assert compare(report, "capital: Paris; area: 5")[0] and report.aliases == ()
    countries = typed_answer(view, AnswerSpec(kind="set", type="country"), ["Netherlands", "Peru"])
    assert compare(countries, "Peru; the Netherlands")[0] and compare(countries, "PE, NL")[0]
    assert typed_answer(view, AnswerSpec(kind="number", type="count"), 3).names == {}


@dataclass(frozen=True)
class Named:
    value: str
    label: str
    aliases: tuple[str, ...] = ()


class Genes:
    """As much of a pool as naming reads: two genes, one of which was once called like the other."""

    types: ClassVar[dict[str, None]] = {"gene": None}

    def listing_type(self, name: str) -> str:
        return name

    def entities(self, name: str) -> dict[str, Named]:
        return {"AR": Named("AR", "AR", ("DHTR", "NR3C4")), "AKR1B1": Named("AKR1B1", "AKR1B1", ("AR", "ALDR1"))}


def test_an_alias_that_is_another_entitys_name_is_not_accepted() -> None:
    gene = typed_answer(Genes(), AnswerSpec(kind="entity", type="gene"), "AKR1B1")  # type: ignore[arg-type]
    assert compare(gene, "ALDR1")[0] and not compare(gene, "AR")[0]


def attempt(content: Any, stratum: str = "direct", **more: Any) -> Attempt:
    messages = ({"role": "user", "content": "?"}, {"role": "assistant", "content": content, **more})
    body = {"id": "a", "task": "t", "stratum": stratum, "solver": "x", "toolset": (), "parallel": False, "num_calls": 0}
    return Attempt.model_validate({**body, "messages": messages})


def test_judging_reads_the_final_message_only() -> None:
    task = make_task("bigger")
    assert judge(task, attempt("So: <answer>no</answer>")).correct
    verdict = judge(task, attempt("So: <answer>yes</answer>"))
    assert (verdict.correct, verdict.reason, verdict.task, verdict.attempt) == (False, "different", task.id, "a")
    assert judge(task, attempt("no")).reason == "no_answer"
    assert judge(task, attempt("<answer>no</answer><answer>no</answer>")).reason == "several_answers"
    assert judge(task, attempt("<answer>maybe</answer>")).reason == "wrong_type"
    assert judge(task, attempt(None)).reason == "no_answer"
    assert judge(task, attempt("<answer>no</answer>", tool_calls=[{"id": "1"}])).reason == "no_answer"
    assert not judge(task, attempt("<answer>unanswerable: no tool</answer>")).correct
    assert judge(task, attempt("<answer>unanswerable: no tool</answer>", "unanswerable")).correct
    assert not judge(task, attempt("<answer>no</answer>", "unanswerable")).correct


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "no_answer"),
        ("It is 7.", "no_answer"),
        ("7 <answer></answer>", "no_answer"),
        ("<answer>  </answer>", "no_answer"),
        ("<answer>7", "no_answer"),
        ("7</answer>", "no_answer"),
        ("</answer>7<answer>", "no_answer"),
        ("<answer>7</answer> I am sure.", "no_answer"),
        ("<answer>8</answer> no, <answer>7</answer>", "several_answers"),
        ("<answer><answer>7</answer></answer>", "several_answers"),
        ("<think>so <answer>7</answer>", "no_answer"),
        ("<think>so <answer>7</answer></think> It is 7.", "no_answer"),
        ("<answer>" + "7" * 30_000 + "</answer>", "no_answer"),
    ],
)
def test_messages_without_one_final_answer(text: str, reason: str) -> None:
    with pytest.raises(Refused) as caught:
        parse_answer(text)
    assert caught.value.reason == reason


def test_the_answer_is_found() -> None:
    assert parse_answer("<think>8? <answer>8</answer></think>It is 7.\n\n<answer> 7 </answer>\n") == "7"


letters = st.text("abcdefghij klmnop", min_size=1, max_size=12).map(lambda text: " ".join(text.split()))
names = letters.filter(lambda text: text and "and" not in text and not text.startswith("the "))


@st.composite
def answers(draw: st.DrawFn) -> Answer:
    """A typed answer of any kind."""
    kind = draw(st.sampled_from(["entity", "number", "integer", "date", "boolean", "list", "set", "record"]))
    if kind == "entity":
        value = draw(names)
        return answer("entity", value, names={value: [value.upper() + "X"]})
    if kind == "number":
        decimals = draw(st.integers(1, 6))
        return answer("number", round(draw(st.floats(-1e9, 1e9)), decimals) + 0.0, decimals=decimals)
    if kind == "integer":
        return answer("number", draw(st.integers(-(10**15), 10**15)))
    if kind == "date":
        return answer("date", draw(st.dates(datetime.date(1000, 1, 1))).isoformat())
    if kind == "boolean":
        return answer("boolean", draw(st.booleans()))
    members = draw(st.lists(names, min_size=2, max_size=6, unique=True))
    if kind != "record":
        return answer(kind, members)
    fields = {"first": AnswerSpec(kind="set"), "second_one": AnswerSpec(kind="number", decimals=2)}
    number = round(draw(st.floats(-1e6, 1e6)), 2) + 0.0
    return Answer(spec=AnswerSpec(kind="record", fields=fields), value={"first": members, "second_one": number})


@given(answers())
def test_gold_is_always_right(gold: Answer) -> None:
    text = render_answer(gold)
    assert compare(gold, text) == (True, "match")
    assert compare(gold, parse_answer(f"So it is.\n\n<answer>{text}</answer>")) == (True, "match")
    again = Answer.model_validate_json(gold.model_dump_json())
    assert compare(again, text)[0]


@given(answers(), answers())
def test_hedges_supersets_and_negations_never_score(gold: Answer, other: Answer) -> None:
    text, beside = render_answer(gold), render_answer(other)
    for bad in (
        f"{text} or {beside}",
        f"not {text}",
        f"the answer is not {text}",
        f"{text}; {beside}",
        "zzz",
        f"{text}zz9",
    ):
        assert not compare(gold, bad)[0], bad
    with pytest.raises(Refused):
        parse_answer(f"{text} <answer>{beside}</answer><answer>{text}</answer>")


@given(st.floats(-1e9, 1e9), st.integers(1, 6), st.sampled_from([-1, 1]))
def test_one_unit_of_the_last_decimal_is_a_miss(value: float, decimals: int, sign: int) -> None:
    gold = answer("number", round(value, decimals) + 0.0, decimals=decimals)
    near = f"{gold.value + sign * 10**-decimals:.{decimals}f}"
    assert not compare(gold, near)[0]


@given(st.integers(-(10**9), 10**9), st.sampled_from([-1, 1]))
def test_integers_are_exact(value: int, sign: int) -> None:
    assert compare(answer("number", value), f"{value:,}")[0]
    assert not compare(answer("number", value), str(value + sign))[0]


@given(st.lists(names, min_size=2, max_size=6, unique=True), st.randoms(use_true_random=False))
def test_order_matters_in_lists_only(members: list[str], rng: Any) -> None:
    shuffled = rng.sample(members, len(members))
    for written in ("; ".join(shuffled), ", ".join(shuffled), json.dumps(shuffled), "\n".join(shuffled)):
        assert compare(answer("set", members), written)[0]
        assert compare(answer("list", members), written)[0] == (shuffled == members)
    assert not compare(answer("set", members), "; ".join([*members, members[0]]))[0]
    assert not compare(answer("set", members), "; ".join(members[1:]))[0]


@given(st.text(max_size=60), answers())
def test_any_text_gives_a_verdict(text: str, gold: Answer) -> None:
    correct, reason = compare(gold, text)
    assert correct == (reason == "match")


def test_names_with_brackets_of_their_own() -> None:
    spec = AnswerSpec(kind="entity", type="particle")
    answer = Answer(spec=spec, value="Xi(c)(2645)+", names={"Xi(c)(2645)+": ("the Xi(c)(2645)+ baryon",)})
    assert compare(answer, "the Xi(c)(2645)+ baryon (Xi(c)(2645)+)") == (True, "match")
    assert compare(answer, "Xi(c)(2645)+") == (True, "match")
    assert not compare(answer, "the Xi(c)(2645)+ baryon (Xi(c)(2645)0)")[0]
    assert not compare(answer, "Xi(c)")[0]

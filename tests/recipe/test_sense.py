"""Laws of sense as functions. The table of real bad candidates is in tests/sense."""

from __future__ import annotations

import pytest

from builder.errors import Refused
from builder.recipe import origins, sense
from builder.records.derivations import AnswerSpec, CallStep, Derivation, Literal, OpStep, Ref
from builder.testing.tasks import CALCULATE, PROFILE, general_executor

POOL = general_executor().pool
CURRENCY = "financial.currencies.country_currency"


def country(name: str) -> Literal:
    return Literal(literal=name, type="country")


def profile(step: str, name: str) -> CallStep:
    return CallStep(id=step, tool=PROFILE, arguments={"country": country(name)})


def derivation(*steps: CallStep | OpStep) -> Derivation:
    return Derivation(steps=steps, answer=Ref(step=steps[-1].id), spec=AnswerSpec(kind="number"))


@pytest.mark.parametrize(
    ("made", "wanted", "law"),
    [
        ("country", "country", None),
        ("population", "number", None),
        ("number", "money_amount", None),
        ("country", "currency", "law:meaning"),
        ("population", "area", "law:meaning"),
        ("longitude", "number", "law:scale"),
        ("ph_value", "number", "law:scale"),
        ("country", "number", "law:meaning"),
    ],
)
def test_a_value_goes_where_its_meaning_fits(made: str, wanted: str, law: str | None) -> None:
    found = sense.meaning(POOL, made, wanted)
    assert (found or "").partition(": ")[0] == (law or "")


def test_rivals_speak_of_one_kind_of_thing() -> None:
    assert ("country", "currency") in sense.rivals(POOL, PROFILE, ["currency"])
    assert ("country", "currency") in sense.rivals(POOL, CURRENCY, ["currency"])
    assert sense.rivals(POOL, CALCULATE, ["result"]) == frozenset()


def test_a_count_or_a_text_is_told_by_its_name_too() -> None:
    pairs = sense.rivals(POOL, PROFILE, POOL.declared[PROFILE].returns)
    assert ("country", "population") in pairs
    assert ("country", "code") not in pairs and ("country", "code calling_code") in pairs


def test_a_rival_counts_only_for_what_is_read() -> None:
    says = {CURRENCY: sense.rivals(POOL, CURRENCY, ["currency"])}
    made = derivation(profile("p", "Peru"))
    sense.no_rivals(POOL, made, {"p": {"population"}}, [PROFILE, CURRENCY], says)
    with pytest.raises(Refused) as refused:
        sense.no_rivals(POOL, made, {"p": {"currency"}}, [PROFILE, CURRENCY], says)
    assert refused.value.reason == "law:rivals"


def test_a_rival_that_is_called_is_no_rival() -> None:
    says = {CURRENCY: sense.rivals(POOL, CURRENCY, ["currency"])}
    made = derivation(profile("p", "Peru"), CallStep(id="c", tool=CURRENCY, arguments={"country": country("Peru")}))
    sense.no_rivals(POOL, made, {"p": {"currency"}, "c": {"currency"}}, [PROFILE, CURRENCY], says)


def test_entities_are_listed_and_written_as_tools_take_them() -> None:
    sense.names(POOL, [country("Peru"), Literal(literal="LHR", type="airport"), Literal(literal=5, type="number")])
    for literal in (country("Atlantis"), Literal(literal=["Peru", "Atlantis"], type="country")):
        with pytest.raises(Refused) as refused:
            sense.names(POOL, [literal])
        assert refused.value.reason == "law:names"


def test_origins_are_literals_through_all_steps() -> None:
    choice = OpStep(
        id="o", op="choose", inputs={"condition": Ref(step="p"), "then": country("Chad"), "otherwise": Ref(step="q")}
    )
    found = origins.origins(POOL, derivation(profile("p", "Peru"), profile("q", "Kenya"), choice))
    assert found["p"] == frozenset({'country="Peru"'})
    assert found["o"] == frozenset({'country="Peru"', 'country="Chad"', 'country="Kenya"'})


def test_switches_are_no_origin() -> None:
    option = Literal(literal="add", type="option")
    step = CallStep(id="c", tool=CALCULATE, arguments={"operation": option, "a": country("Peru"), "b": option})
    assert origins.origins(POOL, derivation(step))["c"] == frozenset({'country="Peru"'})


def test_parts_of_a_report_hang_together_through_each_other() -> None:
    both = CallStep(
        id="b",
        tool=CALCULATE,
        arguments={"a": Ref(step="p", field="population"), "b": Ref(step="q", field="population")},
    )
    parts = {"one": Ref(step="p", field="population"), "two": Ref(step="q", field="population")}
    apart = OpStep(id="r", op="record", inputs=parts)
    joined = OpStep(id="r", op="record", inputs={**parts, "sum": Ref(step="b", field="result")})
    steps = (profile("p", "Peru"), profile("q", "Kenya"), both)
    origins.shared(POOL, derivation(*steps, joined))
    with pytest.raises(Refused) as refused:
        origins.shared(POOL, derivation(*steps, apart))
    assert refused.value.reason == "law:purpose"

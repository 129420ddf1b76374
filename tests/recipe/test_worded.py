"""Rewordings of real tasks: what keeps the meaning passes, each way of changing it is refused by its name."""

from __future__ import annotations

import json
from typing import Any

import pytest

from builder.errors import ModelError, Refused
from builder.recipe.slots import slots
from builder.recipe.turns import Asking
from builder.recipe.worded import Rewording, check, reword
from builder.records.chat import ChatChoice, ChatReply, ChatRequest, Sampling, Usage
from builder.records.tasks import Task
from builder.testing.tasks import general_executor, make_task

ASKING = Asking("m", Sampling(), 8)


@pytest.fixture(scope="module")
def large() -> Task:
    """Which countries bordering Germany have more than 20,000,000 inhabitants?"""
    return make_task("large", general_executor())


def refusal(task: Task, question: str) -> str:
    view = general_executor().pool
    try:
        check(task, view, slots(view, task), question)
    except Refused as refused:
        return refused.reason
    return ""


GOOD = "More than 20,000,000 inhabitants, by GeoNames data: for which of the countries that border Germany is that so?"


@pytest.mark.parametrize(
    ("question", "reason"),
    [
        (GOOD, ""),
        ("Tell me the countries bordering Germany where more than 20,000,000 inhabitants live, by GeoNames data.", ""),
        (GOOD.replace("20,000,000", "20 million"), "word:literal"),
        (GOOD.replace("20,000,000", "30,000,000"), "word:literal"),
        (GOOD.replace("Germany", "the big one"), "word:literal"),
        (GOOD.replace("countries", "three countries"), "word:number"),
        (GOOD + " Count each in 2020.", "word:number"),
        (GOOD.replace("is that so", "is that not so"), "word:negation"),
        (GOOD.replace("Germany", "Germany or Malta"), "word:name"),
        (GOOD.replace("More than 20,000,000", "In France and elsewhere, more than 20,000,000"), "word:name"),
        (
            "The countries that border Germany with more than 20,000,000 inhabitants: there are some, by GeoNames.",
            "word:form",
        ),
        ("<answer>France</answer> " + GOOD, "word:markup"),
        (GOOD.replace(" ", "\u2060 ", 1), "word:hidden"),
        (GOOD.replace("by GeoNames data", "as is well known"), "law:time"),
    ],
)
def test_each_change_of_meaning_has_its_name(large: Task, question: str, reason: str) -> None:
    assert refusal(large, question) == reason


def test_a_copy_is_no_rewording(large: Task) -> None:
    assert refusal(large, large.question) == "word:copy"


def test_a_question_that_holds_its_answer_is_refused() -> None:
    task = make_task("most_populous", general_executor())
    label = task.answer.names.get(task.answer.value, (task.answer.value,))[0]
    told = f"By GeoNames, {label.lower()} aside, who among the countries bordering Germany has the most inhabitants?"
    assert refusal(task, told) == "gate:guessable"


def test_slots_name_literals_facts_and_choices() -> None:
    view = general_executor().pool
    found = {slot.name.partition("_")[2]: slot for slot in slots(view, make_task("most_populous", general_executor()))}
    assert found["country"].text == "Germany"
    assert found["which"].values == ("largest",) and not found["which"].holds("smallest")
    assert found["facts"].holds(list(found["facts"].values[0]))
    assert not found["facts"].holds([]) and not found["country"].holds(None)
    assert found["country"].holds("germany") and not found["country"].holds("France")


def converse(task: Task, replies: list[Any], tries: int = 2) -> tuple[Rewording, list[ChatRequest]]:
    """Drive the worder by fixed replies; errors are thrown in."""
    talk, asked = reword(task, general_executor().pool, ASKING, tries), []
    try:
        request = next(talk)
        for reply in replies:
            asked.append(request)
            if isinstance(reply, Exception):
                request = talk.throw(reply)
                continue
            said = ChatChoice(content=reply if isinstance(reply, str) else json.dumps(reply), finish="stop")
            request = talk.send(ChatReply(choices=(said,), usage=Usage()))
    except StopIteration as stop:
        return stop.value, asked
    raise AssertionError("the worder asks for more")


def reading(task: Task, **changes: Any) -> dict[str, Any]:
    noted = {slot.name: slot.text or slot.values[0] for slot in slots(general_executor().pool, task)}
    return {**noted, "further_conditions": [], **changes}


def test_a_rewording_that_reads_back_the_same_is_kept(large: Task) -> None:
    made, asked = converse(large, [{"question": GOOD}, reading(large)])
    assert made == Rewording(GOOD)
    assert asked[0].reply_schema is not None and "20,000,000" in asked[0].messages[1]["content"]
    # The reader is shown the new words, and neither the old ones nor any value.
    assert large.question not in asked[1].messages[1]["content"] and asked[1].sampling.temperature == 0


@pytest.mark.parametrize("changes", [{"relation": "<"}, {"country": None}, {"facts": []}, {"threshold": "2"}])
def test_what_reads_back_otherwise_is_refused(large: Task, changes: dict[str, Any]) -> None:
    names = {name.partition("_")[2]: name for name in reading(large)}
    changed = {names[key]: value for key, value in changes.items()}
    made, _ = converse(large, [{"question": GOOD}, reading(large, **changed)], tries=1)
    assert made.question is None and made.refusals[0][0] == "word:round_trip"


def test_the_second_try_is_told_what_was_wrong_with_the_first(large: Task) -> None:
    made, asked = converse(large, [{"question": large.question}, {"question": GOOD}, reading(large)])
    assert made.question == GOOD and made.refusals[0][0] == "word:copy"
    assert made.refusals[0][1] in asked[1].messages[-1]["content"]
    assert asked[0].sampling.seed != asked[1].sampling.seed


def test_failures_of_the_line_are_tries_too(large: Task) -> None:
    made, _ = converse(large, [ModelError("timeout", "late"), "no JSON"])
    assert [reason for reason, _ in made.refusals] == ["model:timeout", "model:not_json"]

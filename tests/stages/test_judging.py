"""The judge in a run: it decides open answers alone, is measured on settled ones, and its silence is no verdict."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Generator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from builder.errors import ModelError
from builder.recipe.judging import pair_told, told
from builder.records.attempts import Verdict
from builder.records.chat import ChatChoice, ChatReply, Usage
from builder.stages.cost import judge_pairs, judges
from builder.stages.judging import Judging
from builder.store import Store
from builder.testing.players import GoodModel
from builder.testing.scripted import MODEL, Action, Say, ScriptedServer
from tests.recipe.test_judging import VIEW, attempt, task
from tests.stages.model_run import good_model, prepare, rows, run_models, settings

JUDGED = {"word.worder": "rules", "judge.judge": "model", "judge.checks": 1.0}
TWO = JUDGED | {"judge.second": "model", "model.second_judge.name": "lenient"}


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, GoodModel]:
    store = prepare(tmp_path_factory.mktemp("base"), **JUDGED)
    return store, good_model(store)


@pytest.fixture
def store(base: tuple[Path, GoodModel], tmp_path: Path) -> Path:
    return Path(shutil.copy(base[0], tmp_path / "s.duckdb"))


def play(base: tuple[Path, GoodModel], verdict: str, wrong_when: int = -1) -> Any:
    """The good model, wrong where its seed says so, and a judge of one opinion (`fair`: a real comparison)."""

    def script(body: dict[str, Any]) -> Action:
        if body.get("response_format", {}).get("json_schema", {}).get("name") == "verdict":
            said = verdict
            if verdict == "fair":
                text = body["messages"][1]["content"]
                reference = re.findall(r"Right answer: (.*)", text)[0]
                said = "same" if re.findall(r">>\n(.*)\n<<", text) == [reference] else "different"
            return Say(json.dumps({"why": "w", "verdict": said}) if verdict != "prose" else "They agree.")
        said_ = base[1](body)
        if isinstance(said_, Say) and not said_.calls and body["seed"] % 2 == wrong_when:
            return replace(said_, content="<answer>12345.67</answer>")
        return said_

    return script


def test_a_fair_judge_agrees_with_the_comparators(base: tuple[Path, GoodModel], store: Path) -> None:
    with ScriptedServer(play(base, "fair", 1)) as server:
        run_models(store, server.url, **JUDGED)
    with Store.read(store) as opened:
        (found,) = judges(opened)
    assert found.model == MODEL and found.asked == found.agreed > found.right == found.accepted > 0
    assert found.decided == 0 and f"agrees with the comparators on {found.asked} of {found.asked} " in told(found)
    assert "0 of" in told(found)


def test_a_judge_that_always_says_same_makes_no_wrong_answer_right(base: tuple[Path, GoodModel], store: Path) -> None:
    with ScriptedServer(play(base, "same", 1)) as server:
        run_models(store, server.url, **JUDGED)
    with Store.read(store) as opened:
        (found,) = judges(opened)
    assert found.agreed == found.right < found.asked
    assert rows(store, "SELECT count(*) FROM verdicts WHERE correct AND reason <> 'match'") == [(0,)]
    assert rows(store, "SELECT count(*) FROM verdicts WHERE reason = 'different'")[0][0] == found.asked - found.right


def test_no_verdict_is_counted_and_leaves_what_comparators_settle(base: tuple[Path, GoodModel], store: Path) -> None:
    with ScriptedServer(play(base, "prose")) as server:
        run_models(store, server.url, **JUDGED)
    assert rows(store, "SELECT DISTINCT accepted, reason FROM tries WHERE stage = 'judge'") == [
        (False, "model:not_json")
    ]
    assert rows(store, "SELECT count(*) FROM judgements") == [(0,)]
    assert rows(store, "SELECT DISTINCT passed FROM pass_rates") == [(2,)]


def test_two_judges_are_asked_both_and_set_against_each_other(tmp_path: Path) -> None:
    store = prepare(tmp_path, **TWO)
    base = (store, good_model(store))
    fair, same = play(base, "fair", 1), play(base, "same", 1)

    def script(body: dict[str, Any]) -> Action:
        return (same if body["model"] == "lenient" else fair)(body)

    with ScriptedServer(script, models=(MODEL, "lenient")) as server:
        run_models(store, server.url, **TWO)
    with Store.read(store) as opened:
        lenient, strict = judges(opened)
        (pair,) = judge_pairs(opened)
    assert (lenient.model, strict.model) == ("lenient", MODEL) == (pair.model, pair.other)
    assert strict.agreed == strict.asked == lenient.asked == pair.asked
    # They differ on every wrong answer, and there are some.
    assert pair.agreed == strict.right < pair.asked
    assert pair_told(pair).startswith(f"lenient and {MODEL}: agree with each other on {pair.agreed} of {pair.asked} (")
    asked = "SELECT stage, model, count(*) FROM tries WHERE stage LIKE '%judge' AND accepted GROUP BY ALL ORDER BY ALL"
    assert rows(store, asked) == [("judge", MODEL, pair.asked), ("second_judge", "lenient", pair.asked)]


class Said:
    """A way to judges of which each says one thing."""

    def __init__(self, *contents: str | ModelError) -> None:
        self.contents = list(contents)

    async def run(self, talk: Generator[Any, Any, Any]) -> Any:
        next(talk)
        content = self.contents.pop(0)
        try:
            if isinstance(content, ModelError):
                talk.throw(content)
            talk.send(ChatReply(choices=(ChatChoice(content=str(content), finish="stop"),), usage=Usage()))
        except StopIteration as stop:
            return stop.value
        raise AssertionError("the judge asks once")

    def key(self, call: Any) -> str:
        return ""


@pytest.fixture
def judging(tmp_path: Path) -> Judging:
    chosen = settings(tmp_path, "http://127.0.0.1:9/v1", **JUDGED)
    session: Any = SimpleNamespace(settings=chosen, pool=VIEW)
    return Judging(session)


@pytest.fixture
def two_judges(tmp_path: Path) -> Judging:
    session: Any = SimpleNamespace(settings=settings(tmp_path, "http://127.0.0.1:9/v1", **TWO), pool=VIEW)
    return Judging(session)


DIFFERENT = Verdict(attempt="attempt_1", task="task_1", correct=False, reason="different")
ANSWER = attempt("<answer>it smells of almonds and is oily</answer>")


async def test_an_open_answer_is_decided_by_the_judge_and_marked(judging: Judging) -> None:
    assert judging.asks(task(), ANSWER, DIFFERENT)
    made = await judging.judged(Said('{"why": "w", "verdict": "same"}'), task(), ANSWER, DIFFERENT)
    assert made.verdict is not None and made.verdict.correct and made.verdict.reason == "judged"
    (row,) = made.rows()
    assert made.attempt.judge == MODEL and row["decidable"] is False
    made = await judging.judged(Said('{"why": "w", "verdict": "different"}'), task(), ANSWER, DIFFERENT)
    assert made.verdict == DIFFERENT and made.attempt.judge == "rules"


@pytest.mark.parametrize("said", ["It is the same.", ModelError("timeout", "too late")])
async def test_an_open_answer_without_a_verdict_is_neither_right_nor_wrong(
    judging: Judging, said: str | ModelError
) -> None:
    made = await judging.judged(Said(said), task(), ANSWER, DIFFERENT)
    assert made.verdict is None and made.rows() == [] and made.reason == "judge:no_verdict"
    (row,) = made.tries(0)
    assert not row["accepted"] and row["reason"].startswith("model:")


def test_answers_that_are_none_are_not_judged(judging: Judging) -> None:
    for reason in ("no_answer", "several_answers", "wrong_type"):
        assert not judging.asks(task(), ANSWER, DIFFERENT.model_copy(update={"reason": reason}))


YES, NO = '{"why": "w", "verdict": "same"}', '{"why": "w", "verdict": "different"}'


async def test_of_two_judges_both_must_say_so(two_judges: Judging) -> None:
    made = await two_judges.judged(Said(YES, YES), task(), ANSWER, DIFFERENT)
    assert made.verdict is not None and made.verdict.correct
    assert made.attempt.judge == f"{MODEL} + lenient" and [row["model"] for row in made.rows()] == [MODEL, "lenient"]
    made = await two_judges.judged(Said(NO, NO), task(), ANSWER, DIFFERENT)
    assert made.verdict == DIFFERENT and made.attempt.judge == "rules"
    for said in ((YES, NO), (NO, YES)):
        made = await two_judges.judged(Said(*said), task(), ANSWER, DIFFERENT)
        assert made.verdict is None and made.reason == "judge:disagree" and "lenient: " in made.detail
        assert len(made.rows()) == 2
    for half in ((YES, "Same."), (ModelError("timeout", "too late"), NO)):
        made = await two_judges.judged(Said(*half), task(), ANSWER, DIFFERENT)
        assert made.verdict is None and made.reason == "judge:no_verdict" and len(made.rows()) == 1
        assert len(made.tries(0)) == 2

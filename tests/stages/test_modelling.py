"""Collector and deriver by a scripted model: the good one reaches rows; each bad one ends as counted refusals."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from builder.errors import EndpointError
from builder.recipe.synthesis import synthesize
from builder.records.tasks import Draw, Task
from builder.settings import Settings
from builder.stages.run import run_session
from builder.stages.session import Session
from builder.stages.workbench import dive_recipe
from builder.testing.makers import GoodMaker
from builder.testing.players import GoodModel
from builder.testing.scripted import MODEL, Action, CutOff, Fail, Hang, Say, ScriptedServer, Use
from builder.tools.driver import drive
from builder.tools.executor import Executor
from tests.stages.model_run import good_maker, prepare, recipe, rows, settings

ROLES = {"synthesize.collector": "model", "synthesize.deriver": "model", "synthesize.rounds": 1}
RULES = {"word.worder": "rules", "solve.solver": "rules"}


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> GoodMaker:
    """A script that knows what the small recipe makes of its draws."""
    return good_maker(prepare(tmp_path_factory.mktemp("rules")))


def run(store: Path, script: Callable[[dict[str, Any]], Action], until: str = "verify", **changes: Any) -> list[Any]:
    """A run whose collector and deriver the script plays; its requests."""
    with ScriptedServer(script) as server:
        chosen = settings(store.parent, server.url, **{**ROLES, **RULES, **changes})
        with Session(chosen, store, recipe=recipe()) as session:
            run_session(session, until)
        return server.requests


def counts(store: Path, stage: str) -> dict[str, int]:
    query = f"SELECT if(accepted, 'accepted', reason), count(*) FROM tries WHERE stage = '{stage}' GROUP BY 1"
    return dict(rows(store, query))


def tasks(store: Path) -> list[Task]:
    return [Task.model_validate_json(body) for (body,) in rows(store, "SELECT body FROM tasks ORDER BY id")]


def test_a_good_model_makes_tasks_that_are_proved_and_marked(good: GoodMaker, tmp_path: Path) -> None:
    requests = run(tmp_path / "s.duckdb", good)
    made = tasks(tmp_path / "s.duckdb")
    assert len(made) >= 5
    for task in made:
        assert (task.made_by.collector, task.made_by.deriver, task.worded_by) == (MODEL, MODEL, MODEL)
        assert [call.id for call in task.calls] == ["c1", "c2", "c3"]
        assert task.calls[1].sources["dividend"] == {"call": "c1", "path": "/people"}
    # What the rules made no task of is unknown to the script; a division by one contracts.
    assert set(counts(tmp_path / "s.duckdb", "collect")) == {"accepted", "model:bad_request"}
    assert set(counts(tmp_path / "s.duckdb", "derive")) == {"accepted", "gate:contraction"}
    done = rows(
        tmp_path / "s.duckdb", "SELECT count(*) FROM outcomes WHERE stage = 'synthesize' AND status <> 'failed'"
    )
    assert counts(tmp_path / "s.duckdb", "derive")["accepted"] == done[0][0] >= len(made)
    assert rows(tmp_path / "s.duckdb", "SELECT DISTINCT stage FROM spending ORDER BY 1") == [("collect",), ("derive",)]
    # Evidence is fenced, and a deriver is offered no tools.
    derived = [r for r in requests if "response_format" in r]
    assert derived and not any("tools" in r for r in derived)
    assert any("<<evidence " in r["messages"][1]["content"] for r in derived)


def test_what_was_gathered_is_kept_with_how_sure_its_sources_are(good: GoodMaker, tmp_path: Path) -> None:
    store = tmp_path / "s.duckdb"
    run(store, good)
    found = [json.loads(body) for (body,) in rows(store, "SELECT body FROM calls WHERE id LIKE 'g%' ORDER BY draw, id")]
    first = [each["sources"] for each in found if each["id"] == "g1"]
    assert first and all(source["island"] == {"sure": "certain", "from": {"literal": True}} for source in first)
    second = [each["sources"]["dividend"] for each in found if each["id"] == "g2"]
    assert second and all(source["from"] == {"call": "c1", "path": "/people"} for source in second)
    # The last divisor is the rules' own factor, which stands nowhere in what the collector saw.
    assert {"sure": "unknown"} in [each["sources"]["divisor"] for each in found if each["id"] == "g3"]


def test_a_second_run_asks_for_nothing(good: GoodMaker, tmp_path: Path) -> None:
    store = tmp_path / "s.duckdb"
    asked = run(store, good)
    assert asked and run(store, good) == []


def derivation(change: Callable[[dict[str, Any]], object]) -> Callable[[Say, dict[str, Any]], Action]:
    """A habit in writing derivations."""

    def habit(said: Say, body: dict[str, Any]) -> Action:
        if body.get("response_format", {}).get("json_schema", {}).get("name") != "derivation":
            return said
        written = json.loads(said.content)
        change(written)
        return replace(said, content=json.dumps(written))

    return habit


def collecting(change: Callable[[Say], Action]) -> Callable[[Say, dict[str, Any]], Action]:
    """A habit in calling tools."""
    return lambda said, body: change(said) if body.get("tools") else said


def deriving(change: Callable[[Say], Action]) -> Callable[[Say, dict[str, Any]], Action]:
    """A habit in answering by schema."""
    return lambda said, body: said if body.get("tools") else change(said)


def _answer_in_question(written: dict[str, Any]) -> None:
    written["question"] = written["question"].rstrip("?") + f", which is {written['answer']['value']}?"


def _other_island(written: dict[str, Any]) -> None:
    source = written["steps"][0]["inputs"][0]
    source["from"] = [{"literal": "Sicily" if source["from"] == [{"literal": "Gozo"}] else "Gozo"}]


def _further(written: dict[str, Any]) -> None:
    written["steps"] = written["steps"][:1]
    written["answer"] |= {"from": {"step": "s1", "field": "people"}}


BAD: dict[str, tuple[Callable[[Say, dict[str, Any]], Action], str, str]] = {
    # what the model does: (habit, the role's stage, the reason)
    "prose for JSON": (deriving(lambda s: replace(s, content="Here you are!")), "derive", "model:not_json"),
    "cut JSON": (deriving(lambda s: replace(s, content=s.content[:40], finish="length")), "derive", "model:cut"),
    "half JSON": (deriving(lambda s: replace(s, content=s.content[:40])), "derive", "model:not_json"),
    "wrong types": (derivation(lambda w: w.update(question=7)), "derive", "model:schema"),
    "a made-up tool": (collecting(lambda s: replace(s, calls=(Use.of("web", {}),))), "collect", "model:made_up_tool"),
    "a result as text": (
        collecting(lambda s: replace(s, content="<tool_response>5</tool_response>")),
        "collect",
        "model:made_up_result",
    ),
    "no JSON in arguments": (
        collecting(lambda s: replace(s, calls=(Use("divide", "{"),))),
        "collect",
        "model:bad_arguments",
    ),
    "no evidence": (collecting(lambda s: replace(s, calls=())), "collect", "model:no_evidence"),
    "one call for ever": (
        collecting(lambda s: Say(calls=(Use.of("island_profile", {"island": "Sicily"}),))),
        "collect",
        "model:loop",
    ),
    "a refusal": (deriving(lambda s: replace(s, refusal="I cannot.")), "derive", "model:refusal"),
    "a made-up result": (
        derivation(lambda w: w["answer"].update(value="12345.67")),
        "derive",
        "deriver:answer_differs",
    ),
    "a call that is not there": (
        derivation(lambda w: w["steps"][0].update(calls=["c99"])),
        "derive",
        "deriver:no_such_call",
    ),
    "a step that is not there": (
        derivation(lambda w: w["steps"][1]["inputs"][0].update({"from": [{"step": "s9", "field": "people"}]})),
        "derive",
        "deriver:reference",
    ),
    "a field that is not there": (
        derivation(lambda w: w["steps"][1]["inputs"][0].update({"from": [{"step": "s1", "field": "mayor"}]})),
        "derive",
        "deriver:reference",
    ),
    "an argument of another call": (derivation(_other_island), "derive", "deriver:arguments"),
    "a literal as answer": (
        derivation(lambda w: w["answer"].update({"from": {"literal": 5}})),
        "derive",
        "deriver:answer",
    ),
    "an unknown operator": (
        derivation(lambda w: w["steps"][1].update(do="op", op="")),
        "derive",
        "deriver:operator",
    ),
    "its answer in the question": (derivation(_answer_in_question), "derive", "word:number"),
    "another entity in the question": (
        derivation(lambda w: w.update(question=w["question"].rstrip("?") + " and of Atlantis?")),
        "derive",
        "word:name",
    ),
    "a question without its entity": (
        derivation(lambda w: w.update(question="What is the population density of that island, divided once more?")),
        "derive",
        "law:names",
    ),
    "no question": (derivation(lambda w: w.update(question="The island.")), "derive", "word:form"),
    "orders in the question": (
        derivation(lambda w: w.update(question=w["question"] + " <|im_end|>")),
        "derive",
        "word:markup",
    ),
    "one call": (derivation(_further), "derive", "deriver:answer_differs"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_model_ends_as_counted_refusals_and_makes_no_task(good: GoodMaker, tmp_path: Path, name: str) -> None:
    habit, stage, reason = BAD[name]
    store = tmp_path / "s.duckdb"

    def script(body: dict[str, Any]) -> Action:
        said = good(body)
        return habit(said, body) if isinstance(said, Say) else said

    run(store, script, **{"synthesize.draws_per_wave": 6, "synthesize.derive_tries": 2})
    found = Counter(counts(store, stage))
    # Draws of which the rules made no task are answered 400, and counted as that.
    innocent = {"model:bad_request", "gate:contraction"}
    assert set(found) - innocent <= {reason, "accepted"} and reason in found
    assert tasks(store) == []
    assert rows(store, "SELECT DISTINCT status FROM outcomes WHERE stage = 'synthesize'") == [("failed",)]


@pytest.mark.parametrize(
    ("trouble", "reason"),
    [(Fail(429, retry_after="0"), "rate_limited"), (Hang(), "timeout"), (CutOff(), "broken_off")],
)
def test_trouble_on_the_line_costs_the_draws_it_meets(
    good: GoodMaker, tmp_path: Path, trouble: Action, reason: str
) -> None:
    def script(body: dict[str, Any]) -> Action:
        unlucky = "response_format" in body and "Sicily" in body["messages"][1]["content"]
        return trouble if unlucky else good(body)

    store = tmp_path / "s.duckdb"
    run(store, script, **{"model.deadline": 0.5, "model.tries": 1, "model.in_flight": 2})
    assert counts(store, "derive").get(f"model:{reason}", 0) > 0
    assert tasks(store) and not any(task.seed.value == "Sicily" for task in tasks(store))


def test_a_rejected_derivation_is_mended_with_its_reason(good: GoodMaker, tmp_path: Path) -> None:
    told: list[str] = []

    def script(body: dict[str, Any]) -> Action:
        said = good(body)
        if (
            not isinstance(said, Say)
            or body.get("response_format", {}).get("json_schema", {}).get("name") != "derivation"
        ):
            return said
        if len(body["messages"]) == 2:
            return derivation(lambda w: w["steps"][0].update(calls=["c99"]))(said, body)
        told.append(body["messages"][-1]["content"])
        return said

    run(tmp_path / "s.duckdb", script)
    assert tasks(tmp_path / "s.duckdb") and "there is no call 'c99'" in told[0]
    found = counts(tmp_path / "s.duckdb", "derive")
    # Each draw begins with the made-up call; some then fall for a division by one, all others are mended.
    assert found["deriver:no_such_call"] > found["accepted"] > 0


def test_a_model_without_schemas_is_told_in_one_line(tmp_path: Path) -> None:
    server = ScriptedServer(lambda body: Say("yes, I can"), probes=False)
    with server:
        chosen = settings(tmp_path, server.url, **{**ROLES, **RULES})
        with (
            Session(chosen, tmp_path / "s.duckdb", recipe=recipe()) as session,
            pytest.raises(EndpointError, match="cannot answer by a JSON schema") as told,
        ):
            run_session(session, "synthesize")
    assert "\n" not in str(told.value)


def at_times(solver: GoodModel) -> Callable[[dict[str, Any]], Action]:
    """A solver that answers one time in two, by the seed of the request: what it always solves is no frontier."""

    def script(body: dict[str, Any]) -> Action:
        said = solver(body)
        if isinstance(said, Say) and not said.calls and body["seed"] % 2:
            return replace(said, content="<answer>unanswerable: I lost count</answer>")
        return said

    return script


@pytest.mark.slow
def test_the_whole_loop_by_models_reaches_rows(tmp_path: Path) -> None:
    """The real recipe over the shipped tools: collected, derived, solved by the script, and chosen for both configs."""
    changes = {
        "synthesize.waves": 1,
        "synthesize.draws_per_wave": 48,
        "solve.solver": "model",
        "solve.samples": 4,
        "model.name": MODEL,
        "model.max_tokens": 256,
        "synthesize.collector": "model",
        "synthesize.deriver": "model",
    }
    store = tmp_path / "s.duckdb"
    players: list[Callable[[dict[str, Any]], Action]] = []
    with ScriptedServer(lambda body: players[-1](body)) as server:
        chosen = Settings.profile("smoke").replace({**changes, "model.endpoints": [server.url]})
        with Session(chosen, store, recipe=dive_recipe()) as session:
            run_session(session, "draw")
            pool, executor = session.pool, Executor(session.pool, cache=5000)
            atlas = session.recipe.atlas(pool)
            known = []
            for (body,) in session.store.connection.execute("SELECT body FROM draws").fetchall():
                draw = Draw.model_validate_json(body)
                made = drive(synthesize(draw, pool, atlas, 1, 3, executor.key), executor)
                if made.task is not None:
                    known.append((draw, made.task))
            players.append(GoodMaker(known, pool, executor))
            run_session(session, "verify")
            players.append(at_times(GoodModel(list(session.store.tasks()), pool, executor)))
            run_session(session)
    chosen_rows = rows(store, "SELECT config, split, count(*) FROM choices GROUP BY ALL")
    found = {(config, split): count for config, split, count in chosen_rows}
    assert len(tasks(store)) >= 10
    assert found["sft", "train"] >= 5
    assert sum(count for (config, _), count in found.items() if config == "rl") >= 2
    assert {task.made_by.deriver for task in tasks(store)} == {MODEL}
    assert rows(store, "SELECT DISTINCT solver FROM attempts") == [(MODEL,)]

"""SmolLM2 in every role: its work is refused for reasons, nothing wrong passes, a run ends, goes on, and reports.

The model has 135 million parameters, so nothing is asked of what it says. Roles that come after a failure never play,
so each is also played behind rules, or behind a scripted solver, that give it something to do.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from builder.recipe.judging import told
from builder.settings import Settings
from builder.stages.cost import cost, judges, tries
from builder.store import Store
from builder.testing.scripted import MODEL, Action, Say, ScriptedServer
from tests.stages.model_run import good_maker, good_model, rows
from tests.vllm.running import interrupted, run, settings
from tests.vllm.serving import Server

pytestmark = pytest.mark.slow

DRAWS = int(os.environ.get("DIVE_BUILDER_VLLM_DRAWS", "4"))

GATHERS = {"synthesize.collector": "model", "synthesize.collect_steps": 3}
MAKES = {
    "synthesize.deriver": "model",
    "synthesize.rounds": 1,
    "synthesize.derive_tries": 1,
    # A derivation is long: with fewer all would be refused for being cut.
    "model.deriver.max_tokens": 600,
}
WORDS = {"word.worder": "model", "word.tries": 2}
PLAYS = {"solve.solver": "model", "solve.samples": 2, "solve.turns": 3}
JUDGES = {"judge.judge": "model", "judge.checks": 1.0}

Said = list[tuple[str, str, str, int]]
Report = Callable[[Path], Said]


@pytest.fixture
def report(capsys: pytest.CaptureFixture[str]) -> Report:
    """Prints what `report` prints of the models in a store; the funnel of their tries."""

    def shown(path: Path) -> Said:
        with Store.read(path) as store:
            found = tries(store)
            lines = [line.line() for line in cost(store)] + [told(each) for each in judges(store)]
        with capsys.disabled():
            print("\n" + "\n".join([*lines, *(" ".join(map(str, row)) for row in found)]))
        return found

    return shown


def ends_and_goes_on(store: Path, chosen: Settings, server: Server) -> None:
    """A run that is stopped in the middle goes on to its end, and a third asks for nothing."""
    interrupted(store, chosen, server)
    run(store, chosen)
    paid = rows(store, "SELECT count(*) FROM spending WHERE counted")
    assert rows(store, "SELECT count(DISTINCT key) FROM replies") == paid
    made = rows(store, "FROM tries ORDER BY ALL")
    run(store, chosen)
    assert rows(store, "SELECT count(*) FROM spending WHERE counted") == paid
    assert rows(store, "FROM tries ORDER BY ALL") == made


def nothing_wrong_passes(store: Path) -> None:
    """Each draw has an outcome, each refusal a reason; only what was verified was worded and played."""
    assert rows(store, "SELECT count(*) FROM outcomes WHERE stage = 'synthesize'") == [(DRAWS,)]
    assert rows(store, "SELECT count(*) FROM tries WHERE NOT accepted AND reason = ''") == [(0,)]
    verified = "SELECT record FROM outcomes WHERE stage = 'verify' AND status = 'done'"
    assert rows(store, f"SELECT count(*) FROM wordings WHERE task NOT IN ({verified})") == [(0,)]
    assert rows(store, f"SELECT count(*) FROM attempts WHERE task NOT IN ({verified})") == [(0,)]
    # Each task of the tiny pool takes three calls.
    short = "SELECT count(*) FROM attempts JOIN verdicts ON attempt = id WHERE correct AND num_calls < 3"
    assert rows(store, short) == [(0,)]


def mostly_refused(found: Said, stage: str) -> None:
    """The role had something to do, and what it did was refused more often than not."""
    counts = {reason: count for played, _, reason, count in found if played == stage}
    assert sum(counts.values()) >= DRAWS // 2
    assert counts.pop("accepted", 0) < sum(counts.values())


def scripted(server: ScriptedServer, role: str) -> dict[str, Any]:
    """Settings that give a role to a script."""
    return {f"model.{role}.name": MODEL, f"model.{role}.endpoints": [server.url]}


def test_every_role_by_a_small_model(smollm2: Server, tmp_path: Path, report: Report) -> None:
    store = tmp_path / "s.duckdb"
    roles = {**GATHERS, **MAKES, **WORDS, **PLAYS, **JUDGES}
    ends_and_goes_on(store, settings(tmp_path, smollm2, DRAWS, **roles), smollm2)
    nothing_wrong_passes(store)
    mostly_refused(report(store), "collect")


def test_a_small_deriver_behind_a_good_collector(smollm2: Server, tmp_path: Path, report: Report) -> None:
    by_rules, store = tmp_path / "rules.duckdb", tmp_path / "s.duckdb"
    run(by_rules, settings(tmp_path, smollm2, DRAWS), until="verify")
    with ScriptedServer(good_maker(by_rules)) as server:
        roles = {**GATHERS, **MAKES, **scripted(server, "collector")}
        ends_and_goes_on(store, settings(tmp_path, smollm2, DRAWS, **roles), smollm2)
    nothing_wrong_passes(store)
    mostly_refused(report(store), "derive")


def test_a_small_worder_and_solver_behind_the_rules(
    smollm2: Server, tmp_path: Path, report: Report, capsys: pytest.CaptureFixture[str]
) -> None:
    store = tmp_path / "s.duckdb"
    ends_and_goes_on(store, settings(tmp_path, smollm2, DRAWS, **WORDS, **PLAYS), smollm2)
    nothing_wrong_passes(store)
    found = report(store)
    mostly_refused(found, "word")
    mostly_refused(found, "solve")
    with capsys.disabled():
        # For whoever reads the log: a rewording that came through is right, or a check is missing.
        for before, after in rows(
            store, "SELECT tasks.question, wordings.question FROM wordings JOIN tasks ON task = id"
        ):
            print(f"{before!r} -> {after!r}")


def test_a_small_judge_makes_no_wrong_answer_right_and_is_measured(
    smollm2: Server, tmp_path: Path, report: Report
) -> None:
    by_rules, store = tmp_path / "rules.duckdb", tmp_path / "s.duckdb"
    run(by_rules, settings(tmp_path, smollm2, DRAWS), until="verify")
    good = good_model(by_rules)

    def at_times(body: dict[str, Any]) -> Action:
        said = good(body)
        if isinstance(said, Say) and not said.calls and body["seed"] % 2:
            return replace(said, content="<answer>12345.67</answer>")
        return said

    with ScriptedServer(at_times) as server:
        roles = {**PLAYS, "solve.samples": 4, "solve.turns": 6, **JUDGES, **scripted(server, "solver")}
        ends_and_goes_on(store, settings(tmp_path, smollm2, DRAWS, **roles), smollm2)
    nothing_wrong_passes(store)
    report(store)
    assert rows(store, "SELECT count(*) FROM verdicts WHERE correct AND reason <> 'match'") == [(0,)]
    with Store.read(store) as opened:
        (found,) = judges(opened)
    asked = rows(store, "SELECT count(*) FROM tries WHERE stage = 'judge'")[0][0]
    assert found.model == smollm2.name and 0 < found.right < found.asked <= asked and found.decided == 0

"""A pilot runs the first draws and predicts the whole; a run of the whole lies inside its intervals."""

from __future__ import annotations

from pathlib import Path

import pytest

from builder.errors import BudgetSpent, SettingsError
from builder.stages.cost import cost
from builder.stages.estimate import estimate
from builder.store import Store
from builder.testing.scripted import MODEL, ScriptedServer
from tests.stages.model_run import good_model, prepare, recipe, run_models, settings

PRICES = {"model.prices": {MODEL: {"prompt": 1.0, "completion": 3.0}}, "word.worder": "rules"}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return prepare(tmp_path_factory.mktemp("whole"), **PRICES)


def test_the_whole_lies_inside_what_a_pilot_predicts(whole: Path, tmp_path: Path) -> None:
    with ScriptedServer(good_model(whole)) as server:
        chosen = settings(whole.parent, server.url, **PRICES)
        made = estimate(chosen, tmp_path / "pilot.duckdb", 9, recipe=recipe())
        asked = len(server.requests)
        again = estimate(chosen, tmp_path / "pilot.duckdb", 9, recipe=recipe())
        assert len(server.requests) == asked and again == made
        run_models(whole, server.url, **PRICES)
    (stage,) = made.stages
    with Store.read(whole) as opened:
        (line,) = cost(opened)
    assert (stage.stage, stage.model, made.pilot, made.draws) == ("solve", MODEL, 9, 18)
    assert stage.requests.low <= line.calls <= stage.requests.high
    assert stage.tokens.low <= line.tokens <= stage.tokens.high
    # Half of the tokens are the prompt's at 1, half the reply's at 3, for a million each.
    assert stage.money is not None and stage.money.total == pytest.approx(stage.tokens.total * 2e-6)
    assert "9 of 18 draws made" in made.lines()[0] and "USD" in made.lines()[1]


def test_what_cannot_be_estimated_is_said_at_once(tmp_path: Path) -> None:
    served = settings(tmp_path, "http://127.0.0.1:9/v1", **PRICES)
    with pytest.raises(SettingsError, match="correct --draws"):
        estimate(served, tmp_path / "a.duckdb", 19, recipe=recipe())
    with pytest.raises(SettingsError, match="nothing to estimate"):
        estimate(served.replace({"solve.solver": "rules"}), tmp_path / "a.duckdb", 9, recipe=recipe())


def test_money_is_a_hard_cap_over_all_runs(whole: Path, tmp_path: Path) -> None:
    store = prepare(tmp_path, **PRICES)
    limit = {**PRICES, "model.budget_money": 0.002}
    with ScriptedServer(good_model(whole)) as server:
        for _ in range(2):
            with pytest.raises(BudgetSpent, match="USD"):
                run_models(store, server.url, **limit)

"""The stage: vectors and baselines for the tasks that `rl` may be chosen from, the same with one worker or two."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from builder.errors import BuilderError
from builder.stages.difficulty import ROOM
from builder.stages.run import run_session, run_stage
from builder.stages.session import Session
from builder.testing.small_recipe import small_recipe
from tests.stages.small_run import settings


def run_to(folder: Path, stage: str, workers: int = 1, **select: int) -> dict[str, list[Any]]:
    changed = settings(folder / "cache", workers).replace({f"select.{name}": rows for name, rows in select.items()})
    with Session(changed, folder / "s.duckdb", recipe=small_recipe()) as session:
        run_session(session, stage)
        rows = {
            table: session.store.connection.execute(f"SELECT * FROM {table} ORDER BY ALL").fetchall()
            for table in ("difficulties", "baselines")
        }
        rows["outcomes"] = session.store.connection.execute(
            "SELECT record, status, reason FROM outcomes WHERE stage = 'difficulty' ORDER BY record"
        ).fetchall()
        rows["kept"] = session.store.connection.execute("SELECT id FROM kept ORDER BY id").fetchall()
    return rows


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Any]]:
    return run_to(tmp_path_factory.mktemp("difficulty"), "difficulty", rl=100)


def test_every_candidate_is_measured_once(made: dict[str, list[Any]]) -> None:
    kept = [task for (task,) in made["kept"]]
    assert len(kept) > 10
    assert [row[0] for row in made["difficulties"]] == kept
    assert made["outcomes"] == [(task, "done", "") for task in kept]
    solvers = {row[3] for row in made["baselines"]}
    assert solvers == {"one_hop", "greedy", "type_search", "type_search_without", "oracle"}


def test_the_oracle_solves_all_and_calls_are_counted(made: dict[str, list[Any]]) -> None:
    assert all(solved for _, _, _, solver, solved, _ in made["baselines"] if solver == "oracle")
    assert all(calls > 0 for *_, solver, _, calls in made["baselines"] if solver == "oracle")


def test_two_workers_measure_the_same(tmp_path: Path, made: dict[str, list[Any]]) -> None:
    assert run_to(tmp_path, "difficulty", 2, rl=100) == made


def test_only_as_many_as_selection_may_consider(tmp_path: Path, made: dict[str, list[Any]]) -> None:
    none = {"rl_test": 0, "rl_test_unseen_toolset": 0, "rl_test_unseen_tool": 0}
    few = run_to(tmp_path, "difficulty", rl=1, **none)
    assert few["difficulties"] == made["difficulties"][:ROOM]


def test_before_dedup_it_says_what_to_run(tmp_path: Path) -> None:
    with Session(settings(tmp_path / "cache", 1), tmp_path / "s.duckdb", recipe=small_recipe()) as session:
        run_session(session, "solve")
        with pytest.raises(BuilderError, match="run `dedup` first"):
            run_stage(session, "difficulty")

"""A run through the record stages: whatever stops it, the next one ends with the rows of a clean run."""

from __future__ import annotations

import os
import select
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from builder.errors import BuilderError, SettingsError
from builder.stages.run import Report, run_session
from builder.stages.session import Session
from builder.stages.status import status
from builder.testing.small_recipe import small_recipe
from tests.stages.small_run import run_small, settings

ROOT = Path(__file__).parents[2]


def contents(store: Path) -> dict[str, list[Any]]:
    """Every row of every table, in the order of writing."""
    with duckdb.connect(str(store), read_only=True) as connection:
        tables = [name for (name,) in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()]
        return {name: connection.execute(f"FROM {name} ORDER BY rowid").fetchall() for name in tables}


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, list[Any]]]:
    """What an undisturbed run with one worker writes."""
    store = tmp_path_factory.mktemp("clean") / "s.duckdb"
    run_small(store, 1)
    yield contents(store)


def stopped(store: Path, workers: int, how: str, stage: str, done: int) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tests.stages.small_run", str(store), str(workers), how, stage, str(done)],
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
        # A group of its own: Ctrl-C is for that run and its workers, not for this one.
        start_new_session=True,
    )


def test_the_small_run_has_every_kind_of_outcome(clean: dict[str, list[Any]]) -> None:
    kinds = {(stage, status, reason) for stage, _, _, status, reason, _ in clean["outcomes"]}
    assert kinds == {
        ("synthesize", "done", ""),
        ("synthesize", "skipped", "same_task"),
        ("synthesize", "failed", "law:real_values"),
        ("synthesize", "failed", "gate:not_guessable"),
        ("verify", "done", ""),
        ("verify", "failed", "replay:answer"),
        ("solve", "done", ""),
        ("solve", "failed", "no_answer"),
    }
    assert len(clean["draws"]) == 80
    assert all(row[2] for row in clean["calls"]), "each call has its evidence key"


def test_two_workers_write_the_same_rows_in_the_same_order(tmp_path: Path, clean: dict[str, list[Any]]) -> None:
    run_small(tmp_path / "s.duckdb", 2)
    assert contents(tmp_path / "s.duckdb") == clean


def test_shards_of_another_size_write_the_same_rows(tmp_path: Path, clean: dict[str, list[Any]]) -> None:
    other = settings(tmp_path / "cache", 1).replace({"engine.shard_size": 7})
    with Session(other, tmp_path / "s.duckdb", recipe=small_recipe()) as session:
        run_session(session, "solve")
    assert contents(tmp_path / "s.duckdb") == clean


@pytest.mark.parametrize(("stage", "done"), [("synthesize", 12), ("verify", 4), ("solve", 8)])
def test_killed_anywhere_a_second_run_equals_a_clean_one(
    tmp_path: Path, clean: dict[str, list[Any]], stage: str, done: int
) -> None:
    store = tmp_path / "s.duckdb"
    killed = stopped(store, 2, "kill", stage, done)
    assert killed.returncode == -9, killed.stderr
    assert status(store).state == "killed"
    # What was acknowledged is there: a beginning of the clean run's rows.
    kept = contents(store)
    assert len([row for row in kept["outcomes"] if row[0] == stage]) >= done
    assert all(clean[table][: len(rows)] == rows for table, rows in kept.items())
    assert len(kept["outcomes"]) < len(clean["outcomes"])
    workers_end(store)
    run_small(store, 1)
    assert contents(store) == clean
    assert status(store).state == "ended"


def test_ctrl_c_drains_and_says_how_to_go_on(tmp_path: Path, clean: dict[str, list[Any]]) -> None:
    store = tmp_path / "s.duckdb"
    done = stopped(store, 2, "interrupt", "synthesize", 8)
    assert done.returncode == 130, done.stdout + done.stderr
    assert f"dive-builder run --store {store}" in done.stdout
    assert "Traceback" not in done.stderr
    assert status(store).state == "interrupted"
    assert str(store) in status(store).message
    kept = contents(store)
    assert all(clean[table][: len(rows)] == rows for table, rows in kept.items())
    workers_end(store)
    run_small(store, 2)
    assert contents(store) == clean


def test_a_second_ctrl_c_leaves_at_once_and_loses_nothing(tmp_path: Path, clean: dict[str, list[Any]]) -> None:
    store = tmp_path / "s.duckdb"
    done = stopped(store, 2, "twice", "synthesize", 8)
    assert done.returncode == 130, done.stdout + done.stderr
    workers_end(store)
    kept = contents(store)
    assert len(kept["outcomes"]) >= 8
    assert all(clean[table][: len(rows)] == rows for table, rows in kept.items())
    run_small(store, 2)
    assert contents(store) == clean


def workers_end(store: Path) -> None:
    """No worker outlives its run."""
    for pid in store.with_suffix(".workers").read_text(encoding="utf-8").split():
        try:
            handle = os.pidfd_open(int(pid))
        except ProcessLookupError:
            continue
        try:
            assert select.select([handle], [], [], 20)[0], f"worker {pid} is still there"
        finally:
            os.close(handle)


def test_a_finished_run_has_nothing_left_to_do(tmp_path: Path) -> None:
    store = tmp_path / "s.duckdb"
    run_small(store, 1)
    before, seen = contents(store), []
    run_small(store, 1, seen.append)
    assert contents(store) == before
    assert all(progress.total == 0 for progress in seen)


def test_a_limit_makes_the_first_draws_of_the_full_run(tmp_path: Path, clean: dict[str, list[Any]]) -> None:
    limited = settings(tmp_path / "cache", 1).replace({"synthesize.limit": 45})
    with Session(limited, tmp_path / "s.duckdb", recipe=small_recipe()) as session:
        report = run_session(session, "synthesize")
    assert report.totals["draws"] == 45
    assert contents(tmp_path / "s.duckdb")["draws"] == clean["draws"][:45]


def test_a_tool_that_breaks_its_promise_stops_the_run_by_name(tmp_path: Path) -> None:
    specs = copied_pool(tmp_path, 'return {"quotient": dividend / divisor}', 'return {"ratio": 1.0}')
    with (
        pytest.raises(BuilderError, match=r"general\.atlas\.divide promised.*while working on draw_"),
        Session(specs, tmp_path / "s.duckdb", recipe=small_recipe()) as session,
    ):
        run_session(session, "synthesize")
    assert status(tmp_path / "s.duckdb").state == "failed"
    assert "general.atlas.divide" in status(tmp_path / "s.duckdb").message


def test_a_tool_that_raises_is_a_recorded_failure(tmp_path: Path) -> None:
    specs = copied_pool(tmp_path, 'return {"quotient": dividend / divisor}', 'raise TypeError("oh")')
    with Session(specs, tmp_path / "s.duckdb", recipe=small_recipe()) as session:
        report = run_session(session, "synthesize")
    assert report.funnel == (("synthesize", "failed", "call:failed", 80),)
    assert report.failure_share == 1
    assert report.too_many_failures


def test_another_pool_is_another_store(tmp_path: Path) -> None:
    run_small(tmp_path / "s.duckdb", 1)
    for old, new in (("4317000", "4317001"), ("dividend / divisor", "dividend / divisor * 1.0")):
        specs = copied_pool(tmp_path, old, new)
        with pytest.raises(BuilderError, match="other settings, tools or recipe"):
            Session(specs, tmp_path / "s.duckdb", recipe=small_recipe())


def copied_pool(tmp_path: Path, old: str, new: str) -> Any:
    """Settings over a copy of the tiny pool whose functions.py is altered."""
    import shutil

    base = settings(tmp_path / "cache", 1)
    assert base.pool.specs is not None
    specs = tmp_path / "specs"
    shutil.copytree(base.pool.specs, specs, dirs_exist_ok=True)
    functions = specs / "general" / "atlas" / "functions.py"
    text = functions.read_text(encoding="utf-8")
    assert old in text
    functions.write_text(text.replace(old, new), encoding="utf-8")
    return base.replace({"pool.specs": str(specs)})


def test_stages_over_the_whole_store_wait_for_the_others(tmp_path: Path) -> None:
    from builder.stages.run import run_stage

    with Session(settings(tmp_path / "cache", 1), tmp_path / "s.duckdb", recipe=small_recipe()) as session:
        with pytest.raises(BuilderError, match="synthesize is not complete: run `synthesize` first"):
            run_stage(session, "dedup")
        with pytest.raises(SettingsError, match="no stage 'selct'; the stages are draw, synthesize"):
            run_session(session, "selct")


def test_the_failure_share_leaves_repeats_out() -> None:
    funnel = (
        ("synthesize", "done", "", 60),
        ("synthesize", "skipped", "same_task", 500),
        ("synthesize", "failed", "law:scale", 20),
        ("verify", "done", "", 50),
        ("verify", "failed", "replay:answer", 10),
        ("solve", "failed", "no_answer", 7),
    )
    report = Report({}, funnel, 0.374)
    assert report.failure_share == (20 + 10) / 80
    assert report.too_many_failures
    assert not Report({}, funnel, 0.375).too_many_failures
    assert Report({}, (), 0.0).failure_share == 0
    assert report.lines()[1] == "synthesize  skipped  500  same_task"

"""A benchmark with one of our questions: the task is dropped, the run fails, or the card tells, as the settings say."""

from __future__ import annotations

from pathlib import Path

import pytest

from builder.cli import main
from builder.errors import ReleaseError
from builder.hub.decontaminate import open_deny_lists
from builder.hub.manifest import read_manifest
from builder.settings import Settings
from builder.stages.check_release import check_release
from builder.stages.decontaminate import lists_digest
from builder.stages.dedup import dedup
from builder.stages.release import release
from builder.stages.select import select
from builder.store import Store
from builder.testing.small_recipe import tiny_pool
from builder.testing.small_store import small_store
from builder.tools.executor import Executor
from tests.releases import bench, tiny_executor

SIZES = {"select.rl_test_unseen_toolset": 0, "select.rl_test_unseen_tool": 0}


@pytest.fixture(scope="module")
def executor(tmp_path_factory: pytest.TempPathFactory) -> Executor:
    return tiny_executor(tmp_path_factory.mktemp("cache"))


@pytest.fixture
def store(tmp_path: Path, executor: Executor) -> Store:
    return small_store(tmp_path / "dive.duckdb", executor)


@pytest.fixture
def asked(tmp_path: Path, store: Store) -> str:
    """The task whose question is in the benchmark, made by the command from a file of questions."""
    [(task, question)] = store.connection.execute("SELECT id, question FROM tasks ORDER BY id LIMIT 1").fetchall()
    rows = tmp_path / "rows.jsonl"
    rows.write_text(f'{{"text": "{question.upper()}", "tools": ["islandProfile"]}}\n', encoding="utf-8")
    words = f"decontaminate hash {rows} --name invented --source made-up --text text --tool-names tools".split()
    assert main([*words, "--out", str(tmp_path / "deny")]) == 0
    return str(task)


def settings(folder: Path, on_hit: str, lists: bool = True) -> Settings:
    changes = {"pool.specs": str(tiny_pool()), "pool.cache": str(folder / "cache"), "decontaminate.on_hit": on_hit}
    return Settings.profile("smoke").replace(
        {**changes, **SIZES, "decontaminate.lists": str(folder / "deny") if lists else None}
    )


def build(folder: Path, store: Store, options: Settings, executor: Executor) -> Path:
    dedup(store, options)
    select(store, options)
    release(store, executor.pool, options, folder / "release")
    return folder / "release"


def test_a_task_that_is_hit_is_in_no_config_and_the_card_says_so(
    tmp_path: Path, store: Store, asked: str, executor: Executor
) -> None:
    folder = build(tmp_path, store, settings(tmp_path, "drop"), executor)
    for path in folder.rglob("*.parquet"):
        assert asked.encode() not in path.read_bytes(), path
    card = (folder / "README.md").read_text(encoding="utf-8")
    assert "| invented | made-up | 1 | 1 | 0 | 1 |" in card
    assert "- invented: `island_profile`" in card
    [listed] = open_deny_lists(tmp_path / "deny")
    assert read_manifest(folder).deny_lists == {"invented": listed.digest}
    found = store.connection.execute("SELECT record, status, reason FROM outcomes WHERE stage = 'decontaminate'")
    assert found.fetchall() == [(asked, "failed", "benchmark:invented")]


def test_verify_finds_the_hit_in_a_release_made_without_the_list(
    tmp_path: Path, store: Store, asked: str, executor: Executor
) -> None:
    folder = build(tmp_path, store, settings(tmp_path, "drop", lists=False), executor)
    assert "has not been measured" in (folder / "README.md").read_text(encoding="utf-8")
    lists = open_deny_lists(tmp_path / "deny")
    report = check_release(folder, executor.pool, bench(executor), lists=lists)
    assert [str(problem) for problem in report.problems] == [f"tasks: {asked}: is in the deny list invented (exact)"]


def test_hits_are_only_counted_where_that_is_asked(
    tmp_path: Path, store: Store, asked: str, executor: Executor
) -> None:
    folder = build(tmp_path, store, settings(tmp_path, "report"), executor)
    assert "| invented | made-up | 1 | 1 | 0 | 0 |" in (folder / "README.md").read_text(encoding="utf-8")
    lists = open_deny_lists(tmp_path / "deny")
    assert check_release(folder, executor.pool, bench(executor), lists=lists).problems == ()


def test_a_hit_fails_the_run_where_that_is_asked(tmp_path: Path, store: Store, asked: str) -> None:
    with pytest.raises(ReleaseError, match=rf"tasks in a deny list: 1, the first {asked} in invented \(exact\)"):
        dedup(store, settings(tmp_path, "fail"))
    assert store.connection.execute("SELECT count(*) FROM patterns").fetchall() == [(0,)]


def test_the_lists_decide_the_fingerprint(tmp_path: Path, asked: str) -> None:
    first = lists_digest(settings(tmp_path, "drop"))
    assert lists_digest(settings(tmp_path, "drop", lists=False)) is None
    words = ["decontaminate", "hash", str(tmp_path / "rows.jsonl"), "--name", "more", "--source", "s"]
    assert main([*words, "--text", "text", "--out", str(tmp_path / "deny")]) == 0
    assert lists_digest(settings(tmp_path, "drop")) != first


def test_a_file_without_texts_and_a_name_that_is_none_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = tmp_path / "rows.jsonl"
    rows.write_text('{"text": ""}\n', encoding="utf-8")
    words = ["decontaminate", "hash", str(rows), "--source", "s", "--out", str(tmp_path / "deny")]
    assert main([*words, "--name", "n"]) == 1 and "no text in no column" in capsys.readouterr().err
    assert main([*words, "--name", "n", "--text", "text"]) == 1 and "no text in text" in capsys.readouterr().err
    rows.write_text('{"text": "a text"}\n', encoding="utf-8")
    assert main([*words, "--name", "a/b", "--text", "text"]) == 2 and "--name 'a/b'" in capsys.readouterr().err
    assert not (tmp_path / "deny").exists()

"""Axes of a small finished store: files that load, tests that share nothing, a manifest that counts."""

from __future__ import annotations

import json
from importlib import resources
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from datasets import load_dataset

from builder.cli import main
from builder.errors import ReleaseError, SettingsError
from builder.hub.manifest import file_entry
from builder.recipe.axes import Want
from builder.stages.axes import FILE, axes
from builder.stages.dedup import dedup
from builder.stages.select import select
from builder.stages.workbench import open_pool
from tests.stages.comparing import Small, small

# Every task of the small store calls the same two tools, so only quantity can grow.
WANT = Want(tools=2, toolsets=1, tasks=3, axes=("quantity",), factors=(2,))


@pytest.fixture
def made(tmp_path: Path) -> Small:
    found = small(tmp_path, sft=6, sft_validation=1, rl=2, rl_test=2)
    dedup(found.store, found.settings)
    select(found.store, found.settings)
    return found


def test_subsets_load_and_share_nothing_with_the_tests(
    made: Small, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "axes"
    for _ in range(2):  # the second takes the first one's place
        manifest = axes(made.store, open_pool(made.settings), made.settings, out, WANT)
    assert json.loads((out / FILE).read_text(encoding="utf-8")) == manifest
    assert {name: row["tasks"] for name, row in manifest["subsets"].items()} == {"base": 3, "quantity_2x": 6}
    for path, entry in manifest["files"].items():
        assert file_entry(out / path, entry["rows"]).model_dump(mode="json") == entry
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    base = load_dataset(str(out), "base", split="train", cache_dir=str(tmp_path / "cache_base"))
    more = load_dataset(str(out), "quantity_2x", split="train", cache_dir=str(tmp_path / "cache_more"))
    assert set(base["id"]) < set(more["id"]) and sum(more["num_tokens"]) == manifest["subsets"]["quantity_2x"]["tokens"]
    tested = pq.read_table(out / "tests" / "rl")["question"].to_pylist()
    assert len(tested) == manifest["tests"]["test"] == 2
    seeds = dict(made.rows("SELECT question, seed FROM tasks"))
    shown = {made.rows(f"SELECT seed FROM tasks WHERE id = '{task}'")[0][0] for task in more["source_task_id"]}
    assert shown.isdisjoint(seeds[question] for question in tested)


def test_the_same_inputs_give_the_same_bytes(made: Small, tmp_path: Path) -> None:
    pool = open_pool(made.settings)
    for name in ("a", "b"):
        axes(made.store, pool, made.settings, tmp_path / name, WANT)
    files = {p.relative_to(tmp_path / "a"): p.read_bytes() for p in (tmp_path / "a").rglob("*") if p.is_file()}
    assert files == {p.relative_to(tmp_path / "b"): p.read_bytes() for p in (tmp_path / "b").rglob("*") if p.is_file()}


def test_other_folders_are_left_alone_and_tests_must_be_there(made: Small, tmp_path: Path) -> None:
    pool, out = open_pool(made.settings), tmp_path / "mine"
    out.mkdir()
    (out / "thesis.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(ReleaseError, match="left alone"):
        axes(made.store, pool, made.settings, out, WANT)
    made.store.connection.execute("DELETE FROM choices")
    with pytest.raises(SettingsError, match="no held-out tests"):
        axes(made.store, pool, made.settings, tmp_path / "new", WANT)
    assert not (tmp_path / "new").exists()


def test_the_command_says_what_is_short(made: Small, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made.store.close()
    profile = (resources.files("builder") / "profiles" / "smoke.toml").read_text(encoding="utf-8")
    pool = made.settings.pool
    (tmp_path / "s.toml").write_text(f'{profile}\n[pool]\nspecs = "{pool.specs}"\ncache = "{pool.cache}"\n')
    words = ["axes", "--store", str(tmp_path / "dive.duckdb"), "--settings", str(tmp_path / "s.toml")]
    words += ["--out", str(tmp_path / "o")]
    assert main([*words, "--tools", "9", "--toolsets", "3", "--tasks", "12"]) == 2
    assert "base: 9 tools are needed, there are 2, 7 short" in capsys.readouterr().err
    some = ["--tools", "2", "--toolsets", "1", "--tasks", "3", "--axes", "quantity", "--factors", "2"]
    assert main([*words, *some]) == 0
    assert "tests of 2 rows for all" in capsys.readouterr().out

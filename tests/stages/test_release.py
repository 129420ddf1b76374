"""A release from a store and back: what is in it, that it repeats, and that every tampering is named."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from builder.engines import LocalEngine
from builder.errors import ReleaseError
from builder.hub.export import table_of
from builder.hub.manifest import FILE, file_entry, manifest_text, read_manifest
from builder.hub.reading import bodies
from builder.hub.schemas import SCHEMAS
from builder.hub.tokens import count_text
from builder.recipe.derivation import task_id
from builder.records.releases import CheckReport
from builder.records.rows import TaskRow
from builder.stages.check_release import check_release
from builder.stages.definition import load_definition
from builder.stages.export import token_counts
from builder.stages.release import release
from builder.stages.replaying import LocalBench
from builder.testing.small_store import SPLITS, small_store
from builder.tools.executor import Executor
from tests.hub.test_chat import qwen3
from tests.releases import SETTINGS, bench, build, tiny_executor

Change = Callable[[dict[str, Any]], None]


@pytest.fixture(scope="module")
def executor(tmp_path_factory: pytest.TempPathFactory) -> Executor:
    return tiny_executor(tmp_path_factory.mktemp("cache"))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, executor: Executor) -> Path:
    return build(tmp_path_factory.mktemp("made"), executor)


@pytest.fixture
def copy(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "release"))


def check(folder: Path, executor: Executor) -> CheckReport:
    return check_release(folder, executor.pool, bench(executor))


def rows(folder: Path, config: str, split: str = "train") -> list[dict[str, Any]]:
    return list(bodies(folder / config / f"{split}-00000-of-00001.parquet"))


def tamper(folder: Path, path: str, change: Change, seal: bool = True) -> str:
    """Change the first row of a file; with `seal` the manifest is made to agree. Returns the row's id."""
    config, file = path.partition("/")[0], folder / path
    texts = pq.read_table(file).to_pylist()
    body = texts[0]
    change(body)
    pq.write_table(table_of(config, texts), file)
    if seal:
        manifest = read_manifest(folder)
        files = {**manifest.files, path: file_entry(file, manifest.files[path].rows)}
        (folder / FILE).write_text(manifest_text(manifest.model_copy(update={"files": files})), encoding="utf-8")
    return str(body.get("id", body.get("tool_id")))


def test_a_release_checks_itself(made: Path, executor: Executor) -> None:
    report = check(made, executor)
    assert report.problems == ()
    assert report.rows == {"tools": 2, "tasks": 16, "sft": 16, "sft_hermes": 16, "sft_sharegpt": 16, "rl": 6}
    assert (report.replayed, report.calls) == (16, 56)


def test_workers_find_the_same(copy: Path, executor: Executor, tmp_path: Path) -> None:
    changed = tamper(copy, "tasks/train-00000-of-00001.parquet", _answer)
    engine = LocalEngine(partial(_set_up, str(executor.pool.root), str(tmp_path / "cache")), 2)
    try:
        report = check_release(copy, executor.pool, bench(executor), engine)
    finally:
        engine.close()
    assert report.problems == check(copy, executor).problems
    assert any(problem.row == changed for problem in report.problems)


def _set_up(_root: str, cache: str) -> LocalBench:
    return bench(tiny_executor(Path(cache)))


def test_two_releases_have_the_same_bytes(made: Path, tmp_path: Path, executor: Executor) -> None:
    again = build(tmp_path, executor)
    names = sorted(path.relative_to(made) for path in made.rglob("*") if path.is_file())
    assert names == sorted(path.relative_to(again) for path in again.rglob("*") if path.is_file())
    for name in names:
        assert (made / name).read_bytes() == (again / name).read_bytes(), name


def test_the_manifest_lists_every_other_file(made: Path) -> None:
    manifest = read_manifest(made)
    names = {path.relative_to(made).as_posix() for path in made.rglob("*") if path.is_file()}
    assert set(manifest.files) == names - {FILE}
    body = json.loads((made / FILE).read_text(encoding="utf-8"))
    stated = {"name", "version", "builder", "fingerprint", "files", "settings", "lock", "tools", "deny_lists", "parent"}
    assert set(body) == stated
    assert str(made.parent) not in (made / FILE).read_text(encoding="utf-8")


def test_tasks_come_back_whole(made: Path, tmp_path: Path, executor: Executor) -> None:
    with small_store(tmp_path / "dive.duckdb", executor) as store:
        tasks = {task.id: task for task in store.tasks()}
    found = {body["id"]: TaskRow.model_validate(body).to_task() for body in rows(made, "tasks")}
    assert found == tasks
    assert all(task_id(task.derivation) == identity for identity, task in found.items())


def test_every_trajectory_renders_and_its_plain_turns_render_alike(made: Path) -> None:
    for split in ("train", "validation"):
        plain = {body["id"]: body["messages"] for body in rows(made, "sft_hermes", split)}
        for body in rows(made, "sft", split):
            text = qwen3(body["messages"], body["tools"])
            assert text == qwen3(plain[body["id"]])
            assert count_text(text) == body["num_tokens"]


def test_rows_stand_in_the_order_of_the_choices(made: Path) -> None:
    seeds = {body["id"]: json.loads(body["seed"]) for body in rows(made, "tasks")}
    order = list(dict.fromkeys(seeds[body["source_task_id"]] for body in rows(made, "sft")))
    assert order == list(SPLITS["sft", "train"])
    assert [seeds[body["id"]] for body in rows(made, "rl", "test")] == ["Madeira", "Madeira"]


def _answer(body: dict[str, Any]) -> None:
    answer = json.loads(body["answer"])
    answer["value"] += 1
    body["answer"] = json.dumps(answer, sort_keys=True, separators=(",", ":"))


def _literal(body: dict[str, Any]) -> None:
    body["derivation"] = body["derivation"].replace(body["seed"], '"Crete"')


def _call(body: dict[str, Any]) -> None:
    body["calls"] = body["calls"].replace('"result":{', '"result":{"extra":1,', 1)


def _message(body: dict[str, Any]) -> None:
    last = json.loads(body["messages"][-1])
    body["messages"][-1] = json.dumps({**last, "content": "<answer>1</answer>"})


def _result(body: dict[str, Any]) -> None:
    at = next(i for i, text in enumerate(body["messages"]) if json.loads(text)["role"] == "tool")
    message = json.loads(body["messages"][at])
    body["messages"][at] = json.dumps({**message, "content": message["content"].replace("1", "2")})


def _null(body: dict[str, Any]) -> None:
    first = json.loads(body["messages"][0])
    body["messages"][0] = json.dumps({**first, "name": None})


def _argument(body: dict[str, Any]) -> None:
    at = next(i for i, text in enumerate(body["messages"]) if "tool_calls" in json.loads(text))
    message = json.loads(body["messages"][at])
    message["tool_calls"][0]["function"]["arguments"] = {"island": 7}
    body["messages"][at] = json.dumps(message)


@pytest.mark.parametrize(
    ("path", "change", "words"),
    [
        ("tasks/train", _answer, "replay:answer"),
        ("tasks/train", _call, "replay:result"),
        ("tasks/train", _literal, "not that of its derivation"),
        ("tasks/train", lambda b: b.update(derivation="{"), "no record"),
        ("tasks/train", lambda b: b.update(splits=["rl/test"]), "its splits are not"),
        ("tasks/train", lambda b: b.update(depth=9, num_calls=1), "contradict"),
        ("sft/train", _message, "is not accepted"),
        ("sft/train", _result, "not what the tool gives"),
        ("sft/train", _null, "null"),
        ("sft/train", _argument, "must be string"),
        ("sft/train", lambda b: b["messages"].pop(), "not an assistant's answer"),
        ("sft/train", lambda b: b.update(num_tokens=1), "num_tokens"),
        ("sft/train", lambda b: b.update(source_task_id="task_0"), "is not in `tasks`"),
        ("sft_hermes/train", lambda b: b["messages"][1].update(content="?"), "not those of sft"),
        ("sft_sharegpt/train", lambda b: b["conversations"][0].update(value="?"), "not those of sft"),
        ("rl/train", lambda b: b.update(answer="{}"), "differs from reward_model"),
        ("rl/train", lambda b: b.update(question="Why?"), "not that of its task"),
        ("rl/train", lambda b: b["extra_info"].update(tool_selection=["x"]), "tool_selection"),
    ],
)  # fmt: skip
def test_an_altered_row_is_named(copy: Path, executor: Executor, path: str, change: Change, words: str) -> None:
    identity = tamper(copy, f"{path}-00000-of-00001.parquet", change)
    found = [problem for problem in check(copy, executor).problems if words in problem.reason]
    assert [problem.row for problem in found[:1]] == [identity], check(copy, executor).problems


@pytest.mark.parametrize("place", [0.05, 0.3, 0.6, 0.9])
@pytest.mark.parametrize("path", ["sft/train-00000-of-00001.parquet", "README.md", "LICENSE"])
def test_a_flipped_byte_names_the_file(copy: Path, executor: Executor, path: str, place: float) -> None:
    content = bytearray((copy / path).read_bytes())
    content[int(len(content) * place)] ^= 1
    (copy / path).write_bytes(content)
    assert path in [problem.where for problem in check(copy, executor).problems]


def test_missing_and_foreign_files_are_named(copy: Path, executor: Executor) -> None:
    (copy / "LICENSE").unlink()
    (copy / "sft" / "train-00001-of-00002.parquet").write_bytes(b"PAR1")
    found = {problem.where: problem.reason for problem in check(copy, executor).problems}
    assert found["LICENSE"] == "is missing"
    assert found["sft/train-00001-of-00002.parquet"] == "is not in the manifest"


def test_a_leak_between_splits_is_named(copy: Path, executor: Executor) -> None:
    train, test = (f"rl/{split}-00000-of-00001.parquet" for split in ("train", "test"))
    shutil.copy(copy / train, copy / test)
    manifest = read_manifest(copy)
    files = {**manifest.files, test: manifest.files[train]}
    (copy / FILE).write_text(manifest_text(manifest.model_copy(update={"files": files})), encoding="utf-8")
    leaks = {p.reason.partition(" with ")[0] for p in check(copy, executor).problems if p.where == "rl/test"}
    kinds = ("task", "seed entity", "called tools and literals", "question")
    assert leaks == {f"shares its {kind}" for kind in kinds}


def test_a_release_with_a_leak_is_not_built(tmp_path: Path, executor: Executor) -> None:
    first = "SELECT min(task) FROM choices WHERE config = ? AND split = ?"
    with small_store(tmp_path / "dive.duckdb", executor) as store:
        places = (("sft", "train"), ("rl", "test"))
        task, other = (store.connection.execute(first, place).fetchall()[0][0] for place in places)
        moved = "UPDATE choices SET task = ? WHERE config = 'rl' AND task = ?"
        store.connection.execute(moved, [task, other])
        with pytest.raises(ReleaseError, match=r"rl/test shares 1 seed entities.* and 1 tasks with training"):
            release(store, executor.pool, SETTINGS, tmp_path / "release")
    assert not (tmp_path / "release").exists()


def test_a_tool_of_another_make_is_named(copy: Path, executor: Executor) -> None:
    manifest = read_manifest(copy)
    tools = {tool: entry.model_copy(update={"spec": "0" * 64}) for tool, entry in manifest.tools.items()}
    (copy / FILE).write_text(manifest_text(manifest.model_copy(update={"tools": tools})), encoding="utf-8")
    assert {p.row for p in check(copy, executor).problems if "not the tool" in p.reason} == set(tools)


def test_a_folder_of_somebody_else_is_left_alone(tmp_path: Path, executor: Executor) -> None:
    out = tmp_path / "release"
    out.mkdir()
    (out / "thesis.txt").write_text("ten years of work")
    with pytest.raises(ReleaseError, match="left alone"):
        build(tmp_path, executor)
    assert [path.name for path in out.iterdir()] == ["thesis.txt"]
    with pytest.raises(ReleaseError, match="not a release"):
        check(out, executor)


def test_a_release_replaces_the_one_before_or_leaves_it(copy: Path, tmp_path: Path, executor: Executor) -> None:
    (copy / "old.txt").touch()
    with small_store(tmp_path / "dive.duckdb", executor) as store:
        store.connection.execute("DELETE FROM choices")
        with pytest.raises(ReleaseError, match="no chosen rows"):
            release(store, executor.pool, SETTINGS, copy)
        assert (copy / "old.txt").exists()
    build(tmp_path, executor)
    assert not (copy / "old.txt").exists()
    assert sorted(path.name for path in tmp_path.iterdir() if path.name.startswith(".")) == []


def test_a_release_that_was_set_aside_by_a_killed_build_comes_back(
    copy: Path, tmp_path: Path, executor: Executor
) -> None:
    copy.rename(tmp_path / ".release.before")
    with small_store(tmp_path / "dive.duckdb", executor) as store:
        store.connection.execute("DELETE FROM choices")
        with pytest.raises(ReleaseError, match="no chosen rows"):
            release(store, executor.pool, SETTINGS, copy)
    assert check(copy, executor).ok


def test_counts_for_the_selection_are_those_of_the_rows(made: Path, tmp_path: Path, executor: Executor) -> None:
    with small_store(tmp_path / "dive.duckdb", executor) as store:
        counts = token_counts(store, executor.pool)
    assert {body["id"]: body["num_tokens"] for body in rows(made, "sft")}.items() <= counts.items()


def test_rows_over_the_token_limit_are_left_out_and_counted(tmp_path: Path, executor: Executor) -> None:
    definition = load_definition()
    tokens = definition.tokens.model_copy(update={"limit": 560})
    shorter = definition.model_copy(update={"tokens": tokens})
    with small_store(tmp_path / "dive.duckdb", executor) as store:
        release(store, executor.pool, SETTINGS, tmp_path / "release", shorter)
    assert 0 < len(rows(tmp_path / "release", "sft")) < 12
    assert "for more than 560 tokens" in (tmp_path / "release" / "README.md").read_text(encoding="utf-8")


def test_a_broken_promise_stops_the_release(tmp_path: Path, executor: Executor) -> None:
    definition = load_definition()
    tokens = definition.tokens.model_copy(update={"short": 540, "short_share_from": 1})
    stricter = definition.model_copy(update={"tokens": tokens})
    with (
        small_store(tmp_path / "dive.duckdb", executor) as store,
        pytest.raises(ReleaseError, match="under 540 tokens"),
    ):
        release(store, executor.pool, SETTINGS, tmp_path / "r", stricter)
    assert not (tmp_path / "r").exists()


def test_a_broken_definition_names_the_key(tmp_path: Path) -> None:
    path = tmp_path / "release.toml"
    path.write_text('name = "x"\nversoin = "1.0.0"\n')
    with pytest.raises(ReleaseError, match="versoin"):
        load_definition(path)


LOADING = """
import json, sys
from datasets import load_dataset
folder, cache = sys.argv[1:]
found = {}
for config in ["sft", "sft_hermes", "sft_sharegpt", "rl", "tools", "tasks"]:
    loaded = load_dataset(folder, config, cache_dir=cache)
    found[config] = {split: len(rows) for split, rows in loaded.items()}
found["default"] = load_dataset(folder, split="train", cache_dir=cache).column_names
found["messages"] = load_dataset(folder, "sft", split="train", cache_dir=cache)["messages"][:]
print(json.dumps(found))
"""


@pytest.mark.slow
def test_datasets_loads_every_config_in_a_fresh_process(made: Path, tmp_path: Path) -> None:
    environment = {**os.environ, "HF_HOME": str(tmp_path), "HF_HUB_OFFLINE": "1"}
    done = subprocess.run(
        [sys.executable, "-c", LOADING, str(made), str(tmp_path / "cache")],
        capture_output=True, text=True, check=True, env=environment, cwd=tmp_path,
    )  # fmt: skip
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["sft"] == found["sft_hermes"] == found["sft_sharegpt"] == {"train": 12, "validation": 4}
    assert (found["rl"], found["tools"], found["tasks"]) == (
        {"train": 4, "test": 2},
        {"train": 2},
        {"train": 16},
    )
    assert found["default"] == SCHEMAS["sft"].names
    assert found["messages"] == [body["messages"] for body in rows(made, "sft")]


@pytest.mark.slow
def test_the_jsonl_recipe_runs(made: Path, tmp_path: Path) -> None:
    environment = {**os.environ, "HF_HOME": str(tmp_path), "HF_HUB_OFFLINE": "1"}
    script = made / "recipes" / "to_nemo_jsonl.py"
    subprocess.run(
        [sys.executable, str(script), str(made), str(tmp_path / "jsonl")],
        capture_output=True, check=True, env=environment, cwd=tmp_path,
    )  # fmt: skip
    lines = (tmp_path / "jsonl" / "sft_train.jsonl").read_text(encoding="utf-8").splitlines()
    expected = [body["messages"] for body in rows(made, "sft")]
    assert [json.loads(line)["messages"] for line in lines] == expected
    first = (tmp_path / "jsonl" / "rl_test.jsonl").read_text(encoding="utf-8").splitlines()[0]
    gym = json.loads(first)
    assert gym["responses_create_params"]["tools"][0]["name"]

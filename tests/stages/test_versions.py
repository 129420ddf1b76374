"""A version on the one before: rows keep their order, new ones follow, diff and changelog say exactly what changed."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from builder.cli import main
from builder.errors import ReleaseError
from builder.hub.changes import FILE as CHANGES
from builder.hub.manifest import FILE, content_digest, file_entry, manifest_text, read_manifest
from builder.hub.previous import Layout
from builder.hub.reading import bodies
from builder.identity import canonical_json
from builder.recipe.leaks import leak_keys
from builder.recipe.splits import Unseen
from builder.records.drift import DriftedCall, DriftFile, result_digest
from builder.records.releases import Manifest
from builder.records.tools import Call
from builder.stages.check_release import check_release
from builder.stages.definition import load_definition
from builder.stages.diff import diff
from builder.stages.drifted import stale_of
from builder.stages.previous import arranged, open_previous
from builder.stages.release import add_changes, release
from builder.store import Store
from builder.testing.small_store import PROFILE, small_store
from builder.tools.executor import Executor
from tests.releases import SETTINGS, bench, build, tiny_executor

MORE = 16
"""Tasks that the second version adds: two for each seed."""


@pytest.fixture(scope="module")
def executor(tmp_path_factory: pytest.TempPathFactory) -> Executor:
    return tiny_executor(tmp_path_factory.mktemp("cache"))


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory, executor: Executor) -> Path:
    return build(tmp_path_factory.mktemp("first"), executor)


def follow(
    previous: Path,
    folder: Path,
    executor: Executor,
    version: str = "1.1.0",
    change: Callable[[Store], object] = lambda store: None,
) -> Path:
    """A release of a store with more tasks, on the previous one."""
    definition = load_definition().model_copy(update={"version": version})
    with small_store(folder / "dive.duckdb", executor, MORE) as store:
        change(store)
        before = store.query("release/choices")
        layout = open_previous(previous, version)
        release(store, executor.pool, SETTINGS, folder / "release", definition, layout)
        assert store.query("release/choices") == before
    return folder / "release"


@pytest.fixture(scope="module")
def second(tmp_path_factory: pytest.TempPathFactory, first: Path, executor: Executor) -> Path:
    return follow(first, tmp_path_factory.mktemp("second"), executor)


def ids(folder: Path, config: str, split: str = "train") -> list[str]:
    rows = bodies(folder / config / f"{split}-00000-of-00001.parquet")
    return [row.get("id") or row["tool_id"] for row in rows]


def test_old_rows_stand_as_they_stood_and_new_ones_follow(first: Path, second: Path) -> None:
    for path in sorted(read_manifest(first).files):
        if path.endswith(".parquet"):
            config, split = path.split("/")[0], path.split("/")[1].split("-")[0]
            before, after = ids(first, config, split), ids(second, config, split)
            assert after[: len(before)] == before, path
            assert config == "tools" or len(after) > len(before), path


def test_the_version_is_sound_and_names_its_parent(first: Path, second: Path, executor: Executor) -> None:
    assert check_release(second, executor.pool, bench(executor)).problems == ()
    parent = read_manifest(second).parent
    assert parent is not None
    assert (parent.version, parent.digest) == ("1.0.0", content_digest(read_manifest(first).files))


def test_rl_rows_keep_their_index(first: Path, second: Path) -> None:
    before, after = (
        {row["id"]: row["extra_info"]["index"] for row in bodies(folder / "rl/train-00000-of-00001.parquet")}
        for folder in (first, second)
    )
    assert before.items() <= after.items()
    assert sorted(after.values()) == list(range(len(after)))


def test_diff_and_changelog_are_exact(first: Path, second: Path) -> None:
    found = diff(first, second)
    expected = {"sft": 16, "sft_hermes": 16, "sft_sharegpt": 16, "rl": 6, "tasks": MORE}
    assert found.counts() == {config: {"added": n, "removed": 0, "changed": 0} for config, n in expected.items()}
    assert {change.reason for change in found.changes} == {"new task"}
    assert {c.id for c in found.changes if c.config == "rl"} == {
        *set(ids(second, "rl")).difference(ids(first, "rl")),
        *set(ids(second, "rl", "test")).difference(ids(first, "rl", "test")),
    }
    assert (found.tools, found.packages, found.breaking, found.needs) == ({}, {}, (), "minor")
    assert {(d.name, d.before, d.after) for d in found.deltas} >= {("rows of tasks/train", 16, 32)}
    written = pq.read_table(second / CHANGES).to_pylist()
    assert written == [change.model_dump() for change in found.changes]
    text = (second / "CHANGELOG.md").read_text(encoding="utf-8")
    assert text.startswith("# Changelog\n\n## 1.1.0\n\nSince 1.0.0.\n\n| config | added | removed | changed |")
    assert "| `sft` | 16 | 0 | 0 |" in text
    assert text.endswith((first / "CHANGELOG.md").read_text(encoding="utf-8").removeprefix("# Changelog\n\n"))


def test_the_same_inputs_give_the_same_version(first: Path, second: Path, tmp_path: Path, executor: Executor) -> None:
    again = follow(first, tmp_path, executor)
    assert (again / FILE).read_bytes() == (second / FILE).read_bytes()


def test_a_version_with_itself_differs_in_nothing(first: Path) -> None:
    found = diff(first, first)
    assert (found.changes, found.bytes.new, found.needs) == ((), 0, "patch")


def test_retired_rows_are_told_with_their_reason(first: Path, tmp_path: Path, executor: Executor) -> None:
    tasks = [row["source_task_id"] for row in bodies(first / "sft/train-00000-of-00001.parquet")]
    failing, repeated = tasks[0], tasks[-1]

    def retire(store: Store) -> None:
        store.connection.execute(
            "UPDATE outcomes SET status = 'failed', reason = 'not_reproduced' WHERE record = ?", [failing]
        )
        store.connection.execute("INSERT INTO duplicates VALUES (?, 'task_other', 'exact_text', 1.0)", [repeated])
        store.connection.execute("DELETE FROM choices WHERE task IN (?, ?)", [failing, repeated])

    after = follow(first, tmp_path, executor, change=retire)
    found = {(c.config, c.id): c for c in diff(first, after).changes if c.change == "removed"}
    assert found["tasks", failing].reason == "verify: not_reproduced"
    assert found["tasks", repeated].reason == "repeats task_other"
    gone = [c for c in found.values() if c.config == "sft_hermes"]
    assert {c.reason for c in gone} == {"verify: not_reproduced", "repeats task_other"}
    assert len(gone) == 4
    kept = [i for i in ids(first, "sft") if ("sft", i) not in found]
    assert ids(after, "sft")[: len(kept)] == kept
    assert check_release(after, executor.pool, bench(executor)).problems == ()


def test_a_reworded_task_is_changed_and_not_new(first: Path, tmp_path: Path, executor: Executor) -> None:
    task = ids(first, "rl")[0]

    def reword(store: Store) -> None:
        for table in ("tasks", "attempts"):
            where = "id" if table == "tasks" else "task"
            rows = store.connection.execute(f"SELECT id, body FROM {table} WHERE {where} = ?", [task]).fetchall()
            for identity, body in rows:
                body = body.replace("What is the population", "Tell me the population")
                store.connection.execute(f"UPDATE {table} SET body = ? WHERE id = ?", [body, identity])

    after = follow(first, tmp_path, executor, change=reword)
    found = {(c.config, c.id): c for c in diff(first, after).changes}
    assert found["rl", task].change == found["tasks", task].change == "changed"
    assert found["rl", task].reason == "reworded (prompt, question)"
    assert found["tasks", task].reason == "reworded (question, rounds)"


def test_new_rows_leak_nothing_into_a_test(first: Path, tmp_path: Path, executor: Executor) -> None:
    """Selection, which does not know the previous version, wants a test row whose seed is in its training rows."""

    def move(store: Store) -> None:
        known = {*ids(first, "tasks")}
        rows = [row for row in store.query("release/choices") if row[:2] == ("sft", "train") and row[2] not in known]
        store.connection.execute("UPDATE choices SET config = 'rl', split = 'test' WHERE task = ?", [rows[0][2]])
        moved.append(rows[0][2])

    moved: list[str] = []
    after = follow(first, tmp_path, executor, change=move)
    assert moved[0] not in ids(after, "rl", "test")
    assert check_release(after, executor.pool, bench(executor)).problems == ()


@pytest.mark.parametrize(
    ("version", "words"),
    [("1.0.0", "exists"), ("0.9.0", "is lower"), ("1.0.1", "needs a new minor version: at least 1.1.0")],
)
def test_a_wrong_version_is_one_clear_error(
    first: Path, tmp_path: Path, executor: Executor, version: str, words: str
) -> None:
    with pytest.raises(ReleaseError, match=words):
        follow(first, tmp_path, executor, version)
    assert not (tmp_path / "release").exists()


def test_an_altered_previous_release_is_refused(first: Path, tmp_path: Path, executor: Executor) -> None:
    altered = Path(shutil.copytree(first, tmp_path / "altered"))
    (altered / "LICENSE").write_text("mine", encoding="utf-8")
    with pytest.raises(ReleaseError, match="not as it was published: LICENSE"):
        follow(altered, tmp_path, executor)
    with pytest.raises(ReleaseError, match="not as it was published: LICENSE"):
        diff(altered, first)


def test_a_breaking_column_needs_a_major_version(first: Path, tmp_path: Path, executor: Executor) -> None:
    """As if the previous version had a column that this one no longer has."""
    older = Path(shutil.copytree(first, tmp_path / "older"))
    path = "rl/train-00000-of-00001.parquet"
    table = pq.read_table(older / path).append_column("hint", pa.array(["x", "y", "z", "w"]))
    pq.write_table(table, older / path)
    _seal(older, path)
    with pytest.raises(ReleaseError, match=r"rl\.hint is no longer there\. That needs a new major version"):
        _release_after(older, tmp_path, executor)


def _seal(folder: Path, path: str) -> None:
    manifest: Manifest = read_manifest(folder)
    files = {**manifest.files, path: file_entry(folder / path, manifest.files[path].rows)}
    (folder / FILE).write_text(manifest_text(manifest.model_copy(update={"files": files})), encoding="utf-8")


def _release_after(older: Path, tmp_path: Path, executor: Executor) -> None:
    newer = build(tmp_path, executor)
    manifest = read_manifest(newer).model_copy(update={"version": "1.1.0"})
    add_changes(newer, manifest, Layout(older, read_manifest(older)), {}, {})


def test_the_command_tells_what_changed(first: Path, second: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diff", str(first), str(second)]) == 0
    assert "| `rl` | 6 | 0 | 0 |" in capsys.readouterr().out
    assert main(["diff", str(first), str(second), "--json"]) == 0
    body = json.loads(capsys.readouterr().out)
    assert (body["before"], body["after"], len(body["changes"])) == ("1.0.0", "1.1.0", 54 + MORE)
    assert main(["diff", str(first), str(first.parent)]) == 1
    assert "is not a release" in capsys.readouterr().err


def test_rows_that_show_what_is_now_held_out_are_retired(first: Path, tmp_path: Path, executor: Executor) -> None:
    held = Unseen(frozenset({PROFILE}), (), None, frozenset())
    layout = open_previous(first, "1.1.0")
    with small_store(tmp_path / "dive.duckdb", executor) as store, arranged(store, layout, held) as retired:
        assert set(retired.values()) == {"shows what this version holds out"}
        trained = {("sft", identity) for split in ("train", "validation") for identity in ids(first, "sft", split)}
        assert set(retired) == trained | {("rl", identity) for identity in ids(first, "rl")}


def drifted(executor: Executor, call: Call) -> DriftFile:
    """As if the call were answered otherwise tomorrow."""
    before = result_digest(executor.execute(call).payload())
    one = DriftedCall(tool=call.tool, arguments=call.arguments, recorded="2024-01-01", before=before, after="0" * 64)
    return DriftFile.of("9999-12-31", (one,))


def test_a_trajectory_alone_may_rest_on_a_changed_answer(first: Path, tmp_path: Path, executor: Executor) -> None:
    """One that looked up what its task does not need: another of its task stays."""
    with small_store(tmp_path / "dive.duckdb", executor) as store:
        needed = {(call.tool, canonical_json(call.arguments)) for task in store.tasks() for call in task.calls}
        played = {
            canonical_json(call["function"]["arguments"]): attempt
            for attempt in store.attempts()
            for message in attempt.messages
            for call in message.get("tool_calls", ())
            if call["function"]["name"] == executor.pool.declared[PROFILE].name
        }
        text, attempt = next((text, a) for text, a in sorted(played.items()) if (PROFILE, text) not in needed)
        layout = open_previous(first, "1.1.0", drifted(executor, Call(PROFILE, json.loads(text))))
        stale = stale_of(store, layout, executor.pool)
        assert (dict(stale.tasks), dict(stale.before)) == ({}, {})
        gone = set(stale.attempts)
        assert attempt.id in gone and set(stale.attempts.values()) == {PROFILE}
        held = Unseen(frozenset(), (), None, frozenset())
        before = store.query("release/choices")
        lost = gone & {row[3] for row in before}
        assert lost
        with arranged(store, layout, held, stale) as retired:
            assert retired == {("sft", row): f"drifted: {PROFILE}" for row in lost}
            assert [row[3] for row in store.query("release/choices")] == [
                row[3] for row in before if row[3] not in lost
            ]
            assert gone.isdisjoint(row[0] for row in store.query("release/accepted"))
        assert gone <= {row[0] for row in store.query("release/accepted")}


def test_what_the_pool_replays_otherwise_is_not_stale(first: Path, tmp_path: Path, executor: Executor) -> None:
    with small_store(tmp_path / "dive.duckdb", executor) as store:
        call = next(Call(c.tool, c.arguments) for task in store.tasks() for c in task.calls if c.tool == PROFILE)
        found = drifted(executor, call)
        stale = stale_of(store, open_previous(first, "1.1.0", found), executor.pool)
        assert stale.tasks and stale.tasks == stale.before
        other = DriftFile.of(found.date, tuple(one.model_copy(update={"before": "1" * 64}) for one in found.calls))
        stale = stale_of(store, open_previous(first, "1.1.0", other), executor.pool)
        assert (dict(stale.tasks), dict(stale.attempts), dict(stale.before)) == ({}, {}, {})


def test_leak_keys_tell_tasks_apart(tmp_path: Path, executor: Executor) -> None:
    with small_store(tmp_path / "dive.duckdb", executor) as store:
        keys = [leak_keys(task) for task in store.tasks()]
    assert len({key["calls"] for key in keys}) == len({key["question"] for key in keys}) == len(keys)
    assert len({key["seed"] for key in keys}) == len(keys) / 2

"""Answers that changed: found by calling again, told to the next version, and what rests on them is retired.

Slow: each run starts worker processes.
"""

from __future__ import annotations

import dataclasses
import json
import shutil
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from builder.cli import main
from builder.errors import ReleaseError, SettingsError
from builder.hub.changes import FILE as CHANGES
from builder.hub.manifest import read_manifest
from builder.hub.reading import bodies
from builder.recipe import acting, verdicts
from builder.records.drift import DriftedCall, DriftFile, result_digest
from builder.stages.check_release import check_release
from builder.stages.drifted import FILE, drift_text, read_drift, require_fitting, tasks_in
from builder.stages.live import with_carried
from builder.stages.making import make_release
from builder.stages.previous import open_previous
from builder.stages.rebuild import manifest_at, rebuild
from builder.stages.replaying import LocalBench
from builder.stages.run import run_session
from builder.stages.session import Session
from builder.stages.workbench import Recipe, open_pool
from builder.testing.small_recipe import small_recipe
from builder.tools.executor import Executor
from builder.tools.http.checking import check_live
from builder.tools.http.options import LiveOptions
from builder.tools.tables import TableCache
from tests.releases import bench
from tests.tools.http.islands import (
    CONTACT,
    PROVIDER,
    TOOL,
    Islands,
    live_specs,
    recorded,
    run_settings,
    same,
    settings_file,
)

pytestmark = pytest.mark.slow


def recipe() -> Recipe:
    """The small one, whose tasks are played and judged as those of every release."""
    return dataclasses.replace(small_recipe(), strata=acting.strata, act=acting.act, judge=verdicts.judge)


@dataclass(frozen=True)
class Versions:
    """Three versions of a release: the service changed after the first."""

    folder: Path
    island: str
    """Of which the service counts another population now."""

    @property
    def specs(self) -> Path:
        return self.folder / "specs"

    def release(self, name: str) -> Path:
        return self.folder / name


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Versions:
    folder = tmp_path_factory.mktemp("drift")
    with Islands.open() as service:
        specs = recorded(folder, service, recipe())
        with Session(run_settings(folder, specs), folder / "replay.duckdb", recipe=recipe()) as session:
            first = folder / "1.0.0"
            make_release(session, first)
            island = islands_in(first)[0]
            service.known[island]["people"] += 1
            file = settings_file(folder / "live.toml", recordings=str(folder / "recordings"))
            command = ["tools", "drift", "--specs", str(specs), "--settings", str(file), "--release", str(first)]
            assert main([*command, "--out", str(folder / FILE)]) == 1
            make_release(session, folder / "1.1.0", "1.1.0", first, changed=read_drift(folder / FILE))
            # Another one on the same recordings, told of nothing.
            make_release(session, folder / "1.1.1", "1.1.1", folder / "1.1.0")
    return Versions(folder, island)


def islands_in(folder: Path) -> list[str]:
    """Islands that rows of `sft` and of `rl` look up, those of the fewest tasks first."""
    found = Counter(call.arguments["island"] for task in tasks_in(folder) for call in task.calls if call.tool == TOOL)
    played = {row["source_task_id"] for path in (folder / "sft").glob("*.parquet") for row in bodies(path)}
    both = [
        island for island in found if all(resting(folder, island) & held for held in (played, {*ids(folder, "rl")}))
    ]
    return sorted(both, key=lambda island: (found[island], island))


def ids(folder: Path, config: str) -> list[str]:
    """Of all rows of a config, as they stand."""
    return [row["id"] for path in sorted((folder / config).glob("*.parquet")) for row in bodies(path)]


def resting(folder: Path, island: str) -> set[str]:
    """Tasks that look up the island."""
    return {
        task.id
        for task in tasks_in(folder)
        if any(call.tool == TOOL and call.arguments["island"] == island for call in task.calls)
    }


def test_exactly_the_stale_tasks_are_retired_and_the_rest_stands_as_it_stood(made: Versions) -> None:
    first, second = made.release("1.0.0"), made.release("1.1.0")
    stale = resting(first, made.island)
    assert stale and not resting(second, made.island)
    assert ids(second, "tasks") == [task for task in ids(first, "tasks") if task not in stale]
    rows = pq.read_table(second / CHANGES).to_pylist()
    gone = {(row["config"], row["id"]): row["reason"] for row in rows if row["change"] == "removed"}
    assert {identity for config, identity in gone if config == "tasks"} == stale
    assert set(gone.values()) == {f"drifted: {TOOL}"}
    for config in ("sft", "sft_hermes", "sft_sharegpt", "rl"):
        kept = [row for row in ids(first, config) if (config, row) not in gone]
        assert len(kept) < len(ids(first, config)), config
        assert [row for row in ids(second, config) if row in kept] == kept, config
    assert f"| `tasks` | removed | drifted: {TOOL} | {len(stale)} |" in (second / "CHANGELOG.md").read_text()


def test_it_is_sound_and_says_what_it_was_told(made: Versions) -> None:
    second = made.release("1.1.0")
    pool = open_pool(with_carried(run_settings(made.folder, made.specs), second))
    assert check_release(second, pool, small_bench(pool)).problems == ()
    assert FILE in read_manifest(second).files and read_drift(second / FILE) == read_drift(made.folder / FILE)
    told = read_drift(second / FILE)
    assert [(call.tool, call.arguments) for call in told.calls] == [(TOOL, {"island": made.island})]
    row = {"people": 1, "km2": 1.0}
    assert "people" not in (second / FILE).read_text() and result_digest(row) not in (second / FILE).read_text()


def small_bench(pool: Any) -> LocalBench:
    return bench(Executor(pool))


def test_a_task_that_rests_on_a_changed_answer_is_a_problem(made: Versions, tmp_path: Path) -> None:
    """The first version, as if it had been told."""
    first = Path(shutil.copytree(made.release("1.0.0"), tmp_path / "release"))
    shutil.copy(made.folder / FILE, first / FILE)
    manifest = json.loads((first / "manifest.json").read_text())
    manifest["files"][FILE] = json.loads((made.release("1.1.0") / "manifest.json").read_text())["files"][FILE]
    (first / "manifest.json").write_text(json.dumps(manifest))
    pool = open_pool(with_carried(run_settings(made.folder, made.specs), first))
    problems = check_release(first, pool, small_bench(pool)).problems
    assert {problem.row for problem in problems} == resting(first, made.island)
    assert {problem.reason for problem in problems} == {f"rests on an answer of {TOOL} that changed"}


def test_what_was_retired_does_not_come_back(made: Versions) -> None:
    second, third = made.release("1.1.0"), made.release("1.1.1")
    assert not resting(third, made.island)
    assert ids(third, "tasks") == ids(second, "tasks") and ids(third, "sft") == ids(second, "sft")
    assert (third / FILE).read_bytes() == (second / FILE).read_bytes()


def test_it_is_rebuilt_from_its_manifest_and_what_it_was_told(made: Versions, tmp_path: Path) -> None:
    second = made.release("1.1.0")
    options = with_carried(run_settings(made.folder, made.specs), second)
    manifest, first = manifest_at(second), made.release("1.0.0")
    with Session(options, tmp_path / "again.duckdb", recipe=recipe()) as session:
        with pytest.raises(ReleaseError, match=rf"made with other findings of drift: name its {FILE} with --drift"):
            rebuild(session, manifest, tmp_path / "again", first)
        assert session.store.query("queue/drawn") == []
        rebuild(session, manifest, tmp_path / "again", first, read_drift(second / FILE))
    same(second, tmp_path / "again")


def test_a_newer_recording_of_the_call_is_not_stale(made: Versions, tmp_path: Path) -> None:
    """The same tasks over the new answer: they change, and nothing says that they go."""
    with Islands.open() as service:
        specs = live_specs(tmp_path / "specs", service.port)
        service.known[made.island]["people"] += 1
        options = LiveOptions(contact=CONTACT, loopback=True)
        check_live(specs, TableCache(tmp_path / "cache"), options)
        recording = run_settings(tmp_path, specs, mode="record", contact=CONTACT, loopback=True)
        with Session(recording, tmp_path / "record.duckdb", recipe=recipe()) as session:
            run_session(session)
        first = made.release("1.0.0")
        with Session(run_settings(tmp_path, specs), tmp_path / "replay.duckdb", recipe=recipe()) as session:
            make_release(session, tmp_path / "new", "2.0.0", first, changed=read_drift(made.folder / FILE))
    fresh = resting(tmp_path / "new", made.island)
    assert fresh & resting(first, made.island)
    rows = pq.read_table(tmp_path / "new" / CHANGES).to_pylist()
    reasons = {row["id"]: (row["change"], row["reason"]) for row in rows if row["config"] == "tasks"}
    assert {reasons[task] for task in fresh & resting(first, made.island)} == {("changed", f"drifted: {TOOL}")}


def call(**changes: Any) -> DriftedCall:
    usual = {"tool": TOOL, "arguments": {"island": "Crete"}, "recorded": "2026-01-01"}
    return DriftedCall(**usual | {"before": "a" * 64, "after": "b" * 64} | changes)


TOMORROW = "9999-12-31"


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (DriftFile.of(TOMORROW, (call(tool="general.weather.rain"),)), "is of other tools: .* 1.0.0 has no general.w"),
        (DriftFile.of("2026-01-01", (call(),)), "the drift is of 2026-01-01, and .* holds answers of general.atlas"),
    ],
)
def test_findings_that_do_not_fit_the_release_are_one_clear_error(made: Versions, found: DriftFile, words: str) -> None:
    with pytest.raises(ReleaseError, match=words):
        open_previous(made.release("1.0.0"), "1.1.0", found)


def test_what_a_release_was_told_itself_need_not_fit_its_parent(made: Versions) -> None:
    """It may be of a tool that went since, and of a day before the latest recordings."""
    found, manifest = (
        DriftFile.of("2026-01-01", (call(tool="general.weather.rain"),)),
        read_manifest(made.release("1.0.0")),
    )
    require_fitting(found, manifest, found)
    with pytest.raises(ReleaseError, match="is of other tools"):
        require_fitting(found, manifest, DriftFile.of("2026-01-01", ()))


def edited(change: Any) -> str:
    body = json.loads(drift_text(DriftFile.of("2026-01-02", (call(),))))
    change(body)
    return json.dumps(body)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (edited(lambda body: body["calls"][0]["arguments"].update(island="Malta")), "so the file was edited"),
        (edited(lambda body: body["calls"].clear()), "so the file was edited"),
        (edited(lambda body: body.update(more=1)), "more: Extra inputs are not permitted"),
        (edited(lambda body: body["calls"][0].update(why="x")), "calls.0.why: Extra inputs are not permitted"),
        (edited(lambda body: body["calls"][0].pop("after")), "calls.0.after: Field required"),
        (edited(lambda body: body["calls"][0].update(after="a" * 64)), "nothing changed"),
        (edited(lambda body: body.update(date="yesterday")), "date: Invalid isoformat string"),
        (edited(lambda body: body.update(date="2025-12-31")), "was recorded on 2026-01-01, after 2025-12-31"),
        (edited(lambda body: body["calls"].append(body["calls"][0])), "one stands there twice"),
        ("{", "Invalid JSON"),
        ("\x00", "Invalid JSON"),
        ("[" * 100_000, "Invalid JSON"),
    ],
)
def test_a_file_that_holds_no_findings_is_one_clear_error(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / FILE
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError, match=words) as error:
        read_drift(path)
    assert str(error.value).startswith(f"{path}: ") and "\n" not in str(error.value)


def test_the_command_refuses_what_it_cannot_use(
    made: Versions, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["release", "--profile", "smoke", "--out", str(tmp_path / "out"), "--store", str(tmp_path / "a.duckdb")]
    assert main([*command, "--drift", str(tmp_path / "none.json")]) == 2
    assert "none.json: No such file or directory" in capsys.readouterr().err
    assert main([*command, "--drift", str(made.folder / FILE)]) == 2
    assert "--drift: it says what is retired of the version before" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_drift_tells_which_answers_changed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with Islands.open() as service:
        specs = live_specs(tmp_path / "specs", service.port)
        command = ("--specs", str(specs), "--settings", str(settings_file(tmp_path / "live.toml")))
        assert main(["tools", "list", "--specs", str(specs)]) == 0
        assert f"unverified: {PROVIDER}: never called: run: dive-builder tools check --live" in capsys.readouterr().out
        assert main(["tools", "check", str(specs), "--live", *command[2:]]) == 0
        out = capsys.readouterr().out
        assert "recorded/_responses.jsonl" in out and out.endswith("1 live tools work\n")
        assert main(["tools", "record", str(specs)]) == 0
        assert main(["tools", "check", str(specs)]) == 0, capsys.readouterr().out
        assert main(["tools", "drift", *command]) == 0
        assert capsys.readouterr().out.endswith("3 calls: 0 changed, 0 not asked\n")
        service.known["Crete"]["people"] += 1
        assert main(["tools", "drift", *command]) == 1
        out = capsys.readouterr().out
        assert f"changed: {TOOL} {{'island': 'Crete'}}" in out and "people: recorded on" in out
        assert main(["tools", "try", TOOL, "--arg", "island=Crete", "--live", *command]) == 0
        assert json.loads(capsys.readouterr().out)["people"] == service.known["Crete"]["people"]
    assert main(["tools", "drift", *command]) == 3
    assert "3 calls: 0 changed, 3 not asked" in capsys.readouterr().out

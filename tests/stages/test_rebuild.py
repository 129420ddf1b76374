"""A release from its manifest alone: the same bytes, or an error before anything is drawn that says what differs."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from builder.cli import main
from builder.errors import ReleaseError
from builder.hub.manifest import FILE, manifest_text, read_manifest
from builder.records.releases import Manifest
from builder.stages.making import make_release
from builder.stages.rebuild import manifest_at, rebuild, require_parent, settings_of
from builder.stages.session import Session
from builder.testing.small_recipe import small_recipe, tiny_pool
from tests.hub.test_decontaminate import deny
from tests.stages.small_run import settings

SIZES = {"select.sft": 8, "select.rl": 4, "select.rl_test_unseen_toolset": 0, "select.rl_test_unseen_tool": 0}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made")
    options = settings(folder / "cache", 1).replace(SIZES)
    with Session(options, folder / "a.duckdb", recipe=small_recipe()) as session:
        make_release(session, folder / "release")
    return folder / "release"


@contextmanager
def session(folder: Path, manifest: Manifest, **machine: Any) -> Iterator[Session]:
    """A session for a rebuild; `machine` in dotted keys with `__`."""
    here = {"pool.specs": str(tiny_pool()), "pool.cache": str(folder / "cache"), "engine.workers": 1}
    here |= {key.replace("__", "."): value for key, value in machine.items()}
    with Session(settings_of(manifest, here), folder / "b.duckdb", recipe=small_recipe()) as opened:
        yield opened


def test_the_same_bytes_come_with_other_workers(made: Path, tmp_path: Path) -> None:
    manifest = manifest_at(made / FILE)
    with session(tmp_path, manifest, engine__workers=2) as opened:
        rebuild(opened, manifest, tmp_path / "again")
    names = sorted(path.relative_to(made) for path in made.rglob("*") if path.is_file())
    assert names and all((made / name).read_bytes() == (tmp_path / "again" / name).read_bytes() for name in names)


def test_a_file_that_comes_out_different_is_named(made: Path, tmp_path: Path) -> None:
    manifest = manifest_at(made)
    path = "rl/train-00000-of-00001.parquet"
    entry = manifest.files[path].model_copy(update={"sha256": "0" * 64})
    altered = manifest.model_copy(update={"files": {**manifest.files, path: entry, "more.txt": entry}})
    with (
        session(tmp_path, altered) as opened,
        pytest.raises(
            ReleaseError, match=r"not the release of the manifest: more.txt is missing; rl/train.* has other"
        ),
    ):
        rebuild(opened, altered, tmp_path / "again")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"builder": "0.0.9"}, r"dive-builder is .*, not 0.0.9"),
        ({"fingerprint": "v1-other"}, "rules of the recipe, or words of tool specs, are those of another commit"),
        ({"deny_lists": {"invented": "0"}}, "the deny list invented is another"),
    ],
)
def test_other_sources_are_refused_before_anything_is_drawn(
    made: Path, tmp_path: Path, change: dict[str, Any], words: str
) -> None:
    manifest = manifest_at(made).model_copy(update=change)
    with session(tmp_path, manifest) as opened:
        with pytest.raises(ReleaseError, match=rf"cannot rebuild dive-tools 1.0.0 here: {words}"):
            rebuild(opened, manifest, tmp_path / "again")
        assert opened.store.query("queue/drawn") == []
    assert not (tmp_path / "again").exists()


def test_another_tool_and_another_package_are_named(made: Path, tmp_path: Path) -> None:
    manifest = manifest_at(made)
    tool = "general.atlas.island_profile"
    entry = manifest.tools[tool].model_copy(update={"spec": "0"})
    lock = manifest.lock.model_copy(update={"packages": {**manifest.lock.packages, "duckdb": "0.1"}})
    altered = manifest.model_copy(update={"tools": {**manifest.tools, tool: entry}, "lock": lock})
    words = rf"tool {tool} has another spec digest; package duckdb is [\d.]+, not 0.1\. Check out the commit"
    with session(tmp_path, altered) as opened, pytest.raises(ReleaseError, match=words):
        rebuild(opened, altered, tmp_path / "again")


def test_a_deny_list_that_the_manifest_does_not_name_is_refused(made: Path, tmp_path: Path) -> None:
    deny(tmp_path / "deny")
    manifest = manifest_at(made)
    with (
        session(tmp_path, manifest, decontaminate__lists=str(tmp_path / "deny")) as opened,
        pytest.raises(ReleaseError, match="the deny list invented is another, or in one of both only"),
    ):
        rebuild(opened, manifest, tmp_path / "again")


def test_settings_of_another_version_are_named(made: Path) -> None:
    manifest = manifest_at(made)
    body = {**manifest.settings, "synthesize.old": 3}
    del body["run_seed"]
    with pytest.raises(ReleaseError, match=r"\(not here: synthesize.old\) \(not there: run_seed\): rebuild with that"):
        settings_of(manifest.model_copy(update={"settings": body}), {})


def test_a_version_with_a_parent_needs_that_very_parent(made: Path, tmp_path: Path) -> None:
    manifest = manifest_at(made)
    with pytest.raises(ReleaseError, match="was made without a previous release"):
        require_parent(manifest, made)
    options = settings(tmp_path / "cache", 1).replace(SIZES)
    with Session(options, tmp_path / "a.duckdb", recipe=small_recipe()) as opened:
        second = make_release(opened, tmp_path / "second", "1.0.1", made).manifest
    with pytest.raises(ReleaseError, match=r"was made on 1.0.0: name it with --previous"):
        require_parent(second, None)
    with session(tmp_path, second) as opened:
        rebuild(opened, second, tmp_path / "again", made)
    other = Path(shutil.copytree(made, tmp_path / "other"))
    there = read_manifest(other)
    path = "rl/train-00000-of-00001.parquet"
    entry = there.files[path].model_copy(update={"sha256": "0" * 64})
    text = manifest_text(there.model_copy(update={"files": {**there.files, path: entry}}))
    (other / FILE).write_text(text, encoding="utf-8")
    with pytest.raises(ReleaseError, match=r"is not the 1.0.0 that 1.0.1 was made on"):
        require_parent(second, other)


def test_what_the_manifest_decides_is_no_option(made: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["release", "--from-manifest", str(made / FILE), "--out", str(tmp_path / "again")]
    assert main([*words, "--profile", "smoke"]) == 2
    assert "--profile: with --from-manifest it is the manifest that says so" in capsys.readouterr().err
    assert main([*words[:2], str(tmp_path), *words[3:]]) == 1
    assert "holds no manifest.json" in capsys.readouterr().err

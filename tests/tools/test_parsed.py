"""What was parsed once is kept by the text of its file, and decides nothing."""

from __future__ import annotations

import json
import shutil
import tomllib
from pathlib import Path

import pytest

from builder.testing.small_recipe import tiny_pool
from builder.tools.checks import cross_check
from builder.tools.loading import SpecFiles
from builder.tools.parsed import ParsedFiles

TEXT = 'name = "Bali"\ncount = 3\nshare = 0.5\nlist = [1, 2]\n'


@pytest.fixture
def specs(tmp_path: Path) -> Path:
    return Path(shutil.copytree(tiny_pool(), tmp_path / "specs"))


def read(specs: Path, folder: Path | None = None) -> SpecFiles:
    files = SpecFiles(specs, folder)
    cross_check(files)
    assert files.problems == []
    return files


def kept(folder: Path) -> Path:
    (path,) = folder.glob("specs-*.json")
    return path


def test_kept_specs_equal_those_parsed_anew(specs: Path, tmp_path: Path) -> None:
    first = read(specs, tmp_path / "kept")
    written = kept(tmp_path / "kept").read_bytes()
    again, anew = read(specs, tmp_path / "kept"), read(specs)
    for files in (again, anew):
        assert (files.types, files.tools, files.providers) == (first.types, first.tools, first.providers)
    assert kept(tmp_path / "kept").read_bytes() == written


def test_what_is_kept_is_not_parsed(specs: Path, tmp_path: Path) -> None:
    first = ParsedFiles(tmp_path, specs)
    assert first.get("toml", TEXT, tomllib.loads)["count"] == 3
    first.save()
    path = kept(tmp_path)
    path.write_text(path.read_text(encoding="utf-8").replace('"count": 3', '"count": 4'), encoding="utf-8")
    assert ParsedFiles(tmp_path, specs).get("toml", TEXT, tomllib.loads)["count"] == 4


def test_an_edited_file_is_read_anew_and_its_old_text_forgotten(specs: Path, tmp_path: Path) -> None:
    read(specs, tmp_path / "kept")
    count = len(json.loads(kept(tmp_path / "kept").read_text(encoding="utf-8")))
    spec = specs / "general" / "atlas" / "divide.toml"
    spec.write_text(spec.read_text(encoding="utf-8").replace("Divide one number", "Split one number"), encoding="utf-8")
    files = read(specs, tmp_path / "kept")
    assert files.tools["general.atlas.divide"].description == "Split one number by another."
    assert len(json.loads(kept(tmp_path / "kept").read_text(encoding="utf-8"))) == count


def test_a_kept_file_that_cannot_be_read_is_made_anew(specs: Path, tmp_path: Path) -> None:
    read(specs, tmp_path / "kept")
    kept(tmp_path / "kept").write_text("{ no json", encoding="utf-8")
    read(specs, tmp_path / "kept")
    assert json.loads(kept(tmp_path / "kept").read_text(encoding="utf-8"))


def test_a_folder_that_cannot_be_made_costs_nothing_but_time(specs: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder", encoding="utf-8")
    read(specs, tmp_path / "file" / "kept")


def test_what_json_cannot_hold_is_not_kept(specs: Path, tmp_path: Path) -> None:
    parsed = ParsedFiles(tmp_path, specs)
    assert str(parsed.get("toml", "day = 2026-01-05\n", tomllib.loads)["day"]) == "2026-01-05"
    parsed.save()
    assert list(tmp_path.glob("*.json")) == []

"""A scaffold has every file a tool needs, overwrites nothing, and refuses a place that cannot work."""

from __future__ import annotations

import ast
import shutil
from pathlib import Path

import pytest

from builder.errors import SettingsError
from builder.testing.small_recipe import tiny_pool
from builder.tools.audit import audit
from builder.tools.scaffold import scaffold
from builder.tools.tables import TableCache


@pytest.fixture
def specs(tmp_path: Path) -> Path:
    return Path(shutil.copytree(tiny_pool(), tmp_path / "specs"))


@pytest.mark.parametrize("kind", ["function", "query"])
def test_a_new_provider_gets_all_its_files(specs: Path, kind: str) -> None:
    written = scaffold(specs, "medical/doses/daily_dose", kind)
    folder = specs / "medical" / "doses"
    assert set(written) == {folder / "daily_dose.toml", folder / "provider.toml", folder / "functions.py"}
    tree = ast.parse((folder / "functions.py").read_text(encoding="utf-8"))
    names = [node.name for node in tree.body if isinstance(node, ast.FunctionDef)]
    assert names == (["daily_dose"] if kind == "function" else ["entries_table"])
    # Its spec is TOML that says what is left to write, and nothing of the rest of the pool suffers.
    found = audit(specs, TableCache(specs.parent / "cache"), recorded=False).problems
    assert {problem.file for problem in found} <= {"medical/doses/daily_dose.toml", "medical/doses/provider.toml"}
    assert "description" in {problem.key for problem in found}
    assert not any("not TOML" in problem.problem for problem in found)


def test_a_live_tool_needs_no_functions(specs: Path) -> None:
    written = scaffold(specs, "medical/doses/daily_dose", "http")
    folder = specs / "medical" / "doses"
    assert set(written) == {folder / "daily_dose.toml", folder / "provider.toml"}
    found = audit(specs, TableCache(specs.parent / "cache"), recorded=False).problems
    assert {problem.file for problem in found} == {"medical/doses/daily_dose.toml", "medical/doses/provider.toml"}
    assert {"request.url", "hosts.0.name"} <= {problem.key for problem in found}
    assert not any("not TOML" in problem.problem for problem in found)


def test_a_program_needs_no_functions(specs: Path) -> None:
    written = scaffold(specs, "medical/doses/daily_dose", "code")
    folder = specs / "medical" / "doses"
    assert set(written) == {folder / "daily_dose.toml", folder / "provider.toml"}
    found = audit(specs, TableCache(specs.parent / "cache"), recorded=False).problems
    assert {problem.file for problem in found} == {"medical/doses/daily_dose.toml", "medical/doses/provider.toml"}
    assert not any("not TOML" in problem.problem or "code" in problem.key for problem in found)


def test_a_known_provider_keeps_what_it_has(specs: Path) -> None:
    before = (specs / "general" / "atlas" / "functions.py").read_text(encoding="utf-8")
    provider = (specs / "general" / "atlas" / "provider.toml").read_bytes()
    written = scaffold(specs, "general.atlas.island_distance")
    assert [path.name for path in written] == ["island_distance.toml", "functions.py"]
    after = (specs / "general" / "atlas" / "functions.py").read_text(encoding="utf-8")
    assert after.startswith(before)
    assert "def island_distance(" in after
    assert (specs / "general" / "atlas" / "provider.toml").read_bytes() == provider


@pytest.mark.parametrize(
    ("place", "says"),
    [
        ("general/atlas", "write DOMAIN/PROVIDER/NAME"),
        ("sports/atlas/scores", "sports is no domain"),
        ("general/atlas/Score", "Score is no name"),
        ("general/../escape", ".. is no name|write DOMAIN"),
        ("general/atlas/divide", "exists: choose another name"),
        ("medical/doses/divide", "the name divide is taken by"),
    ],
)
def test_a_place_that_cannot_work_is_refused(specs: Path, place: str, says: str) -> None:
    before = sorted(specs.rglob("*"))
    with pytest.raises(SettingsError, match=says):
        scaffold(specs, place)
    assert sorted(specs.rglob("*")) == before


def test_a_folder_that_holds_no_specs_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"has no types\.toml"):
        scaffold(tmp_path, "general/atlas/island_distance")

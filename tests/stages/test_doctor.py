"""The doctor finds what is wrong, with a remedy."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from builder.stages.doctor import examine
from builder.testing.small_recipe import tiny_pool


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DIVE_BUILDER_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def test_a_fit_machine_has_no_remedies() -> None:
    found = {finding.what: finding for finding in examine(tiny_pool())}
    assert list(found) == ["python", "packages", "tools", "cache", "disk"]
    assert found["tools"].found == "2 active"
    for what in ("python", "tools", "cache"):
        assert found[what].ok
        assert found[what].remedy == ""


def test_broken_specs_are_found(tmp_path: Path) -> None:
    specs = Path(shutil.copytree(tiny_pool(), tmp_path / "specs"))
    (specs / "general" / "atlas" / "divide.toml").write_text("no TOML", encoding="utf-8")
    tools = next(finding for finding in examine(specs) if finding.what == "tools")
    assert not tools.ok
    assert tools.found == "1 active, 1 broken"
    assert "tools check" in tools.remedy


def test_a_cache_that_cannot_be_written_is_found(cache: Path) -> None:
    # A file where the folder should be: true for every user, root as well.
    cache.write_text("", encoding="utf-8")
    finding = next(finding for finding in examine(tiny_pool()) if finding.what == "cache")
    assert not finding.ok
    assert "DIVE_BUILDER_CACHE" in finding.remedy

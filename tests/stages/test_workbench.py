"""The workbench: quarantined tools are out, and the digest sees everything that decides a row."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from builder.errors import SettingsError
from builder.settings import Settings
from builder.stages.workbench import open_pool, pool_digest
from builder.testing.small_recipe import DIVIDE, small_recipe, tiny_pool


def over(specs: Path, tmp_path: Path, *quarantine: str) -> Settings:
    changes = {
        "pool.specs": str(specs),
        "pool.cache": str(tmp_path / "cache"),
        "pool.quarantine": list(quarantine),
    }
    return Settings.profile("smoke").replace(changes)


def test_a_quarantined_tool_is_out_of_the_pool(tmp_path: Path) -> None:
    pool = open_pool(over(tiny_pool(), tmp_path, DIVIDE))
    assert DIVIDE not in pool.tools
    assert "divide" not in pool.by_name
    assert DIVIDE in open_pool(over(tiny_pool(), tmp_path)).tools


def test_a_quarantined_tool_that_does_not_exist_is_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"pool\.quarantine: .*did you mean general\.atlas\.divide\?"):
        open_pool(over(tiny_pool(), tmp_path, "general.atlas.divid"))


def test_the_digest_sees_words_code_data_and_recipe(tmp_path: Path) -> None:
    def digest_of(specs: Path) -> str:
        return pool_digest(open_pool(over(specs, tmp_path)), small_recipe())

    seen = {digest_of(tiny_pool())}
    for file, old, new in (
        ("general/atlas/divide.toml", "The quotient", "The result of the division"),
        ("types.toml", "An island by", "An isle by"),
        ("general/atlas/functions.py", "39600", "39601"),
    ):
        specs = tmp_path / f"specs{len(seen)}"
        shutil.copytree(tiny_pool(), specs)
        text = (specs / file).read_text(encoding="utf-8")
        assert old in text
        (specs / file).write_text(text.replace(old, new, 1), encoding="utf-8")
        seen.add(digest_of(specs))
    pool = open_pool(over(tiny_pool(), tmp_path))
    seen.add(pool_digest(pool, replace(small_recipe(), sources=("recipe",))))
    assert len(seen) == 5


def test_a_copy_elsewhere_has_the_same_digest(tmp_path: Path) -> None:
    shutil.copytree(tiny_pool(), tmp_path / "elsewhere")
    digests = {
        pool_digest(open_pool(over(specs, tmp_path)), small_recipe()) for specs in (tiny_pool(), tmp_path / "elsewhere")
    }
    assert len(digests) == 1

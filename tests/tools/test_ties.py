"""What ties tools together, and what makes two of them near-clones."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from builder.errors import BuilderError
from builder.testing.small_recipe import tiny_pool
from builder.tools.clones import clones
from builder.tools.executor import Executor
from builder.tools.pool import ToolPool
from builder.tools.tables import TableCache
from builder.tools.ties import Tie, find_tool, ties

NEIGHBOUR = """
description = "The next island in the alphabet."
kind = "query"
role = "retrieval"
sql = "SELECT min(name) AS next_island FROM islands WHERE name > $island"
[parameters.island]
type = "island"
description = "English name of the island"
[returns.next_island]
type = "island"
description = "English name"
[[examples]]
arguments = { island = "Bali" }
[[examples]]
arguments = { island = "Crete" }
"""


@pytest.fixture
def specs(tmp_path: Path) -> Path:
    return Path(shutil.copytree(tiny_pool(), tmp_path / "specs"))


def pool_of(specs: Path) -> ToolPool:
    return ToolPool(specs, TableCache(specs.parent / "cache"))


def test_entities_tie_tools_and_numbers_do_not(specs: Path) -> None:
    # `divide` takes and gives quotients: numbers join nothing by themselves.
    assert ties(pool_of(specs)) == []
    (specs / "general" / "atlas" / "next_island.toml").write_text(NEIGHBOUR, encoding="utf-8")
    atlas = "general.atlas"
    (tie,) = ties(pool_of(specs))
    assert tie == Tie(f"{atlas}.next_island", "next_island", f"{atlas}.island_profile", "island", "island")
    assert not tie.crosses


def test_a_tool_under_another_name_is_a_clone(specs: Path) -> None:
    folder = specs / "general" / "atlas"
    shutil.copy(folder / "island_profile.toml", folder / "facts_of_place.toml")
    (folder / "next_island.toml").write_text(NEIGHBOUR, encoding="utf-8")
    executor = Executor(pool_of(specs))
    (clone,) = clones(executor, frozenset({"general.atlas.facts_of_place"}))
    assert clone.other == "general.atlas.island_profile"
    assert (clone.schema, clone.output) == (1.0, 1.0)
    assert clone.name < 0.5
    # One that takes the same and says something else is none.
    assert clones(executor, frozenset({"general.atlas.next_island"})) == []


def test_a_name_that_is_nearly_another_is_told(specs: Path) -> None:
    (specs / "general" / "atlas" / "island_profiles.toml").write_text(NEIGHBOUR, encoding="utf-8")
    (clone,) = clones(Executor(pool_of(specs)), frozenset({"general.atlas.island_profiles"}))
    assert clone.name > 0.9
    assert clone.output == 0


def test_a_tool_is_found_by_id_or_name(specs: Path) -> None:
    pool = pool_of(specs)
    assert find_tool(pool, "divide") is find_tool(pool, "general.atlas.divide")
    with pytest.raises(BuilderError, match="did you mean island_profile"):
        find_tool(pool, "island_profil")

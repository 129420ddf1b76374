"""What ties tools together, and what makes two of them near-clones."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from builder.errors import BuilderError
from builder.records.tools import SemanticType, TypeKind
from builder.testing.small_recipe import tiny_pool
from builder.tools.clones import clones
from builder.tools.executor import Executor
from builder.tools.pool import ToolPool
from builder.tools.tables import TableCache
from builder.tools.ties import Fabric, Tie, fabric, find_tool, ties

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


CROWDING = """
description = "People on a square kilometre."
kind = "query"
role = "processing"
sql = "SELECT $people / $area AS density"
[parameters.people]
type = "inhabitants"
description = "People"
[parameters.area]
type = "quotient"
description = "Square kilometres"
[returns.density]
type = "quotient"
description = "People on a square kilometre"
[[examples]]
arguments = { people = 900, area = 30 }
[[examples]]
arguments = { people = 800, area = 10 }
"""


@pytest.fixture
def specs(tmp_path: Path) -> Path:
    return Path(shutil.copytree(tiny_pool(), tmp_path / "specs"))


def pool_of(specs: Path) -> ToolPool:
    return ToolPool(specs, TableCache(specs.parent / "cache"))


def test_entities_tie_tools_and_numbers_do_not(specs: Path) -> None:
    # `divide` takes and gives quotients: plain numbers tie nothing by themselves.
    assert ties(pool_of(specs)) == []
    (specs / "general" / "atlas" / "next_island.toml").write_text(NEIGHBOUR, encoding="utf-8")
    atlas = "general.atlas"
    (tie,) = ties(pool_of(specs))
    assert tie == Tie(f"{atlas}.next_island", "next_island", f"{atlas}.island_profile", "island", "island")
    assert not tie.crosses


def test_a_quantity_that_says_what_it_is_about_ties_tools_and_a_generic_one_does_not(specs: Path) -> None:
    atlas = "general.atlas"
    folder = specs / "medical" / "atlas"
    folder.mkdir(parents=True)
    (folder / "provider.toml").write_text((specs / "general/atlas/provider.toml").read_text(encoding="utf-8"))
    (folder / "functions.py").write_text((specs / "general/atlas/functions.py").read_text(encoding="utf-8"))
    (folder / "crowding.toml").write_text(CROWDING, encoding="utf-8")
    found = fabric(pool_of(specs))
    # The profile's people feed it; the quotients that pass between it and `divide` do not count.
    assert found == Fabric(
        tools=3,
        pairs=1,
        crossing=1,
        apart=(f"{atlas}.divide",),
        generic_only=(f"{atlas}.divide",),
        domains={"general -> medical": 1},
    )
    types = specs / "types.toml"
    types.write_text(types.read_text(encoding="utf-8").replace("generic = true", "generic = false"), encoding="utf-8")
    assert fabric(pool_of(specs)).pairs == 3


@pytest.mark.parametrize(
    ("kind", "said", "generic"),
    [("quantity", None, False), ("date", None, True), ("option", None, True), ("date", False, False)],
)
def test_dates_flags_and_options_are_generic_unless_they_say_otherwise(
    kind: TypeKind, said: bool | None, generic: bool
) -> None:
    made = SemanticType(
        name="x", kind=kind, description="x", noun="x", plural="xs", schema={"type": "string"}, generic=said
    )
    assert made.is_generic is generic


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

"""Drawn arguments are those of the declarations: listed values, rows that exist, ranges, and what examples share."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from builder.errors import BuilderError
from builder.identity import random_stream
from builder.records.tools import Call
from builder.testing.small_recipe import tiny_pool
from builder.tools.arguments import ArgumentSource
from builder.tools.executor import Executor
from builder.tools.pool import ToolPool
from builder.tools.tables import TableCache

DRAWS = 200

VOYAGE = """
description = "A voyage between two islands."
kind = "query"
role = "retrieval"
sql = "SELECT people FROM islands WHERE name = $island AND people = $people AND $last >= $first AND $crew > 0"
[parameters.island]
type = "island"
description = "Where it starts"
coverage = { table = "general.atlas.islands", column = "name" }
[parameters.people]
type = "inhabitants"
description = "Who live there"
coverage = { table = "general.atlas.islands", column = "people" }
[parameters.first]
type = "area_km2"
description = "Less"
maximum = 500
[parameters.last]
type = "area_km2"
description = "More"
[parameters.crew]
type = "inhabitants"
description = "Sailors"
minimum = 2
maximum = 9000
[parameters.legs]
type = "quotient"
description = "Change on each leg"
many = true
[parameters.pilot]
type = "island"
description = "Home of the pilot"
required = false
[returns.people]
type = "inhabitants"
description = "People"
[[examples]]
arguments = { island = "Gozo", people = 39300, first = 10.5, last = 20, crew = 12, legs = [-1.5, 2.5] }
[[examples]]
arguments = { island = "Gozo", people = 39300, first = 1, last = 4, crew = 30, legs = [-2.5, 0.5, 1] }
"""


def source(tmp_path: Path, spec: str = VOYAGE) -> ArgumentSource:
    specs = Path(shutil.copytree(tiny_pool(), tmp_path / "specs"))
    (specs / "general" / "atlas" / "voyage.toml").write_text(spec, encoding="utf-8")
    return ArgumentSource(ToolPool(specs, TableCache(tmp_path / "cache")))


def drawn(source: ArgumentSource) -> list[dict[str, Any]]:
    spec = source.pool.tools["general.atlas.voyage"]
    return [source.draw(spec, random_stream(1, number)) for number in range(DRAWS)]


def test_the_same_stream_draws_the_same(tmp_path: Path) -> None:
    found = source(tmp_path)
    assert drawn(found) == drawn(found)
    assert len({str(arguments) for arguments in drawn(found)}) > DRAWS / 2


def test_columns_of_one_table_come_from_one_row(tmp_path: Path) -> None:
    found = source(tmp_path)
    rows = found.pool.runtime("general.atlas").connection.execute("SELECT name, people FROM islands").fetchall()
    pairs = {(arguments["island"], arguments["people"]) for arguments in drawn(found)}
    assert pairs == set(rows)


def test_quantities_stay_in_range_in_order_and_whole(tmp_path: Path) -> None:
    calls = drawn(source(tmp_path))
    assert all(0 <= arguments["first"] <= 500 for arguments in calls)
    assert all(arguments["first"] <= arguments["last"] for arguments in calls)
    assert all(isinstance(arguments["crew"], int) and 2 <= arguments["crew"] <= 9000 for arguments in calls)
    near = [arguments for arguments in calls if 9 <= arguments["crew"] <= 39]
    # Most stay near an example, and some go elsewhere in the range.
    assert DRAWS / 2 < len(near) < DRAWS


def test_lists_keep_signs_and_lengths_near_those_of_the_examples(tmp_path: Path) -> None:
    for arguments in drawn(source(tmp_path)):
        assert 2 <= len(arguments["legs"]) <= 4
        assert arguments["legs"][0] < 0 < arguments["legs"][-1]


def test_an_optional_parameter_is_drawn_now_and_then(tmp_path: Path) -> None:
    given = sum("pilot" in arguments for arguments in drawn(source(tmp_path)))
    assert 0 < given < DRAWS / 4


def test_drawn_calls_run(tmp_path: Path) -> None:
    found = source(tmp_path)
    executor = Executor(found.pool)
    for tool in ("general.atlas.island_profile", "general.atlas.divide"):
        for number in range(20):
            assert executor.execute(Call(tool, found.draw(found.pool.tools[tool], random_stream(2, number)))).ok


def test_a_parameter_that_nothing_describes_is_named(tmp_path: Path) -> None:
    spec = VOYAGE.replace('[parameters.pilot]\ntype = "island"', '[parameters.pilot]\ntype = "log"')
    specs = tmp_path / "specs"
    shutil.copytree(tiny_pool(), specs)
    types = specs / "types.toml"
    text = '[log]\nkind = "text"\ndescription = "x"\nnoun = "x"\nplural = "x"\nschema = { type = "string" }\n'
    types.write_text(types.read_text(encoding="utf-8") + text, encoding="utf-8")
    (specs / "general" / "atlas" / "voyage.toml").write_text(spec, encoding="utf-8")
    with pytest.raises(BuilderError, match=r"general\.atlas\.voyage\.pilot: nothing says how to draw it"):
        drawn(ArgumentSource(ToolPool(specs, TableCache(tmp_path / "cache"))))

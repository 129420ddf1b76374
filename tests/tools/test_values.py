"""Values that entity types list, and those that may seed a task."""

from __future__ import annotations

import shutil
from pathlib import Path

from builder.testing.small_recipe import tiny_pool
from builder.tools.pool import ToolPool
from builder.tools.tables import TableCache
from builder.tools.values import ValueCount, by_domain, value_counts


def test_what_may_seed_is_counted_apart_from_what_is_listed(tmp_path: Path) -> None:
    specs = Path(shutil.copytree(tiny_pool(), tmp_path / "specs"))
    types = specs / "types.toml"
    text = types.read_text(encoding="utf-8").replace('value = "name"\n', 'value = "name"\nwhere = "name > \'C\'"\n', 1)
    types.write_text(text, encoding="utf-8")
    pool = ToolPool(specs, TableCache(tmp_path / "cache"))
    names = list(pool.entities("island"))
    late = [name for name in names if name > "C"]
    assert 0 < len(late) < len(names)
    counts = value_counts(pool)
    assert counts == [ValueCount("island", "general", len(names), len(late))]
    assert by_domain(counts) == [ValueCount("*", "general", len(names), len(late))]

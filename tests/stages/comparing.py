"""The small finished store with its settings, for tests of the stages that compare all records."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from builder.settings import Settings
from builder.store import Store
from builder.testing.small_recipe import tiny_pool
from builder.testing.small_store import small_store
from tests.releases import tiny_executor


@dataclass(frozen=True)
class Small:
    store: Store
    settings: Settings

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        return self.store.connection.execute(query).fetchall()


def small(folder: Path, **select: int) -> Small:
    """16 tasks from 8 islands, each with a direct attempt and one with a slip; `select` sets sizes of splits."""
    changes = {"pool.specs": str(tiny_pool()), "pool.cache": str(folder / "cache")}
    sizes = {"rl_test_unseen_toolset": 0, "rl_test_unseen_tool": 0} | select
    settings = Settings.profile("smoke").replace({**changes, **{f"select.{name}": n for name, n in sizes.items()}})
    return Small(small_store(folder / "dive.duckdb", tiny_executor(folder / "cache")), settings)

"""A pool, an executor and a release of the small store, for tests of releases."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from builder.recipe import derivation, verdicts
from builder.settings import Settings
from builder.stages.release import release
from builder.stages.replaying import LocalBench
from builder.testing.small_recipe import small_recipe, tiny_pool
from builder.testing.small_store import small_store
from builder.tools.executor import Executor
from builder.tools.pool import ToolPool
from builder.tools.tables import TableCache

SETTINGS = Settings.profile("smoke")


def tiny_executor(cache: Path) -> Executor:
    return Executor(ToolPool(tiny_pool(), TableCache(cache)))


def bench(executor: Executor) -> LocalBench:
    """The real replay and verdicts over the small store's tasks."""
    recipe = dataclasses.replace(small_recipe(), replay=derivation.replay, judge=verdicts.judge)
    return LocalBench(recipe, executor)


def build(folder: Path, executor: Executor) -> Path:
    """A store and its release under `folder`; the release's folder."""
    with small_store(folder / "dive.duckdb", executor) as store:
        release(store, executor.pool, SETTINGS, folder / "release")
    return folder / "release"

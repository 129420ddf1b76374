"""A small run whose roles a scripted model plays: the tiny pool, its tasks, a server on loopback.

python -m tests.stages.model_run STORE URL      (a run that another process may kill)
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb

from builder.recipe import verdicts
from builder.records.tasks import Draw, Task
from builder.settings import Settings
from builder.stages.run import run_session
from builder.stages.session import Session
from builder.stages.workbench import Recipe
from builder.store import Store
from builder.testing.makers import GoodMaker
from builder.testing.players import GoodModel
from builder.testing.scripted import MODEL, Action
from builder.testing.small_recipe import small_recipe, tiny_pool
from builder.tools.executor import Executor
from builder.tools.pool import ToolPool
from builder.tools.tables import TableCache
from tests.stages.small_run import settings as small_settings

Script = Callable[[dict[str, Any]], Action]


def recipe() -> Recipe:
    """The small recipe with the real judge: its own takes an answer wherever it stands."""
    return replace(small_recipe(), judge=verdicts.judge)


def settings(folder: Path, url: str, **changes: Any) -> Settings:
    """One wave of 18 draws; the model words and solves, two samples a task."""
    return small_settings(folder / "cache", 1).replace(
        {
            "synthesize.waves": 1,
            "synthesize.draws_per_wave": 18,
            "model.max_tokens": 256,
            "model.name": MODEL,
            "model.endpoints": [url],
            "model.in_flight": 8,
            "model.tries": 2,
            "model.deadline": 5.0,
            "word.worder": "model",
            "solve.solver": "model",
            "solve.samples": 2,
            **changes,
        }
    )


def run_models(store: Path, url: str, **changes: Any) -> None:
    """Through the stages of single records."""
    with Session(settings(store.parent, url, **changes), store, recipe=recipe()) as session:
        run_session(session, "solve")


def prepare(folder: Path, **changes: Any) -> Path:
    """A store with verified tasks, made by rules. Its settings are those of the later run; no server is asked yet."""
    store = folder / "s.duckdb"
    with Session(settings(folder, "http://127.0.0.1:9/v1", **changes), store, recipe=recipe()) as session:
        run_session(session, "verify")
    return store


def good_model(store: Path) -> GoodModel:
    """A script that knows the tasks of a store."""
    pool = ToolPool(tiny_pool(), TableCache(store.parent / "cache"))
    with Store.read(store) as opened:
        return GoodModel(list(opened.tasks()), pool, Executor(pool))


def good_maker(store: Path) -> GoodMaker:
    """A script that knows what the rules made of the draws of a store."""
    pool = ToolPool(tiny_pool(), TableCache(store.parent / "cache"))
    known = [
        (Draw.model_validate_json(draw), Task.model_validate_json(task))
        for draw, task in rows(store, "SELECT draws.body, tasks.body FROM tasks JOIN draws ON draws.id = tasks.draw")
    ]
    return GoodMaker(known, pool, Executor(pool))


def rows(store: Path, query: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(store), read_only=True) as connection:
        return connection.execute(query).fetchall()


if __name__ == "__main__":
    run_models(Path(sys.argv[1]), sys.argv[2])

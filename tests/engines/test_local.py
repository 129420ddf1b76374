"""Workers as processes: rows come back in order, and every way to fail ends in one clear message.

The work is made of the standard library's functions, because a worker must import it by name.
"""

from __future__ import annotations

import asyncio
import operator
import os
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from builder.engines import Item, LocalEngine
from builder.errors import BuilderError, ToolDefect
from builder.settings import Settings
from builder.stages.workbench import open_pool

STATE: dict[str, Any] = {name: {"draws": [{"id": name}]} for name in "abcdef"}


@pytest.fixture(scope="module")
def engine() -> Iterator[LocalEngine]:
    engine = LocalEngine(partial(dict, STATE), workers=1)
    yield engine
    engine.close()


def shard(*names: str) -> tuple[Item, ...]:
    return tuple(Item(f"rec_{name}", name) for name in names)


def test_rows_come_back_in_the_order_of_the_shard(engine: LocalEngine) -> None:
    async def two() -> list[Any]:
        return await asyncio.gather(
            engine.run(operator.getitem, shard("b", "a")), engine.run(operator.getitem, shard("f"))
        )

    assert asyncio.run(two()) == [[STATE["b"], STATE["a"]], [STATE["f"]]]


def test_a_bug_names_its_record_and_shows_where(engine: LocalEngine) -> None:
    with pytest.raises(BuilderError, match="bug stopped the work on rec_z") as caught:
        asyncio.run(engine.run(operator.getitem, shard("a", "z")))
    assert "KeyError: 'z'" in str(caught.value)


def test_numeric_libraries_get_one_thread() -> None:
    engine = LocalEngine(partial(str, "OMP_NUM_THREADS"), workers=1)
    try:
        # The library's function, with what was set up as its first argument.
        assert asyncio.run(engine.run(os.getenv, shard("unset"))) == ["1"]  # type: ignore[arg-type]
    finally:
        engine.close()


def test_a_worker_that_dies_stops_the_run_and_says_where() -> None:
    engine = LocalEngine(os.getpid, workers=1)
    deadly = (Item("rec_heavy", 9),)  # type: ignore[arg-type]
    try:
        with pytest.raises(BuilderError, match="a worker process died near rec_heavy"):
            asyncio.run(engine.run(os.kill, deadly))  # type: ignore[arg-type]
    finally:
        engine.kill()


def test_a_set_up_that_fails_says_why(tmp_path: Path) -> None:
    settings = Settings.profile("smoke").replace({"pool.specs": str(tmp_path)})
    engine = LocalEngine(partial(open_pool, settings), workers=1)
    try:
        with pytest.raises(BuilderError, match=r"types\.toml: -: not found") as caught:
            asyncio.run(engine.run(operator.getitem, shard("a")))
    finally:
        engine.close()
    assert "Traceback" not in str(caught.value)


def test_a_tools_defect_stays_one_on_its_way() -> None:
    from builder.engines.base import Failure, work_on

    def broken(state: Any, body: str) -> Any:
        raise ToolDefect("timeout", "general.x.y took more than 20 s.")

    failure = work_on(None, broken, shard("a"))
    assert isinstance(failure, Failure)
    error = failure.error()
    assert isinstance(error, ToolDefect)
    assert error.kind == "timeout"
    assert str(error).startswith("general.x.y took more than 20 s. (while working on rec_a; mend the tool")
    assert "pool.quarantine" in str(error)

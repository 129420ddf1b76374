"""The runner commits in order whatever the workers do, holds back a bounded number, and tells one error."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from builder.engines import Shard
from builder.errors import BuilderError, Interrupted, StoreError, ToolDefect
from builder.settings import Settings
from builder.stages.outcomes import outcome
from builder.stages.progress import Events, Progress
from builder.stages.runner import WINDOW_PER_WORKER, Job, first_error, run_job

SIZE, SHARDS = 2, 40


class StandInEngine:
    """Works on shards by a function of their number, in this process."""

    def __init__(self, workers: int, work: Callable[[int], Any]) -> None:
        self.workers = workers
        self.begun: list[int] = []
        self._work = work

    async def run(self, work: Any, shard: Shard) -> list[Any]:
        number = int(shard[0].id) // SIZE
        self.begun.append(number)
        await self._work(number)
        return [{"outcomes": [outcome("verify", item.id, "f1")]} for item in shard]


class StandInStore:
    """Remembers the records of each batch."""

    path = Path("stand-in")

    def __init__(self, fail_at: int = -1) -> None:
        self.batches: list[list[str]] = []
        self._fail_at = fail_at

    def bodies(self, table: str, ids: list[str]) -> list[tuple[str, str]]:
        return [(identity, json.dumps(identity)) for identity in ids]

    def submit(self, rows: dict[str, list[Any]]) -> Future[None]:
        future: Future[None] = Future()
        if len(self.batches) == self._fail_at:
            future.set_exception(StoreError("the disk is full"))
        else:
            self.batches.append([row["record"] for row in rows["outcomes"]])
            future.set_result(None)
        return future


@pytest.fixture
def over(tmp_path: Path) -> Iterator[Callable[..., Progress]]:
    """Runs 40 shards of two over an engine and a store."""
    settings = Settings.profile("smoke").replace({"engine.shard_size": SIZE})

    def run(engine: StandInEngine, store: StandInStore) -> Progress:
        session: Any = SimpleNamespace(
            engine=engine,
            store=store,
            settings=settings,
            events=Events(tmp_path / "events"),
            interrupted=lambda: Interrupted("go on with: this"),
        )
        ids = [str(number) for number in range(SIZE * SHARDS)]
        return run_job(session, Job("verify", "tasks", lambda state, body: {}, ids))

    yield run


async def at_once(number: int) -> None:
    return None


def test_batches_are_committed_in_order_though_the_first_is_the_slowest(
    over: Callable[..., Progress],
) -> None:
    others = asyncio.Event()

    async def first_waits(number: int) -> None:
        if number == 0:
            await others.wait()
        elif number == 5:
            others.set()

    store = StandInStore()
    done = over(StandInEngine(2, first_waits), store)
    assert [record for batch in store.batches for record in batch] == [str(n) for n in range(SIZE * SHARDS)]
    assert (done.done, done.total, done.failed) == (80, 80, 0)


def test_a_slow_shard_holds_back_a_bounded_number(over: Callable[..., Progress]) -> None:
    workers = 3
    begun_while_stuck: list[int] = []

    async def first_is_stuck(number: int) -> None:
        if number == 0:
            # The others run as far as they may, then nothing more begins.
            before = -1
            while before != len(engine.begun):
                before = len(engine.begun)
                for _ in range(100):
                    await asyncio.sleep(0)
            begun_while_stuck.extend(engine.begun)

    engine = StandInEngine(workers, first_is_stuck)
    over(engine, StandInStore())
    assert len(begun_while_stuck) == WINDOW_PER_WORKER * workers
    assert len(engine.begun) == SHARDS


def test_a_defect_is_told_as_it_is(over: Callable[..., Progress]) -> None:
    async def third_breaks(number: int) -> None:
        if number == 3:
            raise ToolDefect("timeout", "general.x.y took too long")

    store = StandInStore()
    with pytest.raises(ToolDefect, match="took too long"):
        over(StandInEngine(2, third_breaks), store)
    # What came before it in order may be kept; nothing after it.
    assert store.batches == [[str(2 * n), str(2 * n + 1)] for n in range(len(store.batches))]
    assert len(store.batches) <= 3


def test_ours_is_told_before_any_other_error_of_the_same_moment() -> None:
    ours = BuilderError("a worker process died")
    assert first_error(ExceptionGroup("", [ValueError(), ExceptionGroup("", [OSError(), ours])])) is ours
    other = ValueError()
    assert first_error(ExceptionGroup("", [ExceptionGroup("", [other]), OSError()])) is other


def test_a_store_that_cannot_write_stops_the_work(over: Callable[..., Progress]) -> None:
    store = StandInStore(fail_at=4)
    engine = StandInEngine(2, at_once)
    with pytest.raises(StoreError, match="disk is full"):
        over(engine, store)
    assert len(store.batches) == 4
    assert len(engine.begun) < SHARDS


def test_no_records_need_no_workers(tmp_path: Path) -> None:
    # The stand-in has no engine at all: asking for one would fail.
    session: Any = SimpleNamespace(events=Events(tmp_path / "events"))
    assert run_job(session, Job("verify", "tasks", lambda state, body: {}, [])).total == 0

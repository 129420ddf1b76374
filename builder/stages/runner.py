"""The only concurrency inside a process: shards in, rows out, one writer.

    admit -> bounded queue -> one feeder per worker -> bounded queue -> commit, in the order of the records

Batches are committed in order though workers finish out of it. So what is in the store is always the
beginning of what a complete run holds, "the first one keeps it" means the same with one worker as with
a hundred, and a run that was killed goes on where the committed rows end.
"""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from builder.engines import Engine, Item, Shard
from builder.engines.base import Rows, Work
from builder.errors import BuilderError
from builder.stages.progress import Progress
from builder.stages.session import Session
from builder.store.tables import merge

WINDOW_PER_WORKER = 4
"""Shards admitted and not yet committed, per worker: a slow one holds back no more rows than this."""


@dataclass(frozen=True, slots=True)
class Job:
    """Records of one stage that wait for work."""

    stage: str
    table: str
    """Where the records' bodies are: `draws` or `tasks`."""
    work: Work
    ids: list[str]
    wave: int | None = None


def run_job(session: Session, job: Job) -> Progress:
    """Work on every record of the job and commit the rows. Raises Interrupted once a Ctrl-C has drained.

    Blocks until done; not for use inside a running event loop.
    """
    session.events.begin(Progress(job.stage, 0, len(job.ids), wave=job.wave))
    if not job.ids:
        return Progress(job.stage, 0, 0, wave=job.wave)
    try:
        return asyncio.run(_Run(session, job).run())
    except asyncio.CancelledError:
        raise session.interrupted() from None


class _Run:
    """One job under way."""

    def __init__(self, session: Session, job: Job) -> None:
        self.session = session
        self.job = job
        self.engine: Engine = session.engine
        workers = self.engine.workers
        self.admitted: asyncio.Queue[tuple[int, Shard] | None] = asyncio.Queue(workers)
        self.finished: asyncio.Queue[tuple[int, list[Rows]] | None] = asyncio.Queue(workers)
        self.window = asyncio.Semaphore(WINDOW_PER_WORKER * workers)
        self.stopping = False
        self.progress = Progress(job.stage, 0, len(job.ids), wave=job.wave)

    async def run(self) -> Progress:
        with on_signals(self._stop):
            try:
                async with asyncio.TaskGroup() as group:
                    group.create_task(self._admit())
                    for _ in range(self.engine.workers):
                        group.create_task(self._feed())
                    group.create_task(self._commit())
            except BaseExceptionGroup as errors:
                raise first_error(errors) from None
        if self.stopping:
            raise self.session.interrupted()
        return self.progress

    def _stop(self, task: asyncio.Task[Progress]) -> None:
        """First signal: admit nothing more and drain. Second: leave at once."""
        if self.stopping:
            task.cancel()
        self.stopping = True

    async def _admit(self) -> None:
        size = self.session.settings.engine.shard_size
        for number, start in enumerate(range(0, len(self.job.ids), size)):
            await self.window.acquire()
            if self.stopping:
                break
            # A read of milliseconds on the loop: the workers have their next shard in the queue meanwhile.
            bodies = self.session.store.bodies(self.job.table, self.job.ids[start : start + size])
            await self.admitted.put((number, tuple(Item(*body) for body in bodies)))
        for _ in range(self.engine.workers):
            await self.admitted.put(None)

    async def _feed(self) -> None:
        while (item := await self.admitted.get()) is not None:
            # Queued shards come after those in work, so dropping them leaves no gap in the order.
            if not self.stopping:
                number, shard = item
                await self.finished.put((number, await self.engine.run(self.job.work, shard)))
        await self.finished.put(None)

    async def _commit(self) -> None:
        feeders, expected = self.engine.workers, 0
        early: dict[int, list[Rows]] = {}
        while feeders:
            item = await self.finished.get()
            if item is None:
                feeders -= 1
                continue
            early[item[0]] = item[1]
            while expected in early:
                parts = early.pop(expected)
                rows = merge(parts)
                await asyncio.wrap_future(self.session.store.submit(rows))
                expected += 1
                self.window.release()
                self._count(len(parts), rows)

    def _count(self, records: int, rows: Rows) -> None:
        before = self.progress
        failed = sum(row["status"] == "failed" for row in rows.get("outcomes", []))
        self.progress = Progress(before.stage, before.done + records, before.total, before.failed + failed, before.wave)
        self.session.events.step(self.progress)


@contextmanager
def on_signals(stop: object) -> Iterator[None]:
    """Calls `stop(task)` on Ctrl-C or a polite kill. Only the main thread gets signals."""
    task, loop = asyncio.current_task(), asyncio.get_running_loop()
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    for number in before:
        loop.add_signal_handler(number, stop, task)  # type: ignore[arg-type]
    try:
        yield
    finally:
        for number, handler in before.items():
            loop.remove_signal_handler(number)
            signal.signal(number, handler)


def first_error(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """The error to tell: ours before any other, whichever task of the group it came from."""
    leaves: list[BaseException] = []
    stack: list[BaseException] = [group]
    while stack:
        error = stack.pop()
        if isinstance(error, BaseExceptionGroup):
            stack.extend(reversed(error.exceptions))
        else:
            leaves.append(error)
    return next((error for error in leaves if isinstance(error, BuilderError)), leaves[0])

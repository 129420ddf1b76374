"""Workers as processes of this machine.

Spawned, not forked: a fork would copy the parent's threads' locks and its open store. Each worker
sets itself up in a job, so a broken set-up comes back as a message and not as a dead pool.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
import threading
import traceback
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.connection import wait
from typing import Any

from builder.engines.base import Failure, Rows, Setup, Shard, Work, work_on
from builder.errors import BuilderError

_THREAD_VARIABLES = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "RAYON_NUM_THREADS",
)
"""Numeric libraries start a thread per core in each process unless told otherwise."""

_state: Any = None
"""What this worker process set up; stays None in the parent."""


class LocalEngine:
    """Runs shards in `workers` processes, one shard at a time each."""

    def __init__(self, setup: Setup, workers: int) -> None:
        """`setup` must pickle: a module's function, or a partial of one over plain data."""
        self.workers = workers
        self._setup = setup
        self._pool = ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn"), initializer=_begin)
        # They set themselves up while the parent plans. What goes wrong is told with the first shard.
        for _ in range(workers):
            self._submit(_set_up, setup)

    async def run(self, work: Work, shard: Shard) -> list[Rows]:
        try:
            found: list[Rows] | Failure = await asyncio.wrap_future(self._submit(_job, self._setup, work, shard))
        except BrokenProcessPool as error:
            records = f"{shard[0].id} to {shard[-1].id}" if shard else "an empty shard"
            raise BuilderError(
                f"a worker process died near {records} (killed, or out of memory). Everything acknowledged "
                "is in the store: run the same command again, with fewer --workers if memory is short."
            ) from error
        if isinstance(found, Failure):
            raise found.error()
        return found

    def _submit(self, job: Callable[..., Any], *values: Any) -> Future[Any]:
        # Ctrl-C reaches the whole process group, and only the parent decides what happens then. A worker
        # inherits the blocked signal from its first instruction; for the parent it waits these milliseconds.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            return self._pool.submit(job, *values)
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)

    def close(self) -> None:
        """Wait for the shards in work, then let the workers end."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    def kill(self) -> None:
        """End the workers without waiting for their shards."""
        # ProcessPoolExecutor has no public way before Python 3.14 (`kill_workers`).
        processes = list((getattr(self._pool, "_processes", None) or {}).values())
        for process in processes:
            process.kill()
        self._pool.shutdown(wait=True, cancel_futures=True)


def _begin() -> None:
    """Runs once in each worker before any heavy import."""
    for name in _THREAD_VARIABLES:
        os.environ[name] = "1"
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()


def _end_with(sentinel: int) -> None:
    """A worker whose parent was killed would wait for work for ever."""
    wait([sentinel])
    os._exit(1)


def _set_up(setup: Setup) -> Failure | None:
    """Make this worker ready, once."""
    global _state
    if _state is None:
        try:
            _state = setup()
        except BuilderError as error:
            return Failure("", str(error))
        except Exception:
            return Failure("", f"a worker could not start; please report it.\n{traceback.format_exc()}")
    return None


def _job(setup: Setup, work: Work, shard: Shard) -> list[Rows] | Failure:
    return _set_up(setup) or work_on(_state, work, shard)

"""The one writer: a thread that takes batches from a bounded queue and commits one transaction each."""

from __future__ import annotations

import queue
import threading
from concurrent.futures import Future
from pathlib import Path

import duckdb

from builder.errors import StoreError
from builder.store.failures import explained
from builder.store.tables import Rows, insert

QUEUE_LENGTH = 8
"""Batches that may wait. More would only hold memory: the writer is faster than the workers."""


class Writer:
    """Commits batches in the order of `submit`."""

    def __init__(self, cursor: duckdb.DuckDBPyConnection, path: Path) -> None:
        self._cursor = cursor
        self._path = path
        self._queue: queue.Queue[tuple[Rows, Future[None]] | None] = queue.Queue(QUEUE_LENGTH)
        self._closed = False
        self._thread = threading.Thread(target=self._work, name="store-writer", daemon=True)
        self._thread.start()

    def submit(self, rows: Rows) -> Future[None]:
        """The future is done when the batch is on disk, and fails with a StoreError when it is not."""
        if self._closed:
            raise StoreError(f"{self._path} is closed: open the store again.")
        future: Future[None] = Future()
        self._queue.put((rows, future))
        return future

    def close(self) -> None:
        """Commit what waits, then end the thread."""
        if not self._closed:
            self._closed = True
            self._queue.put(None)
            self._thread.join()
            self._cursor.close()

    def _work(self) -> None:
        while (item := self._queue.get()) is not None:
            rows, future = item
            # A caller that leaves at once takes back what is not begun; what is begun runs to its end.
            if not future.set_running_or_notify_cancel():
                continue
            try:
                self._commit(rows)
            except BaseException as error:
                future.set_exception(error)
            else:
                future.set_result(None)

    def _commit(self, rows: Rows) -> None:
        with explained(self._path):
            self._cursor.begin()
            try:
                insert(self._cursor, rows)
                self._cursor.commit()
            except BaseException:
                self._rollback()
                raise

    def _rollback(self) -> None:
        try:
            self._cursor.rollback()
        except duckdb.Error:
            # A failed commit has already rolled back; the first error is the one to tell.
            return

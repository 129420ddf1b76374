"""A server whose event loop runs in a thread of its own, so that code under test may block."""

from __future__ import annotations

import asyncio
import threading
from abc import ABC, abstractmethod
from types import TracebackType
from typing import Self

START_SECONDS = 20


class ThreadedServer(ABC):
    """Use as a context manager: it serves from entry to exit. What is under way at the end is cancelled."""

    _loop: asyncio.AbstractEventLoop | None = None
    _thread: threading.Thread | None = None

    @abstractmethod
    async def _start(self) -> None:
        """Listen. Runs in the server's event loop."""

    @abstractmethod
    async def _stop(self) -> None:
        """Listen no more."""

    def __enter__(self) -> Self:
        """Raises RuntimeError when the server does not listen in time."""
        ready = threading.Event()
        self._thread = threading.Thread(target=self._serve, args=(ready,), daemon=True)
        self._thread.start()
        if not ready.wait(START_SECONDS):
            raise RuntimeError(f"{type(self).__name__} did not start within {START_SECONDS} s")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._loop is not None and self._thread is not None
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(START_SECONDS)

    def _serve(self, ready: threading.Event) -> None:
        loop = self._loop = asyncio.new_event_loop()
        loop.run_until_complete(self._start())
        ready.set()
        loop.run_forever()
        loop.run_until_complete(self._stop())
        left = asyncio.all_tasks(loop)
        for task in left:
            task.cancel()
        if left:
            loop.run_until_complete(asyncio.wait(left))
        loop.close()

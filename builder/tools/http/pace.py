"""How fast a host is asked, over all workers of the machine; and when it is left alone.

The pace is a token bucket in its one-number form, the generic cell rate algorithm (ITU-T I.371): the time at which
the bucket is full again. Workers share that number in a file. The circuit breaker is one for each worker.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import struct
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Protocol

from builder.errors import ToolError
from builder.records.http import Host

FAILURES_TO_OPEN = 5
"""Failures in a row after which a host is left alone."""

COOLING_SECONDS = 30.0

_STATE = struct.Struct("<dd")


class Clock(Protocol):
    """Monotonic seconds that all processes of the machine share, and waiting."""

    def now(self) -> float: ...

    async def sleep(self, seconds: float) -> None: ...


class SystemClock:
    """The machine's own."""

    def now(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class Pace:
    """One host. `async with pace.turn() as waited:` around each request."""

    def __init__(self, host: Host, clock: Clock, file: Path | None = None) -> None:
        """`file` is shared with other workers; without one the pace is this process's alone."""
        self.host = host
        self._clock = clock
        self._file = file
        if file is not None:
            file.parent.mkdir(parents=True, exist_ok=True)
        self._handle: int | None = None
        self._full_at, self._rest_until = 0.0, 0.0
        self._slots = asyncio.Semaphore(host.in_flight)
        self._failures = 0
        self._closed_until = 0.0
        self._probing = False

    def close(self) -> None:
        """Let go of the shared file."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[float]:
        """A place among the requests under way, when the pace allows; gives the seconds waited for the pace.

        Raises ToolError `unavailable` while the circuit is open.
        """
        async with self._slots:
            probe = self._enter()
            try:
                yield await self._wait()
            finally:
                if probe:
                    self._probing = False

    def succeeded(self) -> None:
        self._failures = 0

    def failed(self) -> None:
        """The host could not be reached, or said that it is not well."""
        self._failures += 1
        if self._failures >= FAILURES_TO_OPEN:
            self._closed_until = self._clock.now() + COOLING_SECONDS

    def rest(self, seconds: float) -> None:
        """The host asked for a pause: no worker asks it before."""
        with self._shared() as state:
            state[1] = max(state[1], self._clock.now() + seconds)

    def _enter(self) -> bool:
        """Whether this request tries if the host is back, after the circuit was open."""
        if self._failures < FAILURES_TO_OPEN:
            return False
        left = self._closed_until - self._clock.now()
        if left > 0 or self._probing:
            raise ToolError(
                "unavailable", f"{self.host.name} failed {self._failures} times in a row and is left alone for a while"
            )
        self._probing = True
        return True

    async def _wait(self) -> float:
        wait = self._reserve()
        waited = 0.0
        while wait > 0:
            await self._clock.sleep(wait)
            waited += wait
            # Somebody may have been asked to pause meanwhile.
            wait = self._resting()
        return waited

    def _reserve(self) -> float:
        """Take the next free place of the pace; the seconds until then."""
        step = 1 / self.host.rate
        with self._shared() as state:
            now = self._clock.now()
            start = max(now, state[0] - (self.host.burst - 1) * step, state[1])
            state[0] = max(state[0], start) + step
        return start - now

    def _resting(self) -> float:
        with self._shared() as state:
            return state[1] - self._clock.now()

    def _shared(self) -> _Shared:
        return _Shared(self)


class _Shared:
    """The two numbers of a pace, held for a moment: when the bucket is full again, and until when the host rests."""

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self._state = [0.0, 0.0]

    def __enter__(self) -> list[float]:
        pace = self._pace
        if pace._file is None:
            self._state = [pace._full_at, pace._rest_until]
            return self._state
        if pace._handle is None:
            pace._handle = os.open(pace._file, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        fcntl.flock(pace._handle, fcntl.LOCK_EX)
        text = os.pread(pace._handle, _STATE.size, 0)
        self._state = list(_STATE.unpack(text)) if len(text) == _STATE.size else [0.0, 0.0]
        # Monotonic time starts anew with the machine: what lies far ahead is of an earlier start.
        now = pace._clock.now()
        self._state = [value if value - now < 3600 else 0.0 for value in self._state]
        return self._state

    def __exit__(self, *_: object) -> None:
        if self._pace._handle is None:
            self._pace._full_at, self._pace._rest_until = self._state
            return
        os.pwrite(self._pace._handle, _STATE.pack(*self._state), 0)
        fcntl.flock(self._pace._handle, fcntl.LOCK_UN)

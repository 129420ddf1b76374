"""Which endpoint gets the next request: the least busy of those that answer, within the limit of each."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from builder.errors import EndpointError
from builder.models.base import Clock

FAILURES_TO_OPEN = 5
"""Failures in a row after which an endpoint is left alone for a while."""

COOLING_SECONDS = 10.0


@dataclass(slots=True)
class Endpoint:
    """One server, and how it does. The circuit is open while `now < resting_until`."""

    url: str
    limit: int
    in_flight: int = 0
    failures: int = 0
    """In a row."""
    resting_until: float = 0.0
    failing_since: float | None = None
    last: str = ""
    """The last failure, in words."""

    @property
    def open(self) -> bool:
        return self.failures >= FAILURES_TO_OPEN

    def free(self, now: float) -> bool:
        # After the rest one request at a time tries whether the server is back.
        limit = 1 if self.open else self.limit
        return now >= self.resting_until and self.in_flight < limit

    def succeeded(self) -> None:
        self.failures, self.failing_since, self.resting_until = 0, None, 0.0

    def failed(self, now: float, message: str) -> None:
        self.failures += 1
        self.failing_since = now if self.failing_since is None else self.failing_since
        self.last = message
        if self.open:
            self.resting_until = now + COOLING_SECONDS

    def rest(self, until: float) -> None:
        """The server asked for a pause: nobody asks it before."""
        self.resting_until = max(self.resting_until, until)


class Balance:
    """Hands out endpoints; waiters are served in their order."""

    def __init__(self, endpoints: Sequence[Endpoint], clock: Clock, patience: float) -> None:
        """`patience`: seconds for which all endpoints may fail before the run stops."""
        self.endpoints = tuple(endpoints)
        self._clock = clock
        self._patience = patience
        self._waiting: deque[asyncio.Future[None]] = deque()

    @asynccontextmanager
    async def lease(self) -> AsyncIterator[Endpoint]:
        """An endpoint for one request. Raises EndpointError when all have failed for longer than the patience."""
        endpoint = await self._acquire()
        try:
            yield endpoint
        finally:
            endpoint.in_flight -= 1
            self._wake()

    async def _acquire(self) -> Endpoint:
        while True:
            now = self._clock.now()
            self._check(now)
            free = [endpoint for endpoint in self.endpoints if endpoint.free(now)]
            if free:
                # The first of equals: requests that share a prompt then tend to share a server's prefix cache.
                chosen = min(free, key=lambda endpoint: endpoint.in_flight)
                chosen.in_flight += 1
                return chosen
            await self._wait(now)

    async def _wait(self, now: float) -> None:
        """Until a request ends, or an endpoint's rest does."""
        rests = [endpoint.resting_until - now for endpoint in self.endpoints if endpoint.resting_until > now]
        rest = max(0.01, min(rests)) if rests else None
        if not any(endpoint.in_flight for endpoint in self.endpoints):
            await self._clock.sleep(rest or 0.01)
            return
        turn = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        alarm = asyncio.ensure_future(self._clock.sleep(rest)) if rest is not None else None
        try:
            await asyncio.wait({turn, alarm} if alarm is not None else {turn}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            if alarm is not None:
                alarm.cancel()
            if turn.done():
                # Whoever was called and cannot go passes the turn on.
                if (task := asyncio.current_task()) is not None and task.cancelling():
                    self._wake()
            else:
                turn.cancel()

    def _wake(self) -> None:
        """Call as many waiters as there is room for: an endpoint that is back has room for many at once."""
        room = max(1, sum(endpoint.limit - endpoint.in_flight for endpoint in self.endpoints if not endpoint.open))
        while self._waiting and room > 0:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                room -= 1

    def _check(self, now: float) -> None:
        since = [endpoint.failing_since for endpoint in self.endpoints]
        if all(time is not None and now - time > self._patience for time in since):
            told = "; ".join(f"{endpoint.url}: {endpoint.last}" for endpoint in self.endpoints)
            raise EndpointError(
                f"no endpoint of the model has answered for {self._patience:g} s ({told}). Everything paid for is in "
                "the store: start the server, or correct model.endpoints, and run the same command again."
            )

    @property
    def down(self) -> bool:
        """Whether no endpoint answers at present."""
        return all(endpoint.open for endpoint in self.endpoints)

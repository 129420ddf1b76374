"""Which endpoint gets the next request: the least busy of those that answer, within the limit of each."""

from __future__ import annotations

import asyncio
import math
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
    """Hands out endpoints; waiters are served in their order.

    A place that falls free goes to the first who waits, before anybody else can take it: whoever asks anew stands
    behind, so of many records at work the oldest end first, and a free place stays empty for no turn of the loop.
    """

    def __init__(self, endpoints: Sequence[Endpoint], clock: Clock, patience: float) -> None:
        """`patience`: seconds for which all endpoints may fail before the run stops."""
        self.endpoints = tuple(endpoints)
        self._clock = clock
        self._patience = patience
        self._waiting: deque[asyncio.Future[Endpoint]] = deque()
        self._alarm: asyncio.Task[None] | None = None
        self._rings = math.inf
        """When the alarm does."""

    @asynccontextmanager
    async def lease(self) -> AsyncIterator[Endpoint]:
        """An endpoint for one request. Raises EndpointError when all have failed for longer than the patience."""
        endpoint = await self._acquire()
        try:
            yield endpoint
        finally:
            self._release(endpoint)

    async def _acquire(self) -> Endpoint:
        turn: asyncio.Future[Endpoint] = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        self._hand_out()
        try:
            return await turn
        except asyncio.CancelledError:
            # It may have been called just before.
            if not turn.cancelled() and turn.exception() is None:
                self._release(turn.result())
            raise

    def _release(self, endpoint: Endpoint) -> None:
        endpoint.in_flight -= 1
        self._hand_out()

    def _hand_out(self) -> None:
        """Give every free place to whoever waits, and watch for the end of the next rest when some still do."""
        now = self._clock.now()
        down = self._given_up(now)
        while self._waiting:
            turn = self._waiting[0]
            if not turn.done():
                if down is not None:
                    turn.set_exception(EndpointError(down))
                elif (endpoint := self._free(now)) is not None:
                    endpoint.in_flight += 1
                    turn.set_result(endpoint)
                else:
                    break
            self._waiting.popleft()
        self._watch(now)

    def _free(self, now: float) -> Endpoint | None:
        free = [endpoint for endpoint in self.endpoints if endpoint.free(now)]
        # The first of equals: requests that share a prompt then tend to share a server's prefix cache.
        return min(free, key=lambda endpoint: endpoint.in_flight, default=None)

    def _watch(self, now: float) -> None:
        """A rest ends by itself, without a request that would call the next."""
        rests = [endpoint.resting_until for endpoint in self.endpoints if endpoint.resting_until > now]
        rings = min(rests) if self._waiting and rests else math.inf
        if rings == self._rings:
            return
        if self._alarm is not None:
            self._alarm.cancel()
        self._rings = rings
        self._alarm = None if rings == math.inf else asyncio.ensure_future(self._ring(max(0.01, rings - now)))

    async def _ring(self, seconds: float) -> None:
        await self._clock.sleep(seconds)
        self._alarm, self._rings = None, math.inf
        self._hand_out()

    def _given_up(self, now: float) -> str | None:
        """What to tell once every endpoint has failed for longer than the patience."""
        since = [endpoint.failing_since for endpoint in self.endpoints]
        if not all(time is not None and now - time > self._patience for time in since):
            return None
        told = "; ".join(f"{endpoint.url}: {endpoint.last}" for endpoint in self.endpoints)
        return (
            f"no endpoint of the model has answered for {self._patience:g} s ({told}). Everything paid for is in "
            "the store: start the server, or correct model.endpoints, and run the same command again."
        )

    @property
    def down(self) -> bool:
        """Whether no endpoint answers at present."""
        return all(endpoint.open for endpoint in self.endpoints)

"""Make a request again when that may do better, a few times and with pauses."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable
from dataclasses import replace

from builder.errors import ToolError
from builder.records.http import Received
from builder.tools.http.pace import Clock
from builder.waiting import delay


class Passing(Exception):
    """A try that may be made again."""

    def __init__(self, error: ToolError, after: float | None = None) -> None:
        super().__init__(error.message)
        self.error = error
        self.after = after
        """Seconds that the server asks to wait."""


async def tried(
    attempt: Callable[[list[float]], Awaitable[Received]], tries: int, clock: Clock, rng: random.Random
) -> Received:
    """The answer of the first attempt that gives one. `rng` decides the jitter of the waits.

    An attempt adds the seconds that it waited itself to the list that it is given. Raises what it raises, and the
    error of a Passing after the last try.
    """
    waits: list[float] = []
    for number in range(1, tries + 1):
        try:
            received = await attempt(waits)
        except Passing as failure:
            if number == tries:
                plural = "tries" if number > 1 else "try"
                raise ToolError(failure.error.kind, f"{failure.error.message} ({number} {plural})") from None
            wait = delay(number, failure.after, rng)
            waits.append(wait)
            await clock.sleep(wait)
            continue
        return replace(received, tries=number, waits=tuple(wait for wait in waits if wait > 0))
    raise AssertionError("a call has one try at least")

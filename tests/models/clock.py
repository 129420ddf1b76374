"""A clock whose waits take no time, and are written down."""

from __future__ import annotations

import asyncio


class QuickClock:
    """Sleeping moves the clock on at once."""

    def __init__(self) -> None:
        self.time = 0.0
        self.slept: list[float] = []

    def now(self) -> float:
        return self.time

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.time += seconds
        await asyncio.sleep(0)

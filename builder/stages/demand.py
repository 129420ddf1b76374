"""When the next record may begin: as soon as those under way no longer fill the endpoints."""

from __future__ import annotations

import asyncio


class Demand:
    """Conversations of all records that are under way or about to begin: what keeps the endpoints busy."""

    def __init__(self, enough: int) -> None:
        self.enough = enough
        self._found = 0
        self._fell = asyncio.Event()

    def rise(self, by: int = 1) -> None:
        self._found += by

    def fall(self, by: int = 1) -> None:
        self._found -= by
        self._fell.set()

    async def too_little(self) -> None:
        """Returns once fewer than enough are left."""
        while self._found >= self.enough:
            self._fell.clear()
            await self._fell.wait()

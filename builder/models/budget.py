"""A hard cap on tokens: a request is sent only when even its worst case fits."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from builder.errors import BudgetSpent
from builder.records.chat import ChatRequest

TOKENS_PER_MESSAGE = 16
"""Room for what a chat template adds around each message and tool."""


def worst_case(request: ChatRequest) -> int:
    """Tokens that a request can cost at most: a token stands for at least one byte of the prompt."""
    parts = len(request.messages) + len(request.tools) + 2
    shape = request.reply_schema.body if request.reply_schema is not None else {}
    text = json.dumps([request.messages, request.tools, shape], ensure_ascii=False)
    made = request.sampling.n * request.sampling.max_tokens
    return len(text.encode()) + TOKENS_PER_MESSAGE * parts + made


@dataclass(slots=True)
class Held:
    """What one request holds of the budget; `used` is what it cost in the end."""

    worst: int
    used: int = 0
    lost: int = 0
    """The part of `used` that went into tries without a reply."""


@dataclass(slots=True)
class Budget:
    """`limit` tokens in all, of which `used` are spent, earlier runs of the store included. None: no limit."""

    limit: int | None
    used: int = 0
    _held: int = 0
    _lost: int = 0
    _changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    @asynccontextmanager
    async def hold(self, request: ChatRequest) -> AsyncIterator[Held]:
        """Room for one request. Waits while requests under way may give some back; raises BudgetSpent when none can."""
        held = Held(worst_case(request) if self.limit is not None else 0)
        if self.limit is not None:
            await self._reserve(self.limit, held.worst)
        try:
            yield held
        finally:
            self.used += held.used
            self._lost -= held.lost
            if self.limit is not None:
                self._held -= held.worst
                async with self._changed:
                    self._changed.notify_all()

    def lose(self, held: Held, tokens: int) -> None:
        """A try broke off, and its like is sent again: it counts in full. Raises BudgetSpent when there is no room."""
        held.used += tokens
        held.lost += tokens
        self._lost += tokens
        if self.limit is not None and self.used + self._lost + self._held > self.limit:
            raise self._spent(self.limit, tokens)

    async def _reserve(self, limit: int, worst: int) -> None:
        async with self._changed:
            while self.used + self._lost + self._held + worst > limit:
                if self._held == 0:
                    raise self._spent(limit, worst)
                await self._changed.wait()
            self._held += worst

    def _spent(self, limit: int, worst: int) -> BudgetSpent:
        return BudgetSpent(
            f"the budget of {limit:,} tokens is spent: {self.used + self._lost:,} are used, and the next request may "
            f"take {worst:,}. Everything paid for is in the store; go on with a larger --budget."
        )

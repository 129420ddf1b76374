"""Hard caps on tokens, money and time: a request is sent only when even its worst case fits."""

from __future__ import annotations

import asyncio
import json
import math
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Protocol

from builder.errors import BudgetSpent
from builder.models.base import Clock
from builder.records.chat import ChatRequest, Usage

TOKENS_PER_MESSAGE = 16
"""Room for what a chat template adds around each message and tool."""

MICRO = 1_000_000
"""Money is counted in millionths, as whole numbers: prices are said for a million tokens."""


def worst_usage(request: ChatRequest) -> Usage:
    """What a request can cost at most: a token stands for at least one byte of the prompt."""
    parts = len(request.messages) + len(request.tools) + 2
    shape = request.reply_schema.body if request.reply_schema is not None else {}
    text = json.dumps([request.messages, request.tools, shape], ensure_ascii=False)
    return Usage(
        prompt_tokens=len(text.encode()) + TOKENS_PER_MESSAGE * parts,
        completion_tokens=request.sampling.n * request.sampling.max_tokens,
    )


def worst_case(request: ChatRequest) -> int:
    """The same in tokens."""
    return worst_usage(request).total


class Unit(Protocol):
    """What a budget counts in, as whole numbers."""

    def cost(self, model: str, usage: Usage) -> int: ...
    def told(self, amount: int) -> str: ...


class Tokens:
    """Prompt and completion tokens alike."""

    def cost(self, model: str, usage: Usage) -> int:
        return usage.total

    def told(self, amount: int) -> str:
        return f"{amount:,} tokens"


@dataclass(frozen=True, slots=True)
class Money:
    """Millionths of a currency. `prices`: of prompt and completion, for a million tokens, by model."""

    prices: Mapping[str, tuple[float, float]]
    currency: str = "USD"

    def cost(self, model: str, usage: Usage) -> int:
        """Rounded up. Raises KeyError for a model without a price: the settings check that each has one."""
        prompt, completion = self.prices[model]
        return math.ceil(usage.prompt_tokens * prompt + usage.completion_tokens * completion)

    def told(self, amount: int) -> str:
        return f"{amount / MICRO:,.4f} {self.currency}"


@dataclass(slots=True)
class Held:
    """What one request holds of a budget; `used` is what it cost in the end."""

    worst: int
    used: int = 0
    lost: int = 0
    """The part of `used` that went into tries without a reply."""


@dataclass(slots=True)
class Budget:
    """`limit` in all, of which `used` are spent, earlier runs of the store included. None: no limit."""

    limit: int | None
    used: int = 0
    unit: Unit = field(default_factory=Tokens)
    _held: int = 0
    _lost: int = 0
    _changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    @asynccontextmanager
    async def hold(self, request: ChatRequest) -> AsyncIterator[Held]:
        """Room for one request. Waits while requests under way may give some back; raises BudgetSpent when none can."""
        held = Held(self.unit.cost(request.model, worst_usage(request)) if self.limit is not None else 0)
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

    def lose(self, held: Held, amount: int) -> None:
        """A try broke off, and its like is sent again: it counts in full. Raises BudgetSpent when there is no room."""
        held.used += amount
        held.lost += amount
        self._lost += amount
        if self.limit is not None and self.used + self._lost + self._held > self.limit:
            raise self._spent(self.limit, amount)

    async def _reserve(self, limit: int, worst: int) -> None:
        async with self._changed:
            while self.used + self._lost + self._held + worst > limit:
                if self._held == 0:
                    raise self._spent(limit, worst)
                await self._changed.wait()
            self._held += worst

    def _spent(self, limit: int, worst: int) -> BudgetSpent:
        told = self.unit.told
        return BudgetSpent(
            f"the budget of {told(limit)} is spent: {told(self.used + self._lost)} are used, and the next request may "
            f"take {told(worst)}. Everything paid for is in the store; go on with a larger --budget."
        )


@dataclass(slots=True)
class Holding:
    """What one request holds of every budget."""

    model: str
    parts: tuple[tuple[Budget, Held], ...]

    def spend(self, usage: Usage) -> None:
        """A reply came."""
        for budget, held in self.parts:
            held.used += budget.unit.cost(self.model, usage)

    def lose(self, usage: Usage) -> None:
        """A try without a reply. Raises BudgetSpent when a budget has no room for another."""
        for budget, held in self.parts:
            budget.lose(held, budget.unit.cost(self.model, usage))


@dataclass(slots=True)
class Budgets:
    """Every cap of a run: amounts, and the time until which requests are sent."""

    amounts: Sequence[Budget] = ()
    seconds: float | None = None
    """Of this run, from the first request on."""
    _until: float | None = None

    @asynccontextmanager
    async def hold(self, request: ChatRequest, clock: Clock) -> AsyncIterator[Holding]:
        """Room for one request in every budget, always taken in one order. Raises BudgetSpent."""
        self._in_time(clock.now())
        async with AsyncExitStack() as stack:
            parts = [(budget, await stack.enter_async_context(budget.hold(request))) for budget in self.amounts]
            self._in_time(clock.now())
            yield Holding(request.model, tuple(parts))

    def _in_time(self, now: float) -> None:
        if self.seconds is None:
            return
        if self._until is None:
            self._until = now + self.seconds
        if now >= self._until:
            raise BudgetSpent(
                f"the budget of {self.seconds:g} s is spent. Everything paid for is in the store; go on with the same "
                "command, or a larger --budget."
            )

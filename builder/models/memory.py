"""Replies are remembered: written to the store before they are used, and never asked for twice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from builder.models.base import ChatModel, Clock, LoopClock
from builder.models.budget import Budgets, worst_usage
from builder.records.chat import ChatReply, ChatRequest, Usage


@dataclass(frozen=True, slots=True)
class Spent:
    """What one request cost. `counted` is False for a try that broke off: the tokens are then the most it can be."""

    stage: str
    record: str
    model: str
    usage: Usage
    seconds: float
    counted: bool = True


class Replies(Protocol):
    """Where replies are kept."""

    def find(self, key: str) -> ChatReply | None: ...

    async def keep(self, key: str, reply: ChatReply, spent: Spent) -> None:
        """Returns once it is on disk."""
        ...

    async def lose(self, spent: Spent) -> None:
        """Note the cost of a try without a reply."""
        ...


class RememberingModel:
    """One record's way to the model: memory first, then the budget, then the engine."""

    def __init__(self, inner: ChatModel, replies: Replies, budgets: Budgets, clock: Clock | None = None) -> None:
        self.inner = inner
        self.replies = replies
        self.budgets = budgets
        self._clock = clock or LoopClock()

    async def chat(self, request: ChatRequest, stage: str, record: str) -> ChatReply:
        """The remembered reply, or a new one. Raises BudgetSpent, ModelError, EndpointError."""
        key = request.id
        known = self.replies.find(key)
        if known is not None:
            return known
        lost: list[Spent] = []
        began = self._clock.now()
        async with self.budgets.hold(request, self._clock) as held:

            def lose() -> None:
                worst = worst_usage(request)
                lost.append(Spent(stage, record, request.model, worst, self._clock.now() - began, counted=False))
                held.lose(worst)

            try:
                reply = await self.inner.chat(request, lose)
                held.spend(reply.usage)
            finally:
                for spent in lost:
                    await self.replies.lose(spent)
            seconds = self._clock.now() - began
            await self.replies.keep(key, reply, Spent(stage, record, request.model, reply.usage, seconds))
        return reply

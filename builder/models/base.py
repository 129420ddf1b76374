"""What every engine is: a request in, a reply out. And time, which tests pass in."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Protocol

from builder.records.chat import ChatReply, ChatRequest


class ChatModel(Protocol):
    """An engine, or something that stands before one."""

    async def chat(self, request: ChatRequest, on_lost: Callable[[], None] | None = None) -> ChatReply:
        """The reply. Raises ModelError when this request gets none, EndpointError when no request would.

        `on_lost` is called for each try that may have cost tokens which nobody counted.
        """
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...


class Clock(Protocol):
    """Monotonic seconds, and waiting."""

    def now(self) -> float: ...

    async def sleep(self, seconds: float) -> None: ...


class LoopClock:
    """The clock of the running event loop."""

    def now(self) -> float:
        return asyncio.get_running_loop().time()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

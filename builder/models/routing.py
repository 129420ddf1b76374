"""One way to several models: each request goes to the engine of the role that asks."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from builder.models.base import ChatModel
from builder.records.chat import ChatReply, ChatRequest


class RoutingModel:
    """Engines by role. Roles that are served alike share one."""

    def __init__(self, engines: Mapping[str, ChatModel]) -> None:
        self.engines = dict(engines)

    async def chat(self, request: ChatRequest, on_lost: Callable[[], None] | None = None) -> ChatReply:
        """The reply of the role's engine. Raises KeyError for a role that has none: a bug of the caller."""
        return await self.engines[request.role].chat(request, on_lost)

    async def close(self) -> None:
        for engine in dict.fromkeys(self.engines.values()):
            await engine.close()

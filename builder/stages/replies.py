"""Replies of models in the store: on disk before they are used, found again by the next run.

Many requests end at about the same time, so replies that wait are written together: one transaction at a
time, each as large as what has come meanwhile.
"""

from __future__ import annotations

import asyncio
from typing import Any

from builder.errors import BuilderError
from builder.models.memory import Spent
from builder.records.chat import ChatReply
from builder.store import Rows, Store

Row = dict[str, Any]

GATHER_SECONDS = 0.04
"""A fiftieth of what a fast reply takes."""


class StoreReplies:
    """`builder.models.memory.Replies` over an open store; for one event loop, in the thread that opened the store."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known = {key for (key,) in store.query("queue/reply_keys")}
        self._rows: Rows = {}
        self._waiting: list[asyncio.Future[None]] = []
        self._writing: asyncio.Task[None] | None = None

    def find(self, key: str) -> ChatReply | None:
        """The reply that a request with this key got before."""
        if key not in self._known:
            return None
        ((body,),) = self._store.query("queue/reply", key=key)
        return ChatReply.model_validate_json(body)

    async def keep(self, key: str, reply: ChatReply, spent: Spent) -> None:
        """Returns once the reply is on disk."""
        row = {"key": key, "model": spent.model, "body": reply.model_dump_json()}
        await self._write({"replies": [row], "spending": [_spending(spent)]})

    async def lose(self, spent: Spent) -> None:
        """Note what a try without a reply may have cost."""
        await self._write({"spending": [_spending(spent)]})

    async def _write(self, rows: Rows) -> None:
        for table, found in rows.items():
            self._rows.setdefault(table, []).extend(found)
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(done)
        if self._writing is None:
            self._writing = asyncio.ensure_future(self._flush())
        # The writing goes on for the others when this one is cancelled.
        await asyncio.shield(done)

    async def close(self) -> None:
        """Wait until what was begun is on disk."""
        if self._writing is not None:
            await self._writing

    async def _flush(self) -> None:
        while self._waiting:
            # A transaction costs milliseconds whatever it holds: what comes in a moment goes along.
            await asyncio.sleep(GATHER_SECONDS)
            rows, waiting = self._rows, self._waiting
            self._rows, self._waiting = {}, []
            error: BaseException | None = None
            try:
                # Shielded: whoever leaves at once lets a transaction that is under way run to its end.
                await asyncio.shield(asyncio.wrap_future(self._store.submit(rows)))
            except BuilderError as failed:
                error = failed
            for future in waiting:
                if future.done():
                    continue
                if error is not None:
                    future.set_exception(error)
                else:
                    future.set_result(None)
        self._writing = None


def _spending(spent: Spent) -> Row:
    return {
        "stage": spent.stage,
        "record": spent.record,
        "model": spent.model,
        "prompt_tokens": spent.usage.prompt_tokens,
        "completion_tokens": spent.usage.completion_tokens,
        "seconds": round(spent.seconds, 3),
        "counted": spent.counted,
    }

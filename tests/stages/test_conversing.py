"""Many records before one model: its places stay full for as long as there is something to ask."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from pathlib import Path

from builder.records.chat import ChatChoice, ChatReply, ChatRequest, Usage
from builder.stages.attempt import attempt
from builder.stages.session import Session
from tests.stages.model_run import prepare, recipe, rows, settings

PLACES, SAMPLES = 6, 4


class OnlyWhenFull:
    """Answers the oldest request, and only while every place is taken or all that will ever be asked has been."""

    def __init__(self, requests: int) -> None:
        self.left = requests
        self.waiting: deque[asyncio.Event] = deque()

    async def chat(self, request: ChatRequest, on_lost: Callable[[], None] | None = None) -> ChatReply:
        turn = asyncio.Event()
        self.waiting.append(turn)
        self.left -= 1
        self.answer()
        async with asyncio.timeout(20):
            await turn.wait()
        self.answer()
        said = ChatChoice(content="<answer>1</answer>", finish="stop")
        return ChatReply(choices=(said,), usage=Usage(prompt_tokens=1, completion_tokens=1))

    def answer(self) -> None:
        if self.waiting and (len(self.waiting) >= PLACES or not self.left):
            self.waiting.popleft().set()

    async def close(self) -> None: ...


def test_the_next_record_begins_before_the_samples_of_one_leave_places_empty(tmp_path: Path) -> None:
    changes = {"word.worder": "rules", "solve.samples": SAMPLES, "model.in_flight": PLACES}
    store = prepare(tmp_path, **changes)
    with Session(settings(tmp_path, "http://127.0.0.1:9/v1", **changes), store, recipe=recipe()) as session:
        tasks = session.store.pending("solve")
        assert len(tasks) > 3
        model = OnlyWhenFull(len(tasks) * SAMPLES)
        attempt(session, model)
    assert model.left == 0
    # Committed in the order of the tasks, whichever ended first.
    found = rows(store, "SELECT record FROM outcomes WHERE stage = 'solve' ORDER BY rowid")
    assert [task for (task,) in found] == tasks

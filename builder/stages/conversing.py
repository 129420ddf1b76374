"""Roles by a model: the engine of the settings, and conversations of the recipe driven over it.

    admit -> bounded queue -> many records at once, each a conversation or some -> commit, in the order of the records

Records wait for the network, so they share this process; calls of tools run between the replies. Rows are
committed in order, as in `runner`; replies are kept as they come, so a run that was stopped repeats no request.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, Generator
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from builder.engines.base import Rows
from builder.errors import Interrupted, ModelError, SettingsError
from builder.models.base import ChatModel
from builder.models.budget import Budget
from builder.models.endpoint import EndpointModel, Served
from builder.models.memory import RememberingModel
from builder.models.probe import Needs
from builder.recipe.turns import Asking
from builder.records.chat import ChatReply, ChatRequest, Sampling
from builder.records.tools import Call
from builder.settings import Settings
from builder.stages.progress import Progress
from builder.stages.replies import StoreReplies
from builder.stages.runner import first_error, on_signals
from builder.stages.session import Session
from builder.store.tables import merge
from builder.tools.driver import Executes
from builder.tools.executor import Executor

Made = TypeVar("Made")

WINDOW = 4
"""Records admitted and not yet committed, per record at work."""

NOT_THE_MODELS_FAULT = frozenset(
    f"model:{kind}" for kind in ("timeout", "broken_off", "rate_limited", "server_error", "bad_reply")
)
"""Refusals that say nothing of the model, so no pass rate counts them."""


class Talks(Protocol):
    """What a record's work gets: its own way to the model, and the tools."""

    async def run(self, talk: Generator[Any, Any, Made]) -> Made: ...


Work = Callable[[Talks, str], Awaitable[Rows]]


@dataclass(frozen=True, slots=True)
class ModelJob:
    """Records of one stage that wait for a model."""

    stage: str
    ids: list[str]
    work: Work
    at_once: int
    """Requests that one record may have under way."""


@dataclass(slots=True)
class Talk:
    """One record's conversations."""

    model: RememberingModel
    executor: Executes
    stage: str
    record: str
    stopped: Callable[[], Interrupted | None]

    async def run(self, talk: Generator[Any, Any, Made]) -> Made:
        """Drive one conversation to its end. Interrupted before the first request after a stop."""
        try:
            step = next(talk)
            while True:
                if isinstance(step, Call):
                    step = talk.send(self.executor.execute(step))
                    continue
                try:
                    reply = await self._ask(step)
                except ModelError as error:
                    step = talk.throw(error)
                else:
                    step = talk.send(reply)
        except StopIteration as stop:
            return stop.value  # type: ignore[no-any-return]
        finally:
            talk.close()

    async def _ask(self, request: ChatRequest) -> ChatReply:
        stopped = self.stopped()
        if stopped is not None:
            raise stopped
        return await self.model.chat(request, self.stage, self.record)


def asking(settings: Settings) -> Asking:
    """How the settings have the model asked."""
    model = settings.model
    sampling = Sampling(temperature=model.temperature, top_p=model.top_p, max_tokens=model.max_tokens)
    return Asking(model.name, sampling, settings.solve.turns)


def open_engine(settings: Settings) -> EndpointModel:
    """The engine of the settings. Raises SettingsError when its key is not there."""
    model, key = settings.model, None
    if model.key_variable is not None:
        key = os.environ.get(model.key_variable)
        if not key:
            raise SettingsError(
                f"the environment variable {model.key_variable} is not set (model.key_variable names it): "
                "export it with the key, or take the line out of the settings."
            )
    return EndpointModel(
        Served(
            model=model.name,
            urls=tuple(url.rstrip("/") for url in model.endpoints),
            key=key,
            in_flight=model.in_flight,
            deadline=model.deadline,
            tries=model.tries,
            patience=model.patience,
            strict_tools=model.strict_tools,
            needs=Needs(tools=settings.solve.solver == "model", schemas=settings.word.worder == "model"),
        )
    )


def run_model_job(session: Session, job: ModelJob, engine: ChatModel | None = None) -> Progress:
    """Work on every record of the job. Raises Interrupted after Ctrl-C, BudgetSpent when the budget is.

    `engine` stands in for that of the settings. Blocks until done; not for use inside a running event loop.
    """
    session.events.begin(Progress(job.stage, 0, len(job.ids)))
    if not job.ids:
        return Progress(job.stage, 0, 0)
    try:
        return asyncio.run(_Run(session, job).run(engine))
    except asyncio.CancelledError:
        raise session.interrupted() from None


class _Run:
    """One job under way."""

    def __init__(self, session: Session, job: ModelJob) -> None:
        self.session = session
        self.job = job
        self.progress = Progress(job.stage, 0, len(job.ids))
        self.stop: Interrupted | None = None
        self.ready: dict[int, Rows] = {}
        total = session.settings.model.in_flight * max(1, len(session.settings.model.endpoints))
        # A quarter more than there are places: while some write down what they got, others are ready to ask.
        self.workers = min(len(job.ids), 5 * total // (4 * job.at_once) + 1)
        self.admitted: asyncio.Queue[tuple[int, str, str] | None] = asyncio.Queue(self.workers)
        self.window = asyncio.Semaphore(WINDOW * self.workers)
        self.changed = asyncio.Event()
        self.at_work = self.workers

    async def run(self, engine: ChatModel | None) -> Progress:
        engine = engine or open_engine(self.session.settings)
        ((spent,),) = self.session.store.query("queue/spent")
        budget = Budget(self.session.settings.model.budget, spent)
        replies = StoreReplies(self.session.store)
        model = RememberingModel(engine, replies, budget)
        executor = Executor(self.session.pool, cache=self.session.settings.engine.cached_calls)
        try:
            with on_signals(self._interrupt):
                async with asyncio.TaskGroup() as group:
                    group.create_task(self._admit())
                    for _ in range(self.workers):
                        group.create_task(self._work(model, executor))
                    group.create_task(self._commit())
        except BaseExceptionGroup as errors:
            raise first_error(errors) from None
        finally:
            await replies.close()
            await engine.close()
        if self.stop is not None:
            raise self.stop
        return self.progress

    def _interrupt(self, task: asyncio.Task[Progress]) -> None:
        """First signal: requests under way come in and are kept, no other is sent. Second: leave at once."""
        if self.stop is not None:
            task.cancel()
        self._halt(self.session.interrupted())

    def _halt(self, reason: Interrupted) -> None:
        if self.stop is None:
            self.stop = reason

    async def _admit(self) -> None:
        size = self.session.settings.engine.shard_size
        for start in range(0, len(self.job.ids), size):
            for number, body in enumerate(
                self.session.store.bodies("tasks", self.job.ids[start : start + size]), start
            ):
                await self.window.acquire()
                if self.stop is not None:
                    break
                await self.admitted.put((number, *body))
        for _ in range(self.workers):
            await self.admitted.put(None)

    async def _work(self, model: RememberingModel, executor: Executes) -> None:
        while (item := await self.admitted.get()) is not None:
            number, record, body = item
            if self.stop is not None:
                # What was admitted is let go: the records come back with the next run.
                self.window.release()
                continue
            talk = Talk(model, executor, self.job.stage, record, lambda: self.stop)
            try:
                self.ready[number] = await self.job.work(talk, body)
            except Interrupted as reason:
                self._halt(reason)
                self.window.release()
            self.changed.set()
        self.at_work -= 1
        self.changed.set()

    async def _commit(self) -> None:
        """Rows of records in their order: what is in the store is always the beginning of a complete run."""
        expected, size = 0, self.session.settings.engine.shard_size
        while self.at_work or expected in self.ready:
            if expected not in self.ready:
                self.changed.clear()
                await self.changed.wait()
                continue
            parts: list[Rows] = []
            while expected in self.ready and len(parts) < size:
                parts.append(self.ready.pop(expected))
                expected += 1
            rows = merge(parts)
            await asyncio.wrap_future(self.session.store.submit(rows))
            for _ in parts:
                self.window.release()
            self._count(len(parts), rows)

    def _count(self, records: int, rows: Rows) -> None:
        failed = sum(row["status"] == "failed" for row in rows.get("outcomes", []))
        before = self.progress
        self.progress = Progress(before.stage, before.done + records, before.total, before.failed + failed)
        self.session.events.step(self.progress)

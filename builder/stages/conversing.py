"""Roles by a model: the engine of the settings, and conversations of the recipe driven over it.

    admit while too little is asked -> many records at once, each a conversation or some -> commit, in their order

Records wait for the network, so they share this process; calls of tools run between the replies. The next record
begins as soon as the conversations under way no longer fill the endpoints, not when another record has ended: the last
samples of a record would leave places empty. Rows are committed in order, as in `runner`; replies are kept as they
come, so a run that was stopped repeats no request.
"""

from __future__ import annotations

import asyncio
import gc
import math
import os
from collections.abc import Awaitable, Callable, Generator
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from builder.engines.base import Rows
from builder.errors import Interrupted, ModelError, SettingsError
from builder.identity import canonical_json
from builder.models.base import ChatModel
from builder.models.budget import MICRO, Budget, Budgets, Money
from builder.models.endpoint import EndpointModel, Served
from builder.models.memory import RememberingModel
from builder.models.probe import Needs
from builder.models.routing import RoutingModel
from builder.recipe.turns import Asking
from builder.records.chat import ChatReply, ChatRequest, ChatRole, Sampling, Usage
from builder.records.tools import Call
from builder.settings import Settings
from builder.stages.demand import Demand
from builder.stages.progress import Progress
from builder.stages.replies import StoreReplies
from builder.stages.runner import first_error, on_signals
from builder.stages.session import Session
from builder.store import Store
from builder.store.tables import merge
from builder.tools.executor import Executor

Made = TypeVar("Made")

WINDOW = 4
"""Records admitted and not yet committed, per record that it takes to fill the endpoints."""

NOT_THE_MODELS_FAULT = frozenset(
    f"model:{kind}" for kind in ("timeout", "broken_off", "rate_limited", "server_error", "bad_reply")
) | frozenset(f"injection:{kind}" for kind in ("instruction", "control", "hidden", "base64"))
"""Refusals that say nothing of the model, so no pass rate counts them."""


class Talks(Protocol):
    """What a record's work gets: its own way to the model, and the tools."""

    async def run(self, talk: Generator[Any, Any, Made]) -> Made: ...

    def key(self, call: Call) -> str:
        """The evidence key of a call."""
        ...


Work = Callable[[Talks, str], Awaitable[Rows]]


@dataclass(frozen=True, slots=True)
class ModelJob:
    """Records of one stage that wait for a model."""

    stage: str
    ids: list[str]
    work: Work
    at_once: int
    """Conversations that one record begins with, each with one request under way."""
    table: str = "tasks"
    """Where the records' bodies are: `draws` or `tasks`."""
    wave: int | None = None


@dataclass(slots=True)
class Talk:
    """One record's conversations."""

    model: RememberingModel
    executor: Executor
    record: str
    stopped: Callable[[], Interrupted | None]
    demand: Demand
    to_begin: int
    """Conversations that the record is counted for and has not begun yet."""

    def __post_init__(self) -> None:
        self.demand.rise(self.to_begin)

    def close(self) -> None:
        """The record has ended, whether or not it began all that it was counted for."""
        self.demand.fall(self.to_begin)

    async def run(self, talk: Generator[Any, Any, Made]) -> Made:
        """Drive one conversation to its end. Interrupted before the first request after a stop."""
        if self.to_begin:
            self.to_begin -= 1
        else:
            self.demand.rise()
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
            self.demand.fall()

    def key(self, call: Call) -> str:
        return self.executor.key(call)

    async def _ask(self, request: ChatRequest) -> ChatReply:
        stopped = self.stopped()
        if stopped is not None:
            raise stopped
        return await self.model.chat(request, STAGES[request.role], self.record)


STAGES = {
    "collector": "collect",
    "deriver": "derive",
    "worder": "word",
    "solver": "solve",
    "judge": "judge",
    "second_judge": "second_judge",
}
"""What the requests of a role are counted under."""

NEEDS = {
    "collector": Needs(tools=True),
    "deriver": Needs(schemas=True),
    "worder": Needs(schemas=True),
    "solver": Needs(tools=True),
    "judge": Needs(schemas=True),
    "second_judge": Needs(schemas=True),
}


def asking(settings: Settings, role: ChatRole) -> Asking:
    """How the settings have a role's model asked."""
    model = settings.model.of(role)
    sampling = Sampling(temperature=model.temperature, top_p=model.top_p, max_tokens=model.max_tokens)
    turns = settings.synthesize.collect_steps if role == "collector" else settings.solve.turns
    return Asking(model.name, sampling, turns, role, settings.synthesize.flagged == "allow")


def open_engines(settings: Settings) -> RoutingModel:
    """An engine for each way in which roles are served. Raises SettingsError when a key is not there."""
    alike: dict[str, list[str]] = {}
    for role in settings.model_roles:
        served = settings.model.of(role)
        where = [served.engine, served.name, *sorted(served.endpoints), served.key_variable or ""]
        alike.setdefault(canonical_json([where, served.strict_tools]), []).append(role)
    engines: dict[str, ChatModel] = {}
    for roles in alike.values():
        engine = _open(settings, roles)
        engines |= dict.fromkeys(roles, engine)
    return RoutingModel(engines)


def _open(settings: Settings, roles: list[str]) -> ChatModel:
    models = [settings.model.of(role) for role in roles]
    model = models[0]
    if model.engine == "vllm":
        # Imported here: the package is an extra, and large.
        from builder.models.in_process import VllmModel

        most = max(each.in_flight for each in models)
        return VllmModel(model.name, in_flight=most, deadline=model.deadline, options=model.vllm)
    return EndpointModel(
        Served(
            model=model.name,
            urls=tuple(url.rstrip("/") for url in model.endpoints),
            key=_key(model.key_variable),
            in_flight=max(each.in_flight for each in models),
            deadline=model.deadline,
            tries=model.tries,
            patience=model.patience,
            strict_tools=model.strict_tools,
            needs=Needs(*(any(getattr(NEEDS[role], need) for role in roles) for need in ("tools", "schemas"))),
        )
    )


def _key(variable: str | None) -> str | None:
    if variable is None:
        return None
    key = os.environ.get(variable)
    if not key:
        raise SettingsError(
            f"the environment variable {variable} is not set (key_variable of [model] names it): "
            "export it with the key, or take the line out of the settings."
        )
    return key


def budgets(settings: Settings, store: Store) -> Budgets:
    """The caps of the settings, with what earlier runs of the store have spent."""
    model = settings.model
    prices = {name: (price.prompt, price.completion) for name, price in model.prices.items()}
    spent = [
        (name, Usage(prompt_tokens=prompt, completion_tokens=completion))
        for name, prompt, completion in store.query("queue/spent")
    ]
    amounts = [Budget(model.budget, sum(usage.total for _, usage in spent))]
    if model.budget_money is not None:
        money = Money(prices, model.currency)
        # Of a model that has no price any more nobody knows what it cost; the settings ask for those in use.
        used = sum(money.cost(name, usage) for name, usage in spent if name in prices)
        amounts.append(Budget(round(model.budget_money * MICRO), used, money))
    return Budgets(amounts, model.budget_seconds)


def run_model_job(session: Session, job: ModelJob, engine: ChatModel | None = None) -> Progress:
    """Work on every record of the job. Raises Interrupted after Ctrl-C, BudgetSpent when the budget is.

    `engine` stands in for that of the settings. Blocks until done; not for use inside a running event loop.
    """
    session.events.begin(Progress(job.stage, 0, len(job.ids), wave=job.wave))
    if not job.ids:
        return Progress(job.stage, 0, 0, wave=job.wave)
    # The pool and the modules stay: to look through them for cycles stops every conversation for a tenth of a second.
    gc.freeze()
    try:
        return asyncio.run(_Run(session, job).run(engine))
    except asyncio.CancelledError:
        raise session.interrupted() from None
    finally:
        gc.unfreeze()


class _Run:
    """One job under way."""

    def __init__(self, session: Session, job: ModelJob) -> None:
        self.session = session
        self.job = job
        self.progress = Progress(job.stage, 0, len(job.ids), wave=job.wave)
        self.stop: Interrupted | None = None
        self.ready: dict[int, Rows] = {}
        # Half as many again as there are places: while some write down what they got, others are ready to ask.
        self.demand = Demand(3 * session.settings.most_in_flight // 2 + 1)
        self.window = asyncio.Semaphore(WINDOW * math.ceil(self.demand.enough / job.at_once))
        self.changed = asyncio.Event()
        self.at_work = 0
        self.admitting = True

    async def run(self, engine: ChatModel | None) -> Progress:
        engine = engine or open_engines(self.session.settings)
        replies = StoreReplies(self.session.store)
        model = RememberingModel(engine, replies, budgets(self.session.settings, self.session.store))
        executor = Executor(self.session.pool, cache=self.session.settings.engine.cached_calls)
        try:
            with on_signals(self._interrupt):
                async with asyncio.TaskGroup() as group:
                    group.create_task(self._commit())
                    await self._admit(group, model, executor)
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

    async def _admit(self, group: asyncio.TaskGroup, model: RememberingModel, executor: Executor) -> None:
        size = self.session.settings.engine.shard_size
        for start in range(0, len(self.job.ids), size):
            for number, (record, body) in enumerate(
                self.session.store.bodies(self.job.table, self.job.ids[start : start + size]), start
            ):
                await self.window.acquire()
                await self.demand.too_little()
                if self.stop is not None:
                    break
                self.at_work += 1
                talk = Talk(model, executor, record, lambda: self.stop, self.demand, self.job.at_once)
                group.create_task(self._work(talk, number, body))
            if self.stop is not None:
                break
        self.admitting = False
        self.changed.set()

    async def _work(self, talk: Talk, number: int, body: str) -> None:
        try:
            self.ready[number] = await self.job.work(talk, body)
        except Interrupted as reason:
            self._halt(reason)
            self.window.release()
        finally:
            talk.close()
            self.at_work -= 1
            self.changed.set()

    async def _commit(self) -> None:
        """Rows of records in their order: what is in the store is always the beginning of a complete run."""
        expected, size = 0, self.session.settings.engine.shard_size
        while self.admitting or self.at_work or expected in self.ready:
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
        self.progress = Progress(before.stage, before.done + records, before.total, before.failed + failed, before.wave)
        self.session.events.step(self.progress)

"""Run again what a release says was run: derivations by fresh calls, and the calls of trajectories."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Protocol

from builder.engines import Engine, Item, Shard
from builder.engines.base import Rows
from builder.errors import BuilderError
from builder.hub.chat import template_json
from builder.identity import canonical_json
from builder.recipe.acting.display import NOTE, cut
from builder.recipe.injection import neutral
from builder.records.releases import Problem
from builder.records.tasks import Task
from builder.records.tools import Call
from builder.settings import Settings
from builder.stages.workbench import Recipe, dive_recipe, open_pool
from builder.tools.driver import Executes, drive
from builder.tools.executor import Executor

SHARD = 64
"""Records in one message to a worker."""


class Bench(Protocol):
    """What replaying needs of a worker's set-up."""

    @property
    def recipe(self) -> Recipe: ...
    @property
    def check(self) -> Executes: ...


@dataclass(frozen=True, slots=True)
class LocalBench:
    """The same inside this process."""

    recipe: Recipe
    check: Executes


def open_bench(settings: Settings, recipe: Recipe | None = None) -> LocalBench:
    """A worker's set-up for checking: the pool of the settings and an executor that remembers nothing."""
    return LocalBench(recipe or dive_recipe(), Executor(open_pool(settings)))


def task_item(task: Task) -> Item:
    """A derivation to replay."""
    return Item(f"tasks:{task.id}", task.model_dump_json(by_alias=True))


def calls_item(row: str, made: Sequence[tuple[Call, str]]) -> Item:
    """Calls of a trajectory, each with what its tool message says."""
    calls = [{"tool": call.tool, "arguments": call.arguments, "content": content} for call, content in made]
    return Item(f"sft:{row}", template_json(calls))


def replay_all(items: Sequence[Item], bench: Bench, engine: Engine | None = None) -> list[Problem]:
    """Problems of all items, in their order; through the workers of `engine` when there are some."""
    if engine is None:
        return [problem for item in items for problem in _problems([replay_item(bench, _wrapped(item).body)])]
    shards = [tuple(map(_wrapped, items[i : i + SHARD])) for i in range(0, len(items), SHARD)]
    return asyncio.run(_spread(engine, shards))


async def _spread(engine: Engine, shards: list[Shard]) -> list[Problem]:
    """One feeder per worker over the shards; what they find comes back in the order of the shards."""
    found: dict[int, list[Problem]] = {}
    waiting = iter(enumerate(shards))

    async def feed() -> None:
        for number, shard in waiting:
            found[number] = _problems(await engine.run(replay_item, shard))

    try:
        async with asyncio.TaskGroup() as group:
            for _ in islice(range(len(shards)), engine.workers):
                group.create_task(feed())
    except* BuilderError as errors:
        raise errors.exceptions[0] from None
    return [problem for number in sorted(found) for problem in found[number]]


def _wrapped(item: Item) -> Item:
    """The worker sees the body alone, so it carries its id."""
    return Item(item.id, canonical_json([item.id]) + "\n" + item.body)


def _problems(batches: Sequence[Rows]) -> list[Problem]:
    return [Problem.model_validate(row) for rows in batches for row in rows["problems"]]


def replay_item(bench: Bench, body: str) -> Rows:
    """A worker's job on one item: rows of problems, none when everything came back the same."""
    head, _, rest = body.partition("\n")
    where, _, row = json.loads(head)[0].partition(":")
    if where == "tasks":
        reason = drive(bench.recipe.replay(Task.model_validate_json(rest)), bench.check)
        reasons = [reason] if reason is not None else []
    else:
        reasons = list(_different(bench.check, json.loads(rest)))
    return {"problems": [{"where": where, "row": row, "reason": text} for text in reasons]}


def _different(executor: Executes, calls: list[dict[str, Any]]) -> Iterator[str]:
    for number, made in enumerate(calls, 1):
        result = executor.execute(Call(made["tool"], made["arguments"]))
        if not shows(made["content"], result.payload()):
            yield f"call {number} ({made['tool']}): its result is not what the tool gives"


def shows(content: str, payload: dict[str, Any]) -> bool:
    """Whether a tool message shows this result, whole or cut for display as the solver cuts."""
    try:
        shown = json.loads(content)
    except ValueError:
        return False
    if not isinstance(shown, dict) or NOTE not in shown:
        return bool(shown in (payload, neutral(payload)))
    whole = {name for name, value in payload.items() if shown.get(name) in (value, neutral(value))}
    return shown in (cut(payload, whole), neutral(cut(payload, whole)))

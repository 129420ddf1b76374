"""Export: the chosen records of a store to the Parquet files of a release."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from builder.errors import ReleaseError
from builder.hub.export import JsonTexts, Split, plain_body
from builder.hub.previous import Layout
from builder.hub.rows import Measured, PassRate, RowBuilder, task_row
from builder.hub.tokens import num_tokens
from builder.recipe.difficulty import Difficulty
from builder.records.attempts import Attempt
from builder.records.releases import ReleaseDefinition
from builder.records.tasks import Task
from builder.records.tools import Call
from builder.stages.definition import load_definition
from builder.store import Store
from builder.tools.executor import Executor
from builder.tools.pool import ToolPool

SFT_CONFIGS = ("sft", "sft_hermes", "sft_sharegpt")
"""The same trajectories in three layouts, row by row."""

Choice = tuple[str, str | None]
"""Task and attempt of a chosen row."""


@dataclass(slots=True)
class Exported:
    """What was written: rows by path, and chosen rows that were left out, by reason."""

    files: dict[str, int] = field(default_factory=dict)
    left_out: Counter[str] = field(default_factory=Counter)


def export(
    store: Store, pool: ToolPool, definition: ReleaseDefinition, folder: Path, layout: Layout | None = None
) -> Exported:
    """Write all configs to `folder`, rows in the order of the choices, tasks by id.

    With the layout of a previous version its rows come first, in their order and row groups.
    """
    passes = {task: PassRate(solver, n, rate) for task, solver, n, rate in store.query("release/passes")}
    names = list(Difficulty.model_fields)
    measured = {
        row[0]: Measured(Difficulty(**dict(zip(names, row[:-1], strict=True))), tuple(row[-1]))
        for row in store.query("release/measured")
    }
    job = _Job(store, pool, RowBuilder(pool, definition, passes, measured), folder, definition, layout)
    chosen = job.choices()
    for split, choices in chosen["sft"].items():
        job.sft(split, choices)
    for split, choices in chosen["rl"].items():
        job.rl(split, choices)
    job.tasks()
    job.tools()
    return job.done


def token_counts(store: Store, pool: ToolPool, attempts: Iterable[str] | None = None) -> dict[str, int]:
    """Tokens that each attempt (all of them by default) would have as an `sft` row, for a selection by length."""
    rows = RowBuilder(pool, load_definition())
    return {a.id: num_tokens(a.messages, rows.schemas(a.toolset)[1]) for a in store.attempts(attempts)}


ROOM = 1.25
"""Bytes of a conversation's rendering per byte of its record, at most: spaces come in, quotes and keys go."""


def may_be_long(store: Store, pool: ToolPool, attempts: Iterable[str], limit: int) -> list[str]:
    """Attempts that could have more than `limit` tokens as an `sft` row: no token is shorter than a byte.

    To weigh a conversation takes a thousandth of the time of counting it, and most are far below.
    """
    rows = RowBuilder(pool, load_definition())
    known: dict[str, int] = {}
    found = []
    for attempt, size, toolset in store.query("select/sizes", attempts=list(attempts)):
        for tool in toolset:
            if tool not in known:
                known[tool] = num_tokens((), rows.schemas([tool])[1])
        if ROOM * size + sum(known[tool] for tool in toolset) > limit:
            found.append(attempt)
    return found


@dataclass(slots=True)
class _Job:
    store: Store
    pool: ToolPool
    rows: RowBuilder
    folder: Path
    definition: ReleaseDefinition
    layout: Layout | None = None
    done: Exported = field(default_factory=Exported)
    holders: dict[str, set[str]] = field(default_factory=dict)
    """Splits that hold a task, by its id."""
    samples: dict[str, dict[str, Any]] = field(default_factory=dict)
    """A real result of each tool that some task calls."""

    def choices(self) -> dict[str, dict[str, list[Choice]]]:
        """Chosen rows by config and split, in the definition's order of splits."""
        found: dict[str, dict[str, list[Choice]]] = {
            config: {split: [] for split in splits} for config, splits in self.definition.splits.items()
        }
        for config, split, task, attempt in self.store.query("release/choices"):
            if split not in found.get(config, {}):
                raise ReleaseError(f"selection chose rows for {config}/{split}, which release.toml does not name")
            found[config][split].append((task, attempt))
        if not any(found["sft"].values()):
            raise ReleaseError(f"{self.store.path} holds no chosen rows: run `dive-builder run` to its end first")
        return {config: {s: rows for s, rows in splits.items() if rows} for config, splits in found.items()}

    def sft(self, split: str, choices: list[Choice]) -> None:
        """One split in its three layouts, the same rows in each."""
        writers = {config: self._split(config, split) for config in SFT_CONFIGS}
        texts = JsonTexts()
        limit = self.definition.tokens.limit
        attempts = self.store.attempts([attempt for _, attempt in choices if attempt is not None])
        for task, attempt in zip(self._tasks(choices), attempts, strict=True):
            row = self.rows.sft(task, attempt)
            if row.num_tokens > limit:
                self.done.left_out[f"more than {limit:,} tokens"] += 1
                continue
            body = texts.body(row)
            if body is None:
                continue
            writers["sft"].add(body)
            writers["sft_hermes"].add(plain_body(self.rows.hermes(attempt)))
            writers["sft_sharegpt"].add(plain_body(self.rows.sharegpt(attempt)))
            self.holders.setdefault(task.id, set()).add(f"sft/{split}")
        for config, writer in writers.items():
            paths = self._close(writer)
            if config == "sft":
                for path in paths:
                    texts.check(self.folder / path)
        self.done.left_out += texts.left_out

    def rl(self, split: str, choices: list[Choice]) -> None:
        writer = self._split("rl", split)
        opening = openings(self.store, [task for task, _ in choices])
        for number, task in enumerate(self._tasks(choices)):
            index = number if self.layout is None else self.layout.index(split, task.id)
            writer.add(plain_body(self.rows.rl(task, opening(task), split, index)))
            self.holders.setdefault(task.id, set()).add(f"rl/{split}")
        self._close(writer)

    def tasks(self) -> None:
        """The audit view of the verified pool. Every chosen task must be in it."""
        writer = self._split("tasks", "train")
        pool = [row[0] for row in self.store.query("release/pool", fingerprint=self.store.fingerprint)]
        absent = sorted(self.holders.keys() - set(pool))
        if absent:
            raise ReleaseError(f"{absent[0]} was chosen but is not verified, or repeats another task: select again")
        solvers = dict(self.store.query("release/solvers"))
        for task in self.store.tasks(self._ordered("tasks", pool)):
            closed = self._closed_source(task)
            if closed is not None:
                if task.id in self.holders:
                    raise ReleaseError(f"{task.id} was chosen but calls {closed}, whose data may not be passed on")
                self.done.left_out[f"tasks whose data may not be passed on ({closed})"] += 1
                continue
            for call in task.calls:
                self.samples.setdefault(call.tool, call.result)
            splits, passed = self.holders.get(task.id, ()), self.rows.passes.get(task.id)
            measured = self.rows.measured.get(task.id)
            writer.add(plain_body(task_row(task, solvers.get(task.id, ()), splits, passed, measured)))
        self._close(writer)

    def tools(self) -> None:
        """The catalogue: all active tools. One that no task calls shows the result of its first example."""
        writer = self._split("tools", "train")
        executor = Executor(self.pool)
        for tool in self._ordered("tools", sorted(self.pool.tools)):
            spec = self.pool.tools[tool]
            if tool not in self.samples:
                example = next(example for example in spec.examples if example.error is None)
                self.samples[tool] = executor.execute(Call(tool, example.arguments)).payload()
            writer.add(plain_body(self.rows.tool(tool, self.samples[tool])))
        self._close(writer)

    def _tasks(self, choices: Iterable[Choice]) -> Iterable[Task]:
        return self.store.tasks([task for task, _ in choices])

    def _closed_source(self, task: Task) -> str | None:
        for tool in task.tools_used:
            provider = self.pool.declared[tool].provider
            if not self.pool.providers[provider].redistributable:
                return provider
        return None

    def _split(self, config: str, split: str) -> Split:
        groups = self.layout.groups(config, split) if self.layout is not None else {}
        return Split(self.folder, f"{config}/{split}", self.definition.files, groups)

    def _ordered(self, config: str, ids: list[str]) -> list[str]:
        return ids if self.layout is None else self.layout.order(config, ids)

    def _close(self, writer: Split) -> list[str]:
        written = writer.close()
        self.done.files |= written
        return list(written)


def openings(store: Store, tasks: list[str]) -> Callable[[Task], list[dict[str, str]]]:
    """Messages before a solver's first turn, by task. Raises ReleaseError for a task that nobody played directly."""
    ids = dict(store.query("release/openings", tasks=tasks))
    absent = sorted(set(tasks) - ids.keys())
    if absent:
        raise ReleaseError(f"{absent[0]} was chosen for rl but has no direct attempt: run solve, then select")
    return lambda task: _before_first_turn(next(iter(store.attempts([ids[task.id]]))))


def _before_first_turn(attempt: Attempt) -> list[dict[str, str]]:
    opening = []
    for message in attempt.messages:
        if message["role"] == "assistant":
            break
        opening.append({"role": message["role"], "content": message["content"]})
    return opening

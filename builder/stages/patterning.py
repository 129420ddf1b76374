"""The patterns of a store's tasks in batches; of a large store by several processes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, TypeAlias

import pyarrow as pa
from pydantic import TypeAdapter

from builder.engines import Item, LocalEngine
from builder.engines.base import Rows
from builder.recipe.patterns import Compared, Pattern
from builder.recipe.patterns import patterns as patterns_of
from builder.recipe.typepaths import Types
from builder.store import Store
from builder.tools.pool import ToolPool

_ARROW: dict[Any, pa.DataType] = {
    int: pa.int32(),
    bool | None: pa.bool_(),
    tuple[str, ...] | None: pa.list_(pa.string()),
}

PATTERNS = pa.schema(
    [(name, _ARROW.get(field.annotation, pa.string())) for name, field in Pattern.model_fields.items()]
)

BATCH = 4096
"""Patterns made at a time; one has about two kilobytes."""

SHARD = 512
"""Tasks that a process takes at once."""

ALONE = 20_000
"""Up to so many tasks one process is done before others have started and loaded their packages."""

_TASKS = TypeAdapter(list[Compared])

Structural: TypeAlias = Mapping[str, frozenset[str]]
"""Parameters of each tool whose literals make another call of it."""

Labels: TypeAlias = tuple[Structural, Types | None]
"""Structural parameters by tool, and semantic types; without types nothing is said of type paths."""


def structural_of(pool: ToolPool) -> Structural:
    """Which literals make another call, from the specs."""
    return {tool: spec.structural for tool, spec in pool.declared.items()}


def labels_of(pool: ToolPool) -> Labels:
    """What the specs say of calls and values."""
    fields = {tool: {name: found.type for name, found in spec.returns.items()} for tool, spec in pool.declared.items()}
    return structural_of(pool), Types(
        fields, frozenset(name for name, kind in pool.types.items() if kind.kind == "entity")
    )


def patterns(store: Store, tasks: Sequence[str], labels: Labels, workers: int) -> Iterator[pa.Table]:
    """Rows of the table `patterns`, in the order of `tasks`."""
    if workers == 1 or len(tasks) <= ALONE:
        yield from _batches(store, tasks, partial(_rows, labels))
        return
    engine = LocalEngine(partial(_same, labels), workers)
    try:
        yield from _batches(store, tasks, partial(_spread, engine))
    except BaseException:
        engine.kill()
        raise
    engine.close()


def _batches(
    store: Store, tasks: Sequence[str], work: Callable[[Sequence[str]], list[dict[str, Any]]]
) -> Iterator[pa.Table]:
    for start in range(0, len(tasks), BATCH):
        bodies = [body for _, body in store.bodies("tasks", list(tasks[start : start + BATCH]))]
        yield pa.Table.from_pylist(work(bodies), schema=PATTERNS)


def _spread(engine: LocalEngine, bodies: Sequence[str]) -> list[dict[str, Any]]:
    # One record holds a shard's tasks: their graphs are hashed together.
    parts = [bodies[start : start + SHARD] for start in range(0, len(bodies), SHARD)]
    items = [Item(f"patterns {number}", f"[{','.join(part)}]") for number, part in enumerate(parts)]

    async def all_of_them() -> list[list[Rows]]:
        return await asyncio.gather(*(engine.run(pattern_records, (item,)) for item in items))

    return [row for shard in asyncio.run(all_of_them()) for rows in shard for row in rows["patterns"]]


def _same(labels: Labels) -> Labels:
    return labels


def pattern_records(labels: Labels, bodies: str) -> Rows:
    """The patterns of a JSON array of tasks: the work of a process."""
    return {"patterns": [found.model_dump() for found in patterns_of(_TASKS.validate_json(bodies), *labels)]}


def _rows(labels: Labels, bodies: Sequence[str]) -> list[dict[str, Any]]:
    return [found.model_dump() for found in patterns_of([Compared.model_validate_json(b) for b in bodies], *labels)]

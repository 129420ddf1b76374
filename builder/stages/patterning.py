"""The patterns of a store's tasks in batches; of a large store by several processes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, TypeAlias

import pyarrow as pa

from builder.engines import Item, LocalEngine, Shard
from builder.engines.base import Rows
from builder.recipe.patterns import Compared, Pattern, pattern
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
        yield from _batches(store, tasks, lambda items: [row for item in items for row in _work(labels, item.body)])
        return
    engine = LocalEngine(partial(_same, labels), workers)
    try:
        yield from _batches(store, tasks, partial(_spread, engine))
    except BaseException:
        engine.kill()
        raise
    engine.close()


def _batches(
    store: Store, tasks: Sequence[str], work: Callable[[list[Item]], list[dict[str, Any]]]
) -> Iterator[pa.Table]:
    for start in range(0, len(tasks), BATCH):
        items = [Item(*body) for body in store.bodies("tasks", list(tasks[start : start + BATCH]))]
        yield pa.Table.from_pylist(work(items), schema=PATTERNS)


def _spread(engine: LocalEngine, items: list[Item]) -> list[dict[str, Any]]:
    shards: list[Shard] = [tuple(items[start : start + SHARD]) for start in range(0, len(items), SHARD)]

    async def all_of_them() -> list[list[Rows]]:
        return await asyncio.gather(*(engine.run(pattern_record, shard) for shard in shards))

    return [row for shard in asyncio.run(all_of_them()) for rows in shard for row in rows["patterns"]]


def _same(labels: Labels) -> Labels:
    return labels


def pattern_record(labels: Labels, body: str) -> Rows:
    """The pattern of one task: the work of a process."""
    return {"patterns": _work(labels, body)}


def _work(labels: Labels, body: str) -> list[dict[str, Any]]:
    return [pattern(Compared.model_validate_json(body), *labels).model_dump()]

"""Dedup: the patterns of all verified tasks, and which of them repeat another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import duckdb
import pyarrow as pa

from builder import sql
from builder.recipe.dedup import near_texts, repeats
from builder.recipe.patterns import Pattern, pattern
from builder.settings import Settings
from builder.stages.workbench import open_pool
from builder.store import Store

KINDS = ("exact_text", "normal_text", "bindings", "answer_graph")
"""Ways to repeat, from the plainest: a task is compared by the next key only when it repeats nothing by those before.
Each is `sql/dedup/<kind>.sql`; of equal tasks the smallest id stays."""

PATTERNS = pa.schema(
    [
        (name, pa.int32() if field.annotation is int else pa.string(), False)
        for name, field in Pattern.model_fields.items()
    ]
)

NEAR = "near_text"
"""The last kind: nearly the same words about the same seed entity, with the same call graph and answer."""

DUPLICATES = pa.schema(
    [("task", pa.string()), ("kept", pa.string()), ("kind", pa.string()), ("similarity", pa.float64())]
)

_BATCH = 4096
"""Patterns inserted at a time; one has about two kilobytes."""


def dedup(store: Store, settings: Settings) -> None:
    """Fill `patterns` and `duplicates` anew from all verified tasks, in one transaction."""
    structural = {
        tool: frozenset(name for name, parameter in spec.parameters.items() if parameter.structural)
        for tool, spec in open_pool(settings).declared.items()
    }
    tasks = [row[0] for row in store.query("dedup/verified", fingerprint=store.fingerprint)]
    with store.transaction() as connection:
        connection.execute(sql.load("dedup/clear"))
        for batch in _patterns(store, tasks, structural):
            write_batch(connection, "dedup/insert_patterns", batch)
        mark_duplicates(connection, store.fingerprint)
        connection.execute(sql.load("dedup/outcomes"), {"fingerprint": store.fingerprint})


def mark_duplicates(connection: duckdb.DuckDBPyConnection, fingerprint: str) -> None:
    """Compare all patterns, kind by kind; near-duplicate texts last, since only that takes time."""
    for kind in KINDS:
        connection.execute(sql.load(f"dedup/{kind}"))
    mark_near_texts(connection, fingerprint)
    connection.execute(sql.load("dedup/roots"))


def mark_near_texts(connection: duckdb.DuckDBPyConnection, fingerprint: str) -> None:
    """Mark tasks that are worded nearly as another with the same seed entity, call graph and answer."""
    found = connection.execute(sql.load("dedup/near_candidates")).fetchall()
    near = near_texts([text for _, text, _ in found])
    pairs = [pair for pair in near.pairs if found[pair[0]][2] == found[pair[1]][2]]
    rows = [
        {"task": task, "kept": kept, "kind": NEAR, "similarity": similarity}
        for task, (kept, similarity) in repeats([task for task, _, _ in found], pairs).items()
    ]
    write_batch(connection, "dedup/insert_duplicates", pa.Table.from_pylist(rows, schema=DUPLICATES))
    detail = f"{near.blind} of {len(found)} texts share too few rare words and were compared by MinHash"
    connection.execute(sql.load("dedup/near_outcome"), {"fingerprint": fingerprint, "detail": detail})


def write_batch(connection: duckdb.DuckDBPyConnection, query: str, batch: pa.Table) -> None:
    """Run an insert that reads its rows from `batch`."""
    connection.register("batch", batch)
    try:
        connection.execute(sql.load(query))
    finally:
        connection.unregister("batch")


def _patterns(store: Store, tasks: list[str], structural: Mapping[str, frozenset[str]]) -> Iterator[pa.Table]:
    for start in range(0, len(tasks), _BATCH):
        rows = [pattern(task, structural).model_dump() for task in store.tasks(tasks[start : start + _BATCH])]
        yield pa.Table.from_pylist(rows, schema=PATTERNS)

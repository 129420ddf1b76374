"""Dedup: the patterns of all verified tasks, and which of them repeat another, or a benchmark."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

from builder import sql
from builder.errors import SettingsError
from builder.recipe.dedup import alike, near_texts, repeats
from builder.settings import DedupSettings, Settings
from builder.stages.batches import write_batch
from builder.stages.decontaminate import mark_hits
from builder.stages.embeddings import read_embeddings
from builder.stages.patterning import labels_of, patterns
from builder.stages.session import cores
from builder.stages.workbench import open_pool
from builder.store import Store

KINDS = ("exact_text", "normal_text", "bindings", "answer_graph")
"""Ways to repeat, from the plainest: a task is compared by the next key only when it repeats nothing by those before.
Each is `sql/dedup/<kind>.sql`; of equal tasks the smallest id stays."""

NEAR = "near_text"
"""Then: nearly the same words about the same seed entity, with the same call graph and answer."""

SEMANTIC = "semantic"
"""Last, where embeddings are given: the same work, and questions that the embeddings call one."""

DUPLICATES = pa.schema(
    [("task", pa.string()), ("kept", pa.string()), ("kind", pa.string()), ("similarity", pa.float64())]
)


def dedup(store: Store, settings: Settings) -> None:
    """Fill `patterns` and `duplicates` anew from all verified tasks, in one transaction."""
    labels, workers = labels_of(open_pool(settings)), settings.engine.workers or cores()
    tasks = [row[0] for row in store.query("dedup/verified", fingerprint=store.fingerprint)]
    with store.transaction() as connection:
        connection.execute(sql.load("dedup/clear"))
        for batch in patterns(store, tasks, labels, workers):
            write_batch(connection, "dedup/insert_patterns", batch)
        mark_duplicates(connection, store.fingerprint, settings.dedup)
        connection.execute(sql.load("dedup/outcomes"), {"fingerprint": store.fingerprint})
        mark_hits(store, connection, tasks, settings)


def mark_duplicates(
    connection: duckdb.DuckDBPyConnection, fingerprint: str, policy: DedupSettings | None = None
) -> None:
    """Compare all patterns, kind by kind; near-duplicate texts last, since only that takes time."""
    policy = policy or DedupSettings()
    for kind in KINDS:
        connection.execute(sql.load(f"dedup/{kind}"))
    mark_near_texts(connection, fingerprint, policy)
    if policy.embeddings is not None:
        mark_alike(connection, policy)
    connection.execute(sql.load("dedup/roots"))


def mark_near_texts(connection: duckdb.DuckDBPyConnection, fingerprint: str, policy: DedupSettings) -> None:
    """Mark tasks that are worded nearly as another with the same seed entity, call graph and answer."""
    found = connection.execute(sql.load("dedup/near_candidates")).fetchall()
    near = near_texts([row[2] for row in found], policy.near_text, policy.anchors, policy.most_common)
    _mark(connection, NEAR, found, [pair for pair in near.pairs if found[pair[0]][3] == found[pair[1]][3]])
    detail = f"{near.blind} of {len(found)} texts share too few rare words and were compared by MinHash"
    connection.execute(sql.load("dedup/near_outcome"), {"fingerprint": fingerprint, "detail": detail})


def mark_alike(connection: duckdb.DuckDBPyConnection, policy: DedupSettings) -> None:
    """Mark tasks that embeddings call one question, with the same seed entity, call graph and answer."""
    vectors = read_embeddings(Path(policy.embeddings or ""), policy.embeddings_sha256 or "")
    found = connection.execute(sql.load("dedup/near_candidates")).fetchall()
    absent = [row[1] for row in found if row[1] not in vectors]
    if absent:
        raise SettingsError(
            f"dedup.embeddings: {policy.embeddings} has no embedding of {absent[0]} (and {len(absent) - 1:,} more): "
            "embed the questions of all tasks that a near duplicate is possible of"
        )
    if found:
        matrix = np.stack([vectors[row[1]] for row in found])
        _mark(connection, SEMANTIC, found, alike(matrix, [row[3] for row in found], policy.cosine))


def _mark(
    connection: duckdb.DuckDBPyConnection, kind: str, found: list[Any], pairs: Sequence[tuple[int, int, float]]
) -> None:
    """Of tasks that pairs join, the oldest and then the smallest id stays; one of an earlier release always does."""
    ranked = repeats([f"{age} {task}" for age, task, *_ in found], pairs)
    rows = [
        {"task": task[2:], "kept": kept[2:], "kind": kind, "similarity": similarity}
        for task, (kept, similarity) in ranked.items()
        if task.startswith("1")
    ]
    write_batch(connection, "dedup/insert_duplicates", pa.Table.from_pylist(rows, schema=DUPLICATES))

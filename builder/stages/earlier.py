"""Join earlier releases: their tasks are compared with, and what repeats one of them is left out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pyarrow as pa

from builder import sql
from builder.hub.manifest import read_manifest
from builder.hub.reading import task_bodies
from builder.identity import digest
from builder.recipe.patterns import pattern
from builder.records.rows import TaskRow
from builder.stages.batches import write_batch
from builder.stages.patterning import Labels
from builder.store import Store
from builder.store.tables import task_row

_TASK = ("id", "question", "seed_type", "seed", "answer_kind")
_PATTERN = ("normal_text", "call_graph", "bindings", "evidence", "answer")

EARLIER = pa.schema([(name, pa.string()) for name in (*_TASK, *_PATTERN)])


def join_earlier(store: Store, folders: Sequence[Path], labels: Callable[[], Labels]) -> None:
    """Let the tasks of earlier releases be compared with, in place of those joined before; again only on a change.

    Raises ReleaseError for a folder that is no release.
    """
    known = ",".join(digest(read_manifest(folder).model_dump(mode="json")) for folder in folders)
    if (store.query("dedup/earlier_known") or [("",)])[0][0] == known:
        return
    with store.transaction() as connection:
        connection.execute(sql.load("dedup/earlier_clear"), {"known": known})
        for folder in folders:
            found = labels()
            rows = [_row(TaskRow.model_validate(body), found) for body in task_bodies(folder)]
            write_batch(connection, "dedup/earlier_insert", pa.Table.from_pylist(rows, schema=EARLIER))


def _row(row: TaskRow, labels: Labels) -> dict[str, str]:
    task = row.to_task()
    said, found = task_row(task), pattern(task, *labels)
    return {name: said[name] for name in _TASK} | {name: getattr(found, name) for name in _PATTERN}

"""Join earlier releases: their tasks are compared with, and what repeats one of them is left out.

What they are compared by takes as long to make as a comparison of all. It is kept by release, for the stores to come.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from builder import sql
from builder.hub.manifest import read_manifest
from builder.hub.reading import task_bodies
from builder.identity import digest
from builder.recipe.patterns import Compared, patterns
from builder.records.tasks import Seed
from builder.stages.batches import write_batch
from builder.stages.patterning import BATCH, Labels, Structural
from builder.store import Store
from builder.store.tables import seed_text

KEPT = 1
"""Raise when a kept row holds something else, and it is not the recipe that changed."""

_TASK = ("id", "question", "seed_type", "seed", "answer_kind")
_PATTERN = ("normal_text", "call_graph", "bindings", "evidence", "answer")

EARLIER = pa.schema([(name, pa.string()) for name in (*_TASK, *_PATTERN)])


def join_earlier(store: Store, folders: Sequence[Path], labels: Callable[[], Labels], kept: Path | None = None) -> None:
    """Let the tasks of earlier releases be compared with, in place of those joined before; again only on a change.

    `kept` is a folder for what was made of releases by one recipe and pool. Raises ReleaseError for a folder that is
    no release.
    """
    manifests = [digest(read_manifest(folder).model_dump(mode="json")) for folder in folders]
    known = ",".join(manifests)
    if (store.query("dedup/earlier_known") or [("",)])[0][0] == known:
        return
    with store.transaction() as connection:
        connection.execute(sql.load("dedup/earlier_clear"), {"known": known})
        for folder, manifest in zip(folders, manifests, strict=True):
            write_batch(connection, "dedup/earlier_insert", _earlier(folder, manifest, labels, kept))


def _earlier(folder: Path, manifest: str, labels: Callable[[], Labels], kept: Path | None) -> pa.Table:
    """A release as rows of the table `earlier`. Safe against others that keep the same."""
    path = None if kept is None else kept / f"{KEPT}-{manifest}.parquet"
    if path is not None and path.exists():
        return pq.read_table(path)
    structural, _ = labels()
    bodies, parts = task_bodies(folder), [EARLIER.empty_table()]
    while some := list(islice(bodies, BATCH)):
        parts.append(pa.Table.from_pylist(_rows(some, structural), schema=EARLIER))
    made = pa.concat_tables(parts)
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=path.parent) as beside:
            pq.write_table(made, Path(beside) / path.name)
            (Path(beside) / path.name).replace(path)
    return made


def _rows(bodies: Sequence[Mapping[str, Any]], structural: Structural) -> list[dict[str, str]]:
    tasks = [_compared(body) for body in bodies]
    rows = []
    for body, task, found in zip(bodies, tasks, patterns(tasks, structural), strict=True):
        seed = Seed(type=body["seed_type"], value=json.loads(body["seed"]), label=body["seed_label"])
        said = (task.id, task.question, seed.type, seed_text(seed), task.answer.spec.kind)
        rows.append(dict(zip(_TASK, said, strict=True)) | {name: getattr(found, name) for name in _PATTERN})
    return rows


def _compared(body: Mapping[str, Any]) -> Compared:
    """A row of the config `tasks` as far as it is compared: the results of its calls are most of it."""
    parsed = {name: json.loads(body[name]) for name in ("answer", "calls", "derivation")}
    return Compared.model_validate({**body, **parsed})

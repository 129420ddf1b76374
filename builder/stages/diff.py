"""Diff: what changed between two release folders, with the diversity metrics of both."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import duckdb
import pyarrow as pa

from builder import sql
from builder.errors import ReleaseError
from builder.hub.card import METRICS
from builder.hub.changes import Key, Side, compare, read_reasons
from builder.hub.manifest import content_digest, read_manifest
from builder.hub.reading import bodies
from builder.hub.views import query
from builder.recipe.patterns import pattern
from builder.records.rows import TaskRow
from builder.records.versions import Difference
from builder.stages.batches import write_batch
from builder.stages.check_files import check_files
from builder.stages.datasets import TASKS
from builder.stages.patterning import PATTERNS
from builder.stages.score import measure
from builder.stages.select import CHOICES
from builder.tools.pool import ToolPool

SCOPES = ("pool", "sft", "rl")

Structural = Mapping[str, frozenset[str]]
"""Parameters of each tool whose literals make another call of it."""


def diff(before: Path, after: Path, structural: Structural | None = None) -> Difference:
    """What changed from `before` to `after`. Raises ReleaseError when one is no sound release folder.

    Without `structural` the call graphs of both are told apart by tools alone.
    """
    for folder in (before, after):
        problems = check_files(folder, read_manifest(folder))
        if problems:
            raise ReleaseError(f"{folder} is not as it was published: {problems[0]} (take a sound copy)")
    sides = [Side(folder, read_manifest(folder)) for folder in (before, after)]
    known: dict[Key, str] = {}
    parent = sides[1].manifest.parent
    if parent is not None and parent.digest == content_digest(sides[0].manifest.files):
        known = read_reasons(sides[1])
    return difference(sides[0], sides[1], structural or {}, known)


def difference(before: Side, after: Side, structural: Structural, known: Mapping[Key, str]) -> Difference:
    """The same over opened sides, with reasons that are known."""
    old, new = (metrics(side, structural) for side in (before, after))
    both = {name: (old.get(name), new.get(name)) for name in dict.fromkeys([*old, *new])}
    return compare(before, after, both, known)


def structural_of(pool: ToolPool) -> Structural:
    """Which literals make another call, from the specs."""
    return {
        tool: frozenset(name for name, parameter in spec.parameters.items() if parameter.structural)
        for tool, spec in pool.declared.items()
    }


def metrics(side: Side, structural: Structural) -> dict[str, float]:
    """The six DIVE metrics of a release's tasks, and of those that its splits hold, by name and scope."""
    tasks, patterns = [], []
    for path in sorted((side.folder / "tasks").glob("*.parquet")):
        for body in bodies(path):
            task = TaskRow.model_validate(body).to_task()
            tasks.append(
                {
                    "id": task.id,
                    "question": task.question,
                    "num_calls": len(task.calls),
                    "tools": list(task.tools_used),
                }
            )
            patterns.append(pattern(task, structural).model_dump())
    held = {(config, task) for config, _, task in query(side.views, "changes/holders")}
    choices = [
        {"config": config, "split": "train", "position": 0, "task": task, "attempt": None, "gain": 0.0}
        for config, task in sorted(held)
    ]
    with duckdb.connect(":memory:", config={"threads": 2}) as connection:
        for name in sql.names("schema"):
            connection.execute(sql.load(name))
        write_batch(connection, "score/insert_foreign", pa.Table.from_pylist(tasks, schema=TASKS))
        write_batch(connection, "dedup/insert_patterns", pa.Table.from_pylist(patterns, schema=PATTERNS))
        write_batch(connection, "select/insert", pa.Table.from_pylist(choices, schema=CHOICES))
        present = [scope for scope in SCOPES if scope == "pool" or any(config == scope for config, _ in held)]
        return {
            f"{METRICS[metric]} ({scope})": measure(connection, metric, scope)
            for metric in METRICS
            for scope in present
        }

"""Read stores, releases and other people's datasets into the tables of a store in memory."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from builder import sql
from builder.errors import SettingsError
from builder.hub.manifest import read_manifest
from builder.hub.reading import task_bodies
from builder.identity import canonical_json
from builder.recipe.formats import COLUMNS, ForeignTask, depth_and_width, foreign_patterns, format_of, read_row
from builder.recipe.patterns import patterns
from builder.records.rows import TaskRow
from builder.records.tasks import Task
from builder.stages.batches import write_batch
from builder.stages.dedup import KINDS
from builder.stages.patterning import PATTERNS, SHARD, Labels
from builder.stages.score import write_scores
from builder.stages.select import CHOICES
from builder.store import Store

_BATCH = 4096

TASKS = pa.schema(
    [
        ("id", pa.string()),
        ("domain", pa.string()),
        ("exemplar", pa.string()),
        ("question", pa.string()),
        ("answer_kind", pa.string()),
        ("num_calls", pa.int32()),
        ("depth", pa.int32()),
        ("width", pa.int32()),
        ("tools", pa.list_(pa.string())),
    ]
)

Row = dict[str, Any]


def choice(config: str, position: int, task: str) -> Row:
    """A row of the table `choices`."""
    return {"config": config, "split": "train", "position": position, "task": task, "attempt": None, "gain": 0.0}


def in_memory() -> duckdb.DuckDBPyConnection:
    """The tables of a store, empty."""
    connection = duckdb.connect(":memory:", config={"threads": 2})
    for schema in sql.names("schema"):
        connection.execute(sql.load(schema))
    return connection


def read_store(path: Path) -> duckdb.DuckDBPyConnection:
    """Tasks of a store that repeat no other, and what was chosen of them. Raises SettingsError before its dedup."""
    with Store.read(path) as store:
        known = {row[0] for row in store.query("queue/applied_migrations")}
        if set(sql.names("schema")) - known or not store.query("score/repeats")[0][0]:
            raise SettingsError(
                f"{path} has no patterns of this version: bring it up to date with `dive-builder run --store {path}`"
            )
        connection = in_memory()
        for query, insert in (
            ("score/store_tasks", "score/insert_foreign"),
            ("score/store_patterns", "dedup/insert_patterns"),
            ("score/store_duplicates", "dedup/insert_duplicates"),
            ("score/store_choices", "select/insert"),
        ):
            write_batch(connection, insert, store.connection.sql(sql.load(query)).to_arrow_table())
    return connection


def read_release(folder: Path, labels: Labels) -> duckdb.DuckDBPyConnection:
    """The tasks of a release, each with the configs that hold rows of it."""
    read_manifest(folder)
    return read_tasks(folder, labels)


def read_tasks(folder: Path, labels: Labels) -> duckdb.DuckDBPyConnection:
    """The same of a release whose manifest is not written yet."""
    connection = in_memory()
    tasks: list[Row] = []
    found: list[Row] = []
    choices: list[Row] = []
    waiting: list[Task] = []
    for body in task_bodies(folder):
        row = TaskRow.model_validate(body)
        task = row.to_task()
        waiting.append(task)
        if len(waiting) == SHARD:
            found += [each.model_dump() for each in patterns(waiting, *labels)]
            waiting = []
        tasks.append(
            {
                **{name: getattr(task, name) for name in ("id", "domain", "exemplar", "question")},
                "answer_kind": task.answer.spec.kind,
                "num_calls": len(task.calls),
                "depth": task.depth,
                "width": task.width,
                "tools": list(task.tools_used),
            }
        )
        choices += [choice(place.partition("/")[0], len(choices), task.id) for place in row.splits]
    found += [each.model_dump() for each in patterns(waiting, *labels)]
    write_batch(connection, "score/insert_foreign", pa.Table.from_pylist(tasks, schema=TASKS))
    write_batch(connection, "dedup/insert_patterns", pa.Table.from_pylist(found, schema=PATTERNS))
    write_batch(connection, "select/insert", pa.Table.from_pylist(choices, schema=CHOICES))
    return connection


def read_dataset(path: Path, limit: int | None = None) -> duckdb.DuckDBPyConnection:
    """Tasks, patterns, duplicates and scores (scope `pool`) of a JSONL, JSON or Parquet file, or a folder of them;
    the first `limit` rows.

    Rows without calls are left out. Raises SettingsError naming file and row when it is of no known format, or broken.
    """
    connection = in_memory()
    batch: list[tuple[str, ForeignTask]] = []
    for number, (where, row) in enumerate(_rows(path)):
        if limit is not None and number >= limit:
            break
        name = format_of(list(row))
        if name is None:
            wanted = "; ".join(f"{known}: {', '.join(sorted(columns))}" for known, columns in COLUMNS.items())
            raise SettingsError(f"{where}: no known format has the columns {', '.join(row)} (known are {wanted})")
        try:
            task = read_row(name, row)
        except ValueError as error:
            raise SettingsError(f"{where}: {error} (leave the row out, or mend it)") from error
        if task.calls:
            batch.append((f"row_{number:09d}", task))
        if len(batch) == _BATCH:
            _write(connection, batch)
            batch = []
    _write(connection, batch)
    for kind in KINDS[:3]:
        # Without answers and evidence of results, the last kind would merge what only calls alike.
        connection.execute(sql.load(f"dedup/{kind}"))
    write_scores(connection, ["pool"])
    return connection


def _write(connection: duckdb.DuckDBPyConnection, batch: list[tuple[str, ForeignTask]]) -> None:
    tasks = []
    for identity, task in batch:
        tools = sorted({tool for tool, _ in task.calls})
        depth, width = depth_and_width(task)
        tasks.append(
            {
                "id": identity,
                "question": task.question,
                "num_calls": len(task.calls),
                "depth": depth,
                "width": width,
                "tools": tools,
            }
        )
    found = [each.model_dump() for each in foreign_patterns(batch)]
    write_batch(connection, "score/insert_foreign", pa.Table.from_pylist(tasks, schema=TASKS))
    write_batch(connection, "dedup/insert_patterns", pa.Table.from_pylist(found, schema=PATTERNS))


def _rows(path: Path) -> Iterator[tuple[str, Row]]:
    """Rows with the place that a message names."""
    if path.is_dir():
        files = sorted(file for file in path.rglob("*") if file.suffix in (".jsonl", ".json", ".parquet"))
        if not files:
            raise SettingsError(f"{path} holds no .jsonl, .json or .parquet file: name the folder of the data")
        for file in files:
            yield from _rows(file)
    elif path.suffix == ".parquet":
        yield from _parquet(path)
    else:
        yield from _text(path)


def _parquet(path: Path) -> Iterator[tuple[str, Row]]:
    try:
        number = 0
        for batch in pq.ParquetFile(path).iter_batches(1024):
            for row in batch.to_pylist():
                number += 1
                yield f"{path}: row {number}", row
    except (OSError, pa.ArrowException) as error:
        raise SettingsError(f"{path}: cannot be read as Parquet: {error} (name another file)") from error


def _text(path: Path) -> Iterator[tuple[str, Row]]:
    """One object per line, or one array of objects."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: cannot be read: {error} (name a .jsonl, .json or .parquet file)") from error
    try:
        pieces = json.loads(text) if text.lstrip().startswith("[") else text.split("\n")
    except json.JSONDecodeError as error:
        raise SettingsError(f"{path}: broken JSON: {error} (mend the file)") from error
    for number, piece in enumerate(pieces, 1):
        where = f"{path}: row {number}"
        if isinstance(piece, str):
            if not piece.strip():
                continue
            try:
                piece = json.loads(piece)
            except json.JSONDecodeError as error:
                raise SettingsError(f"{where}: broken JSON: {error} (mend the line)") from error
        if not isinstance(piece, dict):
            raise SettingsError(f"{where}: {canonical_json(piece)[:60]} is no object (each row must be one)")
        yield where, piece

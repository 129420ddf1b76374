"""Open a store, bring its schema up to date, read it, and hand batches to its one writer.

DuckDB admits one process to a file. Inside that process reads have cursors of their own, and all
batches go through one writer thread: one transaction each, acknowledged only once committed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any

import duckdb

from builder import sql
from builder.errors import StoreError
from builder.records.attempts import Attempt
from builder.records.tasks import Task
from builder.store.failures import explained
from builder.store.paid import set_aside, take_back
from builder.store.tables import Rows, reworded
from builder.store.writer import Writer

FORMAT = "dive-builder store"
"""Value of the `format` key in `meta`: by it we know our own files."""

_PAGE = 256
"""Records read at a time when iterating; a record has some ten kilobytes."""


class Store:
    """One open store. Use as a context manager; `connection` belongs to the opening thread."""

    def __init__(self, path: Path, fingerprint: str, connection: duckdb.DuckDBPyConnection) -> None:
        """Use `Store.open`."""
        self.path = path
        self.fingerprint = fingerprint
        self.connection = connection
        self._writer = Writer(connection.cursor(), path)
        # A store of an earlier version may be read as it is, and has none.
        self._can_reword = ("wordings",) in connection.execute(sql.load("queue/table_names")).fetchall()

    @classmethod
    def open(cls, path: Path, fingerprint: str, *, fresh: bool = False) -> Store:
        """The store at `path`, made when absent. `fresh` first deletes an earlier store of ours.

        Raises StoreError: held by another process, made with other settings, no store of ours, disk full.
        """
        path = Path(path)
        if path.is_dir():
            raise StoreError(f"{path} is a folder. Name a file with --store, such as {path / 'dive.duckdb'}.")
        with explained(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            paid = _beside(path, ".paid")
            if fresh and path.exists():
                with _connect_to_ours(path) as old_store:
                    set_aside(old_store, paid)
                for old in (path, _beside(path, ".wal"), events_path(path)):
                    old.unlink(missing_ok=True)
            connection = _connect_to_ours(path)
            try:
                _migrate(connection)
                take_back(connection, paid)
                _bind(connection, path, fingerprint)
            except BaseException:
                connection.close()
                raise
        return cls(path, fingerprint, connection)

    @classmethod
    def read(cls, path: Path) -> Store:
        """An existing store, under the settings it was made with, only to look at: many may do so at once."""
        path = Path(path)
        if not path.is_file():
            raise StoreError(
                f"there is no store {path}: name one with --store, or make it with `dive-builder run --store {path}`."
            )
        with explained(path):
            connection = _connect_to_ours(path, read_only=True)
            row = None
            if "meta" in {name for (name,) in connection.execute(sql.load("queue/table_names")).fetchall()}:
                row = connection.execute(sql.load("queue/meta"), {"key": "fingerprint"}).fetchone()
        if row is None:
            connection.close()
            raise StoreError(f"{path} holds nothing yet: run `dive-builder run --store {path}` first.")
        return cls(path, row[0], connection)

    def __enter__(self) -> Store:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Writes what was submitted, then lets go of the file. Safe to call twice."""
        self._writer.close()
        self.connection.close()

    def submit(self, rows: Rows) -> Future[None]:
        """Hand a batch to the writer; done once committed. Blocks while the writer's queue is full."""
        return self._writer.submit(rows)

    def write(self, rows: Rows) -> None:
        """Write a batch and wait until it is committed."""
        self.submit(rows).result()

    def query(self, name: str, **values: Any) -> list[tuple[Any, ...]]:
        """Rows of the query `builder/sql/<name>.sql` with `values` bound to its `$names`."""
        with explained(self.path):
            return self.connection.execute(sql.load(name), values or None).fetchall()

    def stream(self, name: str, **values: Any) -> Iterator[tuple[Any, ...]]:
        """Rows as `query` gives them, read some at a time: for answers that are large."""
        with explained(self.path):
            cursor = self.connection.cursor().execute(sql.load(name), values or None)
            while rows := cursor.fetchmany(_PAGE):
                yield from rows

    @contextmanager
    def transaction(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """The connection inside one transaction, for set queries: all of it is written, or nothing."""
        with explained(self.path):
            self.connection.begin()
            try:
                yield self.connection
            except BaseException:
                self.connection.rollback()
                raise
            self.connection.commit()

    def pending(self, stage: str, **values: Any) -> list[str]:
        """Ids that `stage` has still to do, in the order of their draws (`sql/queue/pending_<stage>`)."""
        rows = self.query(f"queue/pending_{stage}", fingerprint=self.fingerprint, **values)
        return [row[0] for row in rows]

    def bodies(self, table: str, ids: list[str]) -> list[tuple[str, str]]:
        """Id and JSON body of records of `table` (`draws`, `tasks` or `attempts`), in the order of `ids`.

        A task whose rewording was accepted comes with it.
        """
        found = dict(self.query(f"queue/bodies_{table}", ids=ids))
        if table == "tasks" and self._can_reword:
            for task, question, model in self.query("queue/wordings", ids=ids):
                found[task] = reworded(found[task], question, model)
        return [(identity, found[identity]) for identity in ids]

    def tasks(self, ids: Iterable[str] | None = None) -> Iterator[Task]:
        """Tasks by id, or all of them in the order of their draws."""
        for _, body in self._pages("tasks", ids):
            yield Task.model_validate_json(body)

    def attempts(self, ids: Iterable[str] | None = None) -> Iterator[Attempt]:
        """Attempts by id, or all of them sorted by task and id."""
        for _, body in self._pages("attempts", ids):
            yield Attempt.model_validate_json(body)

    def coverage(self, before_wave: int) -> dict[str, dict[str, int]]:
        """How often tasks of earlier waves used each exemplar, tool and seed."""
        counts: dict[str, dict[str, int]] = {"exemplar": {}, "tool": {}, "seed": {}}
        for kind, key, count in self.query("queue/coverage", wave=before_wave):
            counts[kind][key] = count
        return counts

    def _pages(self, table: str, ids: Iterable[str] | None) -> Iterator[tuple[str, str]]:
        wanted = list(ids) if ids is not None else [row[0] for row in self.query(f"queue/ids_{table}")]
        for start in range(0, len(wanted), _PAGE):
            yield from self.bodies(table, wanted[start : start + _PAGE])


def events_path(store: Path) -> Path:
    """Where a run tells other processes how far it is."""
    return _beside(store, ".events.jsonl")


def _beside(path: Path, suffix: str) -> Path:
    return path.with_name(path.name + suffix)


def _connect_to_ours(path: Path, *, read_only: bool = False) -> duckdb.DuckDBPyConnection:
    """Open or make a file; one that holds tables and is not ours is refused untouched."""
    connection = duckdb.connect(str(path), read_only=read_only, config={"threads": 2})
    tables = {row[0] for row in connection.execute(sql.load("queue/table_names")).fetchall()}
    # Nothing yet, or killed before the first schema file was in.
    ours = tables <= {"migrations"} or (
        "meta" in tables and connection.execute(sql.load("queue/meta"), {"key": "format"}).fetchone() == (FORMAT,)
    )
    if not ours:
        connection.close()
        raise StoreError(f"{path} is a DuckDB file of something else. Name another file with --store.")
    return connection


def _migrate(connection: duckdb.DuckDBPyConnection) -> None:
    """Apply the schema files that this store has not seen, in order, each in one transaction."""
    connection.execute(sql.load("queue/migrations"))
    applied = {row[0] for row in connection.execute(sql.load("queue/applied_migrations")).fetchall()}
    known = sql.names("schema")
    if applied - set(known):
        unknown = ", ".join(sorted(applied - set(known)))
        raise StoreError(f"this store was made by a newer version (it has {unknown}): update dive-builder.")
    for name in known:
        if name not in applied:
            connection.begin()
            connection.execute(sql.load(name))
            connection.execute(sql.load("queue/add_migration"), {"name": name})
            if name == known[0]:
                connection.execute(sql.load("queue/add_meta"), {"key": "format", "value": FORMAT})
            connection.commit()


def _bind(connection: duckdb.DuckDBPyConnection, path: Path, fingerprint: str) -> None:
    """Bind a new store to its settings; refuse one that is bound to others."""
    row = connection.execute(sql.load("queue/meta"), {"key": "fingerprint"}).fetchone()
    if row is None:
        connection.execute(sql.load("queue/add_meta"), {"key": "fingerprint", "value": fingerprint})
    elif row[0] != fingerprint:
        raise StoreError(
            f"{path} was made with other settings, tools or recipe ({row[0]}, now {fingerprint}). "
            "Use --fresh to start it anew, or name another file with --store."
        )

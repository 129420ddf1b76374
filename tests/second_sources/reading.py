"""Where values are read from: tables and tools of the pool, and data files of other packages."""

from __future__ import annotations

import importlib.util
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from builder.records.tools import Call
from builder.tools.executor import Executor
from builder.tools.pool import ToolPool
from tests.second_sources.comparing import Value

Reader = Callable[[ToolPool], Mapping[str, Value]]


def column(table: str, key: str, value: str, where: str = "true") -> Reader:
    """Reader of a table of the pool: SQL for the key and for the value; rows without a value are left out."""
    provider, _, name = table.rpartition(".")

    def read(pool: ToolPool) -> dict[str, Value]:
        rows = pool.runtime(provider).connection.execute(
            f'SELECT {key}, {value} FROM "{name}" WHERE ({where}) AND {value} IS NOT NULL ORDER BY ALL'
        )
        return {str(row[0]): _value(row[1]) for row in rows.fetchall()}

    return read


def called(tool: str, field: str, calls: Mapping[str, Mapping[str, Any]]) -> Reader:
    """Reader that calls a tool: arguments by key. What the tool refuses, or answers with null, is left out."""

    def read(pool: ToolPool) -> dict[str, Value]:
        executor, found = Executor(pool), {}
        for key, arguments in calls.items():
            result = executor.execute(Call(tool, dict(arguments)))
            if result.ok and result.value[field] is not None:
                found[key] = _value(result.value[field])
        return found

    return read


def second(read: Callable[[], Mapping[str, Value]]) -> Reader:
    """Reader of a source that needs no pool."""
    return lambda pool: read()


def folder_of(package: str) -> Path:
    """Folder of an installed package, which is not imported: what it would import is not needed for its data."""
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError(f"{package} is not installed: run `make second-sources`", name=package)
    return Path(spec.submodule_search_locations[0])


def rows_of(path: Path, query: str, *arguments: Any) -> Iterator[tuple[Any, ...]]:
    """Rows of an SQLite file, opened for reading alone."""
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as connection:
        yield from connection.execute(query, arguments).fetchall()


def _value(value: Any) -> Value:
    return frozenset(str(part) for part in value) if isinstance(value, list) else value

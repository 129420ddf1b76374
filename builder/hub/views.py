"""A release folder as SQL views: one per config, with the split that each file's name tells."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from builder import sql
from builder.hub.schemas import SCHEMAS


def open_views(folder: Path) -> duckdb.DuckDBPyConnection:
    """An in-memory database with a view per config of `folder`; a config without files is an empty table.

    Only reads; close it when done. Raises duckdb.Error or OSError on files that are no Parquet.
    """
    connection = duckdb.connect(":memory:", config={"threads": 2})
    for config in SCHEMAS:
        paths = [str(path) for path in sorted((folder / config).glob("*.parquet"))]
        if paths:
            files = connection.read_parquet(paths, filename=True)
            split = "split_part(parse_filename(filename), '-', 1) AS split"
            files.project(f"* EXCLUDE (filename), {split}").create_view(config)
        else:
            connection.register(config, _empty(config))
    return connection


def query(connection: duckdb.DuckDBPyConnection, name: str, **values: Any) -> list[tuple[Any, ...]]:
    """Rows of `builder/sql/<name>.sql` with `values` bound to its `$names`."""
    return connection.execute(sql.load(name), values or None).fetchall()


def _empty(config: str) -> Any:
    # As text: DuckDB takes arrow.json from Parquet, and an empty column's type is of no matter here.
    plain = [
        pa.field(f.name, pa.list_(pa.string()))
        if pa.types.is_list(f.type) and isinstance(f.type.value_type, pa.JsonType)
        else f
        for f in SCHEMAS[config]
    ]
    return pa.schema([*plain, pa.field("split", pa.string())]).empty_table()

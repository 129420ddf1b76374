"""Inserts of many rows at once."""

from __future__ import annotations

from typing import Any

import duckdb
import pyarrow as pa

from builder import sql


def write_batch(connection: duckdb.DuckDBPyConnection, query: str, batch: pa.Table, **values: Any) -> None:
    """Run an insert that reads its rows from `batch`, with the query's `values`."""
    connection.register("batch", batch)
    try:
        connection.execute(sql.load(query), values or None)
    finally:
        connection.unregister("batch")

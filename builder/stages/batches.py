"""Inserts of many rows at once."""

from __future__ import annotations

import duckdb
import pyarrow as pa

from builder import sql


def write_batch(connection: duckdb.DuckDBPyConnection, query: str, batch: pa.Table) -> None:
    """Run an insert that reads its rows from `batch`."""
    connection.register("batch", batch)
    try:
        connection.execute(sql.load(query))
    finally:
        connection.unregister("batch")

"""What was paid for outlives a fresh start: replies of models, and what they cost.

They are set aside in a file beside the store until the new store has them, so no kill in between loses them.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

from builder import sql

TABLES = ("replies", "spending")


def set_aside(store: duckdb.DuckDBPyConnection, file: Path) -> None:
    """Copy what was paid for out of a store that is about to be deleted. Nothing to copy: no file."""
    tables = {row[0] for row in store.execute(sql.load("queue/table_names")).fetchall()}
    if not set(TABLES) <= tables or store.execute(sql.load("queue/spending_rows")).fetchone() == (0,):
        return
    part = file.with_name(file.name + ".part")
    part.unlink(missing_ok=True)
    store.execute(f"ATTACH '{_quoted(part)}' AS paid")
    for table in TABLES:
        store.execute(f"CREATE TABLE paid.{table} AS FROM {table}")
    store.execute("DETACH paid")
    part.replace(file)


def take_back(store: duckdb.DuckDBPyConnection, file: Path) -> None:
    """Move what was set aside into a new store."""
    if not file.exists():
        return
    store.execute(f"ATTACH '{_quoted(file)}' AS paid (READ_ONLY)")
    store.begin()
    # A kill after the commit leaves the file: spending has no key, so a store that has some was filled before.
    if store.execute(sql.load("queue/spending_rows")).fetchone() == (0,):
        for table in TABLES:
            store.execute(f"INSERT INTO {table} BY NAME FROM paid.{table}")
    store.commit()
    store.execute("DETACH paid")
    file.unlink()


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")

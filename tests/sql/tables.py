"""Hand-made tables for the queries: a store in memory, a few rows, and what is left unsaid filled in."""

from __future__ import annotations

from typing import Any

import duckdb

from builder import sql

Rows = list[tuple[Any, ...]]


def empty_store() -> duckdb.DuckDBPyConnection:
    """The schema in memory."""
    connection = duckdb.connect(":memory:", config={"threads": 1})
    for name in sql.names("schema"):
        connection.execute(sql.load(name))
    return connection


def add_task(connection: duckdb.DuckDBPyConnection, task: str, **columns: Any) -> None:
    """A task with its pattern. What is not said differs from task to task."""
    tools = columns.get("tools", ["a"])
    row = {
        "id": task, "draw": task, "domain": "general", "exemplar": "e", "seed_type": "island", "seed": f"seed {task}",
        "question": f"Question {task}?", "answer_kind": "number", "num_calls": len(tools), "depth": 1, "width": 1,
        "tools": tools, "domains": ["general"], "body": "{}",
    }  # fmt: skip
    pattern = {
        "task": task, "normal_text": f"question {task}", "call_sequence": f"sequence {task}",
        "call_graph": f"graph {task}", "topology": "R", "bindings": f"bindings {task}", "toolset": f"toolset {task}",
        "literals": f'["{task}"]', "tool_types": len(set(tools)), "shape": f"shape {task}",
        "evidence": f"evidence {task}", "answer": "1", "derivation": f"derivation {task}",
        "outline": "C", "frame": "f", "operators": [], "type_paths": [], "joined": True,
    }  # fmt: skip
    unknown = columns.keys() - row.keys() - pattern.keys()
    assert not unknown, unknown
    for table, values in (("tasks", row), ("patterns", pattern)):
        values |= {name: columns[name] for name in values.keys() & columns.keys()}
        places = ", ".join("?" for _ in values)
        connection.execute(f"INSERT INTO {table} ({', '.join(values)}) VALUES ({places})", list(values.values()))


def add(connection: duckdb.DuckDBPyConnection, table: str, *rows: tuple[Any, ...]) -> None:
    """Plain rows of a table, all columns in order."""
    connection.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' for _ in rows[0])})", list(rows))


def query(connection: duckdb.DuckDBPyConnection, name: str, **values: Any) -> Rows:
    """Rows of `builder/sql/<name>.sql`."""
    return connection.execute(sql.load(name), values or None).fetchall()

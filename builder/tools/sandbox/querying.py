"""One SQL query over rows that were given: a locked DuckDB in memory, inside the sandbox.

Settings are those of duckdb.org's "Securing DuckDB", set before anything of a caller's is seen, then locked.
"""

from __future__ import annotations

import csv
import datetime
import decimal
import io
import math
import re
import uuid
from typing import Any

LOCKED = {
    "enable_external_access": "false",
    "autoload_known_extensions": "false",
    "autoinstall_known_extensions": "false",
    "allow_community_extensions": "false",
    "allow_persistent_secrets": "false",
    "python_enable_replacements": "false",
    "memory_limit": "192MB",
    "threads": "1",
    "max_temp_directory_size": "0B",
    "temp_directory": "",
}

MAX_ROWS = 1000
"""Rows of a result. One with more fails whole: nothing is cut (law 5)."""

_INTEGER = re.compile(r"[+-]?\d{1,18}", re.ASCII)
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


class Unfit(ValueError):
    """The rows are none that a table could be made of."""


def answer(document: dict[str, Any]) -> dict[str, Any]:
    """Columns, types and rows of the query's result, and the rows as objects.

    Raises Unfit for rows that make no table, ValueError for what is no single SELECT or gives too many rows; DuckDB's
    errors say what else is wrong with a query.
    """
    import duckdb

    connection = duckdb.connect(":memory:", config=dict(LOCKED))
    connection.execute("SET lock_configuration = true")
    for name, table in document["tables"].items():
        _fill(connection, name, _columns(table))
    # random() and the like: the same for the same query.
    connection.execute("SELECT setseed(0)").fetchall()
    statements = connection.extract_statements(document["program"])
    if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
        raise ValueError(f"one SELECT is run, and {len(statements)} statements were given, or one of another kind")
    # Only those that the query names: DuckDB refuses others.
    values = {name: value for name, value in document["values"].items() if name in statements[0].named_parameters}
    cursor = connection.execute(statements[0], values)
    names, types = [c[0] for c in cursor.description], [str(c[1]) for c in cursor.description]
    found = cursor.fetchmany(MAX_ROWS + 1)
    if len(found) > MAX_ROWS:
        raise ValueError(f"the result has more than {MAX_ROWS} rows: aggregate, filter, or add a LIMIT")
    rows = [[_plain(value) for value in row] for row in found]
    return {
        "columns": names,
        "types": types,
        "rows": rows,
        "records": [dict(zip(names, row, strict=True)) for row in rows],
    }


def _columns(table: dict[str, Any]) -> dict[str, list[Any]]:
    """Values by column. CSV gets its types here, since DuckDB may open no file."""
    if "columns" in table:
        columns: dict[str, list[Any]] = table["columns"]
        if len({len(values) for values in columns.values()}) > 1:
            sizes = ", ".join(f"{name} {len(values)}" for name, values in columns.items())
            raise Unfit(f"columns must have equally many values, and have: {sizes}")
        return columns
    try:
        rows = [row for row in csv.reader(io.StringIO(table["csv"].strip()), strict=True) if row]
    except csv.Error as error:
        raise Unfit(f"the rows are no CSV text: {error}") from None
    if len(rows) < 2:
        raise Unfit("the rows are CSV text: a header, then at least one row")
    header = [name.strip() for name in rows[0]]
    folded = [name.lower() for name in header]
    if len(set(folded)) != len(folded) or "" in folded:
        raise Unfit(f"each column needs a name of its own in the header, and it reads {', '.join(header)}")
    for number, row in enumerate(rows[1:], 2):
        if len(row) != len(header):
            raise Unfit(f"line {number} has {len(row)} values, and the header has {len(header)}")
    return {name: [row[i].strip() or None for row in rows[1:]] for i, name in enumerate(header)}


def _fill(connection: Any, name: str, columns: dict[str, list[Any]]) -> None:
    casts = []
    for number, (column, values) in enumerate(columns.items()):
        quoted = column.replace('"', '""')
        casts.append(f'unnest(CAST(${number + 1} AS {_type(values)}[])) AS "{quoted}"')
    connection.execute(f'CREATE TABLE "{name}" AS SELECT {", ".join(casts)}', list(columns.values()))


def _type(values: list[Any]) -> str:
    """The narrowest type that holds all values of a column."""
    given = [value for value in values if value is not None]
    if given and all(isinstance(value, bool) for value in given):
        return "BOOLEAN"
    texts = [str(value) for value in given]
    for pattern, kind in ((_INTEGER, "BIGINT"), (_NUMBER, "DOUBLE"), (_DAY, "DATE")):
        if texts and all(pattern.fullmatch(text) for text in texts):
            return kind
    return "VARCHAR"


def _plain(value: Any) -> Any:
    """A value as JSON has it. Dates are ISO texts; what JSON cannot hold is an error, not a gap."""
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError(f"a value of the result is {value}, which is no number")
    if isinstance(value, decimal.Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    if isinstance(value, datetime.timedelta | uuid.UUID):
        return str(value)
    if isinstance(value, list | tuple):
        return [_plain(member) for member in value]
    if isinstance(value, dict):
        return {str(name): _plain(member) for name, member in value.items()}
    if value is None or isinstance(value, bool | int | float | str):
        return value
    raise ValueError(f"a value of the result is a {type(value).__name__}: cast it to a text or a number")

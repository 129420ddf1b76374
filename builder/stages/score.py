"""Score: how diverse the pool is, and what was chosen from it, by the queries of `sql/diversity/`."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb
import pyarrow as pa

from builder import sql
from builder.errors import SettingsError
from builder.recipe.diversity import METRICS, PARTITIONS
from builder.settings import Settings
from builder.stages.dedup import write_batch
from builder.store import Store

SCORES = pa.schema([("metric", pa.string()), ("scope", pa.string()), ("value", pa.float64())])


def score(store: Store, settings: Settings) -> None:
    """Score the pool: all verified tasks that repeat no other. Selection scores what it chose."""
    with store.transaction() as connection:
        write_scores(connection, ["pool"])


def write_scores(connection: duckdb.DuckDBPyConnection, scopes: Sequence[str]) -> None:
    """Fill `scores` anew for these scopes. The caller holds the transaction."""
    connection.execute(sql.load("score/clear"), {"scopes": list(scopes)})
    rows = [
        {"metric": metric, "scope": scope, "value": measure(connection, metric, scope)}
        for scope in scopes
        for metric in METRICS
    ]
    write_batch(connection, "score/insert", pa.Table.from_pylist(rows, schema=SCORES))


def measure(connection: duckdb.DuckDBPyConnection, metric: str, scope: str) -> float:
    """One metric over one scope of the view `members`."""
    # Fetched to the end: a connection with an unfinished result takes no other work.
    [(value,)] = connection.execute(sql.load(f"diversity/{metric}"), {"scope": scope}).fetchall()
    return float(value)


Point = tuple[int, float, float, float]
"""Tasks, expected classes among them, and the bounds of their 95% interval."""


def rarefaction(connection: duckdb.DuckDBPyConnection, scope: str, partition: str, sizes: Sequence[int]) -> list[Point]:
    """Classes to expect in a random sample of each size from a scope; sizes over the scope's are left out.

    Raises SettingsError for a partition that there is not.
    """
    if partition not in PARTITIONS:
        raise SettingsError(f"tasks are not classed by {partition!r}; there are {', '.join(PARTITIONS)}")
    values = {"scope": scope, "partition": partition, "sizes": list(sizes)}
    return connection.execute(sql.load("curves/rarefaction"), values).fetchall()

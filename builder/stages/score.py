"""Score: how diverse the pool is, and what was chosen from it, by the queries of `sql/diversity/`."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb
import pyarrow as pa

from builder import sql
from builder.errors import SettingsError
from builder.recipe.diversity import INCIDENCES, METRICS, PARTITIONS, VENDI_METRICS
from builder.recipe.vendi import TASKS, features, vendi
from builder.settings import Settings
from builder.stages.batches import write_batch
from builder.store import Store

SCORES = pa.schema([("metric", pa.string()), ("scope", pa.string()), ("value", pa.float64())])


def score(store: Store, settings: Settings) -> None:
    """Score the pool: all verified tasks that repeat no other. Selection scores what it chose."""
    with store.transaction() as connection:
        write_scores(connection, ["pool"])


def write_scores(connection: duckdb.DuckDBPyConnection, scopes: Sequence[str]) -> None:
    """Fill `scores` anew for these scopes. The caller holds the transaction."""
    connection.execute(sql.load("score/clear"), {"scopes": list(scopes)})
    rows = []
    for scope in scopes:
        found = {metric: measure(connection, metric, scope) for metric in METRICS} | vendi_scores(connection, scope)
        rows += [{"metric": metric, "scope": scope, "value": value} for metric, value in found.items()]
    write_batch(connection, "score/insert", pa.Table.from_pylist(rows, schema=SCORES))


def measure(connection: duckdb.DuckDBPyConnection, metric: str, scope: str) -> float:
    """One metric over one scope of the view `members`."""
    # Fetched to the end: a connection with an unfinished result takes no other work.
    [(value,)] = connection.execute(sql.load(f"diversity/{metric}"), {"scope": scope}).fetchall()
    return float(value)


def vendi_scores(connection: duckdb.DuckDBPyConnection, scope: str, count: int = TASKS) -> dict[str, float]:
    """Vendi scores of `count` random tasks of a scope, by the work they ask for and by their words.

    Nothing where there are fewer tasks: scores of different sizes do not compare.
    """
    found = connection.execute(sql.load("score/vendi"), {"scope": scope, "count": count}).fetchall()
    if len(found) < count:
        return {}
    columns = zip(*found, strict=True)
    return {name: vendi(features(column)) for name, column in zip(VENDI_METRICS, columns, strict=True)}


Point = tuple[int, float, float, float]
"""Tasks, expected classes among them, and the bounds of their 95% interval."""


def rarefaction(connection: duckdb.DuckDBPyConnection, scope: str, classes: str, sizes: Sequence[int]) -> list[Point]:
    """Classes to expect in a random sample of each size from a scope; sizes over the scope's are left out.

    `classes` are a partition of the tasks, or things that a task may have several of (PARTITIONS, INCIDENCES).
    Raises SettingsError for classes that there are not.
    """
    if classes in INCIDENCES:
        values = {"scope": scope, "incidence": classes, "sizes": list(sizes)}
        return connection.execute(sql.load("curves/incidence"), values).fetchall()
    if classes not in PARTITIONS:
        raise SettingsError(f"tasks are not classed by {classes!r}; there are {', '.join((*PARTITIONS, *INCIDENCES))}")
    values = {"scope": scope, "partition": classes, "sizes": list(sizes)}
    return connection.execute(sql.load("curves/rarefaction"), values).fetchall()

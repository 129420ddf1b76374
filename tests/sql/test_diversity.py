"""The metrics on four tasks, one of which repeats another, with the figures worked out by hand."""

from __future__ import annotations

import duckdb
import pytest

from builder import sql
from builder.recipe.diversity import METRICS
from builder.stages.score import measure, write_scores
from tests.sql.tables import add, add_task, empty_store

POOL = {
    # Three tasks: tools a, b and a, c and a; the first two have one toolset and one sequence.
    "tools_covered": 3.0,
    "unique_toolsets": 2.0,
    "unique_call_sequences": 2.0,
    "unique_call_graphs": 3.0,
    "topology_classes": 2.0,
    "tool_types_per_task": (2 + 2 + 1) / 3,
}
SFT = {  # Tasks t1 (twice, as two attempts) and t3.
    "tools_covered": 2.0,
    "unique_toolsets": 2.0,
    "unique_call_sequences": 2.0,
    "unique_call_graphs": 2.0,
    "topology_classes": 2.0,
    "tool_types_per_task": 1.5,
}


@pytest.fixture
def store() -> duckdb.DuckDBPyConnection:
    connection = empty_store()
    add_task(connection, "t1", tools=["a", "b"], toolset="T", call_sequence="a > b", topology="R P 0>1")
    add_task(connection, "t2", tools=["a", "c"], toolset="T", call_sequence="a > b", topology="R P 0>1")
    add_task(connection, "t3", tools=["a"], toolset="U", call_sequence="a", topology="R")
    add_task(connection, "t4", tools=["d"], toolset="V", call_sequence="d", topology="P")
    add(connection, "duplicates", ("t4", "t1", "bindings", 1.0))
    add(
        connection,
        "choices",
        ("sft", "train", 0, "t1", "x", 1.0),
        ("sft", "train", 1, "t1", "y", 1.0),
        ("sft", "validation", 0, "t3", "z", 1.0),
    )
    return connection


@pytest.mark.parametrize(("scope", "expected"), [("pool", POOL), ("sft", SFT), ("rl", dict.fromkeys(POOL, 0.0))])
def test_metrics(store: duckdb.DuckDBPyConnection, scope: str, expected: dict[str, float]) -> None:
    assert {name: measure(store, name, scope) for name in POOL} == pytest.approx(expected)


def test_scores_are_written_once_however_often_a_stage_runs(store: duckdb.DuckDBPyConnection) -> None:
    for _ in range(2):
        write_scores(store, ["pool", "sft"])
    assert store.execute("SELECT scope, count(*) FROM scores GROUP BY scope ORDER BY scope").fetchall() == [
        ("pool", len(METRICS)),
        ("sft", len(METRICS)),
    ]


def test_every_metric_has_its_query_and_no_query_is_forgotten() -> None:
    assert {f"diversity/{name}" for name in METRICS} == set(sql.names("diversity"))

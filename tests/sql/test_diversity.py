"""The metrics on four tasks, one of which repeats another, with the figures worked out by hand."""

from __future__ import annotations

import duckdb
import pytest

from builder import sql
from builder.errors import SettingsError
from builder.recipe.diversity import METRICS
from builder.stages.score import measure, rarefaction, write_scores
from tests.sql.tables import add, add_task, empty_store, query

POOL = {
    # Three tasks: tools a, b and a, c and a; the first two have one toolset and one sequence.
    "tools_covered": 3.0,
    "unique_toolsets": 2.0,
    "unique_call_sequences": 2.0,
    "unique_call_graphs": 3.0,
    "topology_classes": 2.0,
    "tool_types_per_task": (2 + 2 + 1) / 3,
    "unique_shapes": 2.0,
    # a three times, b and c once: shares 3/5, 1/5, 1/5.
    "effective_tools": (5 / 3) ** (3 / 5) * 5 ** (2 / 5),
    "effective_tool_pairs": 2.0,
    "tool_pairs": 2.0,
    "tool_triples": 0.0,
    # e twice, f once.
    "effective_exemplars": (3 / 2) ** (2 / 3) * 3 ** (1 / 3),
    "effective_shapes": (3 / 2) ** (2 / 3) * 3 ** (1 / 3),
    "unseen_shapes": 1 / 3,
}
SFT = {  # Tasks t1 (twice, as two attempts) and t3.
    "tools_covered": 2.0,
    "unique_toolsets": 2.0,
    "unique_call_sequences": 2.0,
    "unique_call_graphs": 2.0,
    "topology_classes": 2.0,
    "tool_types_per_task": 1.5,
    "unique_shapes": 2.0,
    # a twice, b once.
    "effective_tools": (3 / 2) ** (2 / 3) * 3 ** (1 / 3),
    "effective_tool_pairs": 1.0,
    "tool_pairs": 1.0,
    "tool_triples": 0.0,
    "effective_exemplars": 2.0,
    "effective_shapes": 2.0,
    "unseen_shapes": 1.0,
}


@pytest.fixture
def store() -> duckdb.DuckDBPyConnection:
    connection = empty_store()
    add_task(connection, "t1", tools=["a", "b"], toolset="T", call_sequence="a > b", topology="R P 0>1", shape="s")
    add_task(connection, "t2", tools=["a", "c"], toolset="T", call_sequence="a > b", topology="R P 0>1", shape="s")
    add_task(connection, "t3", tools=["a"], exemplar="f", toolset="U", call_sequence="a", topology="R")
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


def test_triples_are_of_one_task() -> None:
    store = empty_store()
    add_task(store, "t1", tools=["a", "b", "c", "d"])
    add_task(store, "t2", tools=["a", "b", "e"])
    assert measure(store, "tool_triples", "pool") == 4 + 1
    assert measure(store, "tool_pairs", "pool") == 6 + 2


def test_rarefaction_by_hand() -> None:
    """Classes of 2, 1 and 1 tasks. Of the six pairs of tasks one has a single class, the others two."""
    store = empty_store()
    for task, shape in (("t1", "x"), ("t2", "x"), ("t3", "y"), ("t4", "z")):
        add_task(store, task, shape=shape)
    width = 1.96 * (1 / 6 * 5 / 6) ** 0.5
    assert rarefaction(store, "pool", "shape", [4, 2, 1, 5, 0]) == [
        pytest.approx((1, 1, 1, 1)),
        pytest.approx((2, 11 / 6, 11 / 6 - width, 11 / 6 + width)),
        pytest.approx((4, 3, 3, 3)),
    ]
    with pytest.raises(SettingsError, match="call_graph, call_sequence"):
        rarefaction(store, "pool", "colour", [1])


def test_distributions() -> None:
    store = empty_store()
    add_task(store, "t1", num_calls=3, depth=2, width=1)
    add_task(store, "t2", num_calls=3, depth=1, width=3)
    assert query(store, "curves/distributions", scope="pool") == [
        ("calls", 3, 2), ("depth", 1, 1), ("depth", 2, 1), ("width", 1, 1), ("width", 3, 1),
    ]  # fmt: skip

"""The metrics on four tasks, one of which repeats another, with the figures worked out by hand."""

from __future__ import annotations

import math
from typing import Any

import duckdb
import pytest

from builder import sql
from builder.errors import SettingsError
from builder.recipe.diversity import CURVES, METRICS
from builder.stages.score import measure, rarefaction, vendi_scores, write_scores
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
    "derivation_shapes": 2.0,
    # a three times, b and c once: shares 3/5, 1/5, 1/5.
    "effective_tools": (5 / 3) ** (3 / 5) * 5 ** (2 / 5),
    "effective_tool_pairs": 2.0,
    "tool_pairs": 2.0,
    "tool_triples": 0.0,
    # e twice, f once.
    "effective_exemplars": (3 / 2) ** (2 / 3) * 3 ** (1 / 3),
    "effective_shapes": (3 / 2) ** (2 / 3) * 3 ** (1 / 3),
    "unseen_shapes": 1 / 3,
    # ab, ac and a.
    "called_toolsets": 3.0,
    # t3 hangs together only by its report.
    "joined_shapes": 1.0,
    "joined_topologies": 1.0,
    "outlines": 2.0,
    # x > y twice, x > z once; t3 has none.
    "type_paths": 2.0,
    "effective_type_paths": (3 / 2) ** (2 / 3) * 3 ** (1 / 3),
    # Two of one form, one of another.
    "frame_entropy": 2 / 3 * math.log2(3 / 2) + 1 / 3 * math.log2(3),
    # argmax three times, count once.
    "operator_entropy": 3 / 4 * math.log2(4 / 3) + 1 / 4 * math.log2(4),
    # Depths 2, 1, 1; one width.
    "depth_entropy": 2 / 3 * math.log2(3 / 2) + 1 / 3 * math.log2(3),
    "width_entropy": 0.0,
}
SFT = {  # Tasks t1 (twice, as two attempts) and t3.
    "tools_covered": 2.0,
    "unique_toolsets": 2.0,
    "unique_call_sequences": 2.0,
    "unique_call_graphs": 2.0,
    "topology_classes": 2.0,
    "tool_types_per_task": 1.5,
    "unique_shapes": 2.0,
    "derivation_shapes": 2.0,
    # a twice, b once.
    "effective_tools": (3 / 2) ** (2 / 3) * 3 ** (1 / 3),
    "effective_tool_pairs": 1.0,
    "tool_pairs": 1.0,
    "tool_triples": 0.0,
    "effective_exemplars": 2.0,
    "effective_shapes": 2.0,
    "unseen_shapes": 1.0,
    "called_toolsets": 2.0,
    "joined_shapes": 1.0,
    "joined_topologies": 1.0,
    "outlines": 2.0,
    "type_paths": 2.0,
    "effective_type_paths": 2.0,
    "frame_entropy": 1.0,
    "operator_entropy": 1.0,
    "depth_entropy": 1.0,
    "width_entropy": 0.0,
}


@pytest.fixture
def store() -> duckdb.DuckDBPyConnection:
    connection = empty_store()
    first: dict[str, Any] = {
        "tools": ["a", "b"],
        "toolset": "T",
        "call_sequence": "a > b",
        "topology": "R P 0>1",
        "shape": "s",
        "derivation": "d",
        "outline": "C C 0>1",
        "frame": "top",
        "operators": ["argmax", "count"],
        "type_paths": ["x > y", "x > z"],
    }
    second = first | {"tools": ["a", "c"], "operators": ["argmax", "argmax"], "type_paths": ["x > y"]}
    add_task(connection, "t1", **first, depth=2)
    add_task(connection, "t2", **second)
    add_task(connection, "t3", tools=["a"], exemplar="f", toolset="U", call_sequence="a", topology="R", joined=False)
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


def test_derivation_shapes_are_those_of_a_thousand_tasks_without_reports() -> None:
    """1,000 tasks of one shape and one of another: the odd one is left out once in 1,001 draws of 1,000."""
    store = empty_store()
    for number in range(1001):
        add_task(store, f"t{number}", derivation="odd" if number == 0 else "even")
    add_task(store, "report", derivation="report", answer_kind="record")
    assert measure(store, "derivation_shapes", "pool") == pytest.approx(2 - 1 / 1001)


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
    with pytest.raises(SettingsError, match=r"call_graph, call_sequence.*tool_pair"):
        rarefaction(store, "pool", "colour", [1])


def test_distributions() -> None:
    store = empty_store()
    add_task(store, "t1", num_calls=3, depth=2, width=1)
    add_task(store, "t2", num_calls=3, depth=1, width=3)
    assert query(store, "curves/distributions", scope="pool") == [
        ("calls", 3, 2), ("depth", 1, 1), ("depth", 2, 1), ("width", 1, 1), ("width", 3, 1),
    ]  # fmt: skip


def test_incidence_by_hand() -> None:
    """a in three tasks, b in two, c in one: one task has 2 of them on average, two tasks 8 of 3 pairs."""
    store = empty_store()
    for task, tools, paths in (("t1", ["a", "b", "c"], ["p"]), ("t2", ["a", "b"], ["p", "q"]), ("t3", ["a"], [])):
        add_task(store, task, tools=tools, type_paths=paths)
    expected = {point[0]: point[1] for point in rarefaction(store, "pool", "tool", [1, 2, 3, 4])}
    assert expected == pytest.approx({1: 2.0, 2: (3 + 3 + 2) / 3, 3: 3.0})
    assert [point[:2] for point in rarefaction(store, "pool", "tool_pair", [1, 3])] == [
        pytest.approx((1, 4 / 3)), pytest.approx((3, 3)),
    ]  # fmt: skip
    assert [point[:2] for point in rarefaction(store, "pool", "type_path", [1, 3])] == [
        pytest.approx((1, 1)), pytest.approx((3, 2)),
    ]  # fmt: skip
    # Chao2 of the tools: 3 + 2/3 * 1*0 / (2 * 2) = 3, so at all three tasks nothing is left to vary.
    [(_, _, low, high)] = rarefaction(store, "pool", "tool", [3])
    assert low == pytest.approx(3) and high == pytest.approx(3)
    # At one task: 1 + (2/3)^2 + (1/3)^2 - 2^2 / 3.
    [(_, _, low, high)] = rarefaction(store, "pool", "tool", [1])
    assert high - low == pytest.approx(2 * 1.96 * (1 + 4 / 9 + 1 / 9 - 4 / 3) ** 0.5)


def test_every_curve_ends_at_its_metric(store: duckdb.DuckDBPyConnection) -> None:
    for metric, classes in CURVES.items():
        [(_, expected, *_)] = rarefaction(store, "pool", classes, [3])
        assert expected == pytest.approx(measure(store, metric, "pool")), metric


def test_vendi_scores_need_their_number_of_tasks() -> None:
    store = empty_store()
    for number in range(6):
        add_task(store, f"t{number}", tools=["a"], call_sequence="a", normal_text=f"{number}")
    assert vendi_scores(store, "pool", 7) == {}
    found = vendi_scores(store, "pool", 6)
    assert found["vendi_work"] == pytest.approx(1) and 1 < found["vendi_words"] <= 6

"""Leaks between splits, on hand-made releases of a few tasks."""

from __future__ import annotations

from typing import Any

import duckdb

from builder.hub.leaks import leaks, split_checks

PLACES = {"t1": ("sft", "train"), "t2": ("rl", "train"), "t3": ("rl", "test")}


def views(*tasks: dict[str, Any]) -> duckdb.DuckDBPyConnection:
    """Tables named as the views of a release. A task says its `place`; what it does not say is its own."""
    connection = duckdb.connect(":memory:", config={"threads": 1})
    connection.execute("CREATE TABLE sft (source_task_id VARCHAR, split VARCHAR)")
    connection.execute("CREATE TABLE rl (id VARCHAR, split VARCHAR)")
    connection.execute("CREATE TABLE tasks (id VARCHAR, domain VARCHAR, tools_used VARCHAR[], toolset VARCHAR[])")
    connection.execute("CREATE TABLE keys (id VARCHAR, seed VARCHAR, calls VARCHAR, question VARCHAR, toolset VARCHAR)")
    for task in tasks:
        name, (config, split) = task["id"], task["place"]
        connection.execute(f"INSERT INTO {config} VALUES (?, ?)", [name, split])
        called = task.get("called", ["a"])
        row = [name, task.get("domain", "general"), called, task.get("offered", called)]
        connection.execute("INSERT INTO tasks VALUES (?, ?, ?, ?)", row)
        own = [task.get(key, f"{key} {name}") for key in ("seed", "calls", "question")]
        connection.execute("INSERT INTO keys VALUES (?, ?, ?, ?, ?)", [name, *own, str(called)])
    return connection


def found(*tasks: dict[str, Any]) -> list[str]:
    return [str(problem) for problem in leaks(views(*tasks))]


def test_splits_that_share_nothing_are_sound() -> None:
    assert found(*({"id": task, "place": place} for task, place in PLACES.items())) == []


def test_each_kind_of_leak_names_both_rows() -> None:
    for key, kind in (("seed", "seed entity"), ("calls", "called tools and literals"), ("question", "question")):
        told = found(
            {"id": "t1", "place": ("sft", "train"), key: "same"}, {"id": "t3", "place": ("rl", "test"), key: "same"}
        )
        assert told == [f"rl/test: t3: shares its {kind} with t1 of a training split"]


def test_tests_may_share_with_each_other() -> None:
    assert found(
        {"id": "t1", "place": ("rl", "test"), "seed": "same"},
        {"id": "t2", "place": ("rl", "test_unseen_toolset"), "seed": "same", "called": ["b"]},
    ) == []  # fmt: skip


def test_a_set_of_called_tools_is_new_only_where_the_test_is_of_that() -> None:
    train = {"id": "t1", "place": ("rl", "train"), "called": ["a", "b"]}
    assert found(train, {"id": "t2", "place": ("rl", "test"), "called": ["a", "b"]}) == []
    assert found(train, {"id": "t2", "place": ("rl", "test_unseen_toolset"), "called": ["a", "b"]}) == [
        "rl/test_unseen_toolset: t2: shares its set of called tools with t1 of a training split"
    ]
    assert found(train, {"id": "t2", "place": ("rl", "test_unseen_toolset"), "called": ["a"]}) == []


def test_an_unseen_tool_is_no_distractor_of_training() -> None:
    test = {"id": "t9", "place": ("rl", "test_unseen_tool"), "called": ["a", "new"]}
    reason = "rl/test_unseen_tool: t9: calls no tool that training rows do not offer"
    assert found({"id": "t1", "place": ("sft", "train"), "offered": ["a", "b"]}, test) == []
    for place in (("sft", "train"), ("rl", "train"), ("sft", "validation")):
        assert found({"id": "t1", "place": place, "offered": ["a", "new"]}, test) == [reason]


def test_an_unseen_domain_is_in_no_training_row() -> None:
    test = {"id": "t9", "place": ("rl", "test_unseen_domain"), "called": ["m"], "domain": "medical"}
    assert found({"id": "t1", "place": ("sft", "train")}, test) == []
    assert found({"id": "t1", "place": ("sft", "train"), "domain": "medical"}, test) == [
        "rl/test_unseen_domain: t9: its domain medical is one of training rows"
    ]


def test_the_card_counts_what_is_shared_and_what_is_new() -> None:
    checks = split_checks(
        views(
            {"id": "t1", "place": ("sft", "train"), "offered": ["a", "b"], "seed": "same"},
            {"id": "t2", "place": ("rl", "test"), "called": ["b"], "seed": "same"},
            {"id": "t3", "place": ("rl", "test"), "called": ["new"], "domain": "medical"},
            {"id": "t4", "place": ("sft", "validation"), "called": ["a"]},
        )
    )
    assert [tuple(check.model_dump().values()) for check in checks] == [
        ("rl/test", 2, 0, 1, 0, 0, 2, 2 - 1, 1),
        ("sft/validation", 1, 0, 0, 0, 0, 0, 0, 0),
    ]
    assert [check.leaks for check in checks] == [1, 0]

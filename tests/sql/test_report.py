"""Queries of the report that the diversity tests leave out."""

from __future__ import annotations

import duckdb

from tests.sql.tables import add, add_task, empty_store, query


def test_what_became_of_draws_is_told_by_domain_and_by_form() -> None:
    with empty_store() as connection:
        for name, exemplar, domain in (
            ("d1", "frame.rank", "medical"),
            ("d2", "frame.rank", "medical"),
            ("d3", "medical.drip", "medical"),
            ("d4", "general.map", "general"),
            ("d5", "general.map", "general"),
        ):
            add(connection, "draws", (name, 0, 0, exemplar, domain, "island", name, "{}"))
        for task in ("d1", "d3", "d4"):
            add_task(connection, task, draw=task)
        for task in ("d1", "d3"):
            add(connection, "outcomes", ("verify", task, "f", "done", "", "{}"))
        # Of another version of the recipe: not verified by this one.
        add(connection, "outcomes", ("verify", "d4", "g", "done", "", "{}"))
        add(connection, "duplicates", ("d3", "d1", "bindings", 1.0))
        for config in ("sft", "rl"):
            add(connection, "choices", (config, "train", 0, "d1", None, 1.0))
        found = query(connection, "report/card_shares", fingerprint="f")
    assert found == [
        ("domain", "general", 2, 0, 0, 0, 0),
        ("domain", "medical", 3, 2, 1, 1, 1),
        ("form", "frame.rank", 2, 1, 1, 1, 1),
        ("form", "scenarios, general", 2, 0, 0, 0, 0),
        ("form", "scenarios, medical", 1, 1, 0, 0, 0),
    ]


def test_who_played_each_role_is_read_off_the_rows() -> None:
    with duckdb.connect(":memory:") as connection:
        connection.execute("CREATE TABLE tasks (roles JSON)")
        roles = '{"collector": "m", "deriver": "m", "wording": "rules"}'
        connection.execute("INSERT INTO tasks VALUES (?)", [roles])
        connection.execute("CREATE TABLE sft (generator_model TEXT, judge_model TEXT)")
        connection.execute("INSERT INTO sft VALUES ('m', 'rules'), ('m', 'rules'), ('m', 'j')")
        found = query(connection, "report/card_roles")
    assert found == [
        ("collector", "m", 1),
        ("deriver", "m", 1),
        ("judge", "rules", 2),
        ("judge", "j", 1),
        ("solver", "m", 3),
        ("wording", "rules", 1),
    ]

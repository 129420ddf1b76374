"""Queries of the report that the diversity tests leave out."""

from __future__ import annotations

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

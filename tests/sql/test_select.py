"""What may be chosen, on five tasks."""

from __future__ import annotations

from builder.stages.select import COLUMNS
from tests.sql.tables import add, add_task, empty_store, query


def test_candidates_are_accepted_attempts_of_kept_and_open_tasks() -> None:
    store = empty_store()
    for task, tools in (("t1", ["a"]), ("t2", ["a"]), ("t3", ["a", "closed"]), ("t4", ["a"])):
        add_task(store, task, tools=tools, answer=f"[{task}]")
    add(store, "duplicates", ("t4", "t1", "bindings", 1.0))
    for number, (task, correct) in enumerate(
        [("t1", True), ("t1", False), ("t2", True), ("t3", True), ("t4", True)], 1
    ):
        add(store, "attempts", (f"a{number}", task, "direct", "rules", False, 1, "{}"))
        add(store, "verdicts", (f"a{number}", task, correct, "match" if correct else "different"))
    rows = [dict(zip(COLUMNS, row, strict=True)) for row in query(store, "select/attempts", closed=["closed"])]
    assert [(row["row"], row["task"], row["answer"]) for row in rows] == [("a1", "t1", "[t1]"), ("a3", "t2", "[t2]")]
    assert rows[0]["tools"] == ["a"] and rows[0]["seed"] == "seed t1" and rows[0]["shape"] == "shape t1"

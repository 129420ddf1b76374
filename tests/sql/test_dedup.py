"""Each kind of repetition on a few tasks, with the answer worked out by hand."""

from __future__ import annotations

from typing import Any

import duckdb
import pytest

from builder.stages.dedup import KINDS, mark_duplicates
from tests.sql.tables import add, add_task, empty_store, query

ALIKE: dict[str, dict[str, Any]] = {
    "exact_text": {"question": "How far?"},
    "normal_text": {"normal_text": "how far"},
    "bindings": {"bindings": "b"},
    "answer_graph": {"call_graph": "g", "evidence": "v", "answer": "[5]"},
}


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_keeps_the_smallest_id(kind: str) -> None:
    store = empty_store()
    for task in ("t3", "t1", "t2"):
        add_task(store, task, **ALIKE[kind])
    add_task(store, "t0")
    mark_duplicates(store, "now")
    found = store.execute("FROM duplicates ORDER BY task").fetchall()
    assert found == [("t2", "t1", kind, 1.0), ("t3", "t1", kind, 1.0)]


@pytest.mark.parametrize("column", ALIKE["answer_graph"])
def test_an_answer_a_graph_or_calls_alone_are_no_repetition(column: str) -> None:
    store = empty_store()
    add_task(store, "t1", **ALIKE["answer_graph"])
    add_task(store, "t2", **ALIKE["answer_graph"] | {column: "other"})
    mark_duplicates(store, "now")
    assert store.execute("FROM duplicates").fetchall() == []


def test_a_chain_of_kinds_names_the_task_that_stays() -> None:
    store = empty_store()
    add_task(store, "t3", question="Same?")
    add_task(store, "t2", question="Same?", bindings="b")
    add_task(store, "t1", bindings="b")
    mark_duplicates(store, "now")
    assert store.execute("FROM duplicates ORDER BY task").fetchall() == [
        ("t2", "t1", "bindings", 1.0),
        ("t3", "t1", "exact_text", 1.0),
    ]


def test_only_verified_tasks_are_compared_and_each_gets_an_outcome() -> None:
    store = empty_store()
    add(
        store,
        "outcomes",
        ("verify", "t2", "now", "done", "", ""),
        ("verify", "t1", "now", "done", "", ""),
        ("verify", "t3", "now", "failed", "replay", ""),
        ("verify", "t4", "before", "done", "", ""),
        ("solve", "t5", "now", "done", "", ""),
    )
    assert query(store, "dedup/verified", fingerprint="now") == [("t1",), ("t2",)]
    for task in ("t1", "t2"):
        add_task(store, task, question="Same?")
    mark_duplicates(store, "now")
    for _ in range(2):  # an interrupted stage comes here again
        query(store, "dedup/outcomes", fingerprint="now")
    assert store.execute(
        "SELECT record, status, reason, detail FROM outcomes WHERE stage = 'dedup' AND record LIKE 't%'"
    ).fetchall() == [
        ("t1", "done", "", ""),
        ("t2", "skipped", "exact_text", "t1"),
    ]


FORM = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen"


def nearly_alike(store: duckdb.DuckDBPyConnection, **second: Any) -> list[tuple[Any, ...]]:
    same = {"call_graph": "g", "answer": "[5]", "seed": "s"}
    add_task(store, "t1", normal_text=FORM, **same)
    add_task(store, "t2", **{"normal_text": FORM.replace("seven", "7"), **same, **second})
    mark_duplicates(store, "now")
    return store.execute("FROM duplicates").fetchall()


def test_nearly_the_same_words_with_the_same_work() -> None:
    # 13 pairs of words each; one word changed leaves 11 in common, of 15 in all.
    assert nearly_alike(empty_store()) == [("t2", "t1", "near_text", pytest.approx(11 / 15))]


@pytest.mark.parametrize(
    "second",
    [{"call_graph": "other"}, {"answer": "[6]"}, {"normal_text": FORM[::-1]}],
    ids=["graph", "answer", "words"],
)
def test_nearly_the_same_words_may_be_another_task(second: dict[str, str]) -> None:
    assert nearly_alike(empty_store(), **second) == []


def test_yes_and_no_agree_by_chance() -> None:
    store = empty_store()
    for task in ("t1", "t2"):
        text = FORM + f" {task}"
        add_task(store, task, normal_text=text, call_graph="g", answer="1", seed="s", answer_kind="boolean")
    mark_duplicates(store, "now")
    assert store.execute("FROM duplicates").fetchall() == []

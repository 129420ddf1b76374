"""Each kind of repetition on a few tasks, with the answer worked out by hand."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from builder.errors import SettingsError
from builder.settings import DedupSettings, Settings
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


EARLIER = ("id", "question", "seed_type", "seed", "answer_kind", "normal_text", "call_graph", "bindings")


def earlier(store: duckdb.DuckDBPyConnection, task: str, **columns: str) -> None:
    """A task of an earlier release."""
    row = {name: f"{name} {task}" for name in (*EARLIER, "evidence", "answer")} | {"id": task} | columns
    add(store, "earlier", tuple(row.values()))


@pytest.mark.parametrize("kind", KINDS)
def test_a_task_of_an_earlier_release_stays_whatever_its_id(kind: str) -> None:
    store = empty_store()
    for task in ("t1", "t3"):
        add_task(store, task, **ALIKE[kind])
    earlier(store, "t2", **ALIKE[kind])
    mark_duplicates(store, "now")
    assert store.execute("FROM duplicates ORDER BY task").fetchall() == [
        ("t1", "t2", kind, 1.0),
        ("t3", "t2", kind, 1.0),
    ]


def test_a_task_that_is_made_again_repeats_nothing() -> None:
    store = empty_store()
    for task in ("t1", "t2", "t3"):
        add_task(store, task, bindings="b")
    earlier(store, "t2", bindings="b")
    earlier(store, "t3", bindings="b")
    mark_duplicates(store, "now")
    assert store.execute("FROM duplicates").fetchall() == [("t1", "t2", "bindings", 1.0)]


def test_nearly_the_words_of_an_earlier_release() -> None:
    store = empty_store()
    earlier(store, "t9", normal_text=FORM, call_graph="g", answer="[5]", seed="s", seed_type="island")
    add_task(store, "t2", normal_text=FORM.replace("seven", "7"), call_graph="g", answer="[5]", seed="s")
    mark_duplicates(store, "now")
    assert store.execute("FROM duplicates").fetchall() == [("t2", "t9", "near_text", pytest.approx(11 / 15))]


def test_tasks_of_earlier_releases_alone_are_not_compared_by_words() -> None:
    store = empty_store()
    for task in ("t8", "t9"):
        earlier(store, task, normal_text=f"{FORM} {task}", call_graph="g", answer="[5]", seed="s", seed_type="island")
    assert query(store, "dedup/near_candidates") == []
    add_task(store, "t1", normal_text=FORM, call_graph="g", answer="[5]", seed="s")
    assert [row[1] for row in query(store, "dedup/near_candidates")] == ["t8", "t9", "t1"]


def test_a_stricter_policy_leaves_more() -> None:
    for threshold, repeats in ((11 / 15, 1), (0.74, 0)):
        store = empty_store()
        for task, text in (("t1", FORM), ("t2", FORM.replace("seven", "7"))):
            add_task(store, task, normal_text=text, call_graph="g", answer="[5]", seed="s")
        mark_duplicates(store, "now", DedupSettings(near_text=threshold))
        assert len(store.execute("FROM duplicates").fetchall()) == repeats


@pytest.mark.parametrize("key", ["near_text", "anchors", "most_common", "cosine"])
@pytest.mark.parametrize("value", [0, 1e6])
def test_a_threshold_out_of_range_is_an_error(key: str, value: float) -> None:
    with pytest.raises(SettingsError, match=f"dedup.{key}: Input should be"):
        Settings.profile("smoke").replace({f"dedup.{key}": int(value) if key in ("anchors", "most_common") else value})


def embedded(folder: Path, **vectors: list[float]) -> DedupSettings:
    path = folder / "embeddings.parquet"
    pq.write_table(pa.table({"task": list(vectors), "embedding": list(vectors.values())}), path)
    return DedupSettings(embeddings=str(path), embeddings_sha256=hashlib.sha256(path.read_bytes()).hexdigest())


def test_questions_that_embeddings_call_one(tmp_path: Path) -> None:
    store = empty_store()
    for task, answer in (("t1", "[5]"), ("t2", "[5]"), ("t3", "[5]"), ("t4", "[6]"), ("t5", "[6]")):
        add_task(store, task, call_graph="g", answer=answer, seed="s")
    # t2 says what t1 says; t3 does not; t4 does and has another answer.
    policy = embedded(tmp_path, t1=[3.0, 0.0], t2=[2.0, 0.2], t3=[0.0, 1.0], t4=[1.0, 0.0], t5=[0.0, 1.0])
    mark_duplicates(store, "now", policy)
    assert store.execute("FROM duplicates").fetchall() == [("t2", "t1", "semantic", pytest.approx(1 / 1.01**0.5))]


def test_embeddings_are_checked(tmp_path: Path) -> None:
    store = empty_store()
    for task in ("t1", "t2"):
        add_task(store, task, call_graph="g", answer="[5]", seed="s")
    whole = embedded(tmp_path, t1=[1.0, 0.0])
    with pytest.raises(SettingsError, match="has no embedding of t2"):
        mark_duplicates(store, "now", whole)
    with pytest.raises(SettingsError, match="another digest"):
        mark_duplicates(store, "now", whole.model_copy(update={"embeddings_sha256": "0" * 64}))
    with pytest.raises(SettingsError, match="without a direction"):
        mark_duplicates(store, "now", embedded(tmp_path, t1=[1.0, 0.0], t2=[0.0, 0.0]))
    with pytest.raises(SettingsError, match="cannot be read"):
        mark_duplicates(store, "now", embedded(tmp_path, t1=[1.0, 0.0], t2=[1.0]))
    with pytest.raises(SettingsError, match="go together"):
        Settings.profile("smoke").replace({"dedup.embeddings": "x"})

"""What was paid for outlives a fresh start, wherever that is interrupted."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from builder.store import Store

REPLY: dict[str, Any] = {"key": "reply_1", "model": "m", "body": '{"a": 0.1}'}
SPENT: dict[str, Any] = {
    "stage": "solve",
    "record": "task_1",
    "model": "m",
    "prompt_tokens": 5,
    "completion_tokens": 6,
    "seconds": 0.5,
    "counted": True,
}


@pytest.fixture
def paid(tmp_path: Path) -> Path:
    path = tmp_path / "it's a store.duckdb"
    with Store.open(path, "one") as store:
        store.write({"replies": [REPLY, REPLY], "spending": [SPENT, SPENT]})
        store.write({"replies": [{**REPLY, "body": "a later one of the same key"}]})
    return path


def holds(store: Store) -> tuple[int, str]:
    total = sum(prompt + completion for _, prompt, completion in store.query("queue/spent"))
    ((body,),) = store.query("queue/reply", key="reply_1")
    return total, body


def test_a_fresh_start_under_other_settings_keeps_replies_and_their_cost(paid: Path) -> None:
    with Store.open(paid, "other", fresh=True) as store:
        assert holds(store) == (22, '{"a": 0.1}')
    with Store.open(paid, "third", fresh=True) as store:
        assert holds(store) == (22, '{"a": 0.1}')
    assert [path.name for path in paid.parent.iterdir()] == [paid.name]


def test_what_was_set_aside_before_a_kill_is_taken_back_once(paid: Path) -> None:
    aside = paid.with_name(paid.name + ".paid")
    with Store.open(paid, "one"):
        pass
    # Killed after the old store was deleted: only what was set aside is there.
    paid.rename(aside)
    for _ in range(2):
        with Store.open(paid, "one") as store:
            assert holds(store) == (22, '{"a": 0.1}')
    assert not aside.exists()


def test_killed_after_the_new_store_had_it_nothing_is_counted_twice(paid: Path) -> None:
    aside = paid.with_name(paid.name + ".paid")
    aside.write_bytes(paid.read_bytes())
    with Store.open(paid, "one") as store:
        assert holds(store) == (22, '{"a": 0.1}')
    assert not aside.exists()

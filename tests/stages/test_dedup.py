"""Dedup over a small finished store: patterns of all verified tasks, repeats marked, the same when run again."""

from __future__ import annotations

from pathlib import Path

import pytest

from builder.stages.dedup import dedup
from tests.stages.comparing import Small, small


@pytest.fixture
def made(tmp_path: Path) -> Small:
    return small(tmp_path)


def repeat(made: Small) -> tuple[str, str]:
    """A second task with the question of another, verified; the ids of both, sorted."""
    [(task,)] = made.rows("SELECT max(id) FROM tasks")
    other = task + "0"
    with made.store.transaction() as connection:
        connection.execute(
            "INSERT INTO tasks SELECT * REPLACE ($1 AS id, replace(body, id, $1) AS body) FROM tasks WHERE id = $2",
            [other, task],
        )
        connection.execute(
            "INSERT INTO outcomes SELECT * REPLACE ($1 AS record) FROM outcomes WHERE record = $2", [other, task]
        )
    return task, other


def test_every_verified_task_gets_its_pattern_and_none_is_marked(made: Small) -> None:
    dedup(made.store, made.settings)
    assert made.rows("SELECT task FROM patterns ORDER BY task") == made.rows("SELECT id FROM tasks ORDER BY id")
    assert made.rows("FROM duplicates") == []
    # The small store's evidence says no sources, so nothing feeds anything.
    assert made.rows("SELECT topology, count(*) FROM patterns GROUP BY topology ORDER BY topology") == [
        ("P R*", 8),
        ("P* R", 8),
    ]


def test_a_repeat_is_marked_and_says_of_what(made: Small) -> None:
    task, other = repeat(made)
    for _ in range(2):  # a run that was killed before its outcome was written comes here again
        dedup(made.store, made.settings)
        assert made.rows("FROM duplicates") == [(other, task, "exact_text", 1.0)]
    assert made.rows("SELECT record, detail FROM outcomes WHERE stage = 'dedup' AND status = 'skipped'") == [
        (other, task)
    ]


def test_a_failure_leaves_the_table_as_it_was(made: Small) -> None:
    dedup(made.store, made.settings)
    before = made.rows("FROM patterns ORDER BY task")
    with made.store.transaction() as connection:
        connection.execute("UPDATE tasks SET body = '{}' WHERE id = (SELECT max(id) FROM tasks)")
    with pytest.raises(ValueError, match="validation error"):
        dedup(made.store, made.settings)
    assert made.rows("FROM patterns ORDER BY task") == before

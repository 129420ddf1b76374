"""Earlier releases joined to a store: what repeats them goes, and the store knows which they were."""

from __future__ import annotations

from pathlib import Path

import pytest

from builder.errors import ReleaseError
from builder.stages.dedup import dedup
from builder.stages.earlier import join_earlier
from builder.stages.patterning import Labels, labels_of
from builder.stages.workbench import open_pool
from tests.releases import build, tiny_executor
from tests.stages.comparing import Small, small


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("released")
    return build(folder, tiny_executor(folder / "cache"))


@pytest.fixture
def made(tmp_path: Path) -> Small:
    return small(tmp_path)


def labels(made: Small) -> Labels:
    return labels_of(open_pool(made.settings))


def reworded(made: Small) -> str:
    """A task of the release under another id, as other settings would have made it."""
    [(task,)] = made.rows("SELECT min(id) FROM tasks")
    with made.store.transaction() as connection:
        connection.execute(
            "UPDATE tasks SET id = 'aaa', body = replace(body, $task, 'aaa') WHERE id = $task", {"task": task}
        )
        connection.execute("UPDATE outcomes SET record = 'aaa' WHERE record = $task", {"task": task})
    return str(task)


def test_what_repeats_an_earlier_release_goes(made: Small, released: Path) -> None:
    task = reworded(made)
    dedup(made.store, made.settings)
    assert made.rows("FROM duplicates") == []
    join_earlier(made.store, [released], lambda: labels(made))
    dedup(made.store, made.settings)
    # Its id is the smaller one, and it goes all the same; the others are those of the release and stay.
    assert made.rows("FROM duplicates") == [("aaa", task, "exact_text", 1.0)]
    assert made.rows("SELECT count(*) FROM kept") == [(15,)]


def test_only_a_change_of_releases_starts_the_comparison_again(made: Small, released: Path) -> None:
    def done() -> int:
        return int(made.rows("SELECT count(*) FROM outcomes WHERE record = 'store'")[0][0])

    def finish() -> None:
        fingerprint = made.store.fingerprint
        with made.store.transaction() as connection:
            for stage in ("dedup", "score", "select"):
                connection.execute("INSERT INTO outcomes VALUES (?, 'store', ?, 'done', '', '')", [stage, fingerprint])

    finish()
    join_earlier(made.store, [], lambda: labels(made))
    assert done() == 3
    join_earlier(made.store, [released], lambda: labels(made))
    assert done() == 0 and made.rows("SELECT count(*) FROM earlier") == [(16,)]
    finish()
    join_earlier(made.store, [released], lambda: pytest.fail("nothing has changed"))
    assert done() == 3
    join_earlier(made.store, [released, released], lambda: labels(made))
    assert made.rows("SELECT count(*) FROM earlier") == [(16,)]
    join_earlier(made.store, [], lambda: labels(made))
    assert done() == 0 and made.rows("SELECT count(*) FROM earlier") == [(0,)]


def test_what_was_made_of_a_release_is_kept_for_other_stores(made: Small, released: Path, tmp_path: Path) -> None:
    join_earlier(made.store, [released], lambda: labels(made), tmp_path / "kept")
    first = made.rows("FROM earlier ORDER BY id")
    other = small(tmp_path / "other")
    join_earlier(other.store, [released], lambda: pytest.fail("it was made before"), tmp_path / "kept")
    assert other.rows("FROM earlier ORDER BY id") == first
    # Another recipe or pool has another folder.
    anew = small(tmp_path / "anew")
    join_earlier(anew.store, [released], lambda: labels(anew), tmp_path / "others")
    assert [len(list((tmp_path / name).iterdir())) for name in ("kept", "others")] == [1, 1]


def test_earlier_tasks_are_compared_by_what_the_stores_own_are(made: Small, released: Path) -> None:
    dedup(made.store, made.settings)
    join_earlier(made.store, [released], lambda: labels(made))
    columns = "id, question, seed_type, seed, answer_kind, normal_text, call_graph, bindings, evidence, earlier.answer"
    theirs = made.rows(f"SELECT {columns} FROM earlier ORDER BY id")
    columns = columns.replace("earlier.", "patterns.")
    assert made.rows(f"SELECT {columns} FROM tasks JOIN patterns ON task = id ORDER BY id") == theirs


def test_a_folder_that_is_no_release(made: Small, tmp_path: Path) -> None:
    with pytest.raises(ReleaseError, match="is no folder"):
        join_earlier(made.store, [tmp_path / "absent"], lambda: labels(made))

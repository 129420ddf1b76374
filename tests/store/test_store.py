"""The store: one owner, one fingerprint, whole batches or nothing, and errors that say what to do."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb
import pytest

from builder import sql
from builder.errors import StoreError
from builder.store import Store
from builder.store.connection import events_path

ROOT = Path(__file__).parents[2]


def draw(number: int, wave: int = 0) -> dict[str, Any]:
    return {
        "id": f"draw_{number}",
        "wave": wave,
        "idx": number,
        "exemplar": "e",
        "domain": "general",
        "seed_type": "island",
        "seed": "Crete",
        "body": "{}",
    }


def task(identity: str, number: int) -> dict[str, Any]:
    return {
        "id": identity,
        "draw": f"draw_{number}",
        "domain": "general",
        "exemplar": "e",
        "seed_type": "island",
        "seed": "Crete",
        "question": f"asked by {number}",
        "answer_kind": "number",
        "num_calls": 1,
        "depth": 1,
        "width": 1,
        "tools": ["general.a.b", "general.a.c"],
        "domains": ["general"],
        "body": "{}",
    }


def outcome(stage: str, record: str, status: str = "done", **more: Any) -> dict[str, Any]:
    return {
        "stage": stage,
        "record": record,
        "fingerprint": "f1",
        "status": status,
        "reason": "",
        "detail": "",
        **more,
    }


def test_a_new_store_has_every_migration_once(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "s.duckdb"
    for _ in range(2):
        with Store.open(path, "f1") as store:
            applied = store.connection.execute("SELECT name FROM migrations ORDER BY name").fetchall()
    assert [name for (name,) in applied] == list(sql.names("schema"))
    assert applied[0][0] == "schema/0001_initial"


def test_a_store_killed_while_it_was_made_is_finished(tmp_path: Path) -> None:
    path = tmp_path / "s.duckdb"
    connection = duckdb.connect(str(path))
    connection.execute(sql.load("queue/migrations"))
    connection.close()
    with Store.open(path, "f1") as store:
        assert store.query("queue/drawn") == []


def test_a_store_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "s.duckdb"
    with Store.open(path, "f1") as store:
        store.connection.execute("INSERT INTO migrations VALUES ('schema/9999_future')")
    with pytest.raises(StoreError, match=r"schema/9999_future.*update dive-builder"):
        Store.open(path, "f1")


def test_other_settings_are_refused_and_fresh_starts_anew(tmp_path: Path) -> None:
    path = tmp_path / "s.duckdb"
    with Store.open(path, "f1") as store:
        store.write({"draws": [draw(1)]})
    events_path(path).write_text("old", encoding="utf-8")
    with pytest.raises(StoreError, match=r"other settings.*f1, now f2.*--fresh.*--store"):
        Store.open(path, "f2")
    with Store.open(path, "f2", fresh=True) as store:
        assert store.query("queue/drawn") == []
    assert not events_path(path).exists()


def test_a_file_that_is_not_ours_is_left_alone_even_when_fresh(tmp_path: Path) -> None:
    text, other = tmp_path / "notes.txt", tmp_path / "other.duckdb"
    text.write_text("hello " * 2000, encoding="utf-8")
    connection = duckdb.connect(str(other))
    connection.execute("CREATE TABLE invoices (id INTEGER)")
    connection.close()
    for fresh in (False, True):
        with pytest.raises(StoreError, match="no DuckDB file"):
            Store.open(text, "f1", fresh=fresh)
        with pytest.raises(StoreError, match="something else"):
            Store.open(other, "f1", fresh=fresh)
    with pytest.raises(StoreError, match="is a folder"):
        Store.open(tmp_path, "f1")
    assert text.read_text(encoding="utf-8").startswith("hello")
    assert duckdb.connect(str(other)).execute("SHOW TABLES").fetchall() == [("invoices",)]


def test_a_store_held_by_another_process_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "s.duckdb"
    code = (
        "import sys\nfrom pathlib import Path\nfrom builder.store import Store\n"
        "with Store.open(Path(sys.argv[1]), 'f1'):\n print('open', flush=True)\n sys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "open\n"
        with pytest.raises(StoreError, match=r"held by another process.*dive-builder status"):
            Store.open(path, "f1", fresh=True)
        holder.communicate("")
    with Store.open(path, "f1"):
        pass


def test_a_batch_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    with Store.open(tmp_path / "s.duckdb", "f1") as store:
        store.write({"draws": [draw(1)]})
        with pytest.raises(StoreError, match="Constraint"):
            store.write({"calls": [], "draws": [draw(2), draw(1)]})
        # The writer lives on after a refused batch.
        store.write({"draws": [draw(3)]})
        assert store.query("queue/drawn") == [(0, 2)]


def test_an_acknowledged_batch_survives_a_kill(tmp_path: Path) -> None:
    path = tmp_path / "s.duckdb"
    code = (
        "import os, sys\nfrom pathlib import Path\nfrom builder.store import Store\n"
        "from tests.store.test_store import draw\n"
        "store = Store.open(Path(sys.argv[1]), 'f1')\n"
        "store.write({'draws': [draw(1), draw(2)]})\nos.kill(os.getpid(), 9)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, str(path)], cwd=ROOT, check=False)
    assert done.returncode == -9
    with Store.open(path, "f1") as store:
        assert store.query("queue/drawn") == [(0, 2)]


def test_a_full_disk_is_said_and_what_was_acknowledged_stays(tmp_path: Path) -> None:
    path = tmp_path / "s.duckdb"
    # A limit on file size stands for the disk: to the writer both are a write that fails.
    code = (
        "import resource, sys\nfrom pathlib import Path\nfrom builder.errors import StoreError\n"
        "from builder.store import Store\nfrom tests.store.test_store import draw\n"
        "store = Store.open(Path(sys.argv[1]), 'f1')\n"
        "store.write({'draws': [draw(1)]})\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))\n"
        "import os\nbodies = ['\"' + os.urandom(50_000).hex() + '\"' for _ in range(40)]\n"
        "rows = [draw(n) | {'body': body} for n, body in enumerate(bodies, 2)]\n"
        "try:\n    store.write({'draws': rows})\n"
        "except StoreError as error:\n    print(error, flush=True)\n    os._exit(0)\nos._exit(5)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(path)], cwd=ROOT, check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert "is full" in done.stdout
    assert "run the same command again" in done.stdout
    with Store.open(path, "f1") as store:
        assert store.query("queue/drawn") == [(0, 1)]


def test_the_first_draw_keeps_a_task_and_repeats_are_skipped(tmp_path: Path) -> None:
    with Store.open(tmp_path / "s.duckdb", "f1") as store:
        store.write({"draws": [draw(n) for n in range(1, 5)]})
        store.write(
            {
                "tasks": [task("t1", 1), task("t2", 2), task("t1", 3)],
                "outcomes": [
                    outcome("synthesize", f"draw_{n}", task=identity)
                    for n, identity in ((1, "t1"), (2, "t2"), (3, "t1"))
                ],
            }
        )
        store.write({"tasks": [task("t2", 4)], "outcomes": [outcome("synthesize", "draw_4", task="t2")]})
        kept = store.connection.execute("SELECT id, draw, question FROM tasks ORDER BY id").fetchall()
        told = store.connection.execute(
            "SELECT record, status, reason, detail FROM outcomes ORDER BY record"
        ).fetchall()
    assert kept == [("t1", "draw_1", "asked by 1"), ("t2", "draw_2", "asked by 2")]
    assert told == [
        ("draw_1", "done", "", ""),
        ("draw_2", "done", "", ""),
        ("draw_3", "skipped", "same_task", "draw_1"),
        ("draw_4", "skipped", "same_task", "draw_2"),
    ]


def test_pending_is_what_has_no_outcome_under_this_fingerprint(tmp_path: Path) -> None:
    with Store.open(tmp_path / "s.duckdb", "f1") as store:
        store.write({"draws": [draw(3, wave=1), draw(2), draw(1)]})
        assert store.pending("synthesize", wave=0) == ["draw_1", "draw_2"]
        store.write({"outcomes": [outcome("synthesize", "draw_1")]})
        store.write({"outcomes": [outcome("synthesize", "draw_2") | {"fingerprint": "other"}]})
        assert store.pending("synthesize", wave=0) == ["draw_2"]
        store.write({"tasks": [task("t9", 1), task("t1", 2)]})
        assert store.pending("verify") == ["t9", "t1"]
        assert store.pending("solve") == []
        store.write({"outcomes": [outcome("verify", "t9"), outcome("verify", "t1", "failed")]})
        assert store.pending("verify") == []
        assert store.pending("solve") == ["t9"]


def test_coverage_counts_the_waves_before(tmp_path: Path) -> None:
    with Store.open(tmp_path / "s.duckdb", "f1") as store:
        store.write({"draws": [draw(1), draw(2, wave=1), draw(3, wave=2)]})
        store.write({"tasks": [task(f"t{n}", n) for n in (1, 2, 3)]})
        assert store.coverage(0) == {"exemplar": {}, "tool": {}, "seed": {}}
        assert store.coverage(2) == {
            "exemplar": {"e": 2},
            "tool": {"general.a.b": 2, "general.a.c": 2},
            "seed": {"island:Crete": 2},
        }


def test_a_set_query_that_fails_leaves_nothing(tmp_path: Path) -> None:
    with Store.open(tmp_path / "s.duckdb", "f1") as store:
        with pytest.raises(ZeroDivisionError), store.transaction() as connection:
            connection.execute("INSERT INTO scores VALUES ('m', 'pool', 1)")
            _ = 1 // 0
        with store.transaction() as connection:
            connection.execute("INSERT INTO scores VALUES ('n', 'pool', 1)")
        assert store.connection.execute("SELECT metric FROM scores").fetchall() == [("n",)]


def test_a_closed_store_takes_nothing_more(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "s.duckdb", "f1")
    store.close()
    store.close()
    with pytest.raises(StoreError, match="closed"):
        store.write({"draws": [draw(1)]})

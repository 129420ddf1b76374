"""Status reads the events file alone: the store may be held, and the last line may be cut."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from builder.errors import StoreError
from builder.stages.progress import Events, Progress
from builder.stages.status import status
from builder.store.connection import events_path


def write(store: Path, *events: dict[str, Any], tail: str = "") -> None:
    lines = "".join(json.dumps(event) + "\n" for event in events)
    events_path(store).write_text(lines + tail, encoding="utf-8")


RUN = {"event": "run", "pid": os.getpid(), "resume": "dive-builder run"}


def test_no_run_says_how_to_start_one(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="start one with `dive-builder run"):
        status(tmp_path / "s.duckdb")
    write(tmp_path / "s.duckdb", {"event": "other"}, tail="[1]\n")
    with pytest.raises(StoreError, match="holds no run"):
        status(tmp_path / "s.duckdb")


def test_a_run_under_way_shows_the_newest_of_each_stage(tmp_path: Path) -> None:
    store = tmp_path / "s.duckdb"
    write(store, RUN)
    seen: list[Progress] = []
    events = Events(events_path(store), seen.append)
    events.begin(Progress("synthesize", 0, 9, wave=0))
    events.step(Progress("synthesize", 9, 9, 2, wave=0))
    events.begin(Progress("verify", 0, 7))
    with events_path(store).open("a", encoding="utf-8") as file:
        file.write('{"event": "prog')
    found = status(store)
    assert found.state == "running"
    assert [(p.stage, p.done, p.total, p.failed, p.wave) for p in found.stages] == [
        ("synthesize", 9, 9, 2, 0),
        ("verify", 0, 7, 0, None),
    ]
    assert [p.done for p in seen] == [0, 9, 0]


def test_the_last_run_counts(tmp_path: Path) -> None:
    store = tmp_path / "s.duckdb"
    funnel = {"event": "funnel", "totals": {"draws": 3}, "funnel": [["verify", "done", "", 3]]}
    stop = {"event": "stopped", "message": "the disk is full", "interrupted": False}
    write(store, RUN, stop, RUN, funnel, {"event": "end"})
    assert status(store).state == "ended"
    assert status(store).totals == {"draws": 3}
    assert status(store).funnel == (("verify", "done", "", 3),)
    write(store, RUN, funnel, {"event": "end"}, RUN, stop)
    assert (status(store).state, status(store).message) == ("failed", "the disk is full")
    assert status(store).totals is None


def test_a_run_whose_process_is_gone_was_killed(tmp_path: Path) -> None:
    write(tmp_path / "s.duckdb", RUN | {"pid": 2**22 + 1})
    assert status(tmp_path / "s.duckdb").state == "killed"
    assert "go on with: dive-builder run" in status(tmp_path / "s.duckdb").message

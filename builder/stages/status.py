"""Status: how far the last run of a store is, told from its events file while the store is held."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from builder.errors import StoreError
from builder.stages.progress import Progress
from builder.store.connection import events_path

State = Literal["running", "ended", "interrupted", "failed", "killed"]


@dataclass(frozen=True, slots=True)
class Status:
    """The last run of a store."""

    state: State
    stages: tuple[Progress, ...]
    """The newest event of each stage (and wave), in the order in which they began."""
    message: str = ""
    """Why it stopped, with the command that goes on."""
    totals: dict[str, int] | None = None
    funnel: tuple[tuple[str, str, str, int], ...] = ()
    """Of the last complete run."""


def status(store: Path) -> Status:
    """Read the events file beside `store`. Raises StoreError when there was no run."""
    path = events_path(store)
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        raise StoreError(f"no run has written {path}: start one with `dive-builder run --store {store}`.") from None
    # A kill or a full disk can cut the last line; what came before it stands.
    events = [event for line in lines if (event := _parsed(line)) is not None]
    start = max((i for i, event in enumerate(events) if event["event"] == "run"), default=None)
    if start is None:
        raise StoreError(f"{path} holds no run: is it the events file of a store?")
    return _status(events[start:])


def _status(events: list[dict[str, Any]]) -> Status:
    stages: dict[tuple[str, int | None], Progress] = {}
    totals: dict[str, int] | None = None
    funnel: tuple[tuple[str, str, str, int], ...] = ()
    for event in events:
        if event["event"] == "progress":
            progress = Progress(**{name: event[name] for name in Progress.__dataclass_fields__})
            stages[progress.stage, progress.wave] = progress
        elif event["event"] == "funnel":
            totals, funnel = event["totals"], tuple((a, b, c, d) for a, b, c, d in event["funnel"])
    state: State
    last, message = events[-1], ""
    if last["event"] == "end":
        state = "ended"
    elif last["event"] == "stopped":
        state, message = ("interrupted" if last["interrupted"] else "failed"), last["message"]
    elif _alive(events[0]["pid"]):
        state = "running"
    else:
        state, message = "killed", f"the process is gone; go on with: {events[0]['resume']}"
    return Status(state, tuple(stages.values()), message, totals, funnel)


def _parsed(line: str) -> dict[str, Any] | None:
    try:
        event = json.loads(line)
    except ValueError:
        return None
    return event if isinstance(event, dict) and "event" in event else None


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True

"""How far a run is: a callback for this process, an events file for the others.

DuckDB admits one process to a store, so whoever else wants to know reads the file beside it.
Times appear here, and in what replies of models cost; no other row of the store holds one.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from builder.store.failures import explained

EVERY_SECONDS = 0.5
"""At most so often a progress event is written; callbacks come with each batch."""


@dataclass(frozen=True, slots=True)
class Progress:
    """A stage's counts in this run: of `total` records found waiting, `done` are committed."""

    stage: str
    done: int
    total: int
    failed: int = 0
    """Of the done ones: refused, not reproduced, or not played well."""
    wave: int | None = None
    seconds: float = 0.0
    """Since the stage (or its wave) began."""

    @property
    def ended(self) -> bool:
        return self.done >= self.total


OnProgress = Callable[[Progress], None]


class Events:
    """Appends to the events file, and tells the callback."""

    def __init__(self, path: Path, on_progress: OnProgress | None = None) -> None:
        self.path = path
        self._on_progress = on_progress
        self._began = time.monotonic()
        self._written = float("-inf")

    def write(self, event: str, **fields: Any) -> None:
        """Append one line."""
        line = json.dumps({"event": event, "time": round(time.time(), 3), "pid": os.getpid(), **fields})
        with explained(self.path), self.path.open("a", encoding="utf-8") as file:
            file.write(line + "\n")

    def begin(self, progress: Progress) -> None:
        """A stage begins: its clock starts."""
        self._began = time.monotonic()
        self._written = float("-inf")
        self.step(progress)

    def step(self, progress: Progress) -> None:
        """A batch is committed."""
        now = time.monotonic()
        progress = replace(progress, seconds=round(now - self._began, 3))
        if progress.ended or now - self._written >= EVERY_SECONDS:
            self._written = now
            self.write("progress", **asdict(progress))
        if self._on_progress is not None:
            self._on_progress(progress)

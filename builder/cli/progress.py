"""Progress on stderr: a live display on a terminal, plain lines elsewhere (CI, a file, a pipe)."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    from rich.progress import TaskID

    from builder.stages.progress import Progress

EVERY_SECONDS = 10.0
"""Plain lines: beginning and end of each stage, and one so often between."""


@contextmanager
def showing(stream: TextIO | None = None) -> Iterator[Callable[[Progress], None]]:
    """A callback that shows progress until the block is left."""
    stream = stream or sys.stderr
    if not stream.isatty():
        yield Plain(stream)
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
    from rich.progress import Progress as Display

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[note]}"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Display(*columns, console=Console(file=stream), transient=False) as display:
        yield _Live(display)


class _Live:
    """A bar per stage and wave."""

    def __init__(self, display: Any) -> None:
        self._display = display
        self._tasks: dict[tuple[str, int | None], TaskID] = {}

    def __call__(self, progress: Progress) -> None:
        key = progress.stage, progress.wave
        if not progress.total:
            return
        if key not in self._tasks:
            self._tasks[key] = self._display.add_task(name_of(progress), total=progress.total, note="")
        note = f"{progress.failed:,} refused" if progress.failed else ""
        self._display.update(self._tasks[key], completed=progress.done, total=progress.total, note=note)


class Plain:
    """Lines, few enough for a log."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._said: dict[tuple[str, int | None], float] = {}

    def __call__(self, progress: Progress) -> None:
        key = progress.stage, progress.wave
        if not progress.total:
            return
        if not progress.ended and progress.seconds - self._said.get(key, float("-inf")) < EVERY_SECONDS:
            return
        self._said[key] = progress.seconds
        print(line_of(progress), file=self._stream, flush=True)


def name_of(progress: Progress) -> str:
    """`synthesize, wave 3`"""
    return progress.stage if progress.wave is None else f"{progress.stage}, wave {progress.wave + 1}"


def line_of(progress: Progress) -> str:
    """`synthesize, wave 3: 400 of 1,000, 31 refused, 12 s`"""
    parts = [f"{progress.done:,} of {progress.total:,}"]
    if progress.failed:
        parts.append(f"{progress.failed:,} refused")
    parts.append(f"{progress.seconds:.0f} s")
    return f"{name_of(progress)}: {', '.join(parts)}"

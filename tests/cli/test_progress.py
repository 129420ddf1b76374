"""Progress: few plain lines where nobody watches, a display where somebody does."""

from __future__ import annotations

import io

from builder.cli.progress import line_of, showing
from builder.stages.progress import Progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


EVENTS = [
    Progress("synthesize", 0, 40, wave=0),
    Progress("synthesize", 8, 40, 1, wave=0, seconds=3.0),
    Progress("synthesize", 16, 40, 2, wave=0, seconds=11.0),
    Progress("synthesize", 24, 40, 2, wave=0, seconds=12.0),
    Progress("synthesize", 40, 40, 5, wave=0, seconds=20.0),
    Progress("verify", 0, 0),
]


def shown(stream: io.StringIO) -> str:
    with showing(stream) as on_progress:
        for event in EVENTS:
            on_progress(event)
    return stream.getvalue()


def test_plain_lines_tell_begin_end_and_now_and_then() -> None:
    assert shown(io.StringIO()).splitlines() == [
        "synthesize, wave 1: 0 of 40, 0 s",
        "synthesize, wave 1: 16 of 40, 2 refused, 11 s",
        "synthesize, wave 1: 40 of 40, 5 refused, 20 s",
    ]


def test_a_terminal_gets_a_bar_per_stage_with_work() -> None:
    text = shown(Terminal())
    assert "synthesize, wave 1" in text
    assert "40/40" in text
    assert "5 refused" in text
    assert "verify" not in text


def test_numbers_are_readable() -> None:
    assert line_of(Progress("solve", 1200, 6000, seconds=61.2)) == "solve: 1,200 of 6,000, 61 s"

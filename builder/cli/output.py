"""What commands print: JSON for programs, aligned text for people."""

from __future__ import annotations

import json
import shutil
import sys
import textwrap
from collections.abc import Iterable, Sequence
from typing import Any


def print_json(value: Any) -> None:
    """One JSON document on stdout."""
    print(json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False))


def table(rows: Iterable[Sequence[object]], right: Sequence[int] = ()) -> list[str]:
    """Rows as aligned lines; `right` are the columns (from 0) that are aligned to the right."""
    texts = [[f"{cell:,}" if isinstance(cell, int) else str(cell) for cell in row] for row in rows]
    if not texts:
        return []
    widths = [max(len(row[i]) for row in texts) for i in range(len(texts[0]))]
    return [
        "  ".join(c.rjust(widths[i]) if i in right else c.ljust(widths[i]) for i, c in enumerate(row)).rstrip()
        for row in texts
    ]


def shorten(text: str, width: int) -> str:
    """The text in at most `width` characters; a cut says so."""
    return text if len(text) <= width else text[: width - 1].rstrip() + "…"


def line_width() -> int:
    """Characters of a line: the terminal's, and 120 where there is none."""
    return shutil.get_terminal_size((120, 24)).columns if sys.stdout.isatty() else 120


def paragraph(text: str, indent: str = "") -> str:
    """The text wrapped to the line."""
    return textwrap.fill(text, line_width(), initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False)


def compact(value: Any) -> str:
    """A value as people write it in a line: JSON, strings without quotes."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)

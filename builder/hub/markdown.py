"""Markdown of the card: tables, figures, folded parts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from html import escape

LEAST = 0.0005
"""Shares below would be rounded to nothing."""


class Figure(str):
    """A number as text, such as `12.5%`: in a table it stands to the right like a number."""

    __slots__ = ()


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A Markdown table; numbers stand to the right."""
    bodies = list(rows)
    cells = [[_cell(value) for value in row] for row in bodies]
    right = [bool(bodies) and all(isinstance(row[i], int | float | Figure) for row in bodies) for i in range(len(head))]
    rule = ["---:" if flag else "---" for flag in right]
    return "\n".join(f"| {' | '.join(line)} |" for line in [list(head), rule, *cells])


def _cell(value: object) -> str:
    if isinstance(value, float) and not value.is_integer():
        return f"{value:,.2f}" if abs(value) < 100 else f"{value:,.0f}"
    if isinstance(value, int | float):
        return f"{int(value):,}"
    # A pipe would end the cell, and a line break the row.
    return str(value).replace("|", "\\|").replace("\n", " ")


def percent(share: float | None) -> Figure:
    """A share of the whole; a dash for none, and no share above zero reads as zero."""
    if share is None:
        return Figure("–")
    return Figure("under 0.1%" if 0 < share < LEAST else f"{100 * share:.1f}%")


def number(value: float | None) -> Figure:
    return Figure("–" if value is None else _cell(value))


def size(count: int) -> Figure:
    """Bytes in decimal units."""
    return Figure(f"{count / 1e6:.1f} MB" if count >= 1e6 else f"{count / 1e3:.0f} kB")


def fold(summary: str, body: str) -> str:
    """A part that opens on a click. In `summary` Markdown has only backticks: it stands inside HTML."""
    shown = re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(summary, quote=False))
    return f"<details><summary>{shown}</summary>\n\n{body}\n\n</details>"

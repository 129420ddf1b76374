"""A try that failed in passing. How long to wait for the next is in `builder.waiting`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(eq=False)
class Transient(Exception):
    """A try that failed and may be made again. `kind` is that of the ModelError it ends as."""

    kind: str
    message: str
    after: float | None = None
    """Seconds that the server asks to wait."""
    reached: bool = True
    """Whether the server answered at all: one that cannot be reached is down for every request."""
    spent: bool = False
    """Whether tokens may have been made and paid for, though nobody says how many."""

"""How long to wait before another try: full jitter, and what the server asks for."""

from __future__ import annotations

import datetime
import email.utils
import random
from dataclasses import dataclass

BASE_SECONDS = 0.5
CAP_SECONDS = 30.0


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


def delay(tried: int, after: float | None, rng: random.Random) -> float:
    """Seconds before try `tried` + 1. The server's own wait, when it names one, is the least."""
    jitter = rng.uniform(0, min(CAP_SECONDS, BASE_SECONDS * 2**tried))
    return jitter if after is None else after + min(jitter, 1.0)


def retry_after(header: str | None, now: datetime.datetime) -> float | None:
    """Seconds of a Retry-After header: a number, or a date. None when absent or unreadable."""
    if header is None:
        return None
    try:
        return max(0.0, float(header))
    except ValueError:
        pass
    try:
        return max(0.0, (email.utils.parsedate_to_datetime(header) - now).total_seconds())
    except (ValueError, TypeError):
        return None

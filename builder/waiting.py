"""How long to wait before a request is made again: full jitter, and what the server asks for.

Full jitter: AWS Architecture Blog, "Exponential Backoff and Jitter" (2015). Retry-After: RFC 9110, 10.2.3.
"""

from __future__ import annotations

import datetime
import email.utils
import random
import re

BASE_SECONDS = 0.5
CAP_SECONDS = 30.0

MOST_ASKED_SECONDS = 300.0
"""A server that asks for a longer wait is waited for so long and asked once more."""

_SECONDS = re.compile(r"\s*\d{1,9}(\.\d{1,9})?\s*", re.ASCII)


def delay(tried: int, after: float | None, rng: random.Random) -> float:
    """Seconds before try `tried` + 1. The server's own wait, when it names one, is the least."""
    jitter = rng.uniform(0, min(CAP_SECONDS, BASE_SECONDS * 2**tried))
    return jitter if after is None else after + min(jitter, 1.0)


def retry_after(header: str | None, now: datetime.datetime) -> float | None:
    """Seconds of a Retry-After header, a number or a date, `MOST_ASKED_SECONDS` at most.

    None when it is absent or odd: negative, not a number, no date. A date in the past asks for no wait.
    """
    if header is None:
        return None
    if _SECONDS.fullmatch(header):
        return min(float(header), MOST_ASKED_SECONDS)
    try:
        asked = email.utils.parsedate_to_datetime(header)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    # A date without a zone is in universal time (RFC 9110, 5.6.7).
    asked = asked if asked.tzinfo is not None else asked.replace(tzinfo=datetime.UTC)
    return min(max(0.0, (asked - now).total_seconds()), MOST_ASKED_SECONDS)

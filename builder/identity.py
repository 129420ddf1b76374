"""Identity: canonical JSON, content ids, and random streams.

Everything that must be the same on two machines goes through here. Canonical JSON is the RFC 8785
idea restricted to what we store: sorted keys, no spaces, UTF-8, shortest float repr, no NaN.
"""

from __future__ import annotations

import hashlib
import json
import random
from typing import Any

ID_LENGTH = 20
"""Hex digits kept of a SHA-256: 80 bits, so a million records collide with probability below 1e-12."""

_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
"""One for all: `json.dumps` makes a new one on each call, and tens of thousands are made for a shard of draws."""


def canonical_json(value: Any) -> str:
    """Text of `value` that is equal for equal values. Raises ValueError on NaN and infinities."""
    return _ENCODER.encode(value)


def digest(*parts: Any) -> str:
    """Full SHA-256 hex digest of the canonical JSON of `parts`."""
    return hashlib.sha256(canonical_json(list(parts)).encode()).hexdigest()


def content_id(prefix: str, *parts: Any) -> str:
    """Short id such as `task_1f2e...` that depends on nothing but `parts`."""
    return f"{prefix}_{digest(prefix, *parts)[:ID_LENGTH]}"


def random_stream(run_seed: int, *record: Any) -> random.Random:
    """A generator of its own for one record: equal inputs give an equal stream in any process."""
    return random.Random(int(digest("stream", run_seed, *record)[:32], 16))

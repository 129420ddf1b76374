"""How live tools are answered, and who asks."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from builder.records.http import Grant
from builder.records.mcp import ServerGrant

if TYPE_CHECKING:
    from builder.tools.http.egress import Lookup
    from builder.tools.http.pace import Clock
    from builder.tools.sandbox.selftest import Sandbox

Mode = Literal["live", "record", "replay"]


def utc_now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)


@dataclass(frozen=True, slots=True)
class LiveOptions:
    """By default answers come from what lies beside the specs, and from nothing else."""

    mode: Mode = "replay"
    folder: Path | None = None
    """Recordings of a run, or those that a release carries."""
    contact: str = ""
    grants: tuple[Grant, ...] = ()
    servers: tuple[ServerGrant, ...] = ()
    """Programs of MCP servers that may be started."""
    environ: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Where granted variables are looked up."""
    loopback: bool = False
    """Let requests go to this machine itself, for tests."""
    seed: int = 0
    """Of the jitter between tries."""
    lookup: Lookup | None = None
    """Resolves names; the system does by default."""
    hold: Callable[[], Sandbox] | None = None
    """What holds the programs of servers; the best that this machine has by default."""
    clock: Clock | None = None
    now: Callable[[], datetime.datetime] = utc_now
    """Dates recordings, and reads dates of Retry-After."""

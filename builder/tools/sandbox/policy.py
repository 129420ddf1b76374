"""What a call may take, what it finds around itself, and what came of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of one call, over all its processes unless something else is said."""

    wall: float = 10.0
    """Seconds from start to end."""
    cpu: float = 5.0
    """Seconds of processor time."""
    memory: int = 512 * MIB
    """Bytes: of address space for each process, and of resident memory in all."""
    processes: int = 16
    """Processes and threads."""
    file: int = 64 * MIB
    """Bytes of one file."""
    disk: int = 64 * MIB
    """Bytes of all files, those without a name included."""
    output: int = 1 * MIB
    """Bytes of output and errors together. More is no longer read, and ends the call."""


ENVIRONMENT: Mapping[str, str] = {
    "HOME": "/nonexistent",
    "LANG": "C.UTF-8",
    "LC_ALL": "C.UTF-8",
    "MKL_NUM_THREADS": "1",
    "NUMEXPR_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "PATH": "/nonexistent",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONHASHSEED": "0",
    "PYTHONUTF8": "1",
    "TZ": "UTC",
}
"""All of a program's environment besides TMPDIR: nothing of the builder's is passed on."""

KINDS = (
    "timeout",
    "memory",
    "process_limit",
    "disk",
    "output_too_large",
    "refused",
    "crashed",
    "bad_program",
)
"""How a call may fail."""


@dataclass(frozen=True, slots=True)
class Job:
    """What is run: a document for the harness, in one of its languages, or a command of its own."""

    stdin: bytes = b""
    harness: str | None = None
    """`python` or `sql`."""
    command: tuple[str, ...] = ()
    """An executable by its full path, with arguments, in place of the harness."""
    readable: tuple[str, ...] = ()
    """Files and folders that it may read besides the interpreter's."""
    listed: tuple[str, ...] = ()
    """Folders whose names it may read: import looks there for what is readable below."""
    cgroups: bool = False
    """Whether it may read the machine's control groups where these are not hidden anyway: DuckDB looks there how much
    memory there is, and takes files that are absent, but not closed ones."""
    environ: Mapping[str, str] = field(default_factory=dict)
    """Added to the environment."""
    limits: Limits = field(default_factory=Limits)


def python_job(program: str, given: str = "", limits: Limits | None = None) -> Job:
    """A Python program with its input, which may import the standard library alone."""
    document = {"program": program, "input": given, "roots": [], "packages": [], "distributions": []}
    return Job(json.dumps(document).encode(), "python", limits=limits or Limits())


@dataclass(frozen=True, slots=True)
class Used:
    """Which sandbox it was."""

    variant: str
    version: str
    policy: str
    """SHA-256 of filter, limits, environment and walls; equal on two machines for one variant and architecture."""

    def to_json(self) -> dict[str, str]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a call ended: `kind` is None when the program ended by itself with status 0, else one of KINDS."""

    kind: str | None
    message: str
    stdout: bytes
    stderr: bytes
    used: Used
    facts: Mapping[str, Any] = field(default_factory=dict)
    """`status` (negative for a signal), `seconds`, `cpu` (seconds), `memory` (peak, bytes; sampled)."""
    raised: tuple[str, ...] = ()
    """Classes of the exception that ended a program, its own first; empty when it ended in another way."""

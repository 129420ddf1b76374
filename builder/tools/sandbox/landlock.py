"""Landlock: which files a process may open, and that it may neither use TCP nor signal what is outside.

By `Documentation/userspace-api/landlock.rst` and `linux/landlock.h`; the numbers of the calls are the same on all
machines. Standard library only.
"""

from __future__ import annotations

import ctypes
import os
import stat
import struct
from collections.abc import Iterable

from builder.tools.sandbox.kernel import PR_SET_NO_NEW_PRIVS, SandboxBroken, prctl, syscall

_CREATE, _ADD, _RESTRICT = 444, 445, 446

NEEDED = 4
"""The first version that holds TCP; those before leave too much to the filter."""

EXECUTE, WRITE, READ, LIST = 1 << 0, 1 << 1, 1 << 2, 1 << 3
REMOVE_DIR, REMOVE_FILE, MAKE_DIR, MAKE_FILE, MAKE_LINK = 1 << 4, 1 << 5, 1 << 7, 1 << 8, 1 << 12
REFER, TRUNCATE = 1 << 13, 1 << 14

_OF_FILES = EXECUTE | WRITE | READ | TRUNCATE
READABLE = EXECUTE | READ | LIST
WRITABLE = READ | LIST | WRITE | REMOVE_DIR | REMOVE_FILE | MAKE_DIR | MAKE_FILE | MAKE_LINK | REFER | TRUNCATE
"""Neither devices, sockets nor pipes are made in it, and nothing of it is executed."""


def version() -> int:
    """The kernel's version of Landlock; 0 without any."""
    try:
        return syscall(_CREATE, None, 0, 1)
    except SandboxBroken:
        return 0


def handled(abi: int) -> tuple[int, int, int]:
    """Rights over files, rights over TCP and scopes that a version knows, and that are therefore withheld."""
    files = (1 << 15) - 1 if abi < 5 else (1 << 16) - 1
    return files, 0b11, 0b11 if abi >= 6 else 0


def restrict(readable: Iterable[str], listed: Iterable[str], writable: Iterable[str], devices: Iterable[str]) -> None:
    """Withhold all but this from the process and all that come of it, for ever. Raises SandboxBroken.

    `listed` are folders whose names may be read, and nothing else of them; `devices` are read and written.
    """
    abi = version()
    if abi < NEEDED:
        raise SandboxBroken(f"Landlock version {abi}: {NEEDED} or later is needed (Linux 6.7)")
    files, net, scopes = handled(abi)
    attributes = struct.pack("=QQQ", files, net, scopes)[: 24 if abi >= 6 else 16]
    buffer = ctypes.create_string_buffer(attributes, len(attributes))
    rules = syscall(_CREATE, ctypes.addressof(buffer), len(attributes), 0)
    granted = ((readable, READABLE), (listed, LIST), (writable, WRITABLE), (devices, READ | WRITE))
    try:
        for paths, rights in granted:
            for path in paths:
                _add(rules, path, rights)
        prctl(PR_SET_NO_NEW_PRIVS, 1)
        syscall(_RESTRICT, rules, 0)
    finally:
        os.close(rules)


def _add(rules: int, path: str, rights: int) -> None:
    place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        if not stat.S_ISDIR(os.fstat(place).st_mode):
            rights &= _OF_FILES
        # struct landlock_path_beneath_attr, packed
        rule = ctypes.create_string_buffer(struct.pack("=Qi", rights, place), 12)
        syscall(_ADD, rules, 1, ctypes.addressof(rule), 0)
    finally:
        os.close(place)

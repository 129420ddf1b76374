"""What a sandbox must refuse, tried inside it: prints as JSON what was refused and what was not.

The text of this file runs as a program of the harness; the values it asks for are its input. Standard library only.
"""

import ctypes
import json
import os
import socket
import sys
import time

wanted = json.load(sys.stdin)
held = {}


def network() -> bool:
    """Reach a service that listens on this machine."""
    with socket.create_connection(("127.0.0.1", wanted["port"]), timeout=1):
        return True


def file() -> bool:
    """Read a file that everybody may read outside."""
    with open(wanted["file"]) as decoy:
        return wanted["token"] in decoy.read()


def environment() -> bool:
    """Find a token of the caller's environment: in ours, or in that of any process that shows its own."""
    if wanted["token"] in json.dumps(dict(os.environ)):
        return True
    for entry in os.listdir("/proc"):
        try:
            with open(f"/proc/{entry}/environ", "rb") as text:
                if wanted["token"].encode() in text.read():
                    return True
        except OSError:
            continue
    return False


def forks() -> bool:
    """Have more processes at a time than are allowed."""
    children = []
    try:
        for _ in range(wanted["processes"] + 8):
            child = os.fork()
            if not child:
                time.sleep(5)
                os._exit(0)
            children.append(child)
        # The watcher may be the one that refuses, by ending this program.
        time.sleep(1)
        return True
    finally:
        for child in children:
            # Signals may go nowhere from here: the end of the program ends them.
            try:
                os.kill(child, 9)
            except OSError:
                pass


def syscall(number: int, *arguments: int) -> bool:
    libc = ctypes.CDLL(None, use_errno=True)
    libc.syscall.restype = ctypes.c_long
    return bool(libc.syscall(ctypes.c_long(number), *(ctypes.c_void_p(value) for value in arguments)) >= 0)


def io_uring() -> bool:
    """A second way to make system calls, which no filter sees."""
    return syscall(425, 8, ctypes.addressof(ctypes.create_string_buffer(120)))


def user_namespace() -> bool:
    """A namespace in which a program is root, and the kernel's surface is large."""
    return bool(ctypes.CDLL(None).unshare(0x10000000) == 0)


def parent() -> bool:
    """Signal the process that started this one."""
    os.kill(os.getppid() or 1, 0)
    return os.getppid() > 1


def system() -> bool:
    """Write outside the scratch folder."""
    with open(wanted["beside"], "w") as text:
        text.write("x")
    return True


for trial in (network, file, environment, io_uring, user_namespace, parent, system, forks):
    try:
        held[trial.__name__] = not trial()
    except (OSError, ValueError, MemoryError):
        held[trial.__name__] = True
    # A line for each, since the last one may end all.
    print(json.dumps(held), flush=True)
os._exit(0)

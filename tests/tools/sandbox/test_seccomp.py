"""The filter, run instruction by instruction on both architectures: what it allows, and what it refuses how."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from builder.tools.sandbox import seccomp
from builder.tools.sandbox.kernel import SandboxBroken
from builder.tools.sandbox.seccomp import ALLOW, ENOSYS, EPERM, ERRNO, KILL, MACHINES
from builder.tools.sandbox.syscalls import ABSENT, ALLOWED, LAST_KNOWN, WITH_ARGUMENTS, numbers

PID = 4711

HEADERS = {
    "x86_64": ("/usr/include/x86_64-linux-gnu/asm/unistd_64.h", "/usr/include/asm/unistd_64.h"),
    "aarch64": ("/usr/include/asm-generic/unistd.h",),
}


def decide(machine: str, number: int, *arguments: int, pid: int | None = PID, architecture: int | None = None) -> int:
    """What the kernel's interpreter of classic BPF would return for a system call."""
    words = {seccomp.NUMBER: number, seccomp.ARCHITECTURE: architecture or MACHINES[machine][1]}
    words |= {seccomp.ARGUMENTS + 8 * place: value & 0xFFFFFFFF for place, value in enumerate(arguments)}
    program, at, held = seccomp.program(machine, pid), 0, 0
    while True:
        code, true, false, operand = program[at]
        at += 1
        if code == seccomp.RETURN:
            return operand
        if code == seccomp.LOAD:
            held = words.get(operand, 0)
            continue
        compare = {seccomp.EQUAL: held == operand, seccomp.AT_LEAST: held >= operand}
        at += true if compare.get(code, bool(held & operand)) else false


def number_of(machine: str, name: str) -> int:
    return {**numbers(ALLOWED, MACHINES[machine][0]), **numbers(WITH_ARGUMENTS, MACHINES[machine][0])}[name]


@pytest.mark.parametrize("machine", MACHINES)
def test_all_jumps_stay_inside_and_go_forward(machine: str) -> None:
    program = seccomp.program(machine, PID)
    assert len(program) < 4096, "the kernel takes no longer one"
    for at, (code, true, false, _) in enumerate(program):
        if code not in (seccomp.LOAD, seccomp.RETURN):
            assert 0 <= true < 256 and 0 <= false < 256
            assert at + 1 + max(true, false) < len(program)
    assert program[-1][0] == seccomp.RETURN
    assert len(seccomp.encoded(program)) == 8 * len(program)


@pytest.mark.parametrize("machine", MACHINES)
def test_what_is_allowed_is_allowed_and_all_else_refused(machine: str) -> None:
    column = MACHINES[machine][0]
    allowed, absent = set(numbers(ALLOWED, column).values()), set(numbers(ABSENT, column).values())
    special = set(numbers(WITH_ARGUMENTS, column).values())
    assert not allowed & absent and not allowed & special
    for number in range(LAST_KNOWN + 1):
        # Arguments that none of the special calls takes.
        got = decide(machine, number, 0xFFFF, 0xFFFF)
        if number in allowed:
            assert got == ALLOW, number
        elif number in absent:
            assert got == ERRNO | ENOSYS, number
        elif number not in special or number != number_of(machine, "clone"):
            assert got == ERRNO | EPERM, number
    for number in (LAST_KNOWN + 1, 500, 1 << 20):
        assert decide(machine, number) == ERRNO | ENOSYS


@pytest.mark.parametrize("machine", MACHINES)
def test_calls_of_another_architecture_end_the_program(machine: str) -> None:
    for architecture in (0x40000003, 0x40000028, *(word for name, (_, word) in MACHINES.items() if name != machine)):
        assert decide(machine, number_of(machine, "read"), architecture=architecture) == KILL


def test_the_second_table_of_x86_64_is_absent() -> None:
    assert decide("x86_64", 0x40000000 | number_of("x86_64", "read")) == ERRNO | ENOSYS


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize(
    ("name", "arguments", "allowed"),
    [
        ("clone", (0x3D0F00,), True),  # a thread of the C library
        ("clone", (0x11,), True),  # fork
        ("clone", (0x10000000 | 0x11,), False),  # CLONE_NEWUSER
        ("clone", (0x00020000,), False),  # CLONE_NEWNS
        ("clone", (0x40000000,), False),  # CLONE_NEWNET
        ("clone", (0x8000 | 0x11,), False),  # CLONE_PARENT
        ("clone", (0x3D0F00 & ~0x400,), False),  # a thread with descriptors of its own
        ("kill", (PID, 9), True),
        ("kill", (PID + 1, 9), False),
        ("kill", (0, 9), False),
        ("kill", (-1, 9), False),
        ("kill", (1 << 32 | PID, 9), True),  # the kernel looks at 32 bits as well
        ("tgkill", (PID, PID, 6), True),
        ("tgkill", (1, 1, 6), False),
        ("tkill", (PID, 6), False),
        ("socketpair", (1, 1, 0), True),
        ("socketpair", (2, 1, 0), False),
        ("ioctl", (0, 0x5401), True),  # TCGETS: isatty
        ("ioctl", (0, 0x5412), False),  # TIOCSTI
        ("fcntl", (0, 3), True),
        ("fcntl", (0, 8, 1), False),  # F_SETOWN
        ("fcntl", (0, 10, 9), False),  # F_SETSIG
        ("fcntl", (0, 1031, 1 << 20), False),  # F_SETPIPE_SZ
        ("prctl", (15,), True),
        ("prctl", (1, 0), False),  # PR_SET_PDEATHSIG
        ("prctl", (22, 2), False),  # PR_SET_SECCOMP
        ("prlimit64", (0, 7), True),
        ("prlimit64", (1, 7), False),
        ("sched_setaffinity", (0,), True),
        ("sched_setaffinity", (1,), False),
    ],
)
def test_arguments_decide(machine: str, name: str, arguments: tuple[int, ...], allowed: bool) -> None:
    got = decide(machine, number_of(machine, name), *arguments)
    assert got == (ALLOW if allowed else ERRNO | EPERM)


def test_where_a_namespace_hides_the_others_signals_are_free() -> None:
    assert decide("x86_64", number_of("x86_64", "kill"), 1, 9, pid=None) == ALLOW


def test_a_machine_without_a_list_is_refused() -> None:
    with pytest.raises(SandboxBroken, match="no list of system calls for riscv64"):
        seccomp.program("riscv64")


@pytest.mark.parametrize("machine", MACHINES)
def test_numbers_are_those_of_the_kernels_headers(machine: str) -> None:
    path = next((Path(path) for path in HEADERS[machine] if Path(path).is_file()), None)
    if path is None:
        pytest.skip("the kernel's headers are not installed here")
    text = path.read_text(encoding="utf-8")
    real = {name: int(number) for name, number in re.findall(r"#define __NR(?:3264)?_(\w+)\s+(\d+)", text)}
    real |= {"newfstatat": real.get("newfstatat", real.get("fstatat", -1))}
    for names in (ALLOWED, WITH_ARGUMENTS, ABSENT):
        for name, number in numbers(names, MACHINES[machine][0]).items():
            assert real.get(name) == number, name

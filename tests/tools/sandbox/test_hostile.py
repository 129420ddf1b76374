"""Hostile programs against every sandbox that this machine has, as root and as an ordinary user: none gets through.

A variant that is absent is skipped with its reason; that one at least must hold is a test of its own.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from builder.tools.sandbox.variants import UIDS, VARIANTS
from tests.tools.sandbox.holding import trials
from tests.tools.sandbox.hostile import ATTEMPTS, GREEDY, TOGETHER, Hostile

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the sandbox needs Linux")

ROOT = Path(__file__).resolve().parents[3]

ORDINARY = 54321
"""An unprivileged user that no machine has."""

LIMITS = {"wall": 3.0, "cpu": 0.75, "memory": 160 << 20}
"""Shorter than those of tools: most greedy programs would run for ever."""

TOGETHER_LIMITS = {"wall": 30.0, "cpu": 15.0}

TRIES = 3
"""Runs of all attempts together, should one end because the user's forks fail: without a namespace of its own a call
may meet the kernel's count of what has just ended elsewhere. That is a refusal, and says nothing of the attempts."""


@dataclass(frozen=True, slots=True)
class Ground:
    """What programs attack, outside the sandbox."""

    folder: Path
    decoy: Path
    token: str
    given: dict[str, Any]
    servers: tuple[socket.socket, ...]
    scratch: Path
    """Where the sandboxes make their folders, for these tests alone."""


@pytest.fixture(scope="module")
def ground() -> Iterator[Ground]:
    token = secrets.token_hex(16)
    folder = Path(tempfile.mkdtemp(prefix="dive-attacked-"))
    folder.chmod(0o777)
    scratch = Path(tempfile.mkdtemp(prefix="dive-scratch-"))
    scratch.chmod(0o777)
    decoy = folder / "decoy"
    decoy.write_text(token, encoding="ascii")
    decoy.chmod(0o666)
    abstract = f"dive-{token}"
    tcp = socket.create_server(("127.0.0.1", 0))
    unix, hidden = socket.socket(socket.AF_UNIX), socket.socket(socket.AF_UNIX)
    unix.bind(str(folder / "socket"))
    (folder / "socket").chmod(0o777)
    hidden.bind("\0" + abstract)
    servers = (tcp, unix, hidden)
    for server in servers:
        server.listen(64)
        server.setblocking(False)
    given = {
        "port": tcp.getsockname()[1],
        "unix": str(folder / "socket"),
        "abstract": abstract,
        "file": str(decoy),
        "folder": str(folder),
        "token": token,
        "pid": "PID",
    }
    yield Ground(folder, decoy, token, given, servers, scratch)
    for server in servers:
        server.close()
    shutil.rmtree(folder)
    shutil.rmtree(scratch)


def interpreter() -> str | None:
    """One that an ordinary user may run, and that is new enough."""
    for path in (os.path.realpath(sys.executable), "/usr/bin/python3", "/usr/local/bin/python3"):
        ask = [path, "-c", "import ctypes, sys; sys.exit(sys.version_info < (3, 11))"]
        try:
            if subprocess.run(ask, user=ORDINARY, group=ORDINARY, extra_groups=[], env={}, cwd="/").returncode == 0:
                return path
        except OSError:
            continue
    return None


def command(user: str) -> tuple[list[str], dict[str, Any]] | str:
    """How to run as root or as an ordinary user; why not, where this process may not."""
    script = [str(ROOT / "tests" / "tools" / "sandbox" / "elsewhere.py")]
    if os.geteuid() != 0:
        return "these tests do not run as root" if user == "root" else ([sys.executable, *script], {})
    if user == "root":
        return [sys.executable, *script], {}
    path = interpreter()
    if path is None:
        return "no Python 3.11 that an ordinary user may run"
    if not all(folder.stat().st_mode & 0o001 for folder in Path(script[0]).parents):
        return "an ordinary user may not read the checkout"
    return [path, *script], {"user": ORDINARY, "group": ORDINARY, "extra_groups": []}


def attack(variant: str, user: str, ground: Ground) -> dict[str, Any]:
    """All programs in a variant as a user: outcomes by name, or why there are none under `problem`."""
    how = command(user)
    if isinstance(how, str):
        return {"problem": how}
    given = json.dumps(ground.given)
    together = json.dumps({"given": ground.given, "programs": [[program.name, program.text] for program in ATTEMPTS]})
    for _ in range(TRIES):
        found = played(how, variant, [{"text": TOGETHER, "input": together, "limits": TOGETHER_LIMITS}], ground)
        if found["problem"]:
            return {"problem": f"{variant} as {user}: {found['problem']}"}
        if found["outcomes"][0]["kind"] != "process_limit":
            break
    greedy = [{"text": program.text, "input": given, "limits": LIMITS} for program in GREEDY]
    rest = played(how, variant, greedy, ground)["outcomes"]
    return {
        "problem": "",
        "together": found["outcomes"][0],
        **{program.name: one for program, one in zip(GREEDY, rest, strict=True)},
    }


def played(
    how: tuple[list[str], dict[str, Any]], variant: str, jobs: list[dict[str, Any]], ground: Ground
) -> dict[str, Any]:
    """What the sandbox says of the jobs, one after the other."""
    done = subprocess.run(
        how[0],
        input=json.dumps({"variant": variant, "jobs": jobs}).encode(),
        capture_output=True,
        env={
            "PYTHONPATH": str(ROOT),
            "PYTHONDONTWRITEBYTECODE": "1",
            "DIVE_TOKEN": ground.token,
            "TMPDIR": str(ground.scratch),
        },
        cwd="/",
        timeout=300,
        **how[1],
    )
    assert done.returncode == 0, f"the caller of the sandbox was harmed: {done.stderr.decode()[-2000:]}"
    found: dict[str, Any] = json.loads(done.stdout)
    return found


CASES = [(variant.name, user) for variant in VARIANTS for user in ("root", "user")]
EACH = pytest.mark.parametrize("case", CASES, ids="-".join)


@pytest.fixture(scope="module")
def attacked(ground: Ground) -> dict[tuple[str, str], dict[str, Any]]:
    """What came of all programs, by variant and user. One case after the other: the greedy programs of one leave the
    others too little to fork."""
    return {case: attack(*case, ground) for case in CASES}


Attacked = dict[tuple[str, str], dict[str, Any]]


def require(attacked: Attacked, case: tuple[str, str]) -> dict[str, Any]:
    if attacked[case]["problem"]:
        pytest.skip(attacked[case]["problem"])
    return attacked[case]


@pytest.mark.parametrize("program", ATTEMPTS, ids=lambda program: program.name)
@EACH
def test_an_attempt_fails(case: tuple[str, str], program: Hostile, attacked: Attacked, ground: Ground) -> None:
    found = require(attacked, case)["together"]
    assert found["kind"] is None, found
    said = json.loads(found["stdout"])[program.name]
    # The token of a decoy would be an escape, too, whatever the program says of itself.
    assert "ESCAPED" not in said and ground.token not in said and "NO END" not in said, said


@pytest.mark.parametrize("program", GREEDY, ids=lambda program: program.name)
@EACH
def test_a_greedy_program_is_ended(case: tuple[str, str], program: Hostile, attacked: Attacked, ground: Ground) -> None:
    found = require(attacked, case)[program.name]
    assert "ESCAPED" not in found["stdout"] and ground.token not in found["stdout"], found
    assert found["kind"] != "SANDBOX", found
    assert not program.kinds or found["kind"] in program.kinds, found
    assert found["facts"]["memory"] < 2 * LIMITS["memory"], found


OPEN = (
    "connect by TCP",
    "connect to a Unix socket",
    "connect to an abstract Unix socket",
    "send a datagram",
    "listen",
    "read a file of everybody",
    "read the list of users",
    "list a folder of everybody",
    "write into a folder of everybody",
    "follow a symbolic link out",
    "own maps",
    "signal the caller",
)
"""Attempts that work where nothing is walled off, and harm nothing there."""


@pytest.mark.parametrize("name", OPEN)
def test_without_a_sandbox_the_attempt_works(name: str, ground: Ground, tmp_path: Path) -> None:
    program = next(program for program in ATTEMPTS if program.name == name)
    given = json.dumps({**ground.given, "folder": str(tmp_path), "pid": os.getpid()})
    command = [sys.executable, "-c", program.text]
    said = subprocess.run(command, input=given, capture_output=True, text=True, cwd=tmp_path, check=True).stdout
    assert "ESCAPED" in said
    for server in ground.servers:
        with contextlib.suppress(BlockingIOError):
            server.accept()[0].close()


@EACH
def test_nothing_outside_was_touched(case: tuple[str, str], attacked: Attacked, ground: Ground) -> None:
    require(attacked, case)
    assert ground.decoy.read_text(encoding="ascii") == ground.token
    assert {path.name for path in ground.folder.iterdir()} == {"decoy", "socket"}
    assert ground.decoy.stat().st_mode & 0o777 == 0o666
    assert ground.decoy.stat().st_mtime > 1000
    for server in ground.servers:
        with pytest.raises(BlockingIOError):
            server.accept()


@EACH
def test_nothing_is_left_running_or_lying_about(case: tuple[str, str], attacked: Attacked, ground: Ground) -> None:
    require(attacked, case)
    if os.geteuid() == 0:
        users = {ORDINARY} if case[1] == "user" else set(UIDS)
        # Whose watcher is gone: others may be at work on this machine.
        assert [process for process, user, parent in running() if user in users and parent == 1] == []
    assert list(ground.scratch.iterdir()) == []


def running() -> Iterator[tuple[str, int, int]]:
    """Processes of this machine with their users and parents."""
    for path in Path("/proc").iterdir():
        if path.name.isdecimal():
            try:
                parent = int((path / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()[1])
                yield path.name, path.stat().st_uid, parent
            except OSError:
                continue  # it ended meanwhile


def test_at_least_one_sandbox_holds_here() -> None:
    assert any(not trial.problem for trial in trials()), trials()


def test_there_are_enough_programs_and_each_has_a_name_of_its_own() -> None:
    names = [program.name for program in (*ATTEMPTS, *GREEDY)]
    assert len(set(names)) == len(names) >= 50

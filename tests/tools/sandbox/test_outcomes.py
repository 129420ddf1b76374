"""What comes of ordinary and of broken jobs: output, typed ends, facts, and a sandbox that fails as itself."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from builder.errors import SandboxError
from builder.tools.sandbox.policy import ENVIRONMENT, KINDS, Job, Limits, Outcome, python_job
from builder.tools.sandbox.running import MAX_INPUT
from builder.tools.sandbox.selftest import Sandbox
from builder.tools.sandbox.variants import VARIANTS, Bubblewrap, Landlock, Variant, python
from tests.tools.sandbox.holding import holding, require

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the sandbox needs Linux")

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(params=VARIANTS, ids=lambda variant: variant.name)
def sandbox(request: pytest.FixtureRequest) -> Sandbox:
    return require(request.param.name)


def ends(sandbox: Sandbox, text: str, given: str = "", **limits: Any) -> Outcome:
    return sandbox.run(python_job(text, given, Limits(**limits)))


def test_a_program_reads_its_input_and_prints(sandbox: Sandbox) -> None:
    given = json.dumps({"values": list(range(100_000)), "word": "Żółw \N{GREEK SMALL LETTER PI}"})
    found = ends(sandbox, "import json, sys\nd = json.load(sys.stdin)\nprint(sum(d['values']), d['word'])", given)
    assert (found.kind, found.stdout.decode()) == (None, "4999950000 Żółw π\n")
    assert found.facts["status"] == 0
    assert 0 < found.facts["cpu"] < 5 and 0 < found.facts["seconds"] < 10
    assert found.used == sandbox.variant.used(Limits())


def test_a_program_finds_its_environment_and_nothing_else(sandbox: Sandbox) -> None:
    found = ends(sandbox, "import json, os; print(json.dumps(dict(os.environ)))")
    seen = json.loads(found.stdout)
    assert seen.pop("TMPDIR").startswith("/")
    # bubblewrap says where it began.
    seen.pop("PWD", None)
    seen.pop("LC_CTYPE", None)
    assert seen == dict(ENVIRONMENT)


def test_a_program_has_a_folder_of_its_own_that_is_gone_afterwards(sandbox: Sandbox) -> None:
    text = "import os, tempfile\nwith tempfile.TemporaryFile() as f: f.write(b'x')\nopen('a', 'w').write('x'); "
    found = ends(sandbox, text + "print(os.listdir('.'), os.getcwd())")
    assert found.kind is None, found
    assert found.stdout.startswith(b"['a'] /")
    assert not Path(found.stdout.split()[1].decode()).exists()


def test_threads_and_children_within_the_limit_work(sandbox: Sandbox) -> None:
    text = """
import concurrent.futures, os, subprocess, sys
with concurrent.futures.ThreadPoolExecutor(4) as pool:
    print(sum(pool.map(lambda n: n * n, range(10))))
print(subprocess.run([sys.executable, "-S", "-c", "print(6 * 7)"], capture_output=True, text=True).stdout.strip())
import asyncio
print(asyncio.run(asyncio.sleep(0, "done")))
"""
    assert ends(sandbox, text).stdout.split() == [b"285", b"42", b"done"]


def test_what_can_be_held_equal_is_equal(sandbox: Sandbox) -> None:
    text = "import random\nprint(random.random(), hash('abc'), list({'a', 'b', 'c', 'd'}), 0.1 + 0.2)"
    first, second = ends(sandbox, text), ends(sandbox, text)
    assert first.kind is None and first.stdout == second.stdout


def test_every_sandbox_gives_the_same_result() -> None:
    text = (
        "import math, random, sys, os\nprint(math.pi ** math.e, random.random(), hash('x'), sys.flags, os.listdir('.'))"
    )
    assert len({ends(sandbox, text).stdout for sandbox in holding()}) == 1


@pytest.mark.parametrize(
    ("text", "kind", "says"),
    [
        ("print(1 +)", "bad_program", r"SyntaxError: .* \(line 1\)"),
        ("\nx = 1\ny = x / 0", "bad_program", r"ZeroDivisionError: division by zero \(line 3\)"),
        ("{}['a']", "bad_program", r"KeyError: a \(line 1\)"),
        ("raise SystemExit('no such thing')", "bad_program", "no such thing"),
        ("import sys; sys.exit(3)", "bad_program", "3"),
        ("import numpy", "bad_program", "ModuleNotFoundError: No module named 'numpy'"),
        ("import builder.errors", "bad_program", "ModuleNotFoundError"),
        ("import socket; socket.socket()", "refused", "not allowed in the sandbox: PermissionError"),
        ("open('/usr/x', 'w')", "refused", "not allowed in the sandbox"),
        ("x = 'x' * 10**10", "memory", "MemoryError"),
        ("import os; os.kill(os.getpid(), 11)", "crashed", "SIGSEGV"),
        ("while True: pass", "timeout", "over 0.5 s of processor time, or 3 s in all"),
        ("import time; time.sleep(60)", "timeout", "over 0.5 s of processor time, or 3 s in all"),
        ("print('x' * 2_000_000)", "output_too_large", "1048576 bytes"),
        ("open('x', 'wb').write(b'x' * (65 << 20))", "disk", "OSError"),
    ],
)
def test_each_end_has_its_kind_and_words(sandbox: Sandbox, text: str, kind: str, says: str) -> None:
    found = ends(sandbox, text, wall=3.0, cpu=0.5)
    assert found.kind == kind in KINDS, found
    assert re.search(says, found.message), found.message


def test_an_empty_end_of_the_program_is_no_failure(sandbox: Sandbox) -> None:
    assert ends(sandbox, "import sys; print('x'); sys.exit(0)").kind is None
    assert ends(sandbox, "").stdout == b""


def test_too_much_input_is_refused_before_anything_starts(sandbox: Sandbox) -> None:
    with pytest.raises(SandboxError, match="the limit is"):
        sandbox.run(Job(b"x" * (MAX_INPUT + 1), "python"))


class Broken(Bubblewrap):
    """bubblewrap with an option that it does not know."""

    def prefix(self, job: Job, readable: Sequence[str]) -> list[str]:
        return [*super().prefix(job, readable)[:-1], "--no-such-option", "--"]


class Walled(Landlock):
    """A scratch folder that cannot be made."""

    def scratch(self) -> str:
        return "/nonexistent/scratch"


@pytest.mark.parametrize("variant", [Broken(), Walled()], ids=["bwrap", "landlock"])
def test_a_sandbox_that_fails_is_no_failure_of_the_program(variant: Variant) -> None:
    require(variant.name)
    with pytest.raises(SandboxError, match=r"the sandbox \(.*\) failed"):
        ends(Sandbox(variant), "print(1)")


def test_a_call_ends_with_its_caller(sandbox: Sandbox) -> None:
    mark = f"dive-orphan-{os.getpid()}"
    text = f"""
from builder.tools.sandbox.running import run
from builder.tools.sandbox.policy import python_job
from builder.tools.sandbox.variants import VARIANTS
variant = next(v for v in VARIANTS if v.name == {sandbox.variant.name!r})
child = "import os, sys, time; os.fork(); os.fork() or os.setsid(); time.sleep(60)"
text = "import os, sys; os.execv(sys.executable, [sys.executable, '-S', '-c', " + repr(child) + ", {mark!r}])"
run(variant, python_job(text))
"""
    with tempfile.TemporaryDirectory(prefix="dive-scratch-") as folder:
        # pytest's own folders are closed to the user that root becomes inside.
        scratch = Path(folder)
        scratch.chmod(0o755)
        around = {**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": folder}
        caller = subprocess.Popen([sys.executable, "-c", text], env=around)
        deadline = time.monotonic() + 20
        while len(having(mark)) < 4 and time.monotonic() < deadline:
            pass
        assert len(having(mark)) >= 4
        assert sandbox.variant.name != "landlock" or any(scratch.iterdir())
        caller.send_signal(signal.SIGKILL)
        caller.wait()
        while (having(mark) or list(scratch.iterdir())) and time.monotonic() < deadline:
            pass
        assert having(mark) == [] and list(scratch.iterdir()) == []


def having(mark: str) -> list[str]:
    """Processes whose arguments hold a word of their own; the one that was told to start them not among them."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = path.read_bytes().split(b"\0")
        except OSError:
            continue
        if mark.encode() in words:
            found.append(path.parent.name)
    return found


def test_a_command_speaks_over_its_streams_until_it_is_ended(sandbox: Sandbox) -> None:
    text = "import sys\nfor line in sys.stdin: print(line.upper(), end='', flush=True)"
    job = Job(command=(*python(), "-c", text), limits=Limits(wall=3600, cpu=600))
    with subprocess.Popen(sandbox.command(job), stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={}) as talk:
        assert talk.stdin is not None and talk.stdout is not None
        for word in (b"one\n", b"two\n"):
            talk.stdin.write(word)
            talk.stdin.flush()
            assert talk.stdout.readline() == word.upper()
        talk.terminate()
        assert talk.wait(10) != 0
        assert talk.stdout.read() == b""


def test_words_of_a_program_are_plain(sandbox: Sandbox) -> None:
    found = ends(sandbox, "raise ValueError('a\\x1b[2Jb\\x07\\u202e')")
    assert found.kind == "bad_program" and found.message.isprintable()
    assert found.message.startswith("ValueError: a [2Jb")

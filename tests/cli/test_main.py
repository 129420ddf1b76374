"""The frame of the command line: instant help, nearest words, one message and an exit code for each error."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from builder.cli import main
from builder.cli.parser import STAGES, Invocation, Verbs, build_parser
from builder.cli.reference import children
from builder.stages import run

HEAVY = ("pydantic", "duckdb", "pyarrow", "numpy", "rich", "asyncio", "builder.settings", "builder.records")

CPU_SECONDS = 0.3


def python(code: str) -> str:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize("words", [["--help"], ["tools", "--help"], ["tools", "list", "--help"], ["run", "--help"]])
def test_help_is_instant(words: list[str]) -> None:
    code = f"""
import contextlib, io, sys, time
from builder.cli import main
with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit):
    main({words!r})
print(time.process_time(), *(m for m in {HEAVY!r} if m in sys.modules))
"""
    seconds, *loaded = python(code).split()
    assert loaded == []
    assert float(seconds) < CPU_SECONDS


def test_tools_list_is_quick() -> None:
    code = f"""
import contextlib, io, sys, time
from builder.cli import main
with contextlib.redirect_stdout(io.StringIO()) as out:
    main(["tools", "list"])
assert "active" in out.getvalue()
print(time.process_time(), *(m for m in {HEAVY!r} if m in sys.modules))
"""
    seconds, *loaded = python(code).split()
    assert loaded == []
    assert float(seconds) < 0.5


def test_each_verb_has_a_line_of_help_and_does_something() -> None:
    for name, verb in children(build_parser()).items():
        assert verb.description, name
        for parser in children(verb).values() or [verb]:
            assert callable(parser.get_default("run")), parser.prog


def test_the_stages_are_those_of_the_run() -> None:
    assert STAGES == run.STAGES
    assert set(STAGES) <= set(children(build_parser()))


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["relase"], "did you mean 'release'?"),
        (["tools", "chek"], "did you mean 'check'?"),
        (["run", "--until", "solv"], "did you mean 'solve'?"),
        (["tools", "list", "--domain", "medcal"], "did you mean 'medical'?"),
        (["run", "--workers", "0"], "not a whole number from 1"),
        (["run", "--profile", "smoke", "--settings", "x.toml"], "not allowed with"),
        (["release"], "--out"),
        (["qqq"], "there are"),
    ],
)
def test_a_wrong_word_exits_with_2_and_says_what_is_near(
    words: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stop:
        main(words)
    assert stop.value.code == 2
    assert says in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["run", "--profile", "smok"], 2, "there is no profile 'smok'"),
        (["run", "--settings", "none.toml"], 2, "none.toml: cannot be read"),
        (["report", "--store", "none.duckdb"], 1, "there is no store none.duckdb"),
        (["status", "--store", "none.duckdb"], 1, "no run has written"),
        (["verify", "."], 1, "not a release of dive-builder"),
        (["sample", "--release", "."], 1, "not a release of dive-builder"),
        (["tools", "check", "none"], 1, "none: not found"),
        (["tools", "check", "."], 1, "is in no folder of tool specs"),
        (["tools", "new", "general/x"], 2, "write DOMAIN/PROVIDER/NAME"),
        (["release", "--profile", "smoke", "--out", "x", "--version", "one"], 2, "is no version"),
    ],
)
def test_an_error_is_one_message(
    words: list[str],
    code: int,
    says: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(words) == code
    out, err = capsys.readouterr()
    assert says in err
    assert "Traceback" not in err
    assert out == ""


def command(act: Callable[[Invocation], int]) -> subprocess.CompletedProcess[str]:
    """Runs a made-up verb in a process of its own, as `main` would."""
    code = f"from tests.cli.test_main import {act.__name__}, only_verb\nimport sys\nsys.exit(only_verb({act.__name__}))"
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)


def only_verb(act: Callable[[Invocation], int]) -> int:
    """`main` over a command line with the one verb `act`."""

    class Group:
        @staticmethod
        def add_verbs(verbs: Verbs) -> None:
            verbs.add("act", "act", act).add_argument("--fresh", action="store_true")

    return main(["act", "--fresh"], groups=[Group])


def interrupts(_options: Invocation) -> int:
    raise KeyboardInterrupt


def fills_the_disk(_options: Invocation) -> int:
    raise OSError(28, "No space left on device", "/somewhere/file")


def breaks(_options: Invocation) -> int:
    raise RuntimeError("a bug")


def test_an_interrupt_says_how_to_go_on_without_starting_anew() -> None:
    done = command(interrupts)
    assert done.returncode == 130
    assert done.stderr == "dive-builder: interrupted. Go on with: dive-builder act\n"


def test_an_error_of_the_system_names_the_file() -> None:
    done = command(fills_the_disk)
    assert done.returncode == 1
    assert done.stderr.startswith("dive-builder: /somewhere/file: No space left on device")


def test_a_bug_keeps_its_traceback() -> None:
    done = command(breaks)
    assert done.returncode == 1
    assert "RuntimeError: a bug" in done.stderr


def test_a_closed_pipe_is_no_error() -> None:
    line = f"{sys.executable} -m builder.cli tools list --json | head -n 1; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", line], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["[", "0"]
    assert done.stderr == ""

"""Which sandbox is used: the first that holds when it is attacked. One with a hole is refused, with the hole's name."""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from builder.cli import main
from builder.errors import SandboxError
from builder.tools.sandbox.policy import Job
from builder.tools.sandbox.running import run
from builder.tools.sandbox.selftest import FIX, pick, try_variant
from builder.tools.sandbox.variants import VARIANTS, Bubblewrap, Landlock, Variant, python
from tests.tools.sandbox.holding import require, trials

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the sandbox needs Linux")


class Unwalled(Landlock):
    """Says that it confined, and did not."""

    name = "unwalled"

    def request(self, job: Job) -> dict[str, Any]:
        found = super().request(job)
        start = found["start"]
        place = next(at for at, word in enumerate(start) if "confine import main" in word)
        start[place] = (
            "import json, os, sys; sys.path.insert(0, sys.argv[1]); from builder.tools.sandbox import harness; "
            "os.write(3, b'1'); os.chdir(json.loads(sys.argv[2])['scratch']); sys.exit(harness.main('python'))"
        )
        return found


class Generous(Landlock):
    """Lets the folder of temporary files be read."""

    name = "generous"

    def request(self, job: Job) -> dict[str, Any]:
        from dataclasses import replace

        return super().request(replace(job, readable=(*job.readable, tempfile.gettempdir())))


class Crowded(Landlock):
    """Lets a call have a hundred processes."""

    name = "crowded"

    def request(self, job: Job) -> dict[str, Any]:
        from dataclasses import replace

        return super().request(replace(job, limits=replace(job.limits, processes=100)))


class Showing(Bubblewrap):
    """Lets the folder of temporary files be read and written."""

    name = "showing"

    def prefix(self, job: Job, readable: Sequence[str]) -> list[str]:
        shown = ["--bind", tempfile.gettempdir(), tempfile.gettempdir(), "--remount-ro"]
        found = super().prefix(job, readable)
        place = found.index("--remount-ro")
        return [*found[:place], *shown, *found[place + 1 :]]


class Absent(Bubblewrap):
    """bubblewrap where it is not installed."""

    @property
    def version(self) -> str:
        raise SandboxError("bubblewrap is not installed (apt-get install bubblewrap)")


@pytest.mark.parametrize(
    ("variant", "of", "holes"),
    [
        (Unwalled(), "landlock", ("network", "file", "environment", "system", "user_namespace")),
        (Generous(), "landlock", ("file",)),
        (Crowded(), "landlock", ("forks",)),
        (Showing(), "bwrap", ("file", "system")),
    ],
    ids=lambda value: value.name if isinstance(value, Variant) else None,
)
def test_a_sandbox_with_a_hole_is_refused(variant: Variant, of: str, holes: tuple[str, ...]) -> None:
    require(of)
    problem = try_variant(variant).problem
    assert problem.startswith("it does not hold: "), problem
    assert set(holes) <= set(problem.partition(": ")[2].split(", ")), problem
    with pytest.raises(SandboxError, match="no sandbox holds here"):
        pick([variant])


def test_the_first_that_holds_is_used() -> None:
    require("landlock")
    assert pick([Absent(), Unwalled(), Landlock()]).variant.name == "landlock"


def test_without_any_the_refusal_is_one_line_that_says_why_and_how_to_fix_it() -> None:
    with pytest.raises(SandboxError) as error:
        pick([Absent()])
    text = str(error.value)
    assert "\n" not in text
    assert "apt-get install bubblewrap" in text and FIX in text


def test_what_was_used_names_variant_version_and_policy() -> None:
    used = [trial.used for trial in trials() if not trial.problem]
    assert used
    for one in used:
        assert one is not None
        assert one.variant in {variant.name for variant in VARIANTS}
        assert one.version and len(one.policy) == 64
    assert len({one.policy for one in used if one}) == len(used)


def test_the_command_says_what_was_tried(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["tools", "sandbox"]) == 0
    said = capsys.readouterr().out
    assert all(variant.name in said for variant in VARIANTS)
    assert "used: " in said
    assert main(["tools", "sandbox", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["used"]["variant"] == next(each["variant"] for each in found["tried"] if not each["problem"])


class Telling(Landlock):
    """Shows the environment in which the watcher began."""

    name = "telling"

    def request(self, job: Job) -> dict[str, Any]:
        text = "import os; os.write(3, b'1'); print(open(f'/proc/{os.getppid()}/environ').read())"
        return {**super().request(job), "start": [*python(), "-c", text]}


def test_whatever_the_builders_environment_holds_a_watcher_starts_without_it(monkeypatch: pytest.MonkeyPatch) -> None:
    require("landlock")
    monkeypatch.setenv("DIVE_SECRET", "token-of-this-test")
    assert run(Telling(), Job()).stdout == b"\n"
    assert run(Telling(), Job(), {"DECOY": "x"}).stdout == b"DECOY=x\0\n"


def test_what_runs_inside_imports_the_standard_library_alone() -> None:
    import ast

    folder = Path(__file__).resolve().parents[3] / "builder" / "tools" / "sandbox"
    inside = ("confine", "harness", "kernel", "landlock", "probe", "querying", "seccomp", "syscalls", "watch")
    for name in inside:
        tree = ast.parse((folder / f"{name}.py").read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            names += [str(node.module)] if isinstance(node, ast.ImportFrom) else []
            for module in names:
                ours = module == "builder.tools.sandbox" or (
                    module.startswith("builder.tools.sandbox.") and module.rpartition(".")[2] in inside
                )
                packages = {"duckdb", "numpy"} if name in ("harness", "querying") else set()
                assert ours or module.split(".")[0] in sys.stdlib_module_names | packages, (name, module)

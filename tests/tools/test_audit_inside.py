"""`tools check --sandbox`: a stranger's functions.py runs where it can hurt nobody, and its report is taken as text."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from builder.cli import main
from builder.errors import SandboxError
from builder.testing.small_recipe import tiny_pool
from builder.tools.audit_inside import audit_inside
from builder.tools.recording import record_all
from builder.tools.sandbox.selftest import Sandbox
from builder.tools.tables import TableCache
from tests.tools.code.programs import QUERY, ROOTS, RUN, TOTALS, code_specs
from tests.tools.sandbox.holding import holding, require

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the sandbox needs Linux")

FUNCTIONS = "general/atlas/functions.py"

HOSTILE = """
import os, socket
got = []
for attempt in (
    lambda: open({decoy!r}).read(),
    lambda: open({beside!r}, "w").write("x"),
    lambda: socket.create_connection(("127.0.0.1", 9), timeout=1),
    lambda: os.environ["DIVE_SECRET"],
):
    try:
        attempt()
        got.append("ESCAPED")
    except (OSError, KeyError) as error:
        got.append(type(error).__name__)
"""


@pytest.fixture(params=["bwrap", "landlock"])
def sandbox(request: pytest.FixtureRequest) -> Sandbox:
    return require(request.param)


@pytest.fixture
def specs(tmp_path: Path) -> Path:
    return readable(Path(shutil.copytree(tiny_pool(), tmp_path / "specs")), tmp_path)


def readable(root: Path, tmp_path: Path) -> Path:
    """The same specs with their recordings, and open to the user that root becomes inside."""
    record_all(root, TableCache(tmp_path / "cache"))
    for folder in [*root.parents, *root.rglob("*")]:
        # Root gives up being root inside, and pytest closes its folders to others.
        if folder.is_relative_to(tmp_path.parents[1]) and folder.owner() == tmp_path.owner():
            folder.chmod(0o755 if folder.is_dir() else 0o644)
    return root


def test_sound_specs_are_told_to_be_sound(sandbox: Sandbox, specs: Path) -> None:
    found = audit_inside(sandbox, specs, "general/atlas")
    assert (found.problems, found.tools, found.examples) == ((), 2, 6)


def test_problems_are_those_that_a_plain_check_finds(sandbox: Sandbox, specs: Path) -> None:
    file = specs / FUNCTIONS
    file.write_text(file.read_text(encoding="utf-8").replace("dividend / divisor", "dividend * divisor"))
    found = audit_inside(sandbox, specs, "general/atlas")
    assert found.problems and all("divide" in problem.file for problem in found.problems)


def test_programs_are_left_out_since_no_sandbox_holds_in_another(sandbox: Sandbox, tmp_path: Path) -> None:
    found = audit_inside(sandbox, readable(code_specs(tmp_path / "specs"), tmp_path), "general/programs")
    assert (found.problems, found.tools) == ((), 4)
    assert set(found.skipped) == {ROOTS, RUN, QUERY, TOTALS}
    assert all(why.startswith("no sandbox holds here") for why in found.skipped.values())


def test_hostile_functions_reach_nothing(
    sandbox: Sandbox, specs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DIVE_SECRET", "x")
    decoy, beside = tmp_path / "decoy", tmp_path / "beside"
    decoy.write_text("secret", encoding="utf-8")
    file = specs / FUNCTIONS
    text = HOSTILE.format(decoy=str(decoy), beside=str(beside))
    raising = text + 'raise RuntimeError("tried: " + " ".join(got))\n'
    file.write_text(file.read_text(encoding="utf-8") + raising, encoding="utf-8")
    found = audit_inside(sandbox, specs, "general/atlas")
    told = " ".join(problem.problem for problem in found.problems)
    assert "tried: " in told and "ESCAPED" not in told and "KeyError" in told, told
    assert not beside.exists()


def test_a_forged_report_is_cleaned_or_refused(sandbox: Sandbox, specs: Path) -> None:
    file = specs / FUNCTIONS
    source = file.read_text(encoding="utf-8")
    forged = """

def forge():
    import builder.tools.audit as audit
    from builder.errors import SpecProblem

    if isinstance(audit.Audit, type):
        original = audit.Audit
        audit.Audit = lambda *a: original((SpecProblem("f", "k", "\\x1b[2J\\x07gone", "r"),), 1, 1, {})
"""
    called = source.replace("    if divisor == 0:", "    forge()\n    if divisor == 0:")
    file.write_text(called + forged, encoding="utf-8")
    (problem,) = audit_inside(sandbox, specs, "general/atlas").problems
    assert problem.problem == "�[2J�gone"
    file.write_text(source + "import os\nos.write(3, b'[]'); os._exit(0)\n", encoding="utf-8")
    with pytest.raises(SandboxError, match="cannot have found"):
        audit_inside(sandbox, specs, "general/atlas")


def test_the_command_runs_it_in_the_sandbox(specs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    if not holding():
        pytest.skip("no sandbox holds here")
    assert main(["tools", "check", str(specs / "general" / "atlas"), "--sandbox"]) == 0
    assert "2 tools, 6 examples: all is well" in capsys.readouterr().out

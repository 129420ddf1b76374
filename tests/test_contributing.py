"""The walk of CONTRIBUTING.md, taken word by word in a copy of the specs: its files, its commands, in its order."""

from __future__ import annotations

import contextlib
import io
import re
import shlex
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from builder.cli import main

ROOT = Path(__file__).parent.parent

WALK = "## Add a tool in ten minutes"

_BLOCK = re.compile(r"```(sh|toml|python)\n(.*?)```", re.DOTALL)


@dataclass(frozen=True)
class Step:
    """A command to type, or a file to fill."""

    command: str = ""
    file: str = ""
    text: str = ""


def steps(page: str) -> Iterator[Step]:
    """Commands and files of the walk. A file is named by the last path before its block."""
    section = page.partition(WALK)[2].partition("\n## ")[0]
    end = 0
    for block in _BLOCK.finditer(section):
        if block[1] == "sh":
            yield from (Step(command=line) for line in block[2].splitlines())
        else:
            yield Step(file=re.findall(r"`(tool_specs/[^`\s]+)`", section[end : block.start()])[-1], text=block[2])
        end = block.end()


@pytest.fixture(scope="module")
def walked(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[int, str]]:
    """Exit code and output of each command, by its verb."""
    folder = tmp_path_factory.mktemp("walk")
    shutil.copytree(ROOT / "tool_specs", folder / "tool_specs")
    said: dict[str, tuple[int, str]] = {}
    with contextlib.chdir(folder):
        for step in steps((ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")):
            if step.file:
                # The scaffold made each file; the walk only fills them.
                assert Path(step.file).is_file(), step.file
                Path(step.file).write_text(step.text, encoding="utf-8")
                continue
            words = shlex.split(step.command)
            assert words[:2] == ["dive-builder", "tools"]
            more = ["--draws", "8"] if words[2] == "gain" else []
            said[words[2]] = run([*words[1:], "--specs", "tool_specs", *more])
            if words[2] == "new":
                said["check of the scaffold"] = run(["tools", "check", "tool_specs/financial/payments"])
        spec = folder / "tool_specs/financial/payments/currency_rounding.toml"
        spec.write_text(
            spec.read_text(encoding="utf-8").replace('column = "code"', 'column = "coed"'), encoding="utf-8"
        )
        said["gain of a wrong column"] = run(["tools", "gain", "tool_specs/financial/payments", "--draws", "8"])
    return said


def run(words: list[str]) -> tuple[int, str]:
    with contextlib.redirect_stdout(io.StringIO()) as out, contextlib.redirect_stderr(out):
        code = main(words)
    return code, out.getvalue()


def test_the_walk_has_all_its_steps() -> None:
    page = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    assert [step.command.split()[2] if step.command else step.file.rpartition("/")[2] for step in steps(page)] == [
        "new", "provider.toml", "functions.py", "currency_rounding.toml", "try", "record", "check", "gain",
    ]  # fmt: skip


def test_the_scaffold_passes_no_check(walked: dict[str, tuple[int, str]]) -> None:
    """All that is left to write is listed at once: nothing made up gets through."""
    code, out = walked["check of the scaffold"]
    assert code == 1
    for key in ("title", "data_licence", "description", "parameters.value.type"):
        assert f": {key}\n" in out, out


def test_every_command_of_the_walk_works(walked: dict[str, tuple[int, str]]) -> None:
    for verb in ("new", "try", "record", "check", "gain"):
        assert walked[verb][0] == 0, walked[verb][1]
    assert '"cash_step": 0.05' in walked["try"][1]
    assert "1 tools recorded, 1 files changed" in walked["record"][1]
    assert "1 tools, 3 examples: all is well" in walked["check"][1]


def test_the_gain_is_told(walked: dict[str, tuple[int, str]]) -> None:
    out = walked["gain"][1]
    pairs = re.search(r"New pairs of producer and consumer: (\d+), of which (\d+) between domains", out)
    assert pairs is not None, out
    assert int(pairs[1]) > 5
    assert int(pairs[2]) >= 1
    assert "general.countries.country_profile.currency -> financial.payments.currency_rounding.currency" in out
    # Nobody ranks currencies by their decimals, so the walk goes on to a scenario, and the gain says so.
    assert "Frame candidates: none" in out
    assert "no exemplar calls them yet; add a scenario" in out
    assert re.search(r"The same draws with: +[1-8] tasks of 8 draws", out), out


def test_a_column_that_is_not_there_is_told_in_one_line(walked: dict[str, tuple[int, str]]) -> None:
    code, out = walked["gain of a wrong column"]
    assert code == 1
    assert "currency_rounding.toml: parameters.currency.coverage: " in out and '"coed"' in out, out

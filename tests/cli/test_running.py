"""`release`, interrupted and run again, then `verify`, `report` and `status`: the commands as a user types them."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

SETTINGS = """
run_seed = 1
allowed_failures = 0.9

[engine]
shard_size = 2
workers = 1

[synthesize]
rounds = 2
waves = 1
draws_per_wave = 30

[select]
sft = 6
sft_validation = 2
rl = 3
rl_test = 1
"""

ROOT = Path(__file__).parent.parent.parent


@dataclass(frozen=True)
class Ran:
    """The folder of the runs, and what the first two said."""

    folder: Path
    interrupted: tuple[int, str]
    finished: subprocess.CompletedProcess[str]


def command(*words: str) -> list[str]:
    return [sys.executable, "-m", "builder.cli", *words]


def run(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(*words), cwd=folder, env=environment(), capture_output=True, text=True, encoding="utf-8", check=False
    )


def environment() -> dict[str, str]:
    return os.environ | {"PYTHONPATH": str(ROOT)}


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """A release that was interrupted while it synthesized, then run again to its end."""
    folder = tmp_path_factory.mktemp("run")
    (folder / "tiny.toml").write_text(SETTINGS, encoding="utf-8")
    words = ("release", "--settings", "tiny.toml", "--out", "rel", "--fresh")
    with subprocess.Popen(
        command(*words), cwd=folder, env=environment(), stderr=subprocess.PIPE, text=True, encoding="utf-8"
    ) as process:
        assert process.stderr is not None
        said = ""
        for line in process.stderr:
            said += line
            if line.startswith("synthesize, wave 1: 0 of"):
                process.send_signal(signal.SIGINT)
        code = process.wait()
    return Ran(folder, (code, said), run(folder, *words[:-1]))


@pytest.mark.slow
def test_an_interrupt_drains_and_says_how_to_go_on(ran: Ran) -> None:
    code, said = ran.interrupted
    assert code == 130, said
    assert said.splitlines()[-1].endswith("Go on with: dive-builder release --settings tiny.toml --out rel")
    assert "Traceback" not in said


@pytest.mark.slow
def test_the_same_command_goes_on_to_the_end(ran: Ran) -> None:
    assert ran.finished.returncode == 0, ran.finished.stderr
    assert "draw, wave" not in ran.finished.stderr, "what was drawn before the interrupt was drawn again"
    assert re.search(r"with \d+ rl, \d+ sft,", ran.finished.stdout)
    assert (ran.folder / "rel" / "manifest.json").is_file()
    # The store has its default place.
    assert (ran.folder / ".dive" / "tiny.duckdb").is_file()


@pytest.mark.slow
def test_verify_passes_a_sound_release_and_names_what_is_altered(ran: Ran) -> None:
    done = run(ran.folder, "verify", "rel", "--workers", "1")
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1] == "sound"
    card = ran.folder / "rel" / "README.md"
    text = card.read_bytes()
    card.write_bytes(text + b" ")
    broken = run(ran.folder, "verify", "rel", "--workers", "1", "--json")
    card.write_bytes(text)
    assert broken.returncode == 1
    assert [problem["where"] for problem in json.loads(broken.stdout)["problems"]] == ["README.md"]


@pytest.mark.slow
def test_status_and_report_tell_of_the_run(ran: Ran) -> None:
    assert ": ended" in run(ran.folder, "status", "--settings", "tiny.toml").stdout
    body = json.loads(run(ran.folder, "report", "--settings", "tiny.toml", "--json").stdout)
    assert body["totals"]["draws"] == 30
    assert body["totals"]["verified"] > 5


@pytest.mark.slow
def test_other_settings_do_not_touch_the_store(ran: Ran) -> None:
    done = run(ran.folder, "run", "--settings", "tiny.toml", "--limit", "4", "--store", ".dive/tiny.duckdb")
    assert done.returncode == 1
    assert "was made with other settings" in done.stderr
    assert "--fresh" in done.stderr


@pytest.mark.slow
def test_too_many_failures_exit_with_3(ran: Ran) -> None:
    strict = SETTINGS.replace("allowed_failures = 0.9", "allowed_failures = 0.0")
    (ran.folder / "strict.toml").write_text(strict, encoding="utf-8")
    # The share decides the exit code only, so the same store serves.
    done = run(ran.folder, "run", "--settings", "strict.toml", "--store", ".dive/tiny.duckdb")
    assert done.returncode == 3, done.stdout + done.stderr
    assert "the settings allow 0%" in done.stdout

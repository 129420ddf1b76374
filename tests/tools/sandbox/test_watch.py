"""The watcher's own parts: counting what lies in a folder, and removing what strangers filled it with."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the sandbox needs Linux")

if sys.platform == "linux":
    from builder.tools.sandbox.watch import MAX_DEPTH, MAX_FILES, clear, family, tree_size

DEEP = 600
"""Folders inside each other: a longer path than the kernel takes."""


def test_what_lies_in_a_folder_is_counted_with_what_is_hidden(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x" * 100_000)
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "c").write_bytes(b"x" * 50_000)
    os.link(tmp_path / "a", tmp_path / "again")
    (tmp_path / "link").symlink_to("/usr")
    used, files = tree_size(str(tmp_path), [])
    assert 150_000 <= used < 200_000 and files == 5
    with (tmp_path / "gone").open("w+b") as file:
        (tmp_path / "gone").unlink()
        file.write(b"x" * 100_000)
        file.flush()
        assert tree_size(str(tmp_path), [os.getpid()])[0] >= used + 100_000


def test_too_many_and_too_deep_count_as_over_the_limit(tmp_path: Path) -> None:
    deep = tmp_path.joinpath(*["d"] * (MAX_DEPTH + 2))
    deep.mkdir(parents=True)
    assert tree_size(str(tmp_path), [])[1] > MAX_FILES
    other = tmp_path / "other"
    other.mkdir()
    for number in range(MAX_FILES + 1):
        (other / str(number)).touch()
    assert tree_size(str(other), [])[1] > MAX_FILES


def test_a_folder_is_removed_however_deep_and_closed_it_is(tmp_path: Path) -> None:
    root = tmp_path / "root"
    root.mkdir()
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "kept").touch()
    here = os.getcwd()  # noqa: PTH109 - beside the calls below
    try:
        os.chdir(root)
        for number in range(DEEP):
            os.mkdir("folder")  # noqa: PTH102 - relative to a folder without a path
            Path("out").symlink_to(outside)
            if number % 100 == 0:
                Path("file").touch()
            os.chdir("folder")
    finally:
        os.chdir(here)
    (root / "closed").mkdir(mode=0o000)
    clear(str(root))
    assert not root.exists()
    assert (outside / "kept").exists()


def test_all_that_comes_of_a_process_is_found() -> None:
    text = "import subprocess, sys, time; print(flush=True); subprocess.run([sys.executable, '-c', 'input()'])"
    with subprocess.Popen([sys.executable, "-c", text], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdin is not None and child.stdout is not None
        child.stdout.readline()
        for _ in range(200):
            found, threads = family(os.getpid())
            if len(found) >= 2:
                break
            subprocess.run([sys.executable, "-c", ""], check=True)
        assert child.pid in found and threads >= len(found) >= 2
        child.stdin.close()

"""Files that are made to hurt are refused in one line that names them, within 2 s of the processor and 256 MiB.

Each in a process of its own, forked so that what it takes is its own.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import traceback
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.tools.fuzz.homes import SECONDS, Home, homes, look, write

HOMES = homes()
MEMORY = 256
"""MiB."""

GIVEN_UP = 20
"""Seconds, after which something waits for ever."""


def measured(specs: Path) -> tuple[list[str], float, float]:
    """Problems of a folder; seconds of the processor and MiB that it took to find them."""
    reader, writer = os.pipe()
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        signal.alarm(GIVEN_UP)
        try:
            found = [str(problem) for problem in look(specs)]
        except BaseException:
            found = [traceback.format_exc(limit=-3)]
        with os.fdopen(writer, "w", encoding="utf-8", errors="replace") as pipe:
            json.dump(found, pipe)
        os._exit(0)
    os.close(writer)
    before = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20
    with os.fdopen(reader, encoding="utf-8") as pipe:
        text = pipe.read()
    _, status, usage = os.wait4(child, 0)
    assert status == 0, f"ended by signal {os.waitstatus_to_exitcode(status)}"
    return json.loads(text), usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024 - before


def put(text: bytes) -> Callable[[Path], None]:
    def way(file: Path) -> None:
        file.write_bytes(text)

    return way


def added(text: str) -> Callable[[Path], None]:
    """After what stands there."""

    def way(file: Path) -> None:
        file.write_bytes(file.read_bytes() + b"\n" + text.encode())

    return way


def folder(file: Path) -> None:
    file.unlink()
    file.mkdir()


def pipe(file: Path) -> None:
    file.unlink()
    os.mkfifo(file)


def linked(to: str = "") -> Callable[[Path], None]:
    def way(file: Path) -> None:
        file.unlink()
        file.symlink_to(to or file.name)

    return way


TO_ITSELF = linked()


def vast(file: Path) -> None:
    """A terabyte that takes no room."""
    with file.open("wb") as there:
        there.truncate(2**40)


ANY_FILE = {
    "a folder": folder,
    "a pipe": pipe,
    "a device without end": linked("/dev/zero"),
    "a link to itself": TO_ITSELF,
    "a terabyte": vast,
    "UTF-16": put("a = 1".encode("utf-16")),
    "Latin-1": put("é = 'ü'".encode("latin-1")),
    "null bytes": put(b"\x00" * 1000),
    "half a surrogate": put(b'a = "\xed\xa0\x80"'),
}
"""What may lie where a file of the contribution belongs."""

TOML = {
    "lists in lists": put(b"a = " + b"[" * 100_000),
    "tables in tables": put(b"a = " + b"{a = " * 40_000),
    "a key of many parts": put(b".".join([b"a"] * 60_000) + b" = 1"),
    "a table of many parts": put(b"[" + b".".join([b"a"] * 60_000) + b"]"),
    "many tables of many parts": put(b"".join(b"[%s.k%d]\n" % (b".".join([b"a"] * 18), n) for n in range(5000))),
    "many keys of many parts": put(b"".join(b"a.b.c.d.e.f.g.h.i.j.k%d = 1\n" % n for n in range(8000))),
    "a number without end": put(b"a = " + b"9" * 250_000),
    "a hexadecimal number without end": put(b"a = 0x" + b"f" * 250_000),
    "a text without end": put(b'description = "' + b"a" * 250_000),
    "many keys": put(b"".join(b"k%d = 1\n" % n for n in range(20_000))),
    "an odd date": put(b"description = 9999-99-99"),
    "escapes": put(b'description = "' + b"\\U0010FFFF" * 20_000 + b'"'),
}
"""What may stand in one of them."""

SAID = '[returns.said]\ntype = "count"\ndescription = "x"\n'
FIELD = '[returns.f{n}]\ntype = "type_of_{n}"\ndescription = "x"\n'

TOOL = {
    "many fields of unknown types": added("".join(FIELD.format(n=n) for n in range(4000))),
    "a type without end": added(f'[returns.long]\ntype = "{"a" * 200_000}"\ndescription = "x"'),
    "many phrases": added(SAID + f"phrases = {json.dumps([f'the {n}' for n in range(15_000)])}"),
    "phrases of many braces": added(SAID + f'phrases = ["{"{x}" * 60_000}"]'),
    "a selection in selections": added(SAID + f'select = "{"(" * 50_000}"'),
    "a selection without end": added(SAID + f'select = "{"a." * 50_000}a"'),
    "a union of selections": added(SAID + f'select = "{"a || " * 40_000}a"'),
    "a pattern without end": added(SAID + f'select = "/{"~0" * 100_000}"'),
    "many examples": added("[[examples]]\narguments = { a = 1 }\n" * 6000),
    "an option of many": added(f'[parameters.p]\ntype = "count"\ndescription = "x"\nenum = [{"1, " * 80_000}]'),
}
"""What may stand in a tool's file, after what is sound."""

PYTHON = {
    "brackets": "x = " + "(" * 100_000,
    "signs": "x = " + "-" * 200_000 + "1",
    "attributes": "x = a" + ".a" * 100_000,
    "sums": "x = 1" + " + 1" * 60_000,
    "calls": "x = a" + "()" * 100_000,
    "blocks": "".join(f"{' ' * n}if x:\n" for n in range(400)),
    "a null byte": "x = 1\x00",
    "a number without end": "x = " + "9" * 250_000,
    "an encoding of its own": "# -*- coding: rot13 -*-\nvzcbeg bf",
    "imports at once": "import os, subprocess, numpy",
}
"""What may stand in functions.py, which is read and not run."""


def refused(home: Home, tmp_path: Path, path: str, way: Callable[[Path], None]) -> list[str]:
    """Problems of the home whose file at the path was made so."""
    specs = write(tmp_path / "specs", home.files)
    way(specs / path)
    found, seconds, grown = measured(specs)
    assert seconds < SECONDS and grown < MEMORY, (seconds, grown)
    assert all(line.isprintable() for line in found), found[0]
    return found


@pytest.mark.parametrize("bomb", ANY_FILE)
@pytest.mark.parametrize("number", range(4))
def test_what_is_no_file_of_ours_is_told(bomb: str, number: int, tmp_path: Path) -> None:
    home = HOMES["mcp"]
    path = home.open[number]
    if ANY_FILE[bomb] is TO_ITSELF and path.endswith("provider.toml"):
        # Like one that is not there: the folder is none of a provider.
        assert refused(home, tmp_path, path, TO_ITSELF) != []
        return
    assert any(line.startswith(f"{path}: ") for line in refused(home, tmp_path, path, ANY_FILE[bomb]))


@pytest.mark.parametrize("bomb", ANY_FILE)
def test_functions_that_are_no_file_of_ours_are_told(bomb: str, tmp_path: Path) -> None:
    home = HOMES["function"]
    path = f"{home.tool.rpartition('/')[0]}/functions.py"
    assert any(line.startswith(f"{path}: ") for line in refused(home, tmp_path, path, ANY_FILE[bomb]))


@pytest.mark.parametrize("bomb", TOML)
@pytest.mark.parametrize("number", range(3))
def test_toml_that_is_made_to_hurt_is_told(bomb: str, number: int, tmp_path: Path) -> None:
    home = HOMES["http"]
    path = home.open[number]
    assert any(line.startswith(f"{path}: ") for line in refused(home, tmp_path, path, TOML[bomb]))


@pytest.mark.parametrize("bomb", TOOL)
@pytest.mark.parametrize("kind", ["http", "mcp", "code", "function"])
def test_a_tool_that_is_made_to_hurt_is_told(bomb: str, kind: str, tmp_path: Path) -> None:
    home = HOMES[kind]
    refused(home, tmp_path, home.tool, TOOL[bomb])


@pytest.mark.parametrize("bomb", PYTHON)
def test_functions_that_are_made_to_hurt_are_told(bomb: str, tmp_path: Path) -> None:
    home = HOMES["function"]
    path = f"{home.tool.rpartition('/')[0]}/functions.py"
    assert any(line.startswith(f"{path}: ") for line in refused(home, tmp_path, path, put(PYTHON[bomb].encode())))

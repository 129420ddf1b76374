"""Which installed packages a program may import, as files to be read and names to be found."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, distribution

from builder.errors import SandboxError


@dataclass(frozen=True, slots=True)
class Granted:
    """What a program gets of the installed packages."""

    roots: tuple[str, ...]
    """Folders in which they lie, beside others that it does not get."""
    names: tuple[str, ...]
    """What it may import."""
    readable: tuple[str, ...]


@cache
def granted(packages: tuple[str, ...]) -> Granted:
    """What is there of distributions. Raises SandboxError for one that is absent, or no plain files."""
    roots: set[str] = set()
    names: set[str] = set()
    readable: set[str] = set()
    for package in packages:
        try:
            found = distribution(package)
        except PackageNotFoundError:
            raise SandboxError(f"{package} is not installed: pip install {package}") from None
        root = os.path.realpath(str(found.locate_file("")))
        entries = set(_entries(file.parts for file in found.files or ()))
        if not entries:
            raise SandboxError(f"{package} is not installed as files that a program could be given")
        roots.add(root)
        readable |= {f"{root}/{entry}" for entry in entries}
        names |= {entry.partition(".")[0] for entry in entries if not entry.endswith(".dist-info")}
    return Granted(tuple(sorted(roots)), tuple(sorted(names)), tuple(sorted(readable)))


def _entries(files: Iterable[tuple[str, ...]]) -> Iterable[str]:
    """Names in the folder of packages that belong to one: not its scripts and compiled files."""
    for parts in files:
        if parts[0] not in ("..", "__pycache__") and not parts[0].endswith(".pth"):
            yield parts[0]

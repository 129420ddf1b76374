"""The packages that the active tools run on: how many tools each serves, and how much room they take."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution

from builder.tools.pool import ToolPool

DISTRIBUTION = "dive-builder"

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


@dataclass(frozen=True, slots=True)
class PackageUse:
    """One package that providers declare, or that one of those pulls in and nothing else needs."""

    name: str
    tools: int
    """Active tools of the providers that declare it; 0 for one that is pulled in."""
    share: float
    """Of the active tools, from 0 to 1."""
    size: int
    """Bytes of its installed files."""


def package_uses(pool: ToolPool) -> list[PackageUse]:
    """The packages of the active tools, those that serve most first.

    What the builder itself needs (the dependencies that its own metadata name by a range) is counted only
    where a provider declares it too.
    """
    served = Counter(_key(p.name) for spec in pool.tools.values() for p in pool.providers[spec.provider].packages)
    pulled = _closure(served) - _closure(_own()) - served.keys()
    return [
        PackageUse(name, served[name], served[name] / len(pool.tools), _size(name))
        for name in sorted(served.keys() | pulled, key=lambda name: (-served[name], name))
    ]


def _own() -> set[str]:
    """Dependencies of the builder that are no tool data: those are pinned exactly."""
    return {name for text in _requirements(DISTRIBUTION) if "==" not in text.split(";")[0] for name in _names(text)}


def _closure(names: Iterable[str]) -> set[str]:
    """Installed packages among `names`, and all that they require."""
    found: set[str] = set()
    waiting = set(names)
    while waiting:
        name = waiting.pop()
        try:
            distribution(name)
        except PackageNotFoundError:
            # A requirement of another platform.
            continue
        found.add(name)
        waiting |= {other for text in _requirements(name) for other in _names(text)} - found
    return found


def _requirements(name: str) -> list[str]:
    """What a package requires without extras, as its metadata write it."""
    return [text for text in distribution(name).requires or () if "extra ==" not in text.partition(";")[2]]


def _names(requirement: str) -> set[str]:
    found = _NAME.match(requirement)
    return {_key(found.group())} if found else set()


def _key(name: str) -> str:
    """A distribution's name as PEP 503 normalizes it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _size(name: str) -> int:
    paths = [file.locate() for file in distribution(name).files or ()]
    return sum(path.stat().st_size for path in paths if path.is_file())  # type: ignore[attr-defined]

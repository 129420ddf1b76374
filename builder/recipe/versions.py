"""Version numbers of releases: three numbers, of which the right one must rise (semver.org)."""

from __future__ import annotations

import re
from collections.abc import Sequence

from builder.errors import ReleaseError
from builder.records.versions import Bump

Version = tuple[int, int, int]

_SEMVER = re.compile(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)")
_BUMPS: dict[Bump, int] = {"major": 0, "minor": 1, "patch": 2}


def parse(text: str) -> Version:
    """The three numbers of a version. Raises ReleaseError when it is none."""
    found = _SEMVER.fullmatch(text)
    if found is None:
        raise ReleaseError(f"{text!r} is no version (write three numbers without leading zeros, such as 1.2.0)")
    return int(found[1]), int(found[2]), int(found[3])


def require_higher(new: str, before: str) -> None:
    """Refuse a version that exists already, or is lower than the one before."""
    if parse(new) == parse(before):
        raise ReleaseError(f"version {new} exists: it is the previous release (choose a higher one with --version)")
    if parse(new) < parse(before):
        raise ReleaseError(f"version {new} is lower than the previous release, {before} (choose a higher one)")


def require_bump(new: str, before: str, needs: Bump, reasons: Sequence[str]) -> None:
    """Refuse a version whose rise is smaller than the changes need."""
    higher, lower = parse(new), parse(before)
    risen = next(place for place in range(3) if higher[place] != lower[place])
    if risen > _BUMPS[needs]:
        least = lowest(before, needs)
        raise ReleaseError(
            f"version {new} after {before}: {'; '.join(reasons)}. That needs a new {needs} version: "
            f"at least {least} (pass it with --version)"
        )


def lowest(before: str, needs: Bump) -> str:
    """The lowest version after `before` that rises as needed."""
    place = _BUMPS[needs]
    numbers = [*parse(before)[:place], parse(before)[place] + 1, 0, 0][:3]
    return ".".join(map(str, numbers))

"""What changed between two versions of a release."""

from __future__ import annotations

from typing import Literal

from builder.records.base import Record

Kind = Literal["added", "removed", "changed"]
Bump = Literal["major", "minor", "patch"]


class Change(Record):
    """One id of one config that is not as it was."""

    config: str
    id: str
    change: Kind
    reason: str


class Delta(Record):
    """One figure of both versions; None where a version does not give it."""

    name: str
    before: float | None
    after: float | None


class NewBytes(Record):
    """How much of the Parquet files a store of content-defined chunks does not hold yet."""

    total: int
    new: int

    @property
    def share(self) -> float:
        return self.new / self.total if self.total else 0.0


class Difference(Record):
    """Everything that a changelog says of two versions."""

    before: str
    after: str
    changes: tuple[Change, ...]
    deltas: tuple[Delta, ...]
    tools: dict[str, str]
    """What became of tools: `added`, `removed`, or which parts of what decides their results changed."""
    packages: dict[str, str]
    """Packages of the lock that differ: `1.0 -> 1.1`."""
    breaking: tuple[str, ...]
    """Configs, splits and columns that a loader of the version before would miss."""
    bytes: NewBytes

    @property
    def needs(self) -> Bump:
        """The least part of the version number that must rise."""
        if self.breaking:
            return "major"
        return "minor" if any(change.change != "changed" for change in self.changes) else "patch"

    def counts(self) -> dict[str, dict[str, int]]:
        """Number of changes by config and kind."""
        found: dict[str, dict[str, int]] = {}
        for change in self.changes:
            kinds = found.setdefault(change.config, {"added": 0, "removed": 0, "changed": 0})
            kinds[change.change] += 1
        return found

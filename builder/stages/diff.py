"""Diff: what changed between two release folders, with the diversity metrics of both."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from builder.errors import ReleaseError
from builder.hub.changes import Key, Side, compare, read_reasons
from builder.hub.manifest import content_digest, read_manifest
from builder.hub.measures import METRICS
from builder.hub.views import query
from builder.records.versions import Difference
from builder.stages.check_files import check_files
from builder.stages.datasets import read_tasks
from builder.stages.patterning import Structural
from builder.stages.score import measure

SCOPES = ("pool", "sft", "rl")


def diff(before: Path, after: Path, structural: Structural | None = None) -> Difference:
    """What changed from `before` to `after`. Raises ReleaseError when one is no sound release folder.

    Without `structural` the call graphs of both are told apart by tools alone.
    """
    for folder in (before, after):
        problems = check_files(folder, read_manifest(folder))
        if problems:
            raise ReleaseError(f"{folder} is not as it was published: {problems[0]} (take a sound copy)")
    sides = [Side(folder, read_manifest(folder)) for folder in (before, after)]
    known: dict[Key, str] = {}
    parent = sides[1].manifest.parent
    if parent is not None and parent.digest == content_digest(sides[0].manifest.files):
        known = read_reasons(sides[1])
    return difference(sides[0], sides[1], structural or {}, known)


def difference(before: Side, after: Side, structural: Structural, known: Mapping[Key, str]) -> Difference:
    """The same over opened sides, with reasons that are known."""
    old, new = (metrics(side, structural) for side in (before, after))
    both = {name: (old.get(name), new.get(name)) for name in dict.fromkeys([*old, *new])}
    return compare(before, after, both, known)


def metrics(side: Side, structural: Structural) -> dict[str, float]:
    """The six DIVE metrics of a release's tasks, and of those that its splits hold, by name and scope."""
    held = {config for config, *_ in query(side.views, "changes/holders")}
    with read_tasks(side.folder, (structural, None)) as connection:
        present = [scope for scope in SCOPES if scope == "pool" or scope in held]
        return {
            f"{METRICS[metric]} ({scope})": measure(connection, metric, scope)
            for metric in METRICS
            for scope in present
        }

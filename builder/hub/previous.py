"""The layout of a previous version: which rows stood where, so that a new version keeps its order and its chunks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from builder.hub.manifest import content_digest, split_of
from builder.records.drift import DriftFile
from builder.records.releases import Manifest, Parent

COLUMNS = {
    "sft": ["id", "source_task_id", "stratum"],
    "rl": ["id", "extra_info"],
    "tools": ["tool_id"],
}
"""Columns that tell where a row stood; the id alone where nothing is named."""


@dataclass(frozen=True, slots=True)
class Stood:
    """A row of the previous version."""

    id: str
    split: str
    task: str
    stratum: str
    group: int
    """Its row group, counted over the files of the split."""


@dataclass(slots=True)
class Layout:
    """Rows of each config in their order."""

    folder: Path
    manifest: Manifest
    drift: DriftFile = field(default_factory=lambda: DriftFile.of("1970-01-01", ()))
    """Recorded answers that changed since, and those that it was itself told of."""
    rows: dict[str, list[Stood]] = field(default_factory=dict)
    _places: dict[str, dict[str, int]] = field(default_factory=dict)
    _indices: dict[str, int] = field(default_factory=dict)
    _next: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        groups: dict[tuple[str, str], int] = {}
        for path in sorted(self.manifest.files):
            place = split_of(path)
            if place is None:
                continue
            config, split = place
            file = pq.ParquetFile(self.folder / path)
            for number in range(file.num_row_groups):
                group = groups[place] = groups.get(place, -1) + 1
                for body in file.read_row_group(number, columns=COLUMNS.get(config, ["id"])).to_pylist():
                    self._add(config, split, group, body)
        for config, rows in self.rows.items():
            self._places[config] = {row.id: position for position, row in enumerate(rows)}

    def _add(self, config: str, split: str, group: int, body: dict[str, Any]) -> None:
        identity = body.get("id") or body["tool_id"]
        task = body.get("source_task_id", identity)
        row = Stood(identity, split, task, body.get("stratum", ""), group)
        self.rows.setdefault(config, []).append(row)
        if config == "rl":
            index = body["extra_info"]["index"]
            self._indices[identity] = index
            self._next[split] = max(self._next.get(split, 0), index + 1)

    @property
    def parent(self) -> Parent:
        return Parent(version=self.manifest.version, digest=content_digest(self.manifest.files))

    def order(self, config: str, ids: Iterable[str]) -> list[str]:
        """The ids that stood there, as they stood; then the new ones in the order given."""
        places, given = self._places.get(config, {}), list(ids)
        return sorted((i for i in given if i in places), key=places.__getitem__) + [i for i in given if i not in places]

    def groups(self, config: str, split: str) -> dict[str, int]:
        """Row group of each row of a split: one that loses no row is written as it was, byte by byte."""
        return {row.id: row.group for row in self.rows.get(config, ()) if row.split == split}

    def index(self, split: str, identity: str) -> int:
        """`extra_info.index` of a row of `rl`: its own for ever, and the next one for a new row."""
        if identity not in self._indices:
            self._indices[identity] = self._next.get(split, 0)
            self._next[split] = self._indices[identity] + 1
        return self._indices[identity]

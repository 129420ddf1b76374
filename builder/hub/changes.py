"""What changed between two release folders: ids by config with reasons, figures, tools, columns, new bytes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from builder import sql
from builder.hub.chunks import new_bytes
from builder.hub.manifest import split_of
from builder.hub.schemas import SCHEMAS
from builder.hub.views import open_views, query
from builder.records.releases import FileEntry, Manifest, ToolEntry, Totals
from builder.records.versions import Change, Delta, Difference, Kind

FILE = "changes.parquet"
"""Written into a release that has a parent, beside its changelog."""

SCHEMA = pa.schema([(name, pa.string()) for name in ("config", "id", "change", "reason")])

LAYOUTS = ("sft_hermes", "sft_sharegpt")
"""Configs that hold the rows of `sft` again, for the same reasons."""

Key = tuple[str, str]
"""Config and id."""


@dataclass(slots=True)
class Side:
    """One of the two releases, read once."""

    folder: Path
    manifest: Manifest
    views: duckdb.DuckDBPyConnection = field(init=False)
    tasks: dict[str, tuple[frozenset[str], str]] = field(init=False)
    """Tools called and question of each task."""
    holders: dict[str, set[str]] = field(init=False)
    """Configs (`sft`, `rl`) that hold rows of a task."""
    task_of: dict[str, str] = field(init=False)
    """Task of each row of `sft`."""

    def __post_init__(self) -> None:
        self.views = open_views(self.folder)
        rows = query(self.views, "changes/tasks")
        self.tasks = {identity: (frozenset(tools), question) for identity, tools, question in rows}
        self.holders, self.task_of = {}, {}
        for config, identity, task in query(self.views, "changes/holders"):
            self.holders.setdefault(task, set()).add(config)
            if config == "sft":
                self.task_of[identity] = task


def compare(
    before: Side,
    after: Side,
    metrics: Mapping[str, tuple[float | None, float | None]],
    known: Mapping[Key, str] | None = None,
) -> Difference:
    """Everything that differs. `known` are reasons that somebody who made the release knows better."""
    reasons = _Reasons(before, after, known or {})
    changes = [
        Change(config=config, id=identity, change=kind, reason=reasons.of(config, identity, kind, columns))
        for config in SCHEMAS
        for identity, kind, columns in _rows(before, after, config)
    ]
    packages = {
        name: f"{before.manifest.lock.packages.get(name, 'absent')} -> {after.manifest.lock.packages.get(name, 'gone')}"
        for name in sorted(before.manifest.lock.packages.keys() | after.manifest.lock.packages.keys())
        if before.manifest.lock.packages.get(name) != after.manifest.lock.packages.get(name)
    }
    return Difference(
        before=before.manifest.version,
        after=after.manifest.version,
        changes=tuple(changes),
        deltas=tuple(_deltas(before, after, metrics)),
        tools=dict(_tools(before.manifest.tools, after.manifest.tools)),
        packages=packages,
        breaking=tuple(_breaking(before, after)),
        bytes=new_bytes(before.folder, before.manifest.files, after.folder, after.manifest.files),
    )


def write_changes(folder: Path, changes: Iterable[Change]) -> None:
    """`changes.parquet`: one row per id that is not as it was."""
    table = pa.Table.from_pylist([change.model_dump() for change in changes], schema=SCHEMA)
    pq.write_table(table, folder / FILE, compression="zstd", write_page_index=True)


def read_reasons(side: Side) -> dict[Key, str]:
    """Reasons that a release itself gives for what changed since its parent."""
    if side.manifest.parent is None or FILE not in side.manifest.files:
        return {}
    rows = pq.read_table(side.folder / FILE).to_pylist()
    return {(row["config"], row["id"]): row["reason"] for row in rows}


def _rows(before: Side, after: Side, config: str) -> list[tuple[str, Kind, str]]:
    """Id, kind and differing columns of a config's rows."""
    with duckdb.connect(":memory:", config={"threads": 2}) as connection:
        for name, side in (("before", before), ("after", after)):
            rows = side.views.table(config).to_arrow_table()
            if config == "tools":
                rows = rows.rename_columns(["id" if c == "tool_id" else c for c in rows.column_names])
            connection.register(name, rows)
        return connection.execute(sql.load("changes/rows")).fetchall()


@dataclass(frozen=True, slots=True)
class _Reasons:
    """Why a row came, went or changed, as far as the two folders tell."""

    before: Side
    after: Side
    known: Mapping[Key, str]

    def of(self, config: str, identity: str, kind: str, columns: str) -> str:
        told = self.known.get((config, identity)) or (self.known.get(("sft", identity)) if config in LAYOUTS else None)
        if told is not None:
            return told
        if kind == "changed":
            return self._changed(config, columns)
        if config == "tools":
            return "new tool" if kind == "added" else "no longer in the pool"
        task = (
            identity
            if config in ("tasks", "rl")
            else (self.after if kind == "added" else self.before).task_of.get(identity, "")
        )
        return self._added(config, task) if kind == "added" else self._removed(config, task)

    @staticmethod
    def _changed(config: str, columns: str) -> str:
        names = columns.split(", ")
        if config == "tools":
            what = "executes differently" if "version" in names else "described differently"
        elif "question" in names or "messages" in names or "conversations" in names:
            what = "reworded"
        elif "split" in names:
            what = "in another split"
        else:
            what = "as before but for some columns"
        return f"{what} ({columns})"

    def _added(self, config: str, task: str) -> str:
        if config == "tasks" or task not in self.before.tasks:
            return "new task"
        if config in self.before.holders.get(task, ()):
            return "reworded" if self._reworded(task) else "another trajectory of its task"
        return "newly selected"

    def _removed(self, config: str, task: str) -> str:
        if task in self.after.tasks:
            if config != "rl" and self._reworded(task):
                return "its task was reworded"
            return "no longer selected"
        gone = {tool: change for tool, change in _tools(self.before.manifest.tools, self.after.manifest.tools)}
        for tool in sorted(self.before.tasks.get(task, (frozenset(), ""))[0]):
            if gone.get(tool) == "removed":
                return f"calls {tool}, which is no longer in the pool"
            if gone.get(tool, "added") != "added":
                return f"calls {tool}, whose results may be others now ({gone[tool]})"
        return "its task is no longer in the verified pool"

    def _reworded(self, task: str) -> bool:
        return self.before.tasks[task][1] != self.after.tasks[task][1]


def _deltas(before: Side, after: Side, metrics: Mapping[str, tuple[float | None, float | None]]) -> Iterator[Delta]:
    """Rows by config and split, single figures of the cards, and the given metrics."""
    sizes = [_sizes(side.manifest.files) for side in (before, after)]
    for place in sorted(sizes[0].keys() | sizes[1].keys(), key=lambda p: (list(SCHEMAS).index(p[0]), p[1])):
        old, new = (size.get(place) for size in sizes)
        yield Delta(name=f"rows of {'/'.join(place)}", before=old, after=new)
    totals = [query(side.views, "report/card_totals", short=8000)[0] for side in (before, after)]
    for name, old, new in zip(Totals.model_fields, *totals, strict=True):
        # What depends on the length that a definition calls short is no figure of the rows alone.
        if name not in ("tasks", "short_rows"):
            yield Delta(name=name.replace("_", " "), before=old, after=new)
    for name, (first, second) in metrics.items():
        yield Delta(name=name.replace("_", " "), before=first, after=second)


def _sizes(files: Mapping[str, FileEntry]) -> dict[tuple[str, str], int]:
    found: dict[tuple[str, str], int] = {}
    for path, entry in files.items():
        place = split_of(path)
        if place is not None:
            found[place] = found.get(place, 0) + (entry.rows or 0)
    return found


def _tools(before: Mapping[str, ToolEntry], after: Mapping[str, ToolEntry]) -> Iterator[tuple[str, str]]:
    for tool in sorted(before.keys() | after.keys()):
        if tool not in before or tool not in after:
            yield tool, "added" if tool in after else "removed"
            continue
        old, new = before[tool], after[tool]
        parts: list[str] = [f"{old_one} -> {new_one}" for old_one, new_one in _moved(old, new)]
        if old.spec != new.spec and not parts:
            parts = ["its adapter, parameters or data"]
        if parts:
            yield tool, "; ".join(parts)


def _moved(old: ToolEntry, new: ToolEntry) -> Iterator[tuple[Any, Any]]:
    if old.packages != new.packages:
        yield ", ".join(old.packages) or "no package", ", ".join(new.packages) or "no package"
    if old.data_date != new.data_date:
        yield f"data of {old.data_date}", new.data_date
    if old.licence != new.licence:
        yield old.licence, new.licence


def _breaking(before: Side, after: Side) -> Iterator[str]:
    """What a loader of the version before would miss or read as another type."""
    old, new = _sizes(before.manifest.files), _sizes(after.manifest.files)
    for config, split in sorted(old.keys() - new.keys()):
        yield f"{config}/{split} is no longer there"
    found: dict[str, None] = {}
    for place in sorted(old.keys() & new.keys()):
        columns, there = _columns(before, place), _columns(after, place)
        for name, kind in columns.items():
            if name not in there:
                found[f"{place[0]}.{name} is no longer there"] = None
            elif there[name] != kind:
                found[f"{place[0]}.{name} is {there[name]}, and was {kind}"] = None
    yield from found


def _columns(side: Side, place: tuple[str, str]) -> dict[str, str]:
    path = next(path for path in sorted(side.manifest.files) if split_of(path) == place)
    return {column.name: str(column.type) for column in pq.read_schema(side.folder / path)}

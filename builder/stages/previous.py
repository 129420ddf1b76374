"""Build on a previous version: its rows stay, in their order and splits; new ones follow; who goes is told why."""

from __future__ import annotations

import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa

from builder import sql
from builder.errors import ReleaseError
from builder.hub.changes import Key
from builder.hub.fetch import fetch
from builder.hub.manifest import read_manifest
from builder.hub.previous import Layout, Stood
from builder.recipe.leaks import leak_keys, toolset_key
from builder.recipe.splits import Unseen
from builder.recipe.versions import require_higher
from builder.records.drift import DriftFile
from builder.records.tasks import Task
from builder.stages.batches import write_batch
from builder.stages.check_files import check_files
from builder.stages.drifted import FILE as DRIFT
from builder.stages.drifted import Stale, read_drift, require_fitting
from builder.stages.score import write_scores
from builder.stages.select import CHOICES
from builder.store import Store

Place = tuple[str, str]
"""Config and split."""

NEW_TOOLSETS = "test_unseen_toolset"


@contextmanager
def previous_folder(ref: str | None, environment: Mapping[str, str]) -> Iterator[Path | None]:
    """The folder of the release that `ref` names: a path, or `ORG/NAME@v1.0.0`, downloaded for as long as it is needed.

    Raises HubError or ReleaseError when it is not to be had.
    """
    if ref is None or Path(ref).exists():
        yield None if ref is None else Path(ref)
        return
    with tempfile.TemporaryDirectory(prefix="dive-builder-") as folder:
        yield fetch(ref, Path(folder) / "previous", environment)


def open_previous(folder: Path, version: str, changed: DriftFile | None = None) -> Layout:
    """The version before `version`, with what was found to have changed since.

    Raises ReleaseError when it is altered, or not lower, or when the findings are not of it.
    """
    manifest = read_manifest(folder)
    require_higher(version, manifest.version)
    problems = check_files(folder, manifest)
    if problems:
        raise ReleaseError(
            f"the previous release {folder} is not as it was published: {problems[0]}"
            + (f" (and {len(problems) - 1} more)" if problems[1:] else "")
            + ". Take a sound copy of it."
        )
    layout = Layout(folder, manifest)
    if DRIFT in manifest.files:
        layout.drift = read_drift(folder / DRIFT)
    if changed is not None:
        require_fitting(changed, manifest, layout.drift)
        layout.drift = layout.drift.joined(changed)
    return layout


@contextmanager
def arranged(store: Store, layout: Layout | None, held: Unseen, stale: Stale | None = None) -> Iterator[dict[Key, str]]:
    """Inside, the store's choices are those of the new version, and what is stale is in its pool no longer.

    Afterwards the store is as selection left it. Yields why rows of the previous version are retired, by config and id,
    where the store knows.
    """
    if layout is None:
        yield {}
        return
    stale = stale or Stale()
    connection = store.connection
    connection.begin()
    try:
        _retire(store, stale)
        plan = _Plan(store, layout, held, stale)
        plan.keep()
        plan.extend()
        connection.execute(sql.load("select/clear"))
        write_batch(connection, "select/insert", plan.table())
        if store.query("release/has_patterns")[0][0]:
            write_scores(connection, ["pool", "sft", "rl"] if stale.tasks else ["sft", "rl"])
        yield plan.retired
    finally:
        connection.rollback()


def _retire(store: Store, stale: Stale) -> None:
    """Take what is stale out of the pool; the caller holds the transaction."""
    if stale.tasks:
        store.query("release/retire_tasks", tasks=list(stale.tasks), fingerprint=store.fingerprint)
        store.query("release/retire_patterns", tasks=list(stale.tasks))
    if stale.attempts:
        store.query("release/retire_attempts", attempts=list(stale.attempts))


@dataclass(slots=True)
class _Plan:
    """Rows of the new version by config and split."""

    store: Store
    layout: Layout
    held: Unseen
    """What this version holds out."""
    stale: Stale
    rows: dict[Place, list[tuple[str, str | None]]] = field(default_factory=lambda: defaultdict(list))
    retired: dict[Key, str] = field(default_factory=dict)
    pool: set[str] = field(init=False)
    accepted: dict[str, tuple[str, str]] = field(init=False)
    """Task and stratum of attempts that may be in a release."""
    chosen: dict[Place, list[tuple[str, str | None]]] = field(init=False)
    place_of: dict[str, Place] = field(default_factory=dict)
    """Where a task's rows are: it never moves to another split."""
    lost: list[tuple[Place, Stood]] = field(default_factory=list)
    """Rows whose task is still there, but not their trajectory."""
    holders: dict[str, set[Place]] = field(default_factory=lambda: defaultdict(set))
    """Places that hold a task with a key."""

    def __post_init__(self) -> None:
        self.pool = {row[0] for row in self.store.query("release/pool", fingerprint=self.store.fingerprint)}
        self.accepted = {row: (task, stratum) for row, task, stratum in self.store.query("release/accepted")}
        self.chosen = defaultdict(list)
        for config, split, task, attempt in self.store.query("release/choices"):
            self.chosen[config, split].append((task, attempt))

    def keep(self) -> None:
        """Take over the rows that the store still makes; note why others go."""
        direct = {task for task, stratum in self.accepted.values() if stratum == "direct"}
        stood = {row.task for config in ("sft", "rl") for row in self.layout.rows.get(config, ())}
        tasks = {task.id: task for task in self.store.tasks(sorted(stood & self.pool))}
        gone: dict[Key, str] = {}
        for config in ("sft", "rl"):
            for row in self.layout.rows.get(config, ()):
                place = (config, row.split)
                if row.task not in self.pool:
                    gone[config, row.id] = row.task
                elif (why_not := self._misplaced(row.split, tasks[row.task])) is not None:
                    self.retired[config, row.id] = why_not
                elif row.id in self.accepted if config == "sft" else row.task in direct:
                    self._take(place, row.task, row.id if config == "sft" else None)
                else:
                    self.place_of[row.task] = place
                    self.lost.append((place, row))
        gone |= {("tasks", row.id): row.id for row in self.layout.rows.get("tasks", ()) if row.id not in self.pool}
        why = dict(self.store.query("release/fates", tasks=sorted(set(gone.values()))))
        self.retired |= {key: why[task] for key, task in gone.items() if task in why}
        self.retired |= {
            (config, row.id): told
            for config in ("sft", "rl", "tasks")
            for row in self.layout.rows.get(config, ())
            if (told := self.stale.why(row.task, row.id)) is not None
        }

    def extend(self) -> None:
        """Append what selection chose as far as it may stand there, up to the size that it chose."""
        room = {place: max(len(self.chosen[place]), len(self.rows[place])) for place in [*self.chosen]}
        chosen = (
            (place, *row) for place, rows in sorted(self.chosen.items()) for row in rows if not self._is_stale(*row)
        )
        candidates = [*self._replacements(), *chosen]
        keys = self._keys(
            {task for rows in self.rows.values() for task, _ in rows} | {task for _, task, _ in candidates}
        )
        for place, rows in self.rows.items():
            for task, _ in rows:
                self._hold(place, keys[task])
        taken = {(task, attempt) for rows in self.rows.values() for task, attempt in rows}
        for place, task, attempt in candidates:
            if (task, attempt) in taken or len(self.rows[place]) >= room.get(place, 0):
                continue
            if self.place_of.get(task, place) == place and not self._leaks(place, keys[task]):
                self._take(place, task, attempt)
                self._hold(place, keys[task])
                taken.add((task, attempt))

    def table(self) -> pa.Table:
        """Rows of the table `choices`."""
        rows = [
            {"config": config, "split": split, "position": position, "task": task, "attempt": attempt, "gain": 0.0}
            for (config, split), found in sorted(self.rows.items())
            for position, (task, attempt) in enumerate(found)
        ]
        return pa.Table.from_pylist(rows, schema=CHOICES)

    def _replacements(self) -> Iterator[tuple[Place, str, str | None]]:
        """Another trajectory of the same task and stratum for each that is lost, so a reworded task keeps its rows."""
        of: dict[tuple[str, str], list[str]] = defaultdict(list)
        for attempt, key in sorted(self.accepted.items()):
            of[key].append(attempt)
        for place, row in self.lost:
            for attempt in of[row.task, row.stratum][:1]:
                yield place, row.task, attempt

    def _is_stale(self, task: str, attempt: str | None) -> bool:
        return task in self.stale.tasks or attempt in self.stale.attempts

    def _take(self, place: Place, task: str, attempt: str | None) -> None:
        self.rows[place].append((task, attempt))
        self.place_of[task] = place

    def _misplaced(self, split: str, task: Task) -> str | None:
        """Why a row may not stand where it stood, now that this version holds out other tools."""
        held = self.held
        if split in ("train", "validation") and (
            task.domain == held.domain or not held.barred.isdisjoint(task.toolset)
        ):
            return "shows what this version holds out"
        called = {"test_unseen_tool": held.tools, "test_unseen_domain": held.domain_tools}.get(split)
        if called is not None and called.isdisjoint(task.tools_used):
            return "calls nothing that this version holds out"
        return None

    def _keys(self, tasks: Iterable[str]) -> dict[str, list[str]]:
        """Leak keys of each task, the set of called tools last."""
        return {
            task.id: [*sorted(leak_keys(task).values()), toolset_key(task)] for task in self.store.tasks(sorted(tasks))
        }

    def _hold(self, place: Place, keys: Iterable[str]) -> None:
        for key in keys:
            self.holders[key].add(place)

    def _leaks(self, place: Place, keys: list[str]) -> bool:
        """Whether a key is held where it and this place would be two sides of a test."""
        others = {other for key in keys[:-1] for other in self.holders[key]} - {place}
        # The same tools with other literals are a leak for one test alone.
        others |= {other for other in self.holders[keys[-1]] if (NEW_TOOLSETS in place) != (NEW_TOOLSETS in other)}
        return any(place[1] != "train" or other[1] != "train" for other in others)

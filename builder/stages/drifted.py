"""Tasks that rest on answers which services give otherwise now: which they are, so that the next version retires them.

`tools drift --out FILE` finds the answers, `release --previous DIR --drift FILE` retires the tasks, and the release
carries what it was told in `drift.json`, so that no later version takes one up again from the same recordings.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import ValidationError

from builder.errors import ReleaseError, SettingsError
from builder.hub.manifest import read_manifest
from builder.hub.previous import Layout
from builder.hub.reading import task_bodies
from builder.identity import canonical_json
from builder.records.attempts import Attempt
from builder.records.drift import DriftedCall, DriftFile, result_digest
from builder.records.releases import Manifest
from builder.records.rows import TaskRow
from builder.records.tasks import Task
from builder.records.tools import Call
from builder.store import Store
from builder.tools.executor import Executor
from builder.tools.http.drift import Drift, Known, completed, drift
from builder.tools.http.options import LiveOptions
from builder.tools.pool import ToolPool
from builder.tools.recording import is_inside

FILE = "drift.json"
"""In a release; what `tools drift --out` writes has the same form."""

MAX_BYTES = 64 * 2**20
"""Of a file: some hundred thousand calls."""

AGAIN = "run `dive-builder tools drift --release DIR --out FILE` again"


def ask_again(pool: ToolPool, options: LiveOptions, inside: str = "", release: Path | None = None) -> Drift:
    """What is answered otherwise now of the recorded calls; with a release, of its tools and all that its tasks hold.

    Raises ReleaseError for a folder that is no release, and what `drift` raises.
    """
    if release is None:
        return drift(pool, options, lambda tool: is_inside(tool, inside))
    tools = read_manifest(release).tools
    held = (
        Known(Call(call.tool, call.arguments), call.result, tools[call.tool].data_date)
        for task in tasks_in(release)
        for call in task.calls
        # Nothing rests on a call that failed.
        if not isinstance(call.result.get("error"), dict)
    )
    return drift(pool, options, lambda tool: tool in tools and is_inside(tool, inside), held)


def write_drift(path: Path, found: DriftFile) -> None:
    """Write the findings to a file. Raises SettingsError where that cannot be."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(drift_text(found), encoding="utf-8", newline="\n")
    except OSError as error:
        raise SettingsError(f"{path}: {error.strerror or error} (name another file with --out)") from None


def drift_text(found: DriftFile) -> str:
    """The file's text; equal findings have equal texts."""
    return json.dumps(found.model_dump(mode="json"), indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def read_drift(path: Path) -> DriftFile:
    """The findings of a file. Raises SettingsError, one line, when it is none or was edited."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise SettingsError(f"{path}: larger than {MAX_BYTES // 2**20} MiB, so no file of findings ({AGAIN})")
        return DriftFile.model_validate_json(path.read_bytes())
    except OSError as error:
        raise SettingsError(f"{path}: {error.strerror or error} (name what `tools drift --out` wrote)") from None
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the file"
        reason = " ".join(first["msg"].removeprefix("Value error, ").split())
        raise SettingsError(f"{path}: {where}: {reason} ({AGAIN})") from None


def require_fitting(found: DriftFile, manifest: Manifest, told: DriftFile) -> None:
    """Refuse findings that are not of a release's tools, or were made before its answers were recorded.

    What the release was `told` itself may be of tools that it has no longer. Raises ReleaseError, which names the first
    tool that does not fit.
    """
    name, old = f"{manifest.name} {manifest.version}", {call.key for call in told.calls}
    for call in found.calls:
        if call.key in old:
            continue
        entry = manifest.tools.get(call.tool)
        if entry is None:
            raise ReleaseError(f"the drift is of other tools: {name} has no {call.tool} ({AGAIN}, on that release)")
        if entry.data_date is not None and found.date < entry.data_date:
            raise ReleaseError(
                f"the drift is of {found.date}, and {name} holds answers of {call.tool} of {entry.data_date} ({AGAIN})"
            )


@dataclass(frozen=True, slots=True)
class Stale:
    """What rests on answers that changed, each with the first tool whose answer did."""

    tasks: Mapping[str, str] = field(default_factory=dict)
    """Of the store: tasks whose evidence holds such an answer as this pool replays it."""
    attempts: Mapping[str, str] = field(default_factory=dict)
    """Of the store: trajectories that make such a call, the task's or another one."""
    before: Mapping[str, str] = field(default_factory=dict)
    """Of the previous version: tasks whose evidence holds such an answer."""

    def why(self, task: str, row: str) -> str | None:
        """Why a row of the previous version is retired, or is another one now; None when its answers hold."""
        tool = self.before.get(task) or self.tasks.get(task) or self.attempts.get(row)
        return None if tool is None else f"drifted: {tool}"


def stale_of(store: Store, layout: Layout | None, pool: ToolPool) -> Stale:
    """What rests on the answers that changed by the layout's findings, in the store and in the previous version.

    Where the pool replays a newer recording of a call, what the store holds of it is no longer stale.
    """
    if layout is None or not layout.drift.calls:
        return Stale()
    executor = Executor(pool)
    changed = ChangedCalls.of(layout.drift, executor)
    replayed = changed.among(
        call for call in layout.drift.calls if _replayed(executor, Call(call.tool, call.arguments)) == call.before
    )
    names = {spec.name: spec.id for spec in pool.declared.values()}
    before = dict(resting(tasks_in(layout.folder), changed))
    if not replayed.known:
        return Stale(before=before)
    return Stale(
        tasks={task.id: tool for task in store.tasks() if (tool := replayed.in_calls(_made(task))) is not None},
        attempts={
            attempt.id: tool
            for attempt in store.attempts()
            if (tool := replayed.in_calls(_played(attempt, names))) is not None
        },
        before=before,
    )


def tasks_in(release: Path) -> Iterator[Task]:
    """The tasks of a release folder."""
    return (TaskRow.model_validate(body).to_task() for body in task_bodies(release))


def resting(tasks: Iterable[Task], changed: ChangedCalls) -> Iterator[tuple[str, str]]:
    """Tasks whose evidence holds an answer that changed, with its tool."""
    for task in tasks:
        tool = changed.in_evidence(task)
        if tool is not None:
            yield task.id, tool


@dataclass(frozen=True, slots=True)
class ChangedCalls:
    """Calls that changed, as tools get them, with the digests of what was recorded."""

    executor: Executor
    known: Mapping[tuple[str, str], frozenset[str]]
    tools: frozenset[str]

    @classmethod
    def of(cls, found: DriftFile, executor: Executor) -> ChangedCalls:
        return cls(executor, {}, frozenset()).among(found.calls)

    def among(self, calls: Iterable[DriftedCall]) -> ChangedCalls:
        """The same of these calls alone."""
        known: dict[tuple[str, str], frozenset[str]] = {}
        for call in calls:
            key = _key(self.executor, Call(call.tool, call.arguments))
            known[key] = known.get(key, frozenset()) | {call.before}
        return ChangedCalls(self.executor, known, frozenset(tool for tool, _ in known))

    def in_evidence(self, task: Task) -> str | None:
        """The first tool whose changed answer is in the task's evidence."""
        for call in task.calls:
            digests = self._digests(Call(call.tool, call.arguments))
            if digests and result_digest(call.result) in digests:
                return call.tool
        return None

    def in_calls(self, calls: Iterable[Call]) -> str | None:
        """The first tool of a call that changed."""
        return next((call.tool for call in calls if self._digests(call)), None)

    def _digests(self, call: Call) -> frozenset[str]:
        if call.tool not in self.tools:
            return frozenset()
        return self.known.get(_key(self.executor, call), frozenset())


def _key(executor: Executor, call: Call) -> tuple[str, str]:
    return call.tool, canonical_json(completed(executor, call).arguments)


def _replayed(executor: Executor, call: Call) -> str:
    return result_digest(executor.execute(call).payload())


def _made(task: Task) -> Iterator[Call]:
    return (Call(call.tool, call.arguments) for call in task.calls)


def _played(attempt: Attempt, names: Mapping[str, str]) -> Iterator[Call]:
    for message in attempt.messages:
        for call in message.get("tool_calls", ()):
            function = call["function"]
            yield Call(names.get(function["name"], function["name"]), function["arguments"])

"""What a release offers to call: a task's toolset, or the whole catalogue, with schemas as its rows state them.

Tools are executed by the pool that is here. One that is absent, or would give other results than when the release
was made, answers from what the release recorded of it, and says so when it recorded nothing for a call.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from builder.errors import BuilderError, ReleaseError, ToolDefect
from builder.hub.manifest import read_manifest, tool_entry
from builder.hub.reading import bodies
from builder.identity import canonical_json
from builder.records.releases import Manifest
from builder.records.tools import Call
from builder.tools.executor import Executor
from builder.tools.pool import ToolPool


@dataclass(frozen=True, slots=True)
class OfferedTool:
    """One tool as a model sees it."""

    id: str
    name: str
    description: str
    parameters: dict[str, Any]
    obstacle: str | None
    """Why it cannot be executed here; None when it can."""


@dataclass(slots=True)
class Offer:
    """Tools by the name that models see, in the order of the toolset."""

    title: str
    version: str
    tools: Mapping[str, OfferedTool]
    prompt: tuple[dict[str, str], ...]
    """Messages before a solver's first turn; empty without a task, or when it is in no split."""
    question: str
    executor: Executor
    _recorded: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Results of tools that cannot be executed, by tool and arguments."""

    @classmethod
    def of(cls, folder: Path, pool: ToolPool, task: str | None = None) -> Offer:
        """The offer of a release folder. Raises ReleaseError for a broken folder, BuilderError for no such task."""
        manifest = read_manifest(folder)
        row = _task(folder, task) if task is not None else None
        wanted = row["toolset"] if row is not None else None
        catalogue = {r["tool_id"]: r for r in _rows(folder, "tools")}
        tools = {}
        for tool in wanted if wanted is not None else catalogue:
            if tool not in catalogue:
                raise ReleaseError(
                    f"{folder}: the tool {tool} is not in its catalogue: take a sound copy of the release"
                )
            shown = catalogue[tool]
            tools[shown["name"]] = OfferedTool(
                id=tool,
                name=shown["name"],
                description=shown["description"],
                parameters=json.loads(shown["parameters"]),
                obstacle=obstacle(pool, manifest, tool),
            )
        offer = cls(
            title=manifest.name,
            version=manifest.version,
            tools=tools,
            prompt=_prompt(folder, row["id"]) if row is not None else (),
            question=row["question"] if row is not None else "",
            executor=Executor(pool),
        )
        obstructed = {tool.id for tool in tools.values() if tool.obstacle is not None}
        if obstructed:
            offer._recorded = dict(_recordings(folder, obstructed))
        return offer

    @property
    def obstacles(self) -> dict[str, str]:
        """Why tools cannot be executed, by id."""
        return {tool.id: tool.obstacle for tool in self.tools.values() if tool.obstacle is not None}

    def call(self, name: str, arguments: dict[str, Any]) -> tuple[dict[str, Any], bool]:
        """The JSON object that a model reads, and whether the call worked."""
        tool = self.tools.get(name)
        if tool is None:
            return _error("unknown_tool", f"there is no tool {name} here", tools=sorted(self.tools)), False
        if tool.obstacle is not None:
            known = self._recorded.get(_key(tool.id, arguments))
            if known is not None:
                return known, "error" not in known
            why = f"{name} cannot be executed here ({tool.obstacle}), and the release recorded no such call of it"
            return _error("not_recorded", why), False
        try:
            result = self.executor.execute(Call(tool.id, arguments))
        except ToolDefect as defect:
            return _error("defect", defect.message), False
        return result.payload(), result.ok


def obstacle(pool: ToolPool, manifest: Manifest, tool: str) -> str | None:
    """Why a tool of a release cannot be executed as it was then; None when it can."""
    if tool not in pool.tools:
        return pool.why_not(tool)
    entry = manifest.tools.get(tool)
    if entry is not None and tool_entry(pool, tool).spec != entry.spec:
        return "spec, package or data differ from those of the release"
    return None


def _error(kind: str, message: str, **details: Any) -> dict[str, Any]:
    return {"error": {"kind": kind, "message": message, **({"details": details} if details else {})}}


def _key(tool: str, arguments: Any) -> str:
    return canonical_json([tool, arguments])


def _rows(folder: Path, config: str) -> Iterator[dict[str, Any]]:
    for path in sorted((folder / config).glob("*.parquet")):
        yield from bodies(path)


def _task(folder: Path, beginning: str) -> dict[str, Any]:
    """The one task whose id is, or begins with, the text."""
    found: dict[str, dict[str, Any]] = {}
    for path in sorted((folder / "tasks").glob("*.parquet")):
        for row in pq.read_table(path, columns=["id", "question", "toolset"]).to_pylist():
            if row["id"] == beginning:
                return dict(row)
            if row["id"].startswith(beginning):
                found[row["id"]] = row
    if len(found) == 1:
        return next(iter(found.values()))
    if found:
        raise BuilderError(f"{beginning} is the beginning of several ids: {', '.join(sorted(found)[:5])}")
    raise BuilderError(f"{folder} has no task {beginning}: `dive-builder sample {folder}` shows some ids")


def _prompt(folder: Path, task: str) -> tuple[dict[str, str], ...]:
    """What the release's own row lets a solver read first."""
    for row in _rows(folder, "rl"):
        if row["id"] == task:
            return tuple(row["prompt"])
    for row in _rows(folder, "sft"):
        if row["source_task_id"] == task:
            return tuple({"role": m["role"], "content": m["content"]} for m in row["messages"][:2])
    return ()


def _recordings(folder: Path, tools: set[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path in sorted((folder / "tasks").glob("*.parquet")):
        for row in pq.read_table(path, columns=["calls", "tools_used"]).to_pylist():
            if tools.isdisjoint(row["tools_used"]):
                continue
            for call in json.loads(row["calls"]):
                if call["tool"] in tools:
                    yield _key(call["tool"], call["arguments"]), call["result"]

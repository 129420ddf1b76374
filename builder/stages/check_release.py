"""Check a release from nothing but its own files and the tools: every digest, every row, every derivation."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import duckdb
from pydantic import ValidationError

from builder.engines import Engine, Item
from builder.errors import SettingsError
from builder.hub.chat import hermes_messages, sharegpt_row, template_json
from builder.hub.checks import length_problems, rl_problems, sft_problems
from builder.hub.decontaminate import DenyList
from builder.hub.leaks import leaks, register_keys
from builder.hub.manifest import read_manifest, tool_entry
from builder.hub.reading import bodies
from builder.hub.rows import Measured, PassRate, task_row
from builder.hub.traces import FOLDER as TRACES
from builder.hub.traces import session_text
from builder.hub.views import open_views, query
from builder.identity import canonical_json
from builder.recipe.derivation import task_id
from builder.recipe.verdicts import compare, render_answer
from builder.records.attempts import Attempt
from builder.records.base import Record
from builder.records.releases import CheckReport, Manifest, Problem, ReleaseDefinition
from builder.records.rows import HermesRow, RlRow, SftRow, ShareGptRow, TaskRow, ToolRow
from builder.records.tasks import Task
from builder.records.tools import Call
from builder.stages.check_files import check_files, sound_configs
from builder.stages.decontaminate import contaminated
from builder.stages.definition import load_definition
from builder.stages.drifted import FILE as DRIFT
from builder.stages.drifted import ChangedCalls, read_drift, resting
from builder.stages.replaying import Bench, calls_item, replay_all, task_item
from builder.tools.executor import Executor
from builder.tools.pool import ToolPool

Row = TypeVar("Row", bound=Record)


def check_release(
    folder: Path,
    pool: ToolPool,
    bench: Bench,
    engine: Engine | None = None,
    definition: ReleaseDefinition | None = None,
    lists: Sequence[DenyList] = (),
) -> CheckReport:
    """Check the release in `folder`; calls run in `bench` (a Workbench is one), or in `engine`.

    A broken release is a report with problems. Raises ReleaseError when `folder` is no release at all.
    """
    manifest = read_manifest(folder)
    check = _Check(folder, pool, bench, definition or load_definition())
    check.problems += check_files(folder, manifest)
    sound = sound_configs(folder, check.problems)
    if sound >= {"tools"}:
        check.tools(manifest)
    if sound >= {"tasks"}:
        check.tasks()
        check.drift(manifest)
    if sound >= {"tools", "tasks", "sft", "sft_hermes", "sft_sharegpt"}:
        check.sft()
    if sound >= {"tasks", "rl"}:
        check.rl()
    if sound >= {"tools", "tasks", "sft", "sft_hermes", "sft_sharegpt", "rl"}:
        check.together()
    check.problems += contaminated(lists, check.known.values(), manifest.settings.get("decontaminate.on_hit", ""))
    check.problems += replay_all(check.items, bench, engine)
    return CheckReport(
        name=manifest.name,
        version=manifest.version,
        files=len(manifest.files),
        rows=dict(check.rows),
        replayed=len(check.known),
        calls=check.calls,
        problems=tuple(check.problems),
    )


@dataclass(slots=True)
class _Check:
    """What a check knows and has found so far."""

    folder: Path
    pool: ToolPool
    bench: Bench
    definition: ReleaseDefinition
    problems: list[Problem] = field(default_factory=list)
    rows: Counter[str] = field(default_factory=Counter)
    items: list[Item] = field(default_factory=list)
    """What must be executed again."""
    calls: int = 0
    known: dict[str, Task] = field(default_factory=dict)
    """Tasks by id."""
    names: dict[str, str] = field(default_factory=dict)
    """Tool ids by the names that models see."""

    def add(self, where: str, row: str, reasons: Iterable[str]) -> None:
        self.problems += [Problem(where=where, row=row, reason=reason) for reason in reasons]

    def tools(self, manifest: Manifest) -> None:
        """The catalogue and the manifest list the same tools, and those here are the very same."""
        for row in self._rows("tools", ToolRow):
            self.names[row.name] = row.tool_id
        for tool in sorted(self.names.values() ^ manifest.tools.keys()):
            self.add("tools", tool, ["is in one of manifest and catalogue only"])
        for tool, entry in manifest.tools.items():
            if tool not in self.pool.tools:
                reason = self.pool.why_not(tool)
                self.add("tools", tool, [f"cannot be executed: {reason}"])
            elif tool_entry(self.pool, tool).spec != entry.spec:
                self.add(
                    "tools",
                    tool,
                    ["is not the tool that the release was made with: spec, package or data differ"],
                )

    def tasks(self) -> None:
        """Each row gives a task, whose id is that of its derivation; its replay waits."""
        for row in self._rows("tasks", TaskRow):
            try:
                task = row.to_task()
                solvers = json.loads(row.roles)["solver"]
                same = task_row(task, solvers, row.splits, PassRate.of(row), Measured.of(row)) == row
            except (ValueError, KeyError, TypeError) as error:
                self.add("tasks", row.id, [f"holds a text that is no record: {str(error).splitlines()[0]}"])
                continue
            self.known[task.id] = task
            self.items.append(task_item(task))
            if not same:
                self.add("tasks", row.id, ["its columns contradict each other"])
            if task_id(task.derivation) != task.id:
                self.add("tasks", row.id, ["its id is not that of its derivation"])
            if not set(task.tools_used) <= set(task.toolset):
                self.add("tasks", row.id, ["it calls a tool that is not in its toolset"])

    def drift(self, manifest: Manifest) -> None:
        """No task rests on an answer of which the release was told that it changed."""
        if DRIFT not in manifest.files:
            return
        try:
            told = read_drift(self.folder / DRIFT)
        except SettingsError as error:
            self.add(DRIFT, "", [str(error)])
            return
        for task, tool in resting(self.known.values(), ChangedCalls.of(told, Executor(self.pool))):
            self.add("tasks", task, [f"rests on an answer of {tool} that changed"])

    def sft(self) -> None:
        """Rules of each trajectory, its verdict, both text layouts, and its calls made again."""
        hermes = {row.id: row for row in self._rows("sft_hermes", HermesRow)}
        sharegpt = {row.id: row for row in self._rows("sft_sharegpt", ShareGptRow)}
        traces = {path.stem: path.read_text(encoding="utf-8") for path in self.folder.glob(f"{TRACES}/*.jsonl")}
        for row in self._rows("sft", SftRow):
            reasons = list(sft_problems(row))
            self.add("sft", row.id, reasons)
            if reasons:
                continue
            self.add("sft", row.id, length_problems(row, self.definition.tokens.limit))
            self.add("sft", row.id, self._against_task(row))
            texts = [template_json(tool) for tool in row.tools]
            if row.id in hermes and hermes[row.id].messages != hermes_messages(row.messages, texts):
                self.add("sft_hermes", row.id, ["its turns are not those of sft"])
            if row.id in sharegpt and sharegpt[row.id] != sharegpt_row(row.id, row.messages, texts):
                self.add("sft_sharegpt", row.id, ["its turns are not those of sft"])
            if row.id in traces and traces[row.id] != session_text(row.model_dump(mode="json")):
                self.add(TRACES, row.id, ["its messages are not those of sft"])
            self._again(row)

    def _against_task(self, row: SftRow) -> Iterator[str]:
        task = self.known.get(row.source_task_id)
        if task is None:
            return
        if not any(m["role"] == "user" and task.question in m["content"] for m in row.messages):
            yield "the user's message does not hold the question of its task"
        attempt = Attempt(
            id=row.id,
            task=task.id,
            stratum=row.stratum,  # type: ignore[arg-type]
            solver=row.generator_model,
            toolset=tuple(self.names.get(tool["function"]["name"], "") for tool in row.tools),
            messages=row.messages,
            parallel=row.parallel,
            num_calls=row.num_tool_calls,
        )
        verdict = self.bench.recipe.judge(task, attempt)
        if row.judge_model != "rules" and verdict.reason == "different" and task.answer.spec.kind == "text":
            # A judge's word cannot be given again here; that comparators leave it open can.
            return
        if not verdict.correct:
            yield f"its answer is not accepted ({verdict.reason})"

    def _again(self, row: SftRow) -> None:
        """Leave the row's calls, with what their messages say, to be executed."""
        results = {m["tool_call_id"]: m["content"] for m in row.messages if m["role"] == "tool"}
        made = []
        for message in row.messages:
            for call in message.get("tool_calls", ()):
                tool = self.names.get(call["function"]["name"], call["function"]["name"])
                made.append((Call(tool, call["function"]["arguments"]), results[call["id"]]))
        self.calls += len(made)
        self.items.append(calls_item(row.id, made))

    def rl(self) -> None:
        """Rules of each row; its answer is its task's, scores 1, and an empty or foreign one scores 0."""
        for row in self._rows("rl", RlRow):
            try:
                self.add("rl", row.id, rl_problems(row))
            except ValueError as error:
                self.add("rl", row.id, [f"tools or info is not JSON: {error}"])
            task = self.known.get(row.id)
            if task is not None:
                self.add("rl", row.id, self._gold(row, task))

    @staticmethod
    def _gold(row: RlRow, task: Task) -> Iterator[str]:
        if row.question != task.question:
            yield "its question is not that of its task"
        if row.answer != canonical_json(task.answer.model_dump(mode="json")):
            yield "its answer is not that of its task"
        gold = render_answer(task.answer)
        if not compare(task.answer, gold)[0]:
            yield "its own answer does not score 1"
        if compare(task.answer, "")[0] or compare(task.answer, f"not {gold}")[0]:
            yield "a wrong answer scores 1"

    def together(self) -> None:
        """What only several rows show: repeats, orphans, leaks between splits, the promised lengths."""
        with open_views(self.folder) as views:
            for where, row, reason in query(views, "check_release/repeats"):
                self.add(where, row, [reason])
            for where, row, reason in query(views, "check_release/orphans"):
                self.add(where, row, [reason])
            register_keys(views, self.known.values())
            self.problems += leaks(views)
            self.add("sft", "", self._lengths(views))

    def _lengths(self, views: duckdb.DuckDBPyConnection) -> Iterator[str]:
        promise = self.definition.tokens
        share = query(views, "report/card_totals", short=promise.short)[0][-1]
        if share is not None and self.rows["sft"] >= promise.short_share_from and share < promise.short_share:
            yield f"{share:.1%} of the rows are under {promise.short} tokens, not {promise.short_share:.0%}"

    def _rows(self, config: str, kind: type[Row]) -> Iterator[Row]:
        """Rows of a config, counted; one that is none of its kind is a problem."""
        for path in sorted((self.folder / config).glob("*.parquet")):
            for body in bodies(path):
                self.rows[config] += 1
                try:
                    yield kind.model_validate(body)
                except ValidationError as error:
                    first = error.errors()[0]
                    where = ".".join(map(str, first["loc"]))
                    self.add(config, str(body.get("id")), [f"{where}: {first['msg']}"])

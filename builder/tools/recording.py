"""Recorded results: what the examples of each tool gave, beside the spec, replayed by the tests.

tool_specs/<domain>/<provider>/recorded/<tool>.json     arguments and result of each example
tool_specs/<domain>/<provider>/recorded/_tables.json    rows, digest and seeds by type of each reference table
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from builder.errors import BuilderError, SpecError, SpecProblem, ToolError
from builder.identity import canonical_json, digest
from builder.records.tools import Call, ToolSpec
from builder.tools.examples import run_examples
from builder.tools.executor import Executor
from builder.tools.pool import ToolPool
from builder.tools.small_files import MAX_LIST_BYTES, small_text
from builder.tools.sound import sound_pool
from builder.tools.tables import TableCache
from builder.tools.writing import write_changed

FOLDER = "recorded"
TABLES = "_tables"

MAX_RECORDED = 20_000
"""Characters of a result written in full. A longer one is kept as the digest of its canonical JSON."""

CACHED_CALLS = 4096
"""Each example runs once, though it is judged first and written down then."""

AGAIN = "if the change is meant, write it down: dive-builder tools record"


def recorded_path(root: Path, tool: str) -> Path:
    """Where a tool's recorded results lie."""
    *folders, name = tool.split(".")
    return root.joinpath(*folders, FOLDER, f"{name}.json")


def run_recorded(executor: Executor, spec: ToolSpec) -> list[dict[str, Any]]:
    """What the examples of a tool give now, in the form in which it is recorded. Raises ToolDefect."""
    found = []
    for example in spec.examples:
        result = executor.execute(Call(spec.id, example.arguments))
        entry: dict[str, Any] = {"arguments": example.arguments}
        if result.error is not None:
            entry["error"] = result.error
        else:
            entry |= _value(result.value)
        found.append(entry)
    return found


def record(executor: Executor, spec: ToolSpec) -> Path | None:
    """Run a tool's examples and write what came back; the path when the file changed."""
    text = _text({"tool": spec.id, "examples": run_recorded(executor, spec)})
    return write_changed(recorded_path(executor.pool.root, spec.id), text)


def record_tables(pool: ToolPool, provider: str) -> Path | None:
    """Write rows and digest of a provider's tables; the path when the file changed."""
    tables, path = table_facts(pool, provider), _tables_path(pool, provider)
    if not tables and path.exists():
        path.unlink()
        return path
    return write_changed(path, _text(tables)) if tables else None


def table_facts(pool: ToolPool, provider: str) -> dict[str, dict[str, Any]]:
    """Rows and digest of each table of a provider; for each type that it lists, how many values may seed tasks."""
    runtime = pool.runtime(provider)
    facts: dict[str, dict[str, Any]] = {}
    for name, rows_digest in sorted(runtime.table_digests.items()):
        rows = runtime.connection.execute(f'SELECT count(*) FROM "{name}"').fetchall()[0][0]
        facts[name] = {"rows": rows, "digest": rows_digest}
        seeds = {
            kind.name: len(pool.values(kind.listing.table, kind.listing.value, kind.listing.where))
            for kind in pool.types.values()
            if kind.listing is not None and kind.listing.table == f"{provider}.{name}"
        }
        if seeds:
            facts[name]["seeds"] = seeds
    return facts


UNREADABLE = (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError)
"""What a recorded file may raise that a stranger wrote."""


def _read(path: Path) -> Any:
    return json.loads(small_text(path, MAX_LIST_BYTES))


def _tables_of(entries: Any) -> list[dict[str, Any]]:
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise TypeError("expected a table for each entry")
    return entries


def compare(executor: Executor, spec: ToolSpec) -> list[SpecProblem]:
    """Recorded results that are missing, stale, or no longer what the tool gives."""
    path = recorded_path(executor.pool.root, spec.id)
    file = path.relative_to(executor.pool.root).as_posix()
    try:
        kept = _tables_of(_read(path)["examples"])
    except FileNotFoundError:
        return [SpecProblem(file, "-", "not recorded yet", f"run: dive-builder tools record {_spec_file(spec)}")]
    except UNREADABLE as error:
        return [SpecProblem(file, "-", f"cannot be read: {error}", "delete it and record again")]
    try:
        now = run_recorded(executor, spec)
    except ToolError as error:
        return [SpecProblem(file, "-", error.message, "mend the adapter or the declared returns")]
    if [entry.get("arguments") for entry in kept] != [entry["arguments"] for entry in now]:
        return [SpecProblem(file, "examples", "holds other examples than the spec", AGAIN)]
    # Through JSON, as the file went: a tuple or an int key would differ from what it became there.
    again = json.loads(json.dumps(now))
    return [
        SpecProblem(file, f"examples.{number}", _difference(old, new), AGAIN)
        for number, (old, new) in enumerate(zip(kept, again, strict=True))
        if old != new
    ]


def compare_tables(pool: ToolPool, provider: str) -> list[SpecProblem]:
    """Reference tables that are not those recorded."""
    path = _tables_path(pool, provider)
    file = path.relative_to(pool.root).as_posix()
    try:
        now = table_facts(pool, provider)
    except duckdb.Error:
        return []  # a listing that its table cannot answer; told of the type, with its own key
    if not path.exists():
        return (
            [
                SpecProblem(
                    file,
                    "-",
                    "not recorded yet",
                    f"run: dive-builder tools record tool_specs/{provider.replace('.', '/')}",
                )
            ]
            if now
            else []
        )
    try:
        kept = _read(path)
        shown = {name: _table(facts) for name, facts in kept.items()}
    except UNREADABLE as error:
        return [SpecProblem(file, "-", f"cannot be read: {error}", "delete it and record again")]
    return [
        SpecProblem(file, name, f"expected {shown.get(name, _table(None))}, found {_table(now.get(name))}", AGAIN)
        for name in sorted(kept.keys() | now.keys())
        if kept.get(name) != now.get(name)
    ]


def orphans(root: Path) -> list[SpecProblem]:
    """Recorded files of tools that are no longer there."""
    found = []
    for path in sorted(root.glob(f"*/*/{FOLDER}/*.json")):
        # `_tables` and the like are the provider's, whichever tools it has.
        spec = "provider.toml" if path.stem.startswith("_") else f"{path.stem}.toml"
        if not (path.parent.parent / spec).is_file():
            file = path.relative_to(root).as_posix()
            found.append(SpecProblem(file, "-", "there is no such tool", "delete the file, or bring the spec back"))
    return found


def _value(value: Any) -> dict[str, Any]:
    text = canonical_json(value)
    return {"result": value} if len(text) <= MAX_RECORDED else {"digest": digest(value), "length": len(text)}


def _difference(old: dict[str, Any], new: dict[str, Any]) -> str:
    """The first field that differs, with what was expected and what was found."""
    for key in sorted(old.keys() | new.keys()):
        before, after = old.get(key), new.get(key)
        if before == after:
            continue
        if isinstance(before, dict) and isinstance(after, dict):
            fields = [name for name in sorted(before.keys() | after.keys()) if before.get(name) != after.get(name)]
            key, before, after = f"{key}.{fields[0]}", before.get(fields[0]), after.get(fields[0])
        return f"{key}: expected {_short(before)}, found {_short(after)}"
    return "differs"


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 120 else text[:119] + "…"


def _table(facts: dict[str, Any] | None) -> str:
    if facts is None:
        return "no such table"
    seeds = ", ".join(f"{count:,} seeds of {kind}" for kind, count in sorted(facts.get("seeds", {}).items()))
    return f"{facts['rows']:,} rows ({facts['digest'][:12]})" + (f", {seeds}" if seeds else "")


def _spec_file(spec: ToolSpec) -> str:
    return f"tool_specs/{spec.id.replace('.', '/')}.toml"


def _tables_path(pool: ToolPool, provider: str) -> Path:
    return pool.runtime(provider).folder / FOLDER / f"{TABLES}.json"


def _text(body: Any) -> str:
    return json.dumps(body, indent=1, ensure_ascii=False, allow_nan=False, sort_keys=True) + "\n"


@dataclass(frozen=True, slots=True)
class Recorded:
    """What a round of recording did."""

    tools: int
    changed: tuple[Path, ...]


def record_all(root: Path, cache: TableCache, inside: str = "") -> Recorded:
    """Record the tools (and tables) whose path begins with `inside`; results of tools that are gone are deleted.

    Raises SpecError for a broken spec among them, and when an example does not come out as declared: a wrong
    result is not written down.
    """
    sound = sound_pool(root, cache, waiting=True)
    broken = [problem for problem in sound.problems if problem.file.startswith(inside)]
    if broken:
        raise SpecError(broken)
    pool = sound.pool
    executor = Executor(pool, cache=CACHED_CALLS)
    # Programs need no call of a service to be recorded, only a sandbox.
    ready = [spec for spec in pool.tools.values() if spec.kind == "code" or spec.id not in pool.waiting]
    chosen = [spec for spec in ready if is_inside(spec.id, inside)]
    if inside and not chosen:
        raise BuilderError(f"{inside}: no tool that can run here (`dive-builder tools check {root / inside}` says why)")
    problems = [problem for spec in chosen for problem in run_examples(executor, spec)]
    if problems:
        raise SpecError(problems)
    written = [record(executor, spec) for spec in chosen]
    written += [record_tables(pool, provider) for provider in sorted({spec.provider for spec in chosen})]
    changed = [path for path in written if path is not None]
    for problem in orphans(pool.root):
        if problem.file.startswith(inside):
            changed.append(pool.root / problem.file)
            changed[-1].unlink()
    return Recorded(len(chosen), tuple(changed))


def is_inside(tool: str, inside: str) -> bool:
    """Whether a tool's spec is the file `inside`, or below that folder. Everything is inside nothing."""
    file = tool.replace(".", "/") + ".toml"
    return not inside or file == inside or file.startswith(inside.rstrip("/") + "/")

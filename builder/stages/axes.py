"""Axes: write the subsets of a store's pool that differ in one thing only, with the tests that all of them share."""

from __future__ import annotations

import json
import shutil
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from builder.errors import ReleaseError, SettingsError
from builder.hub.export import JsonTexts, Split, plain_body
from builder.hub.manifest import file_entry
from builder.hub.rows import RowBuilder
from builder.recipe.axes import Item, Subset, Want, facts, subsets
from builder.recipe.splits import unseen
from builder.records.releases import ReleaseDefinition
from builder.settings import Settings
from builder.stages.definition import load_definition
from builder.stages.export import openings, token_counts
from builder.stages.select import attempt_rows, beside, closed_tools
from builder.store import Store
from builder.tools.pool import ToolPool

FILE = "axes.json"
"""Says what the folder holds; a folder with it may be replaced."""

CARD = "README.md"


def axes(store: Store, pool: ToolPool, settings: Settings, out: Path, want: Want) -> dict[str, Any]:
    """Write the subsets and the tests to `out`, and return the manifest.

    Each subset is a folder with a split `sft/train` as in a release, and a config of the card. Raises SettingsError
    when the pool cannot give what is wanted, or nothing is chosen for tests; ReleaseError when `out` holds
    something else.
    """
    if out.exists() and any(out.iterdir()) and not (out / FILE).is_file():
        raise ReleaseError(f"{out} holds something else and is left alone: name another folder with --out")
    tests = _tests(store)
    definition = load_definition()
    items, columns = _items(store, pool, settings, tests, definition)
    found = subsets(items, want)
    partial = out.with_name(f".{out.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    try:
        job = _Job(store, RowBuilder(pool, definition), definition, partial)
        for subset in found:
            job.subset(subset)
        for split, tasks in tests.items():
            job.test(split, tasks)
        manifest: dict[str, Any] = {
            "base": {"tools": want.tools, "toolsets": want.toolsets, "tasks": want.tasks},
            "equal_tokens": want.equal_tokens,
            "fingerprint": store.fingerprint,
            "subsets": {subset.name: facts(subset, columns) for subset in found},
            "tests": {split: len(tasks) for split, tasks in tests.items()},
            "files": {
                path: file_entry(partial / path, rows).model_dump(mode="json") for path, rows in job.files.items()
            },
        }
        (partial / CARD).write_text(card(manifest), encoding="utf-8")
        (partial / FILE).write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")
        if out.exists():
            shutil.rmtree(out)
        partial.rename(out)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return manifest


def _tests(store: Store) -> dict[str, list[str]]:
    """Tasks of the held-out tests, in their order."""
    tests: dict[str, list[str]] = defaultdict(list)
    for config, split, task, _ in store.query("release/choices"):
        if config == "rl" and split.startswith("test"):
            tests[split].append(task)
    if not tests:
        raise SettingsError(f"{store.path} has no held-out tests yet: run its selection first (`dive-builder run`)")
    return dict(tests)


def _items(
    store: Store, pool: ToolPool, settings: Settings, tests: dict[str, list[str]], definition: ReleaseDefinition
) -> tuple[list[Item], dict[str, dict[str, float]]]:
    """Rows that may be taken beside the tests, and what of them ought to be alike in all subsets, by task."""
    held = unseen(pool, settings.held_out, settings.run_seed)
    rows = attempt_rows(store, closed_tools(pool))
    allowed = beside(rows, held, {split: set(tasks) for split, tasks in tests.items()})
    usable = store.query("select/axes", tasks=sorted(allowed))
    tokens = token_counts(store, pool, [row for row, *_ in usable])
    items = [
        Item(row, task, frozenset(tools), tokens[row])
        for row, task, tools, *_ in usable
        if tokens[row] <= definition.tokens.limit
    ]
    names = ("calls", "depth", "width")
    return items, {name: {row[1]: float(row[3 + place]) for row in usable} for place, name in enumerate(names)}


class _Job:
    """Writes splits, and remembers the rows of each file."""

    def __init__(self, store: Store, rows: RowBuilder, definition: ReleaseDefinition, folder: Path) -> None:
        self.store, self.rows, self.definition, self.folder = store, rows, definition, folder
        self.files: dict[str, int] = {}

    def subset(self, subset: Subset) -> None:
        folder, texts = self.folder / subset.name, JsonTexts()
        writer = Split(folder, "sft/train", self.definition.files)
        attempts = self.store.attempts([item.row for item in subset.rows])
        for task, attempt in zip(self._tasks(item.task for item in subset.rows), attempts, strict=True):
            body = texts.body(self.rows.sft(task, attempt))
            if body is None:
                raise ReleaseError(f"{attempt.id} holds a number that the Json type cannot hold: leave its tool out")
            writer.add(body)
        for path, rows in writer.close().items():
            texts.check(folder / path)
            self.files[f"{subset.name}/{path}"] = rows

    def test(self, split: str, tasks: Sequence[str]) -> None:
        writer = Split(self.folder / "tests", f"rl/{split}", self.definition.files)
        opening = openings(self.store, list(tasks))
        for number, task in enumerate(self._tasks(tasks)):
            writer.add(plain_body(self.rows.rl(task, opening(task), split, number)))
        self.files |= {f"tests/{path}": rows for path, rows in writer.close().items()}

    def _tasks(self, tasks: Iterable[str]) -> Iterable[Any]:
        return self.store.tasks(list(tasks))


def card(manifest: dict[str, Any]) -> str:
    """The README: a config for each subset and one for the tests, and the counts side by side."""
    names = ["tasks", "tools", "toolsets", "tokens", "mean_calls", "mean_depth", "mean_width"]
    lines = ["---", "configs:"]
    for name in manifest["subsets"]:
        lines += [f"- config_name: {name}", f"  data_files: {name}/sft/train-*.parquet"]
    lines += ["- config_name: tests", "  data_files:"]
    for split in manifest["tests"]:
        lines += [f"  - split: {split}", f"    path: tests/rl/{split}-*.parquet"]
    base = manifest["base"]
    lines += [
        "---",
        "",
        "# Diversity against quantity",
        "",
        f"Subsets of one pool that differ in one thing only from `base` ({base['tasks']:,} tasks, {base['tools']:,} "
        f"tools, {base['toolsets']:,} sets of called tools): `quantity` has more tasks, `variety` more toolsets over "
        "the same tools, `pool` more tools in as many toolsets, `both` more of both. All are tested on `tests`, of "
        "which no subset holds a seed entity, a call or a question.",
        "",
        f"| subset | {' | '.join(names)} |",
        f"| --- |{' ---: |' * len(names)}",
    ]
    for name, row in manifest["subsets"].items():
        lines.append(f"| `{name}` | {' | '.join(f'{row[column]:,}' for column in names)} |")
    tests = ", ".join(f"{rows:,} {split}" for split, rows in manifest["tests"].items())
    lines += ["", f"Tests: {tests}."]
    return "\n".join(lines) + "\n"

"""A pool of the paper's size end to end: dedup, metrics, selection of 48,000 + 3,200, report.

    python -m tests.benchmarks.scale [--tasks 114000] [--pool STORE] [--keep STORE]     (or `make bench`)

The pool is made of the tasks of a real one (STORE, or a run of 2,000 draws) by changing the entities that they
name: each copy keeps calls, answer and derivation, with other literals, words and ids. So structure is that of real
tasks, and no task repeats another but where the real ones do. Stages run as a run runs them, over the tables of a
store. Making the pool is not timed. Figures go to `bench/scale.json`.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import resource
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from builder.identity import content_id
from builder.settings import Settings
from builder.stages.dedup import dedup
from builder.stages.page import page
from builder.stages.run import run
from builder.stages.score import score
from builder.stages.select import select
from builder.store import Store
from tests.benchmarks.figures import keep, load

RESULT = Path("bench") / "scale.json"
PLACE = "\x01"
"""Stands for the copy's own words while its text is a template."""

SELECT = {"sft": 48_000, "sft_validation": 1000, "rl": 3200, "rl_test": 400, "rl_test_unseen_toolset": 400}


def bench_settings() -> Settings:
    """Sizes of the paper. Nothing is held out by tool: the copied draws did not know of it."""
    changes: dict[str, Any] = {f"select.{name}": rows for name, rows in SELECT.items()}
    changes |= {"select.rl_test_unseen_tool": 0, "held_out.tools": 0.0, "held_out.providers": 0, "held_out.draws": 0.0}
    return Settings.profile("dive").replace(changes)


def grow(store: Path, count: int) -> None:
    """Copy the tasks of a finished store until it has `count`."""
    with duckdb.connect(str(store), config={"threads": 2}) as connection:
        base = connection.sql(
            "SELECT tasks.* FROM tasks JOIN outcomes ON record = tasks.id WHERE stage = 'verify' AND status = 'done' "
            "ORDER BY tasks.id"
        ).to_arrow_table()
        attempts: dict[str, list[dict[str, Any]]] = {}
        for row in connection.sql("FROM attempts ORDER BY id").to_arrow_table().to_pylist():
            attempts.setdefault(row["task"], []).append(row)
        [(fingerprint,)] = connection.execute("SELECT value FROM meta WHERE key = 'fingerprint'").fetchall()
        if not base.num_rows:
            raise SystemExit(f"{store} holds no verified task: run it through `solve` first")
        rounds = -(-count // base.num_rows)
        made = 0
        rows = base.to_pylist()
        for start in range(0, len(rows), 256):
            batch: dict[str, list[dict[str, Any]]] = {"tasks": [], "attempts": []}
            for row in rows[start : start + 256]:
                template, texts = _template(row), [_attempt_template(a, row["id"]) for a in attempts.get(row["id"], ())]
                for copy in range(1, rounds):
                    if made == count - len(rows):
                        break
                    made += 1
                    identity = content_id("task", row["id"], copy)
                    batch["tasks"].append(_copied(row, template, identity, copy))
                    batch["attempts"] += [_attempt(a, text, identity) for a, text in texts]
            for table, copies in batch.items():
                if copies:
                    connection.register("batch", pa.Table.from_pylist(copies))
                    connection.execute(f"INSERT INTO {table} BY NAME SELECT * FROM batch")
                    connection.unregister("batch")
        connection.execute("DELETE FROM verdicts; DELETE FROM outcomes; DELETE FROM baselines")
        connection.execute("INSERT INTO verdicts SELECT id, task, true, 'match' FROM attempts")
        connection.execute("INSERT INTO outcomes SELECT 'verify', id, ?, 'done', '', '' FROM tasks", [fingerprint])
        connection.execute("INSERT INTO baselines SELECT id, 1, '', 'oracle', true, num_calls FROM tasks")


def _template(row: dict[str, Any]) -> str:
    """The body of a task with a place in its question, its seed, its texts and the keys of its calls."""
    body = json.loads(row["body"])
    body["id"], body["rounds"] = PLACE, body["rounds"][-1:]
    body["question"] += f" This is for case{PLACE}."
    body["seed"]["value"] = f"{body['seed']['value']}{PLACE}"
    for call in body["calls"]:
        call["key"] += PLACE
    for step in body["derivation"]["steps"]:
        for source in step.get("arguments", {}).values():
            if isinstance(source, dict) and isinstance(source.get("literal"), str):
                source["literal"] += PLACE
    return json.dumps(body, ensure_ascii=False)


def _copied(row: dict[str, Any], template: str, identity: str, copy: int) -> dict[str, Any]:
    head, tail = template.split(json.dumps(PLACE), 1)
    text = f"{head}{json.dumps(identity)}{tail}".replace(json.dumps(PLACE)[1:-1], f" {copy}")
    return row | {
        "id": identity,
        "seed": f"{row['seed']} {copy}",
        "question": f"{row['question']} This is for case {copy}.",
        "body": text,
    }


def _attempt_template(row: dict[str, Any], task: str) -> tuple[dict[str, Any], tuple[str, str, str]]:
    """An attempt, and its body before its id, between id and task, and after."""
    head, rest = row["body"].split(json.dumps(row["id"]), 1)
    middle, tail = rest.split(json.dumps(task), 1)
    return row, (head, middle, tail)


def _attempt(row: dict[str, Any], parts: tuple[str, str, str], task: str) -> dict[str, Any]:
    identity = content_id("attempt", row["id"], task)
    head, middle, tail = parts
    return row | {"id": identity, "task": task, "body": f'{head}"{identity}"{middle}"{task}"{tail}'}


def stages(path: Path, settings: Settings, html: Path) -> Iterator[tuple[str, float, float]]:
    """Run each stage. Yields its name, wall and CPU seconds (with those of the processes that it started)."""
    [(fingerprint,)] = (
        duckdb.connect(str(path), read_only=True).execute("SELECT value FROM meta WHERE key = 'fingerprint'").fetchall()
    )
    with Store.open(path, fingerprint) as store:
        for name, work in (("dedup", dedup), ("score", score), ("select", select)):
            before = _clock()
            work(store, settings)
            yield name, *_since(before)
    before = _clock()
    html.write_text(page(path), encoding="utf-8")
    yield "report", *_since(before)


def _clock() -> tuple[float, float]:
    own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.perf_counter(), own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


def _since(before: tuple[float, float]) -> tuple[float, float]:
    now = _clock()
    return round(now[0] - before[0], 1), round(now[1] - before[1], 1)


def main() -> None:
    parser = argparse.ArgumentParser(description="Time dedup, metrics, selection and report over a large pool.")
    parser.add_argument("--tasks", type=int, default=114_000)
    parser.add_argument("--pool", type=Path, help="finished store to copy the tasks of (default: a run of 2,000 draws)")
    parser.add_argument("--keep", type=Path, help="where the grown pool stays, or lies already")
    options = parser.parse_args()
    settings = bench_settings()
    with tempfile.TemporaryDirectory(dir=os.environ.get("TMPDIR")) as folder:
        path = options.keep or Path(folder) / "pool.duckdb"
        if not path.exists():
            if options.pool is not None:
                shutil.copy(options.pool, path)
            else:
                run(Settings.profile("dive").replace({"synthesize.limit": 2000}), path, until="solve")
            # In a process of its own: its memory is not what is measured.
            growing = multiprocessing.get_context("spawn").Process(target=grow, args=(path, options.tasks))
            growing.start()
            growing.join()
        found: dict[str, Any] = {"tasks": options.tasks, "stages": {}}
        for name, wall, cpu in stages(path, settings, Path(folder) / "report.html"):
            found["stages"][name] = {"wall_seconds": wall, "cpu_seconds": cpu}
            print(name, wall, cpu, flush=True)
        with duckdb.connect(str(path), read_only=True) as connection:
            found["rows"] = dict(connection.execute("SELECT config, count(*) FROM choices GROUP BY ALL").fetchall())
            found["kept"] = connection.execute("SELECT count(*) FROM kept").fetchall()[0][0]
            found["scores"] = {
                f"{metric} ({scope})": value
                for metric, scope, value in connection.execute("SELECT metric, scope, value FROM scores").fetchall()
            }
    found["wall_seconds"] = round(sum(stage["wall_seconds"] for stage in found["stages"].values()), 1)
    found["cpu_seconds"] = round(sum(stage["cpu_seconds"] for stage in found["stages"].values()), 1)
    found["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    # Of the largest process that a stage started (or that made the pool): two at a time.
    found["peak_mb_of_workers"] = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
    found["load_average"] = load()
    keep(RESULT, found)
    print(json.dumps(found, indent=2))


if __name__ == "__main__":
    main()

"""What selection takes of a finished store against as many random and stratified tasks, by every metric.

    python -m tests.benchmarks.selected STORE [--size 2000]

Random and stratified (in turns from the domains) are means of eight samples. Figures go to `bench/selected.json`.
"""

from __future__ import annotations

import argparse
import random
from pathlib import Path

import duckdb
import pyarrow as pa

from builder.recipe.diversity import METRICS
from builder.recipe.selection import choose
from builder.stages.batches import write_batch
from builder.stages.datasets import choice, read_store
from builder.stages.score import measure
from builder.stages.select import CHOICES, Row, _candidate, attempt_rows
from builder.store import Store
from tests.benchmarks.figures import keep, load

RESULT = Path("bench") / "selected.json"
SAMPLES = 8


def stratified(rows: list[Row], size: int, rng: random.Random) -> list[str]:
    """In turns from the domains."""
    by: dict[str, list[str]] = {}
    for row in rng.sample(rows, len(rows)):
        by.setdefault(row["domain"], []).append(row["task"])
    most = max(map(len, by.values()))
    return [task for turn in range(most) for found in by.values() for task in found[turn : turn + 1]][:size]


def put(connection: duckdb.DuckDBPyConnection, scope: str, tasks: list[str]) -> None:
    rows = [choice(scope, place, task) for place, task in enumerate(tasks)]
    write_batch(connection, "select/insert", pa.Table.from_pylist(rows, schema=CHOICES))


def main() -> None:
    parser = argparse.ArgumentParser(description="Selected against random and stratified tasks.")
    parser.add_argument("store", type=Path)
    parser.add_argument("--size", type=int, default=2000)
    options = parser.parse_args()
    with Store.read(options.store) as store:
        found = attempt_rows(store, closed=[])
    rows = list({row["task"]: row for row in found if row["stratum"] == "direct"}.values())
    connection, rng, size = read_store(options.store), random.Random(1), options.size
    chosen = choose([_candidate(row, {}) for row in rows], size)
    put(connection, "selected", [item.candidate.task for item in chosen.rows])
    for number in range(SAMPLES):
        put(connection, f"random {number}", rng.sample([row["task"] for row in rows], size))
        put(connection, f"stratified {number}", stratified(rows, size, rng))
    figures: dict[str, dict[str, float]] = {}
    for name in METRICS:
        means = {
            way: sum(measure(connection, name, f"{way} {n}") for n in range(SAMPLES)) / SAMPLES
            for way in ("random", "stratified")
        }
        figures[name] = {"selected": measure(connection, name, "selected"), **means}
        print(f"| `{name}` |", " | ".join(f"{figure:,.4g}" for figure in figures[name].values()), "|", flush=True)
    keep(RESULT, {"size": size, "tasks": len(rows), "metrics": figures, "load_average": load()})


if __name__ == "__main__":
    main()

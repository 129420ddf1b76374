"""What selection takes of a finished store against as many random and stratified tasks, by every metric.

    python -m tests.benchmarks.selected STORE [--size 8000]

Random and stratified (in turns from the domains) are means of eight samples. Then the value reached at each budget, by
a choice of that size, the first rows of the larger choice, and random rows. Figures go to `bench/selected.json`.
"""

from __future__ import annotations

import argparse
import random
from pathlib import Path

import duckdb
import pyarrow as pa

from builder.recipe.diversity import METRICS
from builder.recipe.selection import Candidate, choose, value
from builder.stages.batches import write_batch
from builder.stages.datasets import choice, read_store
from builder.stages.score import measure
from builder.stages.select import CHOICES, Row, _candidate, attempt_rows
from builder.store import Store
from tests.benchmarks.figures import keep, load

RESULT = Path("bench") / "selected.json"
SAMPLES = 8
BUDGETS = (0.0625, 0.125, 0.25, 0.5, 1.0)
"""Parts of the size."""


def stratified(rows: list[Row], size: int, rng: random.Random) -> list[str]:
    """In turns from the domains."""
    by: dict[str, list[str]] = {}
    for row in rng.sample(rows, len(rows)):
        by.setdefault(row["domain"], []).append(row["task"])
    most = max(map(len, by.values()))
    return [task for turn in range(most) for found in by.values() for task in found[turn : turn + 1]][:size]


def budgets(candidates: list[Candidate], size: int, rng: random.Random) -> dict[int, dict[str, float]]:
    """By budget in rows, the value of a choice as a part of that of the whole pool."""
    everything, larger = value(candidates), [item.candidate for item in choose(candidates, size).rows]
    found = {}
    for budget in (round(size * part) for part in BUDGETS):
        drawn = [value(rng.sample(candidates, budget)) for _ in range(SAMPLES)]
        reached = {
            "chosen": value(item.candidate for item in choose(candidates, budget).rows),
            "first of the larger choice": value(larger[:budget]),
            "random": sum(drawn) / SAMPLES,
        }
        found[budget] = {way: round(worth / everything, 4) for way, worth in reached.items()}
        print(f"| {budget:,} |", " | ".join(f"{part:.1%}" for part in found[budget].values()), "|", flush=True)
    return found


def put(connection: duckdb.DuckDBPyConnection, scope: str, tasks: list[str]) -> None:
    rows = [choice(scope, place, task) for place, task in enumerate(tasks)]
    write_batch(connection, "select/insert", pa.Table.from_pylist(rows, schema=CHOICES))


def main() -> None:
    parser = argparse.ArgumentParser(description="Selected against random and stratified tasks.")
    parser.add_argument("store", type=Path)
    parser.add_argument("--size", type=int, default=8000)
    options = parser.parse_args()
    with Store.read(options.store) as store:
        found = attempt_rows(store, closed=[])
    rows = list({row["task"]: row for row in found if row["stratum"] == "direct"}.values())
    connection, rng, size = read_store(options.store), random.Random(1), options.size
    candidates = [_candidate(row, {}) for row in rows]
    chosen = choose(candidates, size)
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
    reached = budgets(candidates, size, rng)
    keep(RESULT, {"size": size, "tasks": len(rows), "metrics": figures, "budgets": reached, "load_average": load()})


if __name__ == "__main__":
    main()

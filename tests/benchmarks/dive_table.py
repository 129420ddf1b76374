"""The paper's table: its six figures of 48,000 tasks, beside those of as many rows selected from a finished store.

    python -m tests.benchmarks.dive_table STORE [--rows 48000]

All rows go to `sft` and nothing is held out, as nothing is in the paper. Figures are counted over tasks (derivations),
over tasks whose derivations hang together without the report node, and over the trajectories of the selected rows,
read as any dataset of messages is (`builder.recipe.formats`): the paper counts trajectories, and does not say how.
Chao1 is a lower bound of how many different ones their source has (Chao 1984). Figures go to `bench/dive_table.json`.
"""

from __future__ import annotations

import argparse
import json
import shutil
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

import duckdb

from builder.recipe.diversity import DIVE_METRICS, PUBLISHED
from builder.recipe.formats import foreign_patterns, read_row
from builder.settings import Settings
from builder.stages.dedup import dedup
from builder.stages.score import score
from builder.stages.select import SIZES, select
from builder.store import Store
from tests.benchmarks.figures import keep, load

RESULT = Path("bench") / "dive_table.json"
BATCH = 2048


def settings(rows: int) -> Settings:
    """All rows for training by imitation."""
    changes: dict[str, Any] = {f"select.{name}": 0 for name in SIZES.values()}
    changes |= {"select.sft": rows, "held_out.tools": 0.0, "held_out.providers": 0, "held_out.draws": 0.0}
    return Settings.profile("dive").replace(changes)


def chosen(path: Path, rows: int) -> None:
    """Run the stages from dedup on over the tables of a store."""
    with duckdb.connect(str(path), read_only=True) as connection:
        [(fingerprint,)] = connection.execute("SELECT value FROM meta WHERE key = 'fingerprint'").fetchall()
    with Store.open(path, fingerprint) as store:
        for work in (dedup, score, select):
            work(store, settings(rows))


def of_tasks(connection: duckdb.DuckDBPyConnection) -> dict[str, float]:
    """Metrics of the selected tasks."""
    return dict(connection.execute("SELECT metric, value FROM scores WHERE scope = 'sft'").fetchall())


def of_trajectories(connection: duckdb.DuckDBPyConnection) -> dict[str, float]:
    """Different sequences and graphs of the calls that the selected attempts made, slips and detours included."""
    names = {"call_sequence": "unique_call_sequences", "call_graph": "unique_call_graphs", "outline": "outlines"}
    counts: dict[str, Counter[str]] = {name: Counter() for name in names}
    bodies = connection.execute("SELECT body FROM attempts SEMI JOIN choices ON choices.attempt = attempts.id")
    tools = 0
    while some := bodies.fetchmany(BATCH):
        tasks = [read_row("openai", {"messages": json.loads(body)["messages"]}) for (body,) in some]
        for found in foreign_patterns([(str(number), task) for number, task in enumerate(tasks)]):
            tools += found.tool_types
            for name, counter in counts.items():
                counter[getattr(found, name)] += 1
    figures: dict[str, float] = {names[name]: len(counter) for name, counter in counts.items()}
    figures["tool_types_per_task"] = tools / counts["outline"].total()
    return figures | {f"chao1 of {names[name]}": chao1(counter) for name, counter in counts.items()}


def chao1(counter: Counter[str]) -> float:
    """At least so many classes there are, seen or not."""
    times = Counter(counter.values())
    return round(len(counter) + times[1] * (times[1] - 1) / (2 * (times[2] + 1)))


def main() -> None:
    parser = argparse.ArgumentParser(description="The DIVE paper's table, for a finished store.")
    parser.add_argument("store", type=Path)
    parser.add_argument("--rows", type=int, default=48_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "store.duckdb"
        shutil.copy(options.store, path)
        chosen(path, options.rows)
        with duckdb.connect(str(path), read_only=True) as connection:
            [(pool,)] = connection.execute("SELECT count(*) FROM kept").fetchall()
            [(rows,)] = connection.execute("SELECT count(*) FROM choices").fetchall()
            graphs = Counter(
                dict(connection.execute("SELECT call_graph, count(*) FROM patterns GROUP BY ALL").fetchall())
            )
            tasks, played = of_tasks(connection), of_trajectories(connection)
    print(f"{rows:,} rows of {pool:,} tasks that repeat no other")
    for metric in DIVE_METRICS:
        figures = (PUBLISHED[metric], tasks[metric], played.get(metric))
        print(f"{metric:24}", *(f"{'-' if figure is None else f'{figure:,.2f}':>12}" for figure in figures))
    tasks["chao1 of unique_call_graphs, pool"] = chao1(graphs)
    keep(RESULT, {"rows": rows, "pool": pool, "tasks": tasks, "trajectories": played, "load_average": load()})


if __name__ == "__main__":
    main()

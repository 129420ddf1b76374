"""Verified tasks per second on one core: collect and derive over K rounds, replay from scratch, store.

    python -m tests.benchmarks.throughput [--draws 1200] [--profile]     (or `make bench`)

One process, the default profile, the whole pool, the functions that the stages run on each record. Loading
the pool and a first batch of draws (imports, tables) come before the clock; planning draws is timed apart,
since it is the parent's work. CPU time counts all threads of the process, wall time includes the disk.
Figures go to `bench/throughput.json`.
"""

from __future__ import annotations

import argparse
import cProfile
import json
import pstats
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from builder.records.tasks import Draw
from builder.settings import Settings
from builder.stages.session import Session
from builder.stages.synthesize import synthesize_record
from builder.stages.verify import verify_record
from builder.stages.workbench import Workbench, open_workbench
from builder.store.tables import draw_row, merge
from tests.benchmarks.figures import keep, machine

RESULT = Path("bench") / "throughput.json"
WARM_UP = 800
"""Draws before the clock: they load packages and tables, which a run pays for once."""

PARTS = ("plan", "collect_and_derive", "replay", "store")


@dataclass
class Clock:
    """CPU and wall seconds by part."""

    cpu: Counter[str] = field(default_factory=Counter)
    wall: Counter[str] = field(default_factory=Counter)

    @contextmanager
    def timing(self, part: str) -> Iterator[None]:
        cpu, wall = time.process_time(), time.perf_counter()
        yield
        self.cpu[part] += time.process_time() - cpu
        self.wall[part] += time.perf_counter() - wall


@dataclass
class Bench:
    """One worker's loop over shards of draws."""

    session: Session
    worker: Workbench
    clock: Clock = field(default_factory=Clock)
    verified: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    seen: set[str] = field(default_factory=set)
    """Tasks stored before: a repeat is stored once and counts once, as in a run."""

    def work(self, draws: list[Draw]) -> None:
        """Draws through synthesis, verification and the store, in transactions of a shard."""
        size = self.session.settings.engine.shard_size
        for start in range(0, len(draws), size):
            self._shard(draws[start : start + size])

    def _shard(self, shard: list[Draw]) -> None:
        with self.clock.timing("collect_and_derive"):
            made = [synthesize_record(self.worker, draw.model_dump_json()) for draw in shard]
        fresh = []
        for rows in made:
            for task in rows.get("tasks", []):
                if task["id"] not in self.seen:
                    self.seen.add(task["id"])
                    fresh.append(task["body"])
        with self.clock.timing("replay"):
            checked = [verify_record(self.worker, body) for body in fresh]
        with self.clock.timing("store"):
            self.session.store.write(merge([{"draws": [draw_row(draw) for draw in shard]}, *made, *checked]))
        reasons = [row["reason"] for rows in (*made, *checked) for row in rows["outcomes"] if row["reason"]]
        self.verified += sum(1 for rows in checked if not rows["outcomes"][0]["reason"])
        self.refused.update(reasons)


def measure(count: int, profiled: bool) -> dict[str, Any]:
    """Figures over `count` draws after the warm-up."""
    settings = Settings.profile("default")
    with tempfile.TemporaryDirectory() as folder, Session(settings, Path(folder) / "bench.duckdb") as session:
        bench = Bench(session, open_workbench(settings, session.recipe, session.fingerprint))
        clock = Clock()
        with clock.timing("plan"):
            draws = session.recipe.plan_wave(session.pool, {}, settings.run_seed, 0, WARM_UP + count, 0)
        bench.work(draws[:WARM_UP])
        bench.clock, bench.verified, bench.refused = clock, 0, Counter()
        profile = cProfile.Profile() if profiled else None
        if profile:
            profile.enable()
        bench.work(draws[WARM_UP:])
        if profile:
            profile.disable()
            pstats.Stats(profile).sort_stats("tottime").print_stats(35)
        return figures(bench, count)


def figures(bench: Bench, count: int) -> dict[str, Any]:
    session, clock, verified = bench.session, bench.clock, bench.verified
    worked = [part for part in PARTS if part != "plan"]
    cpu, wall = sum(clock.cpu[p] for p in worked), sum(clock.wall[p] for p in worked)
    return {
        "draws": count,
        "verified_tasks": verified,
        "yield": round(verified / count, 3),
        "rounds": session.settings.synthesize.rounds,
        "tools": len(session.pool.tools),
        "scenarios": len(session.pool.scenarios),
        "tasks_per_cpu_second": round(verified / cpu, 1),
        "tasks_per_wall_second": round(verified / wall, 1),
        "cpu_seconds": {part: round(clock.cpu[part], 2) for part in PARTS},
        "wall_seconds": {part: round(clock.wall[part], 2) for part in PARTS},
        "refused": dict(bench.refused.most_common()),
        **machine(),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure verified tasks per second on one core.")
    parser.add_argument("--draws", type=int, default=1200, help="draws measured, after the warm-up")
    parser.add_argument("--profile", action="store_true", help="also print where the time goes")
    options = parser.parse_args()
    found = measure(options.draws, options.profile)
    keep(RESULT, found)
    print(json.dumps(found, indent=2))
    print(f"{found['tasks_per_cpu_second']} verified tasks per second per core ({RESULT})")


if __name__ == "__main__":
    main()

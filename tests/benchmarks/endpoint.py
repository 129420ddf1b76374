"""Chat requests per second of the builder around a scripted endpoint, and how well it fills a slow one.

    python -m tests.benchmarks.endpoint [--samples 48]

The real solve stage over the tiny pool: prompts with tools, replies kept before they are used, verdicts, rows. The
server is a process of its own with one fixed reply. First without latency and 256 requests in flight; the same with
toolsets of the shipped pool, some thirty tools in each request; then with 200 ms and 64 in flight, where the ideal is
320 a second. Figures go to `bench/endpoint.json`; where other work runs too, only those by CPU second mean something.
"""

from __future__ import annotations

import argparse
import json
import resource
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from builder.settings import Settings
from builder.stages.run import run_session, run_stage
from builder.stages.session import Session
from builder.stages.workbench import dive_recipe
from builder.testing.scripted import MODEL
from builder.testing.small_recipe import small_recipe, tiny_pool
from tests.benchmarks.figures import keep, machine

RESULT = Path("bench") / "endpoint.json"
SLOW_SECONDS, SLOW_IN_FLIGHT = 0.2, 64


@contextmanager
def serving(latency: float) -> Iterator[str]:
    """The scripted server in a process of its own."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port = listening.getsockname()[1]
    command = [sys.executable, "-m", "builder.testing.scripted", "--port", str(port), "--latency", str(latency)]
    server = subprocess.Popen([*command, "--say", "<answer>1</answer>"])
    try:
        for _ in range(200):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=5).close()
                break
            except OSError:
                time.sleep(0.1)
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        server.terminate()
        server.wait()


def settings(folder: Path, url: str, in_flight: int, samples: int, wide: bool) -> Settings:
    pool = {"synthesize.draws_per_wave": 80} if wide else {"pool.specs": str(tiny_pool())}
    return Settings.profile("smoke").replace(
        {
            "pool.cache": str(folder / "cache"),
            "engine.workers": 1,
            "engine.shard_size": 4,
            "synthesize.waves": 1,
            "synthesize.draws_per_wave": 300,
            "model.name": MODEL,
            "model.endpoints": [url],
            "model.in_flight": in_flight,
            "solve.solver": "model",
            "solve.samples": samples,
            **pool,
        }
    )


def measure(latency: float, in_flight: int, samples: int, *, wide: bool = False) -> dict[str, Any]:
    """Figures of one solve stage, over the tiny pool or the shipped one (`wide`)."""
    recipe = dive_recipe() if wide else small_recipe()
    with tempfile.TemporaryDirectory() as folder, serving(latency) as url:
        chosen = settings(Path(folder), url, in_flight, samples, wide)
        with Session(chosen, Path(folder) / "bench.duckdb", recipe=recipe) as session:
            run_session(session, "verify")
            tasks = len(session.store.pending("solve"))
            before, cpu, wall = _peak_mib(), time.process_time(), time.perf_counter()
            run_stage(session, "solve")
            wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
            requests = session.store.query("report/spending")[0][2]
    assert requests == tasks * samples, f"{requests} requests for {tasks} tasks"
    found = {
        "latency_seconds": latency,
        "in_flight": in_flight,
        "requests": requests,
        "requests_per_second": round(requests / wall, 1),
        "requests_per_cpu_second": round(requests / cpu, 1),
        "wall_seconds": round(wall, 2),
        "memory_growth_mib": round(_peak_mib() - before, 1),
    }
    if latency:
        found["share_of_ideal"] = round(requests / wall / (in_flight / latency), 3)
    return found


def _peak_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure the builder around a scripted chat endpoint.")
    parser.add_argument("--samples", type=int, default=48, help="samples of each of some 80 tasks")
    options = parser.parse_args()
    found = {
        "no_latency": measure(0.0, 256, options.samples),
        "wide": measure(0.0, 256, options.samples, wide=True),
        "slow": measure(SLOW_SECONDS, SLOW_IN_FLIGHT, options.samples),
        **machine(),
    }
    keep(RESULT, found)
    print(json.dumps(found, indent=2))


if __name__ == "__main__":
    main()

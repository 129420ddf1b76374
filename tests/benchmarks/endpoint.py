"""Chat requests per second of the builder around a scripted endpoint, and how well it fills a slow one.

    python -m tests.benchmarks.endpoint [--samples 48]

The real solve stage over the tiny pool: prompts with tools, replies kept before they are used, verdicts, rows. The
server is a process of its own with one fixed reply. First without latency and 256 requests in flight; the same with
toolsets of the shipped pool, some thirty tools in each request; then with 200 ms and 64 in flight, where the ideal is
320 a second, and with 64 samples of each task, so that it is under way for some 12 s.

`requests_per_second` is over the whole stage on the wall: opening the client, the first requests, the last replies and
rows. `steady_requests_per_second` is what the in-flight ideal (places over latency) speaks of: requests that arrived at
the server after those that first filled the places, over the seconds from the first to the last arrival. The start and
the drain are not in it, and whatever leaves a place empty in between is. `share_of_ideal` is of the steady rate,
`share_of_ideal_wall` of the other. Figures go to `bench/endpoint.json`; where other work runs too, only those by CPU
second mean something.
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

from aiohttp import web

from builder.settings import Settings
from builder.stages.run import run_session, run_stage
from builder.stages.session import Session
from builder.stages.workbench import dive_recipe
from builder.testing.scripted import MODEL, Say, ScriptedServer
from builder.testing.small_recipe import small_recipe, tiny_pool
from tests.benchmarks.figures import keep, machine

RESULT = Path("bench") / "endpoint.json"
SLOW_SECONDS, SLOW_IN_FLIGHT = 0.2, 64


def serve(port: int, latency: float) -> None:
    """The scripted server until it is stopped; `/arrivals` says when chat requests came, on the monotonic clock."""
    arrivals: list[float] = []

    def say(_: dict[str, Any]) -> Say:
        arrivals.append(time.monotonic())
        return Say("<answer>1</answer>", latency=latency)

    async def told(_: web.Request) -> web.Response:
        return web.json_response(arrivals)

    app = ScriptedServer(say).application()
    app.router.add_get("/arrivals", told)
    web.run_app(app, host="127.0.0.1", port=port, access_log=None, print=None)


@contextmanager
def serving(latency: float) -> Iterator[str]:
    """Where the server is, in a process of its own."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port = listening.getsockname()[1]
    command = [sys.executable, "-m", "tests.benchmarks.endpoint", "--serve", str(port), "--latency", str(latency)]
    server = subprocess.Popen(command)
    root = f"http://127.0.0.1:{port}"
    try:
        for _ in range(200):
            try:
                urllib.request.urlopen(f"{root}/health", timeout=5).close()
                break
            except OSError:
                time.sleep(0.1)
        yield root
    finally:
        server.terminate()
        server.wait()


def arrivals(root: str) -> list[float]:
    with urllib.request.urlopen(f"{root}/arrivals", timeout=5) as answer:
        found: list[float] = json.load(answer)
    return found


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
    with tempfile.TemporaryDirectory() as folder, serving(latency) as root:
        chosen = settings(Path(folder), f"{root}/v1", in_flight, samples, wide)
        with Session(chosen, Path(folder) / "bench.duckdb", recipe=recipe) as session:
            run_session(session, "verify")
            tasks = len(session.store.pending("solve"))
            before, cpu, wall = _peak_mib(), time.process_time(), time.perf_counter()
            run_stage(session, "solve")
            wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
            requests = session.store.query("report/spending")[0][2]
        came = arrivals(root)
    assert requests == len(came) == tasks * samples, f"{requests} requests for {tasks} tasks, {len(came)} came"
    steady = (requests - in_flight) / (came[-1] - came[0])
    found = {
        "latency_seconds": latency,
        "in_flight": in_flight,
        "requests": requests,
        "requests_per_second": round(requests / wall, 1),
        "steady_requests_per_second": round(steady, 1),
        "requests_per_cpu_second": round(requests / cpu, 1),
        "wall_seconds": round(wall, 2),
        "memory_growth_mib": round(_peak_mib() - before, 1),
    }
    if latency:
        ideal = in_flight / latency
        found["share_of_ideal"] = round(steady / ideal, 3)
        found["share_of_ideal_wall"] = round(requests / wall / ideal, 3)
    return found


def _peak_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure the builder around a scripted chat endpoint.")
    parser.add_argument("--samples", type=int, default=48, help="samples of each of some 60 tasks")
    parser.add_argument("--serve", type=int, metavar="PORT", help="be the server: what the benchmark starts")
    parser.add_argument("--latency", type=float, default=0.0, help="seconds before each reply of the server")
    options = parser.parse_args()
    if options.serve is not None:
        serve(options.serve, options.latency)
        return
    found = {
        "no_latency": measure(0.0, 256, options.samples),
        "wide": measure(0.0, 256, options.samples, wide=True),
        "slow": measure(SLOW_SECONDS, SLOW_IN_FLIGHT, 64),
        **machine(),
    }
    keep(RESULT, found)
    print(json.dumps(found, indent=2))


if __name__ == "__main__":
    main()

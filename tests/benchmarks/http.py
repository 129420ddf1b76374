"""Live calls per second, recorded and durable, against a service on loopback that is slow and fails now and then.

    python -m tests.benchmarks.http [--calls 10000] [--in-flight 200]

The service is a process of its own: 50 ms for each answer, and a tenth of them faults (503, 429, resets, bodies
cut off, wrong types). Calls go through what a run uses: egress checks, pace, tries, strict parsing, recording with a
flush to disk before the call returns. Then all of it is replayed. Figures go to `bench/http.json`.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from aiohttp import web

from builder.errors import ToolError
from builder.records.tools import Provider, SemanticType, ToolSpec
from builder.tools.http.calling import LiveTools
from builder.tools.http.options import LiveOptions
from builder.tools.recordings import Recordings
from tests.benchmarks.figures import keep, machine

RESULT = Path("bench") / "http.json"
LATENCY, FAULTS = 0.05, 0.1
PROVIDER = "general.bench"

GOAL = 400
"""Calls a second that the design asks for (two cores)."""


def kind_of(number: int, seen: int) -> str:
    """How the service answers the n-th call the first time; a second try finds it well."""
    share = int(hashlib.sha256(str(number).encode()).hexdigest()[:8], 16) / 0xFFFFFFFF
    if share >= FAULTS or seen > 1:
        return "well"
    return ("busy", "busy", "pace", "reset", "cut", "type")[int(share / FAULTS * 6) % 6]


def service() -> web.Application:
    seen: Counter[int] = Counter()

    async def answer(request: web.Request) -> web.StreamResponse:
        number = int(request.match_info["number"])
        seen[number] += 1
        kind = kind_of(number, seen[number])
        await asyncio.sleep(LATENCY)
        body = {"name": f"item {number}", "size": number, "text": "x" * 1500}
        if kind == "busy":
            return web.Response(status=503)
        if kind == "pace":
            return web.Response(status=429, headers={"Retry-After": "0"})
        if kind == "type":
            return web.Response(text="<html>", content_type="text/html")
        assert request.transport is not None
        if kind == "reset":
            request.transport.abort()
        if kind == "cut":
            response = web.StreamResponse(headers={"Content-Length": "5000", "Content-Type": "application/json"})
            await response.prepare(request)
            await response.write(b'{"name": ')
            request.transport.close()
            return response
        return web.json_response(body)

    app = web.Application()
    app.router.add_get("/items/{number}", answer)
    return app


async def serve() -> None:
    """Say the port, and answer until the end."""
    runner = web.AppRunner(service(), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, backlog=1024).start()
    print(runner.addresses[0][1], flush=True)
    await asyncio.Event().wait()


@contextmanager
def serving() -> Iterator[int]:
    """The port of the service."""
    server = subprocess.Popen(
        [sys.executable, "-m", "tests.benchmarks.http", "--serve"], stdout=subprocess.PIPE, text=True
    )
    try:
        assert server.stdout is not None
        yield int(server.stdout.readline())
    finally:
        server.terminate()
        server.wait()


def tools(port: int, folder: Path, mode: str, in_flight: int) -> tuple[LiveTools, ToolSpec]:
    """What calls the service, and its tool."""
    host = {"name": "127.0.0.1", "scheme": "http", "port": port, "rate": 100_000, "burst": 1000, "in_flight": in_flight}
    provider = Provider.model_validate(
        {
            "id": PROVIDER,
            "title": "A service",
            "source": "the service",
            "data_licence": "CC0-1.0",
            "attribution": "None.",
            "hosts": [host],
        }
    )
    size = SemanticType.model_validate(
        {
            "name": "size",
            "kind": "quantity",
            "description": "A size",
            "noun": "size",
            "plural": "sizes",
            "schema": {"type": "integer"},
        }
    )
    spec = ToolSpec.model_validate(
        {
            "id": f"{PROVIDER}.item",
            "kind": "http",
            "role": "retrieval",
            "description": "An item.",
            "request": {"url": f"http://127.0.0.1:{port}/items/{{number}}"},
            "parameters": {"number": {"type": "size", "description": "Number"}},
            "returns": {"size": {"type": "size", "description": "Size", "select": "size"}},
            "examples": [],
        }
    )
    options = LiveOptions(mode=mode, folder=folder, contact="mailto:bench@example.org", loopback=True)  # type: ignore[arg-type]
    recordings = Recordings(folder / "specs", folder, recording=mode == "record")
    return LiveTools({PROVIDER: provider}, {"size": size}, recordings, options), spec


async def call_all(calls: int, in_flight: int, port: int, folder: Path) -> dict[str, Any]:
    """Figures of all calls, `in_flight` of them at a time."""
    calling, spec = tools(port, folder, "record", in_flight)
    outcomes: Counter[str] = Counter()
    took: list[float] = []
    numbers = iter(range(calls))
    memory: list[float] = []

    async def worker() -> None:
        for number in numbers:
            began = time.perf_counter()
            try:
                found = await calling.answer(spec, {"number": number})
                outcomes["answered" if found == {"size": number} else "wrong"] += 1
            except ToolError as error:
                outcomes[error.kind] += 1
            took.append(time.perf_counter() - began)
            if number % 1000 == 999:
                memory.append(round(rss_mib(), 1))

    wall, cpu = time.perf_counter(), time.process_time()
    await asyncio.gather(*(worker() for _ in range(in_flight)))
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    await calling.aclose()
    await asyncio.sleep(0.2)
    took.sort()
    lines = (folder / f"{PROVIDER}.jsonl").read_text(encoding="utf-8").count("\n")
    assert lines == outcomes["answered"], f"{lines} recordings of {outcomes['answered']} answers"
    return {
        "calls": calls,
        "in_flight": in_flight,
        "calls_per_second": round(calls / wall, 1),
        "calls_per_cpu_second": round(calls / cpu, 1),
        "goal_per_second": GOAL,
        "wall_seconds": round(wall, 2),
        "outcomes": dict(sorted(outcomes.items())),
        "recorded": lines,
        "milliseconds_p50": round(took[len(took) // 2] * 1000),
        "milliseconds_p99": round(took[len(took) * 99 // 100] * 1000),
        "memory_mib_by_thousand": memory,
        "sockets_left": sockets(),
    }


def replay(calls: int, port: int, folder: Path) -> dict[str, Any]:
    """Figures of replaying what was recorded."""
    began = time.perf_counter()
    calling, spec = tools(port, folder, "replay", 1)
    calling.recordings.files(PROVIDER)
    opened = time.perf_counter() - began
    known = misses = 0
    began = time.perf_counter()
    for number in range(calls):
        try:
            calling.call(spec, {"number": number})
            known += 1
        except ToolError as error:
            assert error.kind == "not_recorded"
            misses += 1
    return {
        "replayed_per_second": round(calls / (time.perf_counter() - began), 1),
        "replayed": known,
        "misses": misses,
        "open_seconds": round(opened, 2),
    }


def rss_mib() -> float:
    """Memory now, where the system tells; else the most so far."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return pages * resource.getpagesize() / 2**20


def sockets() -> int | None:
    """Open sockets of this process, where the system tells."""
    folder = Path("/proc/self/fd")
    if not folder.is_dir():
        return None
    links = [str(path.readlink()) for path in folder.iterdir() if path.is_symlink()]
    # The event loop's own pair wakes it from other threads.
    return max(0, sum(link.startswith("socket:") for link in links) - 2)


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure live calls against a service on loopback.")
    parser.add_argument("--calls", type=int, default=10_000)
    parser.add_argument("--in-flight", type=int, default=200)
    parser.add_argument("--serve", action="store_true", help="be the service")
    options = parser.parse_args()
    if options.serve:
        asyncio.run(serve())
        return
    with tempfile.TemporaryDirectory() as folder, serving() as port:
        found = asyncio.run(call_all(options.calls, options.in_flight, port, Path(folder)))
        found |= replay(options.calls, port, Path(folder))
    found |= machine()
    keep(RESULT, found)
    print(json.dumps(found, indent=2))


if __name__ == "__main__":
    main()

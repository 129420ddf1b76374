"""How long a worker takes to start on the base pool, and the command line to answer.

    python -m tests.benchmarks.worker_start

Each in a fresh process, best of three, tables cached. On a busy machine only the CPU seconds tell.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time

WORKER = """
from pathlib import Path
import os
from builder.resources import tool_specs_dir
from builder.stages.workbench import dive_recipe
from builder.tools.pool import ToolPool
from builder.tools.tables import TableCache, default_cache_folder
dive_recipe().atlas(ToolPool(tool_specs_dir(), TableCache(default_cache_folder(dict(os.environ)))))
"""

COMMANDS = {
    "worker, limit 2 s": ("-c", WORKER),
    "dive-builder --help, limit 0.5 s": ("-m", "builder.cli", "--help"),
    "dive-builder tools list, limit 0.5 s": ("-m", "builder.cli", "tools", "list"),
}


def main() -> int:
    for name, words in COMMANDS.items():
        runs = [_seconds([sys.executable, *words]) for _ in range(3)]
        wall, cpu = (min(column) for column in zip(*runs, strict=True))
        print(f"{name}: {wall:.2f} s by the clock, {cpu:.2f} s of CPU")
    return 0


def _seconds(command: list[str]) -> tuple[float, float]:
    """By the clock, and of CPU time of the child."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=os.environ)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    wall = time.perf_counter() - start
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


if __name__ == "__main__":
    sys.exit(main())

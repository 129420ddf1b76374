"""Run all examples of the shipped specs, and some drawn calls, in this process and print what they give, as JSON.

    python -m tests.specs.again CACHE

For a comparison with another process: other hash seed, time zone and locale must not show.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from builder.errors import ToolError
from builder.identity import random_stream
from builder.records.tools import Call
from builder.resources import tool_specs_dir
from builder.tools.arguments import ArgumentSource
from builder.tools.executor import Executor
from builder.tools.pool import ToolPool
from builder.tools.recording import run_recorded
from builder.tools.tables import TableCache

DRAWN = 5
"""Calls drawn for each tool, besides its examples."""


SEED = 1


def drawn(executor: Executor) -> dict[str, list[dict[str, Any]]]:
    """Arguments and results of a few drawn calls, by tool."""
    source = ArgumentSource(executor.pool)
    found = {}
    for tool, spec in executor.pool.tools.items():
        calls = [Call(tool, source.draw(spec, random_stream(SEED, "again", tool, number))) for number in range(DRAWN)]
        found[tool] = [{"arguments": call.arguments, "result": executor.execute(call).payload()} for call in calls]
    return found


def main() -> int:
    executor = Executor(ToolPool(tool_specs_dir(), TableCache(Path(sys.argv[1])), restricted=True))
    found = {}
    for tool, spec in executor.pool.tools.items():
        try:
            found[tool] = run_recorded(executor, spec)
        except ToolError as error:
            found[tool] = [{"defect": error.message}]
    json.dump({"examples": found, "drawn": drawn(executor)}, sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main())

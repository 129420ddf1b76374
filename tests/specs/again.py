"""Run all examples of the shipped specs in this process and print what they give, as JSON.

    python -m tests.specs.again CACHE

For a comparison with another process: other hash seed, time zone and locale must not show.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from builder.errors import ToolError
from builder.resources import tool_specs_dir
from builder.tools.executor import Executor
from builder.tools.pool import ToolPool
from builder.tools.recording import run_recorded
from builder.tools.tables import TableCache


def main() -> int:
    executor = Executor(ToolPool(tool_specs_dir(), TableCache(Path(sys.argv[1])), restricted=True))
    found = {}
    for tool, spec in executor.pool.tools.items():
        try:
            found[tool] = run_recorded(executor, spec)
        except ToolError as error:
            found[tool] = [{"defect": error.message}]
    json.dump(found, sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main())

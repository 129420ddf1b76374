"""`dive-builder exemplars ...`: look at what scenarios and frames give."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import Any


def run_try(arguments: argparse.Namespace) -> int:
    """Generate tasks of one exemplar and print them with their calls, rounds and refusals."""
    from builder.recipe.atlas import Atlas
    from builder.recipe.synthesis import synthesize
    from builder.testing.draws import aimed_draws
    from builder.tools.driver import drive
    from builder.tools.executor import Executor
    from builder.tools.pool import ToolPool
    from builder.tools.tables import TableCache, default_cache_folder

    pool = ToolPool(Path(arguments.specs), TableCache(default_cache_folder(dict(os.environ))))
    atlas, executor = Atlas(pool), Executor(pool, cache=20_000)
    kept = 0
    reasons: dict[str, int] = {}
    for draw in aimed_draws(pool, atlas, arguments.exemplar, arguments.count, arguments.seed):
        found = drive(synthesize(draw, pool, atlas, arguments.seed, 3, executor.key), executor)
        for number, reason, detail in found.refusals:
            reasons[reason] = reasons.get(reason, 0) + 1
            if arguments.verbose or found.task is None:
                print(f"   refused in round {number}: {detail}")
        if found.task is not None:
            kept += 1
            _show(found.task, arguments.verbose)
    print(f"\n{kept} of {arguments.count} draws gave a task; refusals: {reasons}")
    return 0


def _show(task: Any, verbose: bool) -> None:
    print(
        f"\n[{task.exemplar}; {task.register_}; {len(task.calls)} calls, depth {task.depth}, round {len(task.rounds)}]"
    )
    if verbose:
        for part in task.rounds[:-1]:
            print(f"  round {part.number}: {part.question} => {part.answer.value}")
    print(f"  {task.question}\n  => {task.answer.value}")
    if verbose:
        for call in task.calls:
            print(f"     {call.id} {call.tool} {call.arguments} -> {str(call.result)[:160]}")

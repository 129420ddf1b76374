"""A run of the small recipe in a process of its own, that stops itself at a given place.

    python -m tests.stages.small_run STORE WORKERS HOW STAGE DONE

When STAGE has committed DONE records: `kill` ends it with SIGKILL, `interrupt` sends Ctrl-C to the
whole process group as a terminal would, `twice` does so twice. Workers' ids go to STORE.workers.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

from builder.errors import BuilderError
from builder.settings import Settings
from builder.stages.progress import Progress
from builder.stages.run import run_session
from builder.stages.session import Session
from builder.testing.small_recipe import small_recipe, tiny_pool


def settings(cache: Path, workers: int) -> Settings:
    """Two waves of 40 draws in shards of 4."""
    return Settings.profile("smoke").replace(
        {
            "pool.specs": str(tiny_pool()),
            "pool.cache": str(cache),
            "engine.workers": workers,
            "engine.shard_size": 4,
            "synthesize.draws_per_wave": 40,
        }
    )


def run_small(store: Path, workers: int, on_progress: Callable[[Progress], None] | None = None) -> None:
    """Through the stages of single records."""
    with Session(
        settings(store.parent / "cache", workers), store, recipe=small_recipe(), on_progress=on_progress
    ) as session:
        run_session(session, "solve")


def main() -> int:
    store, workers, how, stage, done = Path(sys.argv[1]), int(sys.argv[2]), *sys.argv[3:5], int(sys.argv[5])

    def stop(progress: Progress) -> None:
        if progress.stage == stage and progress.done == done:
            ids = [str(child.pid) for child in multiprocessing.active_children()]
            store.with_suffix(".workers").write_text(" ".join(ids), encoding="utf-8")
            if how == "kill":
                os.kill(os.getpid(), signal.SIGKILL)
            for _ in range({"interrupt": 1, "twice": 2}[how]):
                os.killpg(os.getpgrp(), signal.SIGINT)

    try:
        run_small(store, workers, stop)
    except BuilderError as error:
        print(error)
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Runs over the tiny pool whose roles a served model plays."""

from __future__ import annotations

import os
import signal
import threading
from pathlib import Path
from typing import Any

import pytest

from builder.errors import Interrupted
from builder.settings import Settings
from builder.stages.run import run_session
from builder.stages.session import Session
from builder.testing.small_recipe import tiny_pool
from tests.stages.model_run import recipe
from tests.vllm.serving import Server


def settings(folder: Path, server: Server, draws: int, **changes: Any) -> Settings:
    return Settings.profile("smoke").replace(
        {
            "pool.specs": str(tiny_pool()),
            "pool.cache": str(folder / "cache"),
            "engine.workers": 1,
            "engine.shard_size": 2,
            "synthesize.waves": 1,
            "synthesize.draws_per_wave": draws,
            "model.name": server.name,
            "model.endpoints": [server.url],
            "model.in_flight": 16,
            "model.max_tokens": 300,
            "model.deadline": 300.0,
            "model.patience": 600.0,
            **changes,
        }
    )


def run(store: Path, chosen: Settings, until: str = "solve") -> None:
    with Session(chosen, store, recipe=recipe()) as session:
        run_session(session, until)


def interrupted(store: Path, chosen: Settings, server: Server) -> None:
    """The same, stopped by Ctrl-C while the server works on its first requests."""

    def stop() -> None:
        server.wait_until_busy()
        os.kill(os.getpid(), signal.SIGINT)

    stopper = threading.Thread(target=stop)
    stopper.start()
    with pytest.raises(Interrupted):
        run(store, chosen)
    stopper.join()

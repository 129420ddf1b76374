"""A session: one process at work on one store with one pool, recipe and set of workers."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from types import TracebackType

from builder.engines import Engine, LocalEngine
from builder.errors import BuilderError, Interrupted
from builder.settings import Settings
from builder.stages.programs import sandbox_facts
from builder.stages.progress import Events, OnProgress
from builder.stages.workbench import Recipe, dive_recipe, fingerprint_of, open_pool, open_workbench
from builder.store import Store
from builder.store.connection import events_path


class Session:
    """Open it as a context manager; every stage takes one.

    Workers start with the first stage that needs them. Leaving by an error ends them at once;
    whatever was acknowledged is in the store.
    """

    def __init__(
        self,
        settings: Settings,
        store: Path,
        *,
        fresh: bool = False,
        recipe: Recipe | None = None,
        on_progress: OnProgress | None = None,
        resume: str | None = None,
    ) -> None:
        """`fresh` starts the store anew; `on_progress` is called with each committed batch.

        `resume` is the command that goes on after an interrupt, as the user would type it.
        """
        self.settings = settings
        self.recipe = recipe or dive_recipe()
        self.pool = open_pool(settings)
        sandbox = sandbox_facts(self.pool)
        self._facts = {} if sandbox is None else {"sandbox": sandbox}
        self.fingerprint = fingerprint_of(settings, self.pool, self.recipe)
        self.store = Store.open(store, self.fingerprint, fresh=fresh)
        self.events = Events(events_path(store), on_progress)
        self.resume = resume or f"dive-builder run --store {store}"
        self._engine: Engine | None = None

    @property
    def engine(self) -> Engine:
        """The workers, started when first asked for."""
        return self.start_workers()

    def start_workers(self) -> Engine:
        """Let the workers get ready, unless they are at work already."""
        if self._engine is None:
            setup = partial(open_workbench, self.settings, self.recipe, self.fingerprint)
            self._engine = LocalEngine(setup, self.settings.engine.workers or cores())
        return self._engine

    def interrupted(self) -> Interrupted:
        """The error to raise when the user has asked to stop."""
        return Interrupted(f"interrupted; everything finished is in {self.store.path}. Go on with: {self.resume}")

    def __enter__(self) -> Session:
        self.events.write("run", fingerprint=self.fingerprint, resume=self.resume, **self._facts)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._engine is not None:
            if error is None:
                self._engine.close()
            else:
                self._engine.kill()
        self.store.close()
        if error is None:
            self.events.write("end")
        else:
            message = str(error) if isinstance(error, BuilderError) else f"{type(error).__name__}: {error}"
            self.events.write("stopped", message=message, interrupted=isinstance(error, Interrupted))


def cores() -> int:
    """Processor cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1

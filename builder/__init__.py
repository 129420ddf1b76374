"""dive-builder: turns executed tools into versioned, verifiable tool-use tasks.

The public names. Each is loaded when it is first used, so importing the package costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from builder.errors import BuilderError
    from builder.records.attempts import Attempt, Verdict
    from builder.records.releases import CheckReport, Manifest
    from builder.records.tasks import Task
    from builder.records.tools import ToolSpec
    from builder.settings import Settings
    from builder.stages.check_release import check_release
    from builder.stages.dedup import dedup
    from builder.stages.draw import draw
    from builder.stages.making import make_release
    from builder.stages.release import release
    from builder.stages.run import Report, report, run
    from builder.stages.score import score
    from builder.stages.select import select
    from builder.stages.session import Session
    from builder.stages.solve import solve
    from builder.stages.status import status
    from builder.stages.synthesize import synthesize
    from builder.stages.verify import verify
    from builder.store import Store
    from builder.tools.pool import ToolPool

_HOMES = {
    "Attempt": "records.attempts",
    "BuilderError": "errors",
    "CheckReport": "records.releases",
    "Manifest": "records.releases",
    "Report": "stages.run",
    "Session": "stages.session",
    "Settings": "settings",
    "Store": "store",
    "Task": "records.tasks",
    "ToolPool": "tools.pool",
    "ToolSpec": "records.tools",
    "Verdict": "records.attempts",
    "check_release": "stages.check_release",
    "dedup": "stages.dedup",
    "draw": "stages.draw",
    "make_release": "stages.making",
    "release": "stages.release",
    "report": "stages.run",
    "run": "stages.run",
    "score": "stages.score",
    "select": "stages.select",
    "solve": "stages.solve",
    "status": "stages.status",
    "synthesize": "stages.synthesize",
    "verify": "stages.verify",
}
"""Where each public name lives."""

__all__ = [
    "Attempt",
    "BuilderError",
    "CheckReport",
    "Manifest",
    "Report",
    "Session",
    "Settings",
    "Store",
    "Task",
    "ToolPool",
    "ToolSpec",
    "Verdict",
    "check_release",
    "dedup",
    "draw",
    "make_release",
    "release",
    "report",
    "run",
    "score",
    "select",
    "solve",
    "status",
    "synthesize",
    "verify",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = getattr(import_module(f"builder.{_HOMES[name]}"), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])

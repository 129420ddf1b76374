"""Rows that say how records fared: of `outcomes`, one per stage and record, and of `tries`, one per try of a model."""

from __future__ import annotations

from builder.errors import DerivationError, Refused, ToolDefect, ToolError
from builder.store.tables import Row

EXPECTED = (ToolError, DerivationError, Refused)
"""Errors that end as a row. Anything else is a bug and stops the run."""

DETAIL = 500
"""Characters kept of what a try was told."""


def outcome(
    stage: str, record: str, fingerprint: str, reason: str = "", detail: str = "", *, task: str | None = None
) -> Row:
    """A row of `outcomes`: failed when there is a reason, else done. `task` is what a draw gave."""
    return {
        "stage": stage,
        "record": record,
        "fingerprint": fingerprint,
        "status": "failed" if reason else "done",
        "reason": reason,
        "detail": detail,
        "task": task,
    }


def tried(stage: str, record: str, number: int, model: str, reason: str = "", detail: str = "") -> Row:
    """A row of `tries`: accepted when there is no reason why not."""
    return {
        "stage": stage,
        "record": record,
        "number": number,
        "model": model,
        "accepted": not reason,
        "reason": reason,
        "detail": detail[:DETAIL],
    }


def reason_of(error: ToolError | DerivationError | Refused) -> tuple[str, str]:
    """Reason and detail of an expected error. A defect of a tool is none: it is raised again."""
    if isinstance(error, ToolDefect):
        raise error
    if isinstance(error, ToolError):
        return f"call:{error.kind}", error.message
    return error.reason, str(error)

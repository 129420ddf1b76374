"""`tools drift`: make recorded calls again, and say which answers changed. Nothing is recorded."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from builder.identity import canonical_json
from builder.records.base import Json
from builder.records.tools import Call
from builder.tools.executor import Executor
from builder.tools.http.options import LiveOptions
from builder.tools.pool import ToolPool
from builder.tools.recording import is_inside

NOT_ASKED = frozenset({"unavailable", "rate_limited", "timeout", "denied", "refused"})
"""Errors that say nothing of the answer."""


@dataclass(frozen=True, slots=True)
class Changed:
    """One call that is answered differently now, or was not answered."""

    tool: str
    arguments: dict[str, Json]
    field: str
    """The first field that differs; `error` when one of the two is an error."""
    recorded: Json
    found: Json
    date: str
    """Day of the recording."""


@dataclass(frozen=True, slots=True)
class Drift:
    """What was asked again."""

    calls: int
    changed: tuple[Changed, ...]
    failed: tuple[Changed, ...]
    """Calls that got no answer, so that nothing is known; `found` is the error."""


def drift(pool: ToolPool, options: LiveOptions, inside: str = "") -> Drift:
    """Ask again what is recorded of tools whose path begins with `inside`, in `options.folder` and beside the specs.

    Raises SpecError for a missing key, SettingsError without a contact.
    """
    recorded = Executor(pool.with_live(replace(options, mode="replay")))
    now = Executor(pool.with_live(replace(options, mode="live")))
    changed: list[Changed] = []
    failed: list[Changed] = []
    calls = 0
    try:
        for call, date in _calls(recorded.pool, inside):
            before, after = recorded.execute(call).payload(), now.execute(call).payload()
            calls += 1
            found = _difference(before, after)
            if found is not None:
                one = Changed(call.tool, call.arguments, *found, date)
                (failed if _kind(after) in NOT_ASKED else changed).append(one)
    finally:
        now.pool.live.close()
    return Drift(calls, tuple(changed), tuple(failed))


def _calls(pool: ToolPool, inside: str) -> Iterator[tuple[Call, str]]:
    """Recorded calls of active tools, each once, in the order of tools and arguments, with the day of the recording."""
    found: dict[tuple[str, str], tuple[Call, str]] = {}
    for provider in pool.live_providers:
        for each in pool.live.recordings.all_of(provider):
            if each.tool in pool.tools and is_inside(each.tool, inside):
                call = Call(each.tool, dict(each.arguments))
                found.setdefault((each.tool, canonical_json(call.arguments)), (call, each.date))
    for key in sorted(found):
        yield found[key]


def _kind(payload: dict[str, Json]) -> str:
    error = payload.get("error")
    return str(error["kind"]) if isinstance(error, dict) and "kind" in error else ""


def _difference(before: dict[str, Json], after: dict[str, Json]) -> tuple[str, Json, Json] | None:
    """The first field that differs, with what was recorded and what came now."""
    for name in sorted(before.keys() | after.keys()):
        if canonical_json(before.get(name)) != canonical_json(after.get(name)):
            if _kind(after):
                return "error", before if not _kind(before) else before["error"], after["error"]
            return name, before.get(name), after.get(name)
    return None

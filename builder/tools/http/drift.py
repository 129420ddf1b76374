"""`tools drift`: make recorded calls again, and say which answers changed. Nothing is recorded."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from builder.errors import ToolError
from builder.identity import canonical_json
from builder.records.base import Json
from builder.records.drift import DriftedCall, DriftFile, result_digest
from builder.records.tools import Call
from builder.tools.executor import Executor
from builder.tools.http.options import LiveOptions
from builder.tools.pool import ToolPool

NOT_ASKED = frozenset({"unavailable", "rate_limited", "timeout", "denied", "refused"})
"""Errors that say nothing of the answer."""


@dataclass(frozen=True, slots=True)
class Known:
    """A call with what it gave."""

    call: Call
    payload: dict[str, Json]
    date: str | None
    """Day on which its answer was recorded; None of what is as of no day."""

    @property
    def key(self) -> tuple[str, str]:
        return self.call.tool, canonical_json(self.call.arguments)


@dataclass(frozen=True, slots=True)
class Changed:
    """One call that is answered differently now, or was not answered."""

    tool: str
    arguments: dict[str, Json]
    field: str
    """The first field that differs; `error` when one of the two is an error."""
    recorded: Json
    found: Json
    date: str | None
    """Day of the recording; None of what is as of no day."""
    before: str
    """Digest of what was recorded, and of what came now."""
    after: str


@dataclass(frozen=True, slots=True)
class Drift:
    """What was asked again."""

    date: str
    """Day on which it was."""
    calls: int
    changed: tuple[Changed, ...]
    failed: tuple[Changed, ...]
    """Calls that got no answer, so that nothing is known; `found` is the error."""

    def to_file(self) -> DriftFile:
        """What a release takes of it: digests, since a service's terms may keep its answers from travelling."""
        return DriftFile.of(
            self.date,
            tuple(
                DriftedCall(
                    tool=one.tool, arguments=one.arguments, recorded=one.date, before=one.before, after=one.after
                )
                for one in self.changed
            ),
        )


def drift(pool: ToolPool, options: LiveOptions, wanted: Callable[[str], bool], held: Iterable[Known] = ()) -> Drift:
    """Ask again what is recorded of the tools that are `wanted`, in `options.folder` and beside the specs.

    `held` are calls that a release holds, asked besides. One request may answer several calls, and a recording names
    the first alone. Raises SpecError for a missing key, SettingsError without a contact.
    """
    recorded = Executor(pool.with_live(replace(options, mode="replay")))
    now = Executor(pool.with_live(replace(options, mode="live")))
    changed: list[Changed] = []
    failed: list[Changed] = []
    calls = 0
    try:
        for known in _calls(recorded, wanted, held):
            before, after = known.payload, now.execute(known.call).payload()
            calls += 1
            digests = result_digest(before), result_digest(after)
            if digests[0] != digests[1]:
                one = Changed(known.call.tool, known.call.arguments, *_difference(before, after), known.date, *digests)
                (failed if _kind(after) in NOT_ASKED else changed).append(one)
    finally:
        now.pool.live.close()
    return Drift(options.now().date().isoformat(), calls, tuple(changed), tuple(failed))


def _calls(recorded: Executor, wanted: Callable[[str], bool], held: Iterable[Known]) -> Iterator[Known]:
    """Calls of active live tools with what is known of them, each once, in the order of tools and arguments."""
    pool = recorded.pool
    found: dict[tuple[str, str], Known] = {}
    for provider in pool.live_providers:
        for each in pool.live.recordings.all_of(provider):
            if each.tool in pool.tools and wanted(each.tool):
                call = Call(each.tool, dict(each.arguments))
                payload = recorded.execute(call).payload()
                # A request of several pages of which the last never came gave no answer that could change.
                if _kind(payload) != "not_recorded":
                    known = Known(call, payload, each.date)
                    found.setdefault(known.key, known)
    for known in held:
        spec = pool.tools.get(known.call.tool)
        if spec is not None and spec.is_live and wanted(spec.id):
            known = replace(known, call=completed(recorded, known.call))
            found[known.key] = known
    for key in sorted(found):
        yield found[key]


def completed(executor: Executor, call: Call) -> Call:
    """A call as its tool gets it, so that one that leaves an option out is the one that says its default.

    As it is where the tool is not active here, or takes other arguments now.
    """
    try:
        return executor.complete(call)
    except ToolError:
        return call


def _kind(payload: dict[str, Json]) -> str:
    error = payload.get("error")
    return str(error["kind"]) if isinstance(error, dict) and "kind" in error else ""


def _difference(before: dict[str, Json], after: dict[str, Json]) -> tuple[str, Json, Json]:
    """The first field that differs, with what was recorded and what came now; `error` where one of them is one."""
    if _kind(before) or _kind(after):
        return "error", before.get("error", before), after.get("error", after)
    name = next(
        name
        for name in sorted(before.keys() | after.keys())
        if canonical_json(before.get(name)) != canonical_json(after.get(name))
    )
    return name, before.get(name), after.get(name)

"""Run: every stage in order, through the selection. A second run of the same command goes on.

Stages over single records leave an outcome per record; stages over the whole store leave one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from builder.errors import BuilderError, SettingsError
from builder.settings import Settings
from builder.stages.difficulty import candidates, difficulty
from builder.stages.draw import draw, wave_sizes
from builder.stages.outcomes import outcome
from builder.stages.progress import OnProgress, Progress
from builder.stages.session import Session
from builder.stages.solve import solve
from builder.stages.synthesize import synthesize
from builder.stages.verify import verify
from builder.stages.word import word
from builder.store import Store

RECORD_STAGES: dict[str, Callable[[Session], Progress]] = {
    "draw": draw,
    "synthesize": synthesize,
    "verify": verify,
    "word": word,
    "solve": solve,
    "difficulty": difficulty,
}
"""Each works on the records that have no outcome of it yet."""

STORE_STAGES = ("dedup", "score", "select")
"""Each compares all records, once those are complete: `builder.stages.<name>.<name>(store, settings)`."""

STAGES = ("draw", "synthesize", "verify", "word", "solve", "dedup", "difficulty", "score", "select")
"""In order. Difficulty is measured of what dedup leaves."""

WHOLE_STORE = "store"
"""The record that a stage over the whole store leaves its outcome for."""

Refusal = tuple[str, str, str, int]
"""Stage, status, reason and how many records: one line of the funnel."""


@dataclass(frozen=True, slots=True)
class Report:
    """What the store holds after a run, and where records went."""

    totals: dict[str, int]
    funnel: tuple[Refusal, ...]
    allowed_failures: float

    @property
    def failure_share(self) -> float:
        """Share of draws that gave no verified task. A repeat of another draw's task counts neither way."""
        counts = {(stage, status): 0 for stage in ("synthesize", "verify") for status in ("done", "failed")}
        for stage, status, _, records in self.funnel:
            if (stage, status) in counts:
                counts[stage, status] += records
        failed = counts["synthesize", "failed"] + counts["verify", "failed"]
        tried = counts["synthesize", "failed"] + counts["synthesize", "done"]
        return failed / tried if tried else 0.0

    @property
    def too_many_failures(self) -> bool:
        """Whether the run is done with more recorded failures than the settings allow (exit code 3)."""
        return self.failure_share > self.allowed_failures

    def lines(self) -> list[str]:
        """The funnel as plain text."""
        rows = [(stage, status, reason or "-", f"{records:,}") for stage, status, reason, records in self.funnel]
        widths = [max((len(row[i]) for row in rows), default=0) for i in range(4)]
        return [f"{a:<{widths[0]}}  {b:<{widths[1]}}  {d:>{widths[3]}}  {c}".rstrip() for a, b, c, d in rows]


def run(
    settings: Settings,
    store: Path,
    *,
    until: str = STAGES[-1],
    fresh: bool = False,
    on_progress: OnProgress | None = None,
    resume: str | None = None,
) -> Report:
    """Bring the store through all stages up to and including `until`.

    Raises Interrupted after Ctrl-C with the command to go on (`resume`), and BuilderError when something
    needs a hand. Everything that was acknowledged stays.
    """
    with Session(settings, store, fresh=fresh, on_progress=on_progress, resume=resume) as session:
        return run_session(session, until)


def run_session(session: Session, until: str = STAGES[-1]) -> Report:
    """The same over an open session."""
    if until not in STAGES:
        raise SettingsError(f"there is no stage {until!r}; the stages are {', '.join(STAGES)}")
    for name in STAGES[: STAGES.index(until) + 1]:
        run_stage(session, name)
    made = report(session.store, session.settings)
    session.events.write("funnel", totals=made.totals, funnel=made.funnel)
    return made


def run_stage(session: Session, name: str) -> Progress:
    """One stage by name: what is left of it. Nothing when all is done."""
    try:
        if name in RECORD_STAGES:
            return RECORD_STAGES[name](session)
        return _over_the_store(session, name)
    except KeyboardInterrupt:
        # Between batches Python's own handler is in place; a transaction under way has rolled back.
        raise session.interrupted() from None


def report(store: Store, settings: Settings) -> Report:
    """Totals and funnel of a store as it is."""
    totals = dict(store.query("report/totals", fingerprint=store.fingerprint))
    rows = store.query("report/funnel", fingerprint=store.fingerprint)
    funnel = tuple((stage, status, reason, records) for stage, status, reason, records in rows)
    return Report(totals, funnel, settings.allowed_failures)


def _over_the_store(session: Session, name: str) -> Progress:
    store = session.store
    values = {"stage": name, "record": WHOLE_STORE, "fingerprint": store.fingerprint}
    if store.query("queue/finished", **values)[0][0]:
        return Progress(name, 0, 0)
    _require_complete(session, name)
    session.events.begin(Progress(name, 0, 1))
    # Imported here: the numeric libraries of these stages are not paid for by a run that stops before.
    stage = getattr(import_module(f"builder.stages.{name}"), name)
    stage(store, session.settings)
    store.write({"outcomes": [outcome(name, WHOLE_STORE, store.fingerprint)]})
    done = Progress(name, 1, 1)
    session.events.step(done)
    return done


def _require_complete(session: Session, name: str) -> None:
    """A comparison of all records waits until all of them are there."""
    store, waves = session.store, len(wave_sizes(session))
    left = {
        "synthesize": len(store.query("queue/drawn")) < waves
        or any(store.pending("synthesize", wave=wave) for wave in range(waves)),
        "verify": bool(store.pending("verify")),
        "word": session.settings.word.worder == "model" and bool(store.pending("word")),
        "solve": bool(store.pending("solve")),
        "difficulty": name == "select" and bool(candidates(session)),
    }
    for earlier in STORE_STAGES[: STORE_STAGES.index(name)]:
        values = {"stage": earlier, "record": WHOLE_STORE, "fingerprint": store.fingerprint}
        left[earlier] = not store.query("queue/finished", **values)[0][0]
    for stage, waits in left.items():
        if waits:
            raise BuilderError(f"{name} compares all records, and {stage} is not complete: run `{stage}` first.")

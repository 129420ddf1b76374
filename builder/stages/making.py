"""A release from settings to folder, and back: all stages, then the folder; the folder checked with workers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

from builder.engines import LocalEngine
from builder.errors import SettingsError
from builder.hub.manifest import split_of
from builder.records.drift import DriftFile
from builder.records.releases import CheckReport, Manifest, ReleaseDefinition
from builder.settings import Settings
from builder.stages.check_release import check_release
from builder.stages.decontaminate import deny_lists
from builder.stages.definition import load_definition
from builder.stages.earlier import join_earlier
from builder.stages.live import with_carried
from builder.stages.patterning import labels_of
from builder.stages.previous import open_previous
from builder.stages.release import release
from builder.stages.replaying import LocalBench, open_bench
from builder.stages.run import Report, run_session
from builder.stages.session import Session, cores
from builder.stages.workbench import cache_folder, dive_recipe, open_pool, pool_digest
from builder.tools.executor import Executor


@dataclass(frozen=True, slots=True)
class Made:
    """A release and the run behind it."""

    report: Report
    manifest: Manifest

    @property
    def rows(self) -> dict[str, dict[str, int]]:
        """Rows by config and split."""
        found: dict[str, dict[str, int]] = {}
        for path, entry in self.manifest.files.items():
            place = split_of(path)
            if place is not None and entry.rows is not None:
                splits = found.setdefault(place[0], {})
                splits[place[1]] = splits.get(place[1], 0) + entry.rows
        return found


def make_release(
    session: Session,
    out: Path,
    version: str | None = None,
    previous: Path | None = None,
    earlier: Sequence[Path] = (),
    changed: DriftFile | None = None,
) -> Made:
    """Bring the session's store through all stages and build its release in `out`; nothing is done twice.

    `previous` is the folder of the version before, whose rows stay as far as they are still made. What repeats a task
    of it, or of `earlier` ones, is left out. `changed` are answers on which its rows rest no longer.
    """
    definition = versioned(version)
    if changed is not None and previous is None:
        raise SettingsError("--drift: it says what is retired of the version before (name that with --previous)")
    # Before the stages run, which may take hours, since it says what is wrong with it.
    layout = open_previous(previous, definition.version, changed) if previous is not None else None
    before = [folder for folder in (previous, *earlier) if folder is not None]
    kept = cache_folder(session.settings) / "earlier" / pool_digest(session.pool, session.recipe) if before else None
    join_earlier(session.store, before, cache(lambda: labels_of(session.pool)), kept)
    report = run_session(session)
    try:
        manifest = release(session.store, session.pool, session.settings, out, definition, layout)
    except KeyboardInterrupt:
        raise session.interrupted() from None
    return Made(report, manifest)


def versioned(version: str | None) -> ReleaseDefinition:
    """The shipped definition under another version. Raises SettingsError when it is none."""
    definition = load_definition()
    if version is None:
        return definition
    body = {**definition.model_dump(), "version": version}
    try:
        return ReleaseDefinition.model_validate(body)
    except ValueError:
        raise SettingsError(f"--version: {version!r} is no version (write three numbers, such as 1.2.0)") from None


def verify_release(folder: Path, settings: Settings) -> CheckReport:
    """Check a release with the workers of the settings; of those only pool, engine and deny lists matter here."""
    settings = with_carried(settings, folder)
    executor, workers = Executor(open_pool(settings)), settings.engine.workers or cores()
    bench = LocalBench(dive_recipe(), executor)
    lists = deny_lists(settings)
    if workers == 1:
        return check_release(folder, executor.pool, bench, lists=lists)
    engine = LocalEngine(partial(open_bench, settings), workers)
    try:
        report = check_release(folder, executor.pool, bench, engine, lists=lists)
    except BaseException:
        engine.kill()
        raise
    engine.close()
    return report

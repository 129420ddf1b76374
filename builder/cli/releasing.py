"""`release` and `verify`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from builder.cli.choosing import FOLDER, settings_of, store_of
from builder.cli.output import print_json
from builder.cli.parser import Invocation, Verbs, add_json, add_run_options
from builder.cli.progress import showing
from builder.cli.running import TOO_MANY_FAILURES, print_report, run_one

if TYPE_CHECKING:
    from builder.records.drift import DriftFile
    from builder.records.releases import Manifest
    from builder.settings import Settings

SHOWN_PROBLEMS = 50
"""Problems of a release printed as text; `--json` has them all."""


def add_verbs(verbs: Verbs) -> None:
    release = verbs.add(
        "release",
        "run all stages and build the release folder",
        run_release,
        "Run again to go on after an interrupt. A release in the folder is replaced once the new one is whole.",
    )
    add_run_options(release)
    release.add_argument("--out", metavar="DIR", type=Path, required=True, help="folder of the release")
    release.add_argument("--version", metavar="V", help="its version (default: that of dataset_card/release.toml)")
    release.add_argument(
        "--previous",
        metavar="DIR_OR_REF",
        help="the version before, a folder or ORG/NAME@v1.0.0: its rows stay, and the changelog says the rest",
    )
    release.add_argument(
        "--drift",
        metavar="FILE",
        type=Path,
        help="what `tools drift --out` found since --previous: tasks that rest on these answers are retired",
    )
    release.add_argument(
        "--earlier",
        metavar="DIR",
        type=Path,
        nargs="+",
        default=[],
        help="releases before that one: no task repeats one of theirs either",
    )
    release.add_argument(
        "--from-manifest",
        metavar="PATH",
        type=Path,
        help="rebuild the release of this manifest.json from its settings, and compare every byte",
    )
    verify = verbs.add(
        "verify",
        "check a release from its own files; without one, run the stage `verify` of a store",
        run_verify,
        "A release is checked whole: digests, every row, every derivation replayed by fresh calls.",
    )
    verify.add_argument("release", metavar="RELEASE", type=Path, nargs="?", help="folder of the release")
    add_run_options(verify)
    add_json(verify)
    verify.set_defaults(stage="verify")


def run_release(options: Invocation) -> int:
    """`release`"""
    import os

    from builder.stages.making import make_release
    from builder.stages.previous import previous_folder
    from builder.stages.rebuild import rebuild
    from builder.stages.session import Session

    manifest, settings, store = _sources(options)
    changed = _changed(options, manifest)
    with (
        previous_folder(options.previous, os.environ) as previous,
        showing() as on_progress,
        Session(settings, store, fresh=options.fresh, on_progress=on_progress, resume=options.resume) as session,
    ):
        if manifest is not None:
            made = rebuild(session, manifest, options.out, previous, changed)
        else:
            made = make_release(session, options.out, options.version, previous, options.earlier, changed)
    print_report(made.report, store)
    rows = [f"{sum(counts.values()):,} {config}" for config, counts in made.rows.items()]
    print(f"{options.out}: {made.manifest.name} {made.manifest.version} with {', '.join(rows)} rows")
    if manifest is not None:
        # What its draws came to was weighed when it was first made.
        print(f"the same as {options.from_manifest}, byte for byte")
        return 0
    print(f"Check it with: dive-builder verify {options.out}")
    return TOO_MANY_FAILURES if made.report.too_many_failures else 0


def _sources(options: Invocation) -> tuple[Manifest | None, Settings, Path]:
    """The manifest to rebuild, if one is named; settings and store."""
    from builder.errors import SettingsError

    if options.from_manifest is None:
        return None, settings_of(options), store_of(options)
    from builder.stages.live import with_carried
    from builder.stages.rebuild import manifest_at
    from builder.stages.rebuild import settings_of as settings_in

    for name in ("profile", "settings", "limit", "version"):
        if getattr(options, name) is not None:
            raise SettingsError(f"--{name}: with --from-manifest it is the manifest that says so (leave it out)")
    manifest = manifest_at(options.from_manifest)
    machine: dict[str, Any] = {"engine.workers": options.workers} if options.workers else {}
    if options.deny_lists is not None:
        machine["decontaminate.lists"] = str(options.deny_lists)
    store = options.store or FOLDER / f"{manifest.name}-{manifest.version}.duckdb"
    folder = options.from_manifest if options.from_manifest.is_dir() else options.from_manifest.parent
    return manifest, with_carried(settings_in(manifest, machine), folder), store


def _changed(options: Invocation, manifest: Manifest | None) -> DriftFile | None:
    """Answers that changed: those of --drift, or those that the release of a manifest was told of itself."""
    from builder.stages.drifted import FILE, read_drift

    if options.drift is not None:
        return read_drift(options.drift)
    if manifest is None or FILE not in manifest.files:
        return None
    folder = options.from_manifest if options.from_manifest.is_dir() else options.from_manifest.parent
    return read_drift(folder / FILE)


def run_verify(options: Invocation) -> int:
    """`verify`: of a release when one is named."""
    if options.release is None:
        return run_one(options)
    from builder.stages.making import verify_release

    report = verify_release(options.release, settings_of(options))
    if options.json:
        print_json(report.model_dump(mode="json"))
        return 0 if report.ok else 1
    for problem in report.problems[:SHOWN_PROBLEMS]:
        print(problem)
    if len(report.problems) > SHOWN_PROBLEMS:
        print(f"... and {len(report.problems) - SHOWN_PROBLEMS:,} more; --json lists all")
    rows = ", ".join(f"{count:,} {config}" for config, count in report.rows.items())
    print(
        f"{options.release}: {report.name} {report.version}: {report.files} files, rows: {rows}; "
        f"{report.replayed:,} derivations replayed, {report.calls:,} calls made again"
    )
    print("sound" if report.ok else f"{len(report.problems):,} problems: build it again, or take a sound copy")
    return 0 if report.ok else 1

"""`run`, and one verb per stage."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from builder.cli.choosing import settings_of, store_of
from builder.cli.parser import STAGES, Invocation, Verbs, add_run_options
from builder.cli.progress import showing

if TYPE_CHECKING:
    from builder.stages.run import Report

TOO_MANY_FAILURES = 3

WHAT = {
    "draw": "sample the configurations of the first wave",
    "synthesize": "collect evidence and derive tasks, wave by wave",
    "word": "let a model reword the questions of verified tasks, where the settings name one",
    "solve": "play each verified task and judge the attempts",
    "dedup": "find tasks that repeat others",
    "difficulty": "measure how hard tasks are, and which of them the baseline solvers reach",
    "score": "compute the diversity metrics",
    "select": "choose the rows of a release",
}


def add_verbs(verbs: Verbs) -> None:
    run = verbs.add(
        "run",
        "run all stages, from the draws to the selection",
        run_all,
        "Run again to go on where the store ends; what is done is not done twice.",
    )
    add_run_options(run)
    run.add_argument(
        "--until", metavar="STAGE", choices=STAGES, default=STAGES[-1], help=f"last of {', '.join(STAGES)}"
    )
    for stage in STAGES:
        if stage in WHAT:
            parser = verbs.add(stage, WHAT[stage], run_one, "What is left of this one stage.")
            parser.set_defaults(stage=stage)
            add_run_options(parser)


def run_all(options: Invocation) -> int:
    """`run`"""
    from builder.stages.run import run

    settings, store = settings_of(options), store_of(options)
    with showing() as on_progress:
        report = run(
            settings,
            store,
            until=options.until,
            fresh=options.fresh,
            on_progress=on_progress,
            resume=options.resume,
        )
    print_report(report, store)
    return TOO_MANY_FAILURES if report.too_many_failures else 0


def run_one(options: Invocation) -> int:
    """A stage by its name."""
    from builder.stages.run import report, run_stage
    from builder.stages.session import Session

    settings, store = settings_of(options), store_of(options)
    with (
        showing() as on_progress,
        Session(settings, store, fresh=options.fresh, on_progress=on_progress, resume=options.resume) as session,
    ):
        progress = run_stage(session, options.stage)
        made = report(session.store, settings)
    refused = f", {progress.failed:,} of them refused" if progress.failed else ""
    print(f"{options.stage}: {progress.done:,} done now{refused}; {store}")
    return TOO_MANY_FAILURES if options.stage == "verify" and made.too_many_failures else 0


def print_report(report: Report, store: Path) -> None:
    """The funnel, and what the store holds."""
    print("\n".join(report.lines()))
    print(f"{store}: " + ", ".join(f"{count:,} {what}" for what, count in report.totals.items()))
    if report.too_many_failures:
        print(
            f"{report.failure_share:.0%} of the draws gave no verified task; the settings allow "
            f"{report.allowed_failures:.0%} (allowed_failures)."
        )

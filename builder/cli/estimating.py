"""`estimate`: what a run with models will cost, from a pilot."""

from __future__ import annotations

from pathlib import Path

from builder.cli.choosing import FOLDER, settings_of
from builder.cli.parser import Invocation, Verbs, add_run_options, positive
from builder.cli.progress import showing


def add_verbs(verbs: Verbs) -> None:
    parser = verbs.add(
        "estimate",
        "run a pilot with the models of the settings, and predict what the whole run costs",
        run,
        "The pilot has a store of its own. Run again to go on with it.",
    )
    add_run_options(parser)
    parser.add_argument(
        "--draws", metavar="N", type=positive, default=20, help="draws of the pilot (default: %(default)s)"
    )


def run(options: Invocation) -> int:
    """`estimate`"""
    from builder.settings import DEFAULT_PROFILE
    from builder.stages.estimate import estimate

    name = options.settings.stem if options.settings is not None else options.profile or DEFAULT_PROFILE
    store = options.store if options.store is not None else FOLDER / f"{name}-pilot-{options.draws}.duckdb"
    with showing() as on_progress:
        made = estimate(
            settings_of(options), Path(store), options.draws, on_progress=on_progress, resume=options.resume
        )
    print("\n".join(made.lines()))
    return 0

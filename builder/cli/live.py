"""`tools drift`, and what commands that call services share."""

from __future__ import annotations

import os
from argparse import ArgumentParser
from pathlib import Path
from typing import TYPE_CHECKING

from builder.cli.choosing import cache_of, pool_of, root_and_inside, settings_of
from builder.cli.output import print_json, shorten
from builder.cli.parser import Invocation, Verbs, add_settings

if TYPE_CHECKING:
    from builder.tools.http.options import LiveOptions, Mode

CHANGED, NOT_ASKED = 1, 3
"""Exit codes of `tools drift`: an answer changed; none did, but some calls got no answer."""

SHOWN = 160
"""Characters of a value in a line."""


def add_live(parser: ArgumentParser) -> None:
    """Options of commands that call services: the settings' table [live], and who calls."""
    add_settings(parser)
    parser.add_argument(
        "--contact", metavar="C", help="mail or web address that services are told (default: live.contact)"
    )


def live_of(options: Invocation, mode: Mode) -> LiveOptions:
    """How the options let services be called."""
    from dataclasses import replace

    from builder.stages.live import live_options

    found = live_options(settings_of(options), os.environ)
    return replace(found, mode=mode, contact=options.contact or found.contact)


def add_drift(group: Verbs) -> ArgumentParser:
    drift = group.add(
        "drift",
        "call live tools again, and report which recorded answers changed",
        run_drift,
        "Exits with 1 when an answer changed, with 3 when none did but some calls got no answer.",
    )
    drift.add_argument("path", metavar="PATH", type=Path, nargs="?", help="a folder or file of specs (default: all)")
    drift.add_argument(
        "--release",
        metavar="DIR",
        type=Path,
        help="ask for the tools of this release alone, and for every call that its tasks rest on",
    )
    drift.add_argument(
        "--out", metavar="FILE", type=Path, help="write what changed, for `release --previous DIR --drift FILE`"
    )
    add_live(drift)
    return drift


def run_drift(options: Invocation) -> int:
    """`tools drift`"""
    from dataclasses import asdict

    from builder.stages.drifted import ask_again, write_drift

    root, inside = root_and_inside(options)
    found = ask_again(pool_of(options, root), live_of(options, "live"), inside, options.release)
    if options.out is not None:
        write_drift(options.out, found.to_file())
    code = CHANGED if found.changed else NOT_ASKED if found.failed else 0
    if options.json:
        print_json(asdict(found))
        return code
    for what, calls in (("changed", found.changed), ("not asked", found.failed)):
        for one in calls:
            print(f"{what}: {one.tool} {shorten(str(one.arguments), SHOWN)}")
            recorded, now = shorten(str(one.recorded), SHOWN), shorten(str(one.found), SHOWN)
            print(f"    {one.field}: recorded{f' on {one.date}' if one.date else ''} {recorded}, found {now}")
    print(f"{found.calls} calls: {len(found.changed)} changed, {len(found.failed)} not asked")
    return code


def run_check_live(options: Invocation) -> int:
    """`tools check --live`"""
    from builder.tools.http.checking import check_live

    root, inside = root_and_inside(options)
    found = check_live(root, cache_of(), live_of(options, "record"), inside)
    if options.json:
        print_json(
            {
                "working": found.working,
                "problems": [str(problem) for problem in found.problems],
                "changed": [str(path) for path in found.changed],
            }
        )
        return 1 if found.problems else 0
    for problem in found.problems:
        print(problem)
    for path in found.changed:
        print(f"wrote {path}")
    failed = len({problem.file for problem in found.problems})
    print(f"{len(found.working)} live tools work" + (f", {failed} do not" if failed else ""))
    return 1 if found.problems else 0

"""`diff` and `publish`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from builder.cli.output import print_json
from builder.cli.parser import Invocation, Verbs, add_json

if TYPE_CHECKING:
    from pathlib import Path


def add_verbs(verbs: Verbs) -> None:
    diff = verbs.add(
        "diff",
        "say what changed between two releases: ids with reasons, figures, tools, new bytes",
        run_diff,
        "--json lists every id; the text is that of a changelog.",
    )
    diff.add_argument("before", metavar="A", type=_path, help="folder of a release")
    diff.add_argument("after", metavar="B", type=_path, help="folder of a later one")
    add_json(diff)


def _path(text: str) -> Path:
    from pathlib import Path

    return Path(text)


def run_diff(options: Invocation) -> int:
    """`diff`"""
    from builder.hub.changelog import section
    from builder.stages.diff import diff

    found = diff(options.before, options.after)
    if options.json:
        print_json(found.model_dump(mode="json"))
    else:
        print(section(found), end="")
    return 0

"""`near`: tasks of a release that are worded nearly as those of earlier ones."""

from __future__ import annotations

from pathlib import Path

from builder.cli.output import print_json, table
from builder.cli.parser import Invocation, Verbs, add_json


def add_verbs(verbs: Verbs) -> None:
    parser = verbs.add(
        "near",
        "show tasks of a release that are worded nearly as those of earlier ones",
        run_near,
        "Words alone prove no repetition: `release --earlier` drops what repeats. See docs/diversity/dedup.md.",
    )
    parser.add_argument("release", metavar="DIR", type=Path, help="release folder")
    parser.add_argument("--index", metavar="DIR", type=Path, required=True, help="folder of the index")
    parser.add_argument("--add", action="store_true", help="add its tasks to the index afterwards")
    add_json(parser)


def run_near(options: Invocation) -> int:
    """`near`"""
    from builder.stages.index import near_earlier

    found = near_earlier(options.release, options.index, options.add)
    if options.json:
        print_json([{"task": task, "earlier": earlier, "similarity": score} for task, earlier, score in found.pairs])
        return 0
    near = len({task for task, _, _ in found.pairs})
    told = f"{near:,} of {found.tasks:,} tasks are worded nearly as one of {found.known:,} earlier texts"
    if options.add:
        told += f"; {found.added:,} texts were added"
    print("\n".join([*table([(task, earlier, f"{score:.3f}") for task, earlier, score in found.pairs]), told]))
    return 0

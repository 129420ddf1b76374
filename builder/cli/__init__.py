"""The command line: parse, call one public function, print."""

from __future__ import annotations

import argparse
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Entry point of `dive-builder`."""
    parser = argparse.ArgumentParser(prog="dive-builder")
    verbs = parser.add_subparsers(required=True)
    exemplars = verbs.add_parser("exemplars").add_subparsers(required=True)
    trial = exemplars.add_parser("try")
    trial.add_argument("exemplar")
    trial.add_argument("-n", "--count", type=int, default=10)
    trial.add_argument("--seed", type=int, default=1)
    trial.add_argument("-v", "--verbose", action="store_true")
    trial.add_argument("--specs", default="tool_specs")
    from builder.cli.exemplars import run_try

    trial.set_defaults(run=run_try)
    parsed = parser.parse_args(arguments)
    return int(parsed.run(parsed))

"""Compare values of our source tables with second sources, and write docs/readings/second_sources.md.

    python -m tests.second_sources [--seed N] [--draws N] [--only WORDS] [--page PATH]

`make second-sources` runs it where all packages are. It fails when a drawn value differs and nobody has followed that
up. With --draws or --only it prints what it finds and writes no page unless --page says where.
"""

from __future__ import annotations

import argparse
import os
import sys
import warnings
from collections.abc import Sequence
from pathlib import Path

from builder.resources import tool_specs_dir
from builder.tools.pool import ToolPool
from builder.tools.tables import TableCache, default_cache_folder
from tests.second_sources import academic, biological, financial, general, medical
from tests.second_sources.comparing import Comparison, compare
from tests.second_sources.page import line, page

COMPARISONS: tuple[Comparison, ...] = (
    *academic.COMPARISONS,
    *biological.COMPARISONS,
    *financial.COMPARISONS,
    *general.COMPARISONS,
    *medical.COMPARISONS,
)
PAGE = Path(__file__).parents[2] / "docs" / "readings" / "second_sources.md"
SEED = 20261127


def main(words: Sequence[str], environ: dict[str, str]) -> int:
    """Exit status: 1 when a difference is open."""
    asked = _parser().parse_args(words)
    # Old packages warn of what they import; none of it is about values.
    warnings.simplefilter("ignore")
    # Tools whose data may not be released are right or wrong like all others.
    pool = ToolPool(tool_specs_dir(), TableCache(default_cache_folder(environ)), restricted=True)
    chosen = [comparison for comparison in COMPARISONS if (asked.only or "") in comparison.name]
    if not chosen:
        sys.exit(f"no comparison has {asked.only!r} in its name")
    outcomes = []
    for comparison in chosen:
        outcome = compare(comparison, pool, asked.seed, asked.draws)
        outcomes.append(outcome)
        print(line(outcome), flush=True)
        for pair in outcome.open:
            print(f"    open: {pair.key}: ours {pair.ours!r}, theirs {pair.theirs!r}")
    whole = asked.draws is None and asked.only is None
    if target := asked.page or (PAGE if whole else None):
        target.write_text(page(outcomes, asked.seed), encoding="utf-8", newline="\n")
    return int(any(outcome.open for outcome in outcomes))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.second_sources", description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=SEED, help=f"of the draws ({SEED})")
    parser.add_argument("--draws", type=int, help="values of each comparison, 0 for all of them")
    parser.add_argument("--only", help="comparisons with these words in their name")
    parser.add_argument("--page", type=Path, help="where the page goes")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], dict(os.environ)))

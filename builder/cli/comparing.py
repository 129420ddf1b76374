"""`report --compare` and `report --html`: datasets side by side, and the report as a page."""

from __future__ import annotations

from argparse import ArgumentParser
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from builder.cli.choosing import pool_of, store_of
from builder.cli.output import print_json, table
from builder.cli.parser import Invocation, positive
from builder.errors import SettingsError

if TYPE_CHECKING:
    from builder.stages.compare import Comparison


def add_options(parser: ArgumentParser) -> None:
    """What `report` takes besides a store."""
    parser.add_argument(
        "--compare",
        metavar="PATH",
        type=Path,
        nargs="+",
        help="score stores (.duckdb), releases, and JSONL, JSON or Parquet data in the formats of OpenAI messages, "
        "Toucan, xLAM, ToolACE and APIGen-MT side by side",
    )
    parser.add_argument(
        "--size", metavar="N", type=positive, help="compare at N tasks (default: as many as the smallest has)"
    )
    parser.add_argument(
        "--scope",
        metavar="S",
        default=None,
        help="which tasks of stores and releases to compare: pool, sft or rl (default: pool)",
    )
    parser.add_argument("--html", metavar="FILE", type=Path, help="write the report as one page for a browser")


def run(options: Invocation) -> int:
    """`report --compare`, `report --html`, or both."""
    from builder.resources import tool_specs_dir
    from builder.stages.compare import compare
    from builder.stages.page import page
    from builder.stages.patterning import labels_of

    if options.compare is None and (options.size is not None or options.scope is not None):
        raise SettingsError("--size and --scope say how to compare: name data with --compare, or leave them out")
    comparison = None
    if options.compare is not None:
        labels = cache(lambda: labels_of(pool_of(options, tool_specs_dir())))
        comparison = compare(options.compare, labels, options.scope or "pool", options.size)
    if options.html is not None:
        options.html.write_text(page(store_of(options), comparison), encoding="utf-8")
        print(f"{options.html}: the report of {store_of(options)}")
        return 0
    assert comparison is not None
    if options.json:
        print_json(_json(comparison))
    else:
        print("\n".join(lines(comparison)))
    return 0


def lines(comparison: Comparison) -> list[str]:
    """One line per metric: for each dataset what to expect at the common size, with its interval, and the whole."""
    rows: list[list[object]] = [["", *(side.name for side in comparison.sides)]]
    rows.append(["tasks", *(f"{side.tasks:,}" for side in comparison.sides)])
    rows.append(["repeats left out", *(f"{side.repeats:,}" for side in comparison.sides)])
    for metric in comparison.metrics:
        cells = []
        for figures in comparison.figures:
            found = figures.get(metric)
            cells.append(
                "-"
                if found is None
                else f"{found.at_size:,.4g} [{found.low:,.4g}, {found.high:,.4g}] {found.whole:,.6g}"
            )
        rows.append([metric, *cells])
    count = len(comparison.sides)
    return [
        *table(rows, right=range(1, count + 1)),
        "",
        f"Each: to expect of {comparison.size:,} tasks [interval], then of all. - : the format does not tell.",
        "See docs/diversity/compare.md for what an interval is, and for what compares.",
    ]


def _json(comparison: Comparison) -> dict[str, object]:
    return {
        "size": comparison.size,
        "datasets": [
            {
                "name": side.name,
                "scope": side.scope,
                "tasks": side.tasks,
                "repeats": side.repeats,
                "metrics": [asdict(figure) for figure in figures.values()],
            }
            for side, figures in zip(comparison.sides, comparison.figures, strict=True)
        ],
    }

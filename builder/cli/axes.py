"""`axes`: subsets of one pool that differ in one thing only."""

from __future__ import annotations

from pathlib import Path

from builder.cli.choosing import settings_of, store_of
from builder.cli.output import print_json, table
from builder.cli.parser import Invocation, Verbs, add_json, add_settings


def add_verbs(verbs: Verbs) -> None:
    parser = verbs.add(
        "axes",
        "write subsets of a store that differ in one thing only: tasks, toolsets, tools, or both",
        run_axes,
        "One set of held-out tests for all. A toolset is here the set of tools that a task calls. What the pool is "
        "short of is said, and by how much.",
    )
    add_settings(parser)
    parser.add_argument("--store", metavar="PATH", type=Path, help="the store (default: .dive/<profile>.duckdb here)")
    parser.add_argument("--out", metavar="DIR", type=Path, required=True, help="folder for the subsets")
    for name in ("tools", "toolsets", "tasks"):
        parser.add_argument(f"--{name}", metavar="N", type=int, required=True, help=f"{name} of the base")
    parser.add_argument(
        "--axes", metavar="A", nargs="+", help="which of quantity, variety, pool and both (default: all)"
    )
    parser.add_argument("--factors", metavar="N", type=int, nargs="+", help="how far each goes (default: 2 4)")
    parser.add_argument("--equal-tokens", action="store_true", help="give subsets equal tokens, not equal tasks")
    add_json(parser)


def run_axes(options: Invocation) -> int:
    """`axes`"""
    from builder.recipe.axes import AXES, FACTORS, Want
    from builder.stages.axes import axes
    from builder.stages.workbench import open_pool
    from builder.store import Store

    chosen, factors = tuple(options.axes or AXES), tuple(options.factors or FACTORS)
    want = Want(options.tools, options.toolsets, options.tasks, options.equal_tokens, chosen, factors)
    settings = settings_of(options)
    with Store.read(store_of(options)) as store:
        made = axes(store, open_pool(settings), settings, options.out, want)
    if options.json:
        print_json(made)
        return 0
    names = ["tasks", "tools", "toolsets", "tokens", "mean_calls"]
    rows: list[list[object]] = [["subset", *names]]
    rows += [[name, *(f"{row[column]:,}" for column in names)] for name, row in made["subsets"].items()]
    print("\n".join(table(rows, right=range(1, len(names) + 1))))
    print(f"{options.out}: tests of {sum(made['tests'].values()):,} rows for all")
    return 0

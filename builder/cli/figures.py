"""`tools ties`, `tools packages`, `tools values`: figures of the tool pool as a whole."""

from __future__ import annotations

from builder.cli.choosing import add_specs, pool_of
from builder.cli.output import print_json, table
from builder.cli.parser import Invocation, Verbs, add_json


def add_figures(group: Verbs) -> None:
    """Add the verbs to those of `tools`."""
    ties = group.add(
        "ties",
        "count the pairs of tools that feed each other, and name those that stand apart",
        run_ties,
        "Pairs through generic types (dates, counts, amounts of money) do not count.",
    )
    packages = group.add(
        "packages",
        "list the packages that tools run on: how many tools each serves, and its size",
        run_packages,
        "Also counted: what those packages pull in and nothing else of the builder needs.",
    )
    values = group.add("values", "count the values that entity types list, and those that may seed a task", run_values)
    for parser in (ties, packages, values):
        add_specs(parser)
        add_json(parser)


def run_ties(options: Invocation) -> int:
    """`tools ties`"""
    from dataclasses import asdict

    from builder.tools.ties import fabric

    found = fabric(pool_of(options))
    if options.json:
        print_json(asdict(found))
        return 0
    print(
        f"{found.pairs:,} pairs of producer and consumer between {found.tools} tools, {found.crossing:,} across domains"
    )
    for line in table([(f"  {name}", f"{count:,}") for name, count in found.domains.items()]):
        print(line)
    share = len(found.apart) / found.tools if found.tools else 0.0
    print(f"{len(found.apart)} tools ({share:.1%}) stand apart; * is tied through generic types")
    for tool in found.apart:
        print(f"  {tool}{' *' if tool in found.generic_only else ''}")
    return 0


def run_packages(options: Invocation) -> int:
    """`tools packages`"""
    from dataclasses import asdict

    from builder.tools.packages import package_uses

    found = package_uses(pool_of(options))
    if options.json:
        print_json([asdict(use) for use in found])
        return 0
    rows = [
        (use.name, f"{use.tools} tools, {use.share:.1%}" if use.tools else "pulled in", f"{use.size / 1e6:.1f} MB")
        for use in found
    ]
    for line in table(rows):
        print(line)
    print(f"\n{len(found)} packages, {sum(use.size for use in found) / 1e6:.0f} MB")
    return 0


def run_values(options: Invocation) -> int:
    """`tools values`"""
    from dataclasses import asdict

    from builder.tools.values import by_domain, value_counts

    found = value_counts(pool_of(options))
    if options.json:
        print_json([asdict(count) for count in found])
        return 0
    rows = [(c.domain, c.type, f"{c.listed:,} listed, {c.seeds:,} may seed") for c in [*found, *by_domain(found)]]
    for line in table(rows):
        print(line)
    return 0

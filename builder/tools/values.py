"""How many values the entity types list, and how many of them may seed a task."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from builder.tools.pool import ToolPool


@dataclass(frozen=True, slots=True)
class ValueCount:
    """Values of one entity type."""

    type: str
    domain: str
    """Domain of the table that lists the values."""
    listed: int
    """Different values that tools may take and return."""
    seeds: int
    """Those that meet the listing's `where`: they may seed a task."""


def value_counts(pool: ToolPool) -> list[ValueCount]:
    """Entity types with a listing of their own whose provider is active, sorted by domain and name."""
    found = []
    for name, kind in pool.types.items():
        if kind.listing is None or kind.listing.table.rpartition(".")[0] in pool.inactive:
            continue
        seeds = len(pool.values(kind.listing.table, kind.listing.value, kind.listing.where))
        found.append(ValueCount(name, kind.listing.table.split(".", 1)[0], len(pool.entities(name)), seeds))
    return sorted(found, key=lambda count: (count.domain, count.type))


def by_domain(counts: Sequence[ValueCount]) -> list[ValueCount]:
    """The sums of each domain, as counts of the type `*`, sorted by domain."""
    return [
        ValueCount(
            "*",
            domain,
            sum(count.listed for count in counts if count.domain == domain),
            sum(count.seeds for count in counts if count.domain == domain),
        )
        for domain in sorted({count.domain for count in counts})
    ]

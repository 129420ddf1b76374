"""Check what tables say of values: coverage of parameters, seeds and labels of entity types."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import duckdb

from builder.errors import SpecProblem
from builder.records.tools import SemanticType, ToolSpec
from builder.tools.pool import ToolPool

SHOWN = 3
"""Members of a long finding that a message names."""


class Ground:
    """Which providers' tables can be read here."""

    def __init__(self, pool: ToolPool) -> None:
        self.pool = pool
        self._failures: dict[str, str | None] = {}

    def failure(self, provider: str) -> str | None:
        """Why the provider's tables cannot be read; None when they can."""
        if provider not in self._failures:
            self._failures[provider] = self.pool.inactive.get(provider) or self._build(provider)
        return self._failures[provider]

    def _build(self, provider: str) -> str | None:
        try:
            _ = self.pool.runtime(provider).connection
        except Exception as error:
            # A table's function is the provider's own code: whatever it raises is a finding.
            return f"cannot be built: {type(error).__name__}: {error}"
        return None

    def holds(self, table: str) -> bool:
        """Whether `domain.provider.table` can be read."""
        return self.failure(table.rpartition(".")[0]) is None


def coverage_problems(ground: Ground, spec: ToolSpec) -> Iterator[SpecProblem]:
    """Coverage that names nothing, or nothing that its type lists."""
    pool, file = ground.pool, f"{spec.id.replace('.', '/')}.toml"
    for name, parameter in spec.parameters.items():
        cover, key = parameter.coverage, f"parameters.{name}.coverage"
        if cover is None or not ground.holds(cover.table):
            continue
        try:
            values = pool.values(cover.table, cover.column, cover.where)
        except duckdb.Error as error:
            first = str(error).splitlines()[0]
            yield SpecProblem(file, key, first, "name a column of the table, and SQL over its columns")
            continue
        if not values:
            yield SpecProblem(file, key, "expected some values, found none", "correct table, column or where")
            continue
        kind = pool.listing_type(parameter.type)
        if kind is None or not _readable(ground, kind):
            continue
        listed = pool.entities(parameter.type)
        if not any(value in listed for value in values):
            found = f"expected values of {parameter.type}, found {values[0]!r} and others that it does not list"
            yield SpecProblem(file, key, found, "write the column in the spelling of the type")


def listing_problems(ground: Ground, kind: SemanticType) -> Iterator[SpecProblem]:
    """A listing without seeds, or with a label that names two values where only the label is shown."""
    listing, file = kind.listing, _file_of(ground.pool, kind.name)
    if listing is None or not ground.holds(listing.table):
        return
    try:
        entities = ground.pool.entities(kind.name)
        seeds = set(ground.pool.values(listing.table, listing.value, listing.where))
    except duckdb.Error as error:
        yield SpecProblem(file, f"{kind.name}.listing", str(error).splitlines()[0], "name columns of the table")
        return
    if not seeds:
        yield SpecProblem(file, f"{kind.name}.listing", "expected seeds, found none", "correct table or where")
    # A literal that shows the value too is plain whatever its label.
    if "{value}" in kind.display:
        return
    by_label = defaultdict(list)
    for entity in entities.values():
        by_label[entity.label].append(entity.value)
    doubles = [label for label, values in by_label.items() if len(values) > 1 and not seeds.isdisjoint(values)]
    if doubles:
        some = [f"{label!r} names {', '.join(map(repr, by_label[label][:SHOWN]))}" for label in doubles[:SHOWN]]
        more = f" and {len(doubles) - SHOWN} more labels" if len(doubles) > SHOWN else ""
        problem = f"expected one value for each label, found {'; '.join(some)}{more}"
        remedy = "make labels unique, or show {value} in display as well"
        yield SpecProblem(file, f"{kind.name}.listing.label", problem, remedy)


def _readable(ground: Ground, kind: SemanticType) -> bool:
    """Whether the listing gives values; that it does not is told once, of the type."""
    assert kind.listing is not None
    if not ground.holds(kind.listing.table):
        return False
    try:
        ground.pool.entities(kind.name)
    except duckdb.Error:
        return False
    return True


def _file_of(pool: ToolPool, name: str) -> str:
    for path in sorted([pool.root / "types.toml", *(pool.root / "types").glob("*.toml")]):
        if f"[{name}]" in path.read_text(encoding="utf-8"):
            return path.relative_to(pool.root).as_posix()
    return "types.toml"

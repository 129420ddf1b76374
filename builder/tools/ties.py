"""How tools tie to each other: which field of one can be an argument of another."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from builder.errors import BuilderError
from builder.records.tools import SemanticType, ToolSpec
from builder.tools.pool import ToolPool


@dataclass(frozen=True, slots=True, order=True)
class Tie:
    """A returned field that a parameter of another tool takes."""

    producer: str
    field: str
    consumer: str
    parameter: str
    type: str
    """Semantic type of the parameter."""

    @property
    def pair(self) -> tuple[str, str]:
        return self.producer, self.consumer

    @property
    def crosses(self) -> bool:
        """Whether the two tools are of different domains."""
        return self.producer.split(".", 1)[0] != self.consumer.split(".", 1)[0]


@dataclass(frozen=True, slots=True)
class Fabric:
    """How densely the active tools of a pool are tied. Pairs are ordered (producer, consumer) and counted once."""

    tools: int
    pairs: int
    """Through types that say what a value is about; generic ones (dates, counts, amounts of money) do not count."""
    crossing: int
    """Of those pairs, the ones between two domains."""
    apart: tuple[str, ...]
    """Tools that no tool feeds and that feed none through such types, sorted."""
    generic_only: tuple[str, ...]
    """Of those, the ones that generic types tie: calculators, statistics, calendars."""
    domains: dict[str, int]
    """Pairs by `producer's domain -> consumer's domain`."""


def fabric(pool: ToolPool) -> Fabric:
    """Count the ties of the active tools."""
    pairs = {tie.pair: tie.crosses for tie in ties(pool)}
    apart = set(pool.tools) - {tool for pair in pairs for tool in pair}
    loosely = {tool for tie in _ties(pool, lambda kind: True) for tool in tie.pair}
    domains = Counter(" -> ".join(tool.split(".", 1)[0] for tool in pair) for pair in pairs)
    return Fabric(
        tools=len(pool.tools),
        pairs=len(pairs),
        crossing=sum(pairs.values()),
        apart=tuple(sorted(apart)),
        generic_only=tuple(sorted(apart & loosely)),
        domains=dict(sorted(domains.items())),
    )


def ties(pool: ToolPool) -> list[Tie]:
    """All ties of the active tools through types that are not generic, sorted.

    A field ties to a parameter of its own type or of an ancestor of it (law 1).
    """
    return _ties(pool, lambda kind: not kind.is_generic)


def _ties(pool: ToolPool, counts: Callable[[SemanticType], bool]) -> list[Tie]:
    takers: dict[str, list[tuple[str, str]]] = {}
    for tool, spec in pool.tools.items():
        for name, parameter in spec.parameters.items():
            if counts(pool.types[parameter.type]):
                takers.setdefault(parameter.type, []).append((tool, name))
    found = []
    for tool, spec in pool.tools.items():
        for field, returned in spec.returns.items():
            for kind in pool.ancestors(returned.type):
                found += [Tie(tool, field, other, name, kind) for other, name in takers.get(kind, ()) if other != tool]
    return sorted(found)


def find_tool(pool: ToolPool, name: str) -> ToolSpec:
    """A declared tool by its id, or by the name that models see. Raises BuilderError with the nearest."""
    if name in pool.declared:
        return pool.declared[name]
    by_name = {spec.name: spec for spec in pool.declared.values()}
    if name in by_name:
        return by_name[name]
    near = difflib.get_close_matches(name, [*pool.declared, *by_name], 1)
    hint = f"did you mean {near[0]}?" if near else "`dive-builder tools list` shows the ids"
    raise BuilderError(f"there is no tool {name!r} ({hint})")

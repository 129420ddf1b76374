"""How tools tie to each other: which field of one can be an argument of another."""

from __future__ import annotations

import difflib
from dataclasses import dataclass

from builder.errors import BuilderError
from builder.records.tools import ToolSpec
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


def ties(pool: ToolPool) -> list[Tie]:
    """All ties of the active tools through types that join (law 1), sorted."""
    takers: dict[str, list[tuple[str, str]]] = {}
    for tool, spec in pool.tools.items():
        for name, parameter in spec.parameters.items():
            if pool.types[parameter.type].joinable:
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

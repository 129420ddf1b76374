"""Near-clones: tools that look alike by name or schema, or give the same values for the same arguments."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import Any

from builder.errors import ToolError
from builder.identity import canonical_json
from builder.records.tools import Call, ToolSpec
from builder.tools.executor import Executor
from builder.tools.pool import ToolPool

NAME, SCHEMA, OUTPUT = 0.85, 0.8, 0.5
"""From here on a likeness is told. Values of 0.5 in common are half of what the tool says."""


@dataclass(frozen=True, slots=True)
class Clone:
    """How alike a tool is to one that was there before, each from 0 to 1."""

    tool: str
    other: str
    name: float
    schema: float
    output: float
    """Share of the tool's returned values that the other gives too, for the same arguments."""

    @property
    def told(self) -> bool:
        return self.name >= NAME or self.schema >= SCHEMA or self.output >= OUTPUT


def clones(executor: Executor, tools: frozenset[str]) -> list[Clone]:
    """Likenesses worth telling between `tools` and the rest of the pool, the closest first."""
    pool = executor.pool
    found = []
    for tool in sorted(tools & pool.tools.keys()):
        spec = pool.tools[tool]
        for other in sorted(pool.tools.keys() - tools):
            rival = pool.tools[other]
            name = difflib.SequenceMatcher(None, spec.name, rival.name).ratio()
            clone = Clone(tool, other, round(name, 2), _schema(spec, rival), _output(executor, spec, rival))
            if clone.told:
                found.append(clone)
    return sorted(found, key=lambda c: (-max(c.output, c.schema, c.name), c.tool, c.other))


def _schema(spec: ToolSpec, other: ToolSpec) -> float:
    """Jaccard likeness of what is taken and what is returned, by semantic type."""
    own, theirs = _fields(spec), _fields(other)
    return round(len(own & theirs) / len(own | theirs), 2)


def _fields(spec: ToolSpec) -> set[tuple[str, str, bool]]:
    taken = {("takes", p.type, p.many) for p in spec.parameters.values()}
    return taken | {("gives", r.type, r.many) for r in spec.returns.values()}


def _output(executor: Executor, spec: ToolSpec, other: ToolSpec) -> float:
    """Share of values in common over the working examples, where the other tool takes the same arguments."""
    pool = executor.pool
    names = _translated(pool, spec, other)
    if names is None:
        return 0.0
    same = total = 0
    for example in spec.examples:
        if example.error is not None:
            continue
        own = _values(executor, spec.id, example.arguments)
        arguments = {names[name]: value for name, value in example.arguments.items() if name in names}
        theirs = _values(executor, other.id, arguments)
        same, total = same + len(own & theirs), total + len(own)
    return round(same / total, 2) if total else 0.0


def _translated(pool: ToolPool, spec: ToolSpec, other: ToolSpec) -> dict[str, str] | None:
    """The other tool's name for each parameter, when its required ones are all of types that this tool takes."""
    wanted = {name: p for name, p in other.parameters.items() if p.required}
    names: dict[str, str] = {}
    for theirs, parameter in wanted.items():
        own = [
            name
            for name, p in spec.parameters.items()
            if name not in names and p.many == parameter.many and pool.fits(p.type, parameter.type)
        ]
        if not own:
            return None
        # Of several of one type the same name is meant; else the first.
        names[theirs if theirs in own else own[0]] = theirs
    # A bare number or date says nothing about what is computed from it.
    if all(pool.types[parameter.type].is_generic for parameter in wanted.values()):
        return None
    return names


def _values(executor: Executor, tool: str, arguments: dict[str, Any]) -> set[str]:
    """The returned values that tell something, as text; none of a call that fails."""
    try:
        result = executor.execute(Call(tool, arguments))
    except ToolError:
        return set()
    found: set[str] = set()
    for value in (result.value or {}).values():
        # Of two short lists or flags being equal nothing follows.
        if value is not None and not isinstance(value, bool) and value != []:
            found.add(canonical_json(value))
    return found - {canonical_json(value) for value in arguments.values()}

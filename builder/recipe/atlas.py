"""The type graph of a pool: which tools say what about which entities, and what can feed what."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from builder.recipe.sense import rivals
from builder.recipe.view import PoolView
from builder.records.tools import Return, ToolSpec


@dataclass(frozen=True, slots=True)
class Edge:
    """A field that a tool returns about one entity: an attribute, a relation, or a list of members."""

    tool: str
    parameter: str
    subject: str
    """Entity type of the parameter."""
    field: str
    returned: Return

    @property
    def id(self) -> str:
        """`tool#field`"""
        return f"{self.tool}#{self.field}"


class Atlas:
    """Edges of the tools that take one entity and nothing else that is required."""

    def __init__(self, view: PoolView) -> None:
        self.view = view
        self._values: dict[tuple[str, str], list[Any]] = {}
        self._about: dict[str, list[Edge]] = {}

    @cached_property
    def edges(self) -> dict[str, Edge]:
        """All edges by id, in order of tool and field."""
        found = {}
        for tool in sorted(self.view.tools):
            spec = self.view.tools[tool]
            parameter = _entity_parameter(self.view, spec)
            if parameter is None:
                continue
            for name, returned in spec.returns.items():
                edge = Edge(tool, parameter, spec.parameters[parameter].type, name, returned)
                found[edge.id] = edge
        return found

    @cached_property
    def attributes(self) -> list[Edge]:
        """Single fields with wording, trusted as answers and not kept from frames: what frames ask for."""
        return [
            e
            for e in self.edges.values()
            if not e.returned.many
            and e.returned.answerable
            and e.returned.asked
            and not e.returned.transparent
            and (e.returned.ask or e.returned.phrases)
        ]

    @cached_property
    def lists(self) -> list[Edge]:
        """Complete lists of entities with a member phrase: what fan-outs go over."""
        return [
            e
            for e in self.edges.values()
            if e.returned.many
            and e.returned.complete
            and e.returned.members
            and self.view.types[e.returned.type].kind == "entity"
        ]

    @cached_property
    def describers(self) -> dict[str, list[Edge]]:
        """By entity type: relations whose `describes` names one of its values as people would."""
        found: dict[str, list[Edge]] = defaultdict(list)
        for edge in self.edges.values():
            if edge.returned.describes and not edge.returned.many and edge.returned.type != edge.subject:
                for ancestor in self.view.ancestors(edge.returned.type):
                    found[ancestor].append(edge)
        return dict(found)

    def about(self, entity_type: str) -> list[Edge]:
        """Attributes whose tool takes a value of this entity type."""
        if entity_type not in self._about:
            self._about[entity_type] = [e for e in self.attributes if self.view.fits(entity_type, e.subject)]
        return self._about[entity_type]

    @cached_property
    def says(self) -> dict[str, frozenset[tuple[str, str]]]:
        """What each tool tells of what (law 9)."""
        return {tool: rivals(self.view, tool, self.view.declared[tool].returns) for tool in sorted(self.view.tools)}

    def values(self, tool: str, parameter: str) -> list[Any]:
        """Values that may seed a call of the tool: its coverage, inside what the type lists for seeds."""
        key = (tool, parameter)
        if key not in self._values:
            self._values[key] = self._seed_values(tool, parameter)
        return self._values[key]

    def _seed_values(self, tool: str, parameter: str) -> list[Any]:
        declared = self.view.declared[tool].parameters[parameter]
        listed = self.seeds(declared.type)
        if declared.coverage is None:
            return listed
        covered = self.view.values(declared.coverage.table, declared.coverage.column, declared.coverage.where)
        inside = set(listed)
        return [value for value in covered if value in inside]

    def seeds(self, type_name: str, where: str | None = None) -> list[Any]:
        """Values of an entity type that may seed tasks, sorted."""
        kind = self.view.listing_type(type_name)
        if kind is None or kind.listing is None:
            return []
        key = (f"type:{kind.name}", where or "")
        if key not in self._values:
            listing = kind.listing
            conditions = [f"({c})" for c in (listing.where, where) if c]
            self._values[key] = self.view.values(listing.table, listing.value, " AND ".join(conditions) or None)
        return self._values[key]

    @cached_property
    def neighbours(self) -> dict[str, list[str]]:
        """For each tool the tools that can feed it or that it can feed, through joinable types, sorted."""
        takers: dict[str, set[str]] = defaultdict(set)
        makers: dict[str, set[str]] = defaultdict(set)
        for tool, spec in self.view.tools.items():
            for parameter in spec.parameters.values():
                takers[parameter.type].add(tool)
            for returned in spec.returns.values():
                if self.view.types[returned.type].joinable:
                    for ancestor in self.view.ancestors(returned.type):
                        makers[ancestor].add(tool)
        found: dict[str, set[str]] = {tool: set() for tool in self.view.tools}
        for kind, consumers in takers.items():
            if not self.view.types[kind].joinable:
                continue
            for consumer in consumers:
                for maker in makers[kind]:
                    if maker != consumer:
                        found[consumer].add(maker)
                        found[maker].add(consumer)
        return {tool: sorted(others) for tool, others in found.items()}


def _entity_parameter(view: PoolView, spec: ToolSpec) -> str | None:
    required = [name for name, p in spec.parameters.items() if p.required]
    if len(required) != 1 or spec.parameters[required[0]].many:
        return None
    return required[0] if view.listing_type(spec.parameters[required[0]].type) is not None else None

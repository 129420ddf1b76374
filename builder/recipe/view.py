"""What the recipe may see of the tool pool. The pool itself lives a layer above."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from builder.records.exemplars import Scenario
from builder.records.tools import Provider, SemanticType, ToolSpec


class EntityView(Protocol):
    """A listed value of an entity type."""

    @property
    def value(self) -> Any: ...
    @property
    def label(self) -> str: ...
    @property
    def aliases(self) -> tuple[str, ...]: ...


class PoolView(Protocol):
    """Specs, types and listed entities; nothing that executes."""

    types: Mapping[str, SemanticType]
    providers: Mapping[str, Provider]
    declared: Mapping[str, ToolSpec]
    tools: Mapping[str, ToolSpec]
    scenarios: Mapping[str, Scenario]

    def fits(self, produced: str, wanted: str) -> bool: ...
    def ancestors(self, name: str) -> tuple[str, ...]: ...
    def listing_type(self, name: str) -> SemanticType | None: ...
    def entities(self, name: str) -> Mapping[Any, EntityView]: ...
    def values(self, table: str, column: str, where: str | None = None) -> list[Any]: ...
    def schema(self, tool: str) -> dict[str, Any]: ...

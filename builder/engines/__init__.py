"""Engines: where shards of records are worked on."""

from builder.engines.base import Engine, Failure, Item, Shard
from builder.engines.local import LocalEngine

__all__ = ["Engine", "Failure", "Item", "LocalEngine", "Shard"]

"""The store: one DuckDB file, rows only added, one writer."""

from builder.store.connection import Store
from builder.store.tables import Rows

__all__ = ["Rows", "Store"]

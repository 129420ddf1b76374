"""Reference tables: made once per machine by a provider's function, cached as Parquet, digested.

The cache key covers the provider's `functions.py`, its packages with their versions, and the table
name, so a table is rebuilt when anything it is made of changes. Its digest is over the rows, not
over the Parquet bytes: two machines agree on it whatever their Parquet writer.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from builder.identity import canonical_json, digest
from builder.records.tools import Provider

CACHE_VERSION = 1
"""Raise when the format of cached tables changes."""


class TableCache:
    """Tables of all providers under one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, provider: Provider, table: str, source_digest: str) -> Path:
        """Where the Parquet file of a table lies (or will lie)."""
        key = digest(CACHE_VERSION, [p.model_dump() for p in provider.packages], source_digest, table)
        return self.folder / f"{provider.id}.{table}-{key[:16]}.parquet"

    def ensure(
        self, provider: Provider, table: str, source_digest: str, build: Callable[[], list[dict[str, Any]]]
    ) -> tuple[Path, str]:
        """Path and digest of the table, built by `build` on first use. Safe against concurrent builders."""
        path = self.path(provider, table, source_digest)
        if not path.exists():
            rows = build()
            if not rows:
                raise ValueError(f"table {provider.id}.{table} came out empty")
            self.folder.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=self.folder, suffix=".tmp")
            os.close(handle)
            arrow = pa.Table.from_pylist(rows)
            arrow = arrow.replace_schema_metadata({"digest": digest([canonical_json(row) for row in rows])})
            pq.write_table(arrow, name)
            Path(name).replace(path)
        metadata = pq.read_schema(path).metadata or {}
        return path, metadata[b"digest"].decode()


def default_cache_folder(environ: dict[str, str]) -> Path:
    """`$DIVE_BUILDER_CACHE`, else the XDG cache folder of the user."""
    if "DIVE_BUILDER_CACHE" in environ:
        return Path(environ["DIVE_BUILDER_CACHE"])
    base = environ.get("XDG_CACHE_HOME") or str(Path(environ.get("HOME", "~")).expanduser() / ".cache")
    return Path(base) / "dive-builder" / "tables"

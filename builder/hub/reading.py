"""A release folder back to rows, a row group at a time."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from builder.hub.export import JSON_COLUMNS


def task_bodies(folder: Path) -> Iterator[dict[str, Any]]:
    """Column values of each row of `tasks` of the release in `folder`."""
    for path in sorted((folder / "tasks").glob("*.parquet")):
        yield from bodies(path)


def bodies(path: Path) -> Iterator[dict[str, Any]]:
    """Column values of each row; Json columns parsed."""
    known: dict[str, Any] = {}

    def parsed(text: str) -> Any:
        # Tool schemas repeat from row to row.
        if text not in known:
            known[text] = json.loads(text)
        return known[text]

    file = pq.ParquetFile(path)
    is_json = set(JSON_COLUMNS) <= set(file.schema_arrow.names)
    for group in range(file.num_row_groups):
        for body in file.read_row_group(group).to_pylist():
            if is_json:
                body["messages"] = [json.loads(text) for text in body["messages"]]
                body["tools"] = [parsed(text) for text in body["tools"]]
            yield body

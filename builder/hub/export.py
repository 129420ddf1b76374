"""Rows to Parquet files: the same rows give the same bytes, and every reader gets the same values back.

Page index and content-defined chunks are what the Hub's viewer and its storage work with: a version
that appends rows shares the chunks of the one before.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from builder.errors import ReleaseError
from builder.hub.chat import template_json
from builder.hub.exact import exact_json
from builder.hub.schemas import SCHEMAS, with_features
from builder.records.base import Record
from builder.records.releases import FileLimits
from builder.records.rows import SftRow

JSON_COLUMNS = ("messages", "tools")


@dataclass(slots=True)
class Split:
    """Writes one split (`sft/train`) row by row, one row group at a time, to one or more files."""

    folder: Path
    name: str
    limits: FileLimits
    groups: Mapping[str, int] = field(default_factory=dict)
    """Row group of rows in the version before; those of one stay together, and apart from new ones."""
    rows: int = 0
    _config: str = field(init=False)
    _pending: list[dict[str, Any]] = field(default_factory=list)
    _writer: pq.ParquetWriter | None = None
    _parts: list[int] = field(default_factory=list)
    """Rows of each file so far."""
    _group: int | None = None
    """Row group, in the version before, of the pending rows."""

    def __post_init__(self) -> None:
        self._config = self.name.partition("/")[0]
        (self.folder / self.name).parent.mkdir(parents=True, exist_ok=True)

    def add(self, body: dict[str, Any]) -> None:
        """Append a row: one value per column."""
        group = self.groups.get(body.get("id") or body.get("tool_id", ""))
        if self._pending and group != self._group:
            self._flush()
        self._group = group
        self.rows += 1
        self._pending.append(body)
        if len(self._pending) == self.limits.rows_per_group:
            self._flush()

    def close(self) -> dict[str, int]:
        """Finish, and name the files by their number. Returns rows by path relative to the folder."""
        if self._pending or not self._parts:
            self._flush()
        self._end_file()
        written = {}
        for number, rows in enumerate(self._parts):
            path = f"{self.name}-{number:05d}-of-{len(self._parts):05d}.parquet"
            self._part(number).rename(self.folder / path)
            written[path] = rows
        return written

    def _flush(self) -> None:
        if self._writer is None:
            self._writer = self._open()
        table = table_of(self._config, self._pending)
        self._writer.write_table(table, row_group_size=self.limits.rows_per_group)
        self._parts[-1] += table.num_rows
        self._pending = []
        if self._parts[-1] >= self.limits.rows_per_file:
            self._end_file()

    def _open(self) -> pq.ParquetWriter:
        self._parts.append(0)
        return pq.ParquetWriter(
            self._part(len(self._parts) - 1),
            with_features(SCHEMAS[self._config]),
            compression="zstd",
            compression_level=self.limits.compression_level,
            version="2.6",
            data_page_version="1.0",
            write_page_index=True,
            write_statistics=[field.name for field in SCHEMAS[self._config] if _has_range(field)],
            use_content_defined_chunking=True,
            store_schema=True,
        )

    def _end_file(self) -> None:
        if self._writer is not None:
            self._writer.close()
            self._writer = None

    def _part(self, number: int) -> Path:
        return self.folder / f"{self.name}-{number:05d}.part"


def table_of(config: str, bodies: Sequence[dict[str, Any]]) -> pa.Table:
    """A table of a config. Json columns take texts: pyarrow and datasets would null-fill structs."""
    schema = SCHEMAS[config]
    arrays = []
    for column in schema:
        values = [body[column.name] for body in bodies]
        if pa.types.is_list(column.type) and isinstance(column.type.value_type, pa.JsonType):
            arrays.append(pa.array(values, pa.list_(pa.string())).cast(column.type))
        else:
            arrays.append(pa.array(values, column.type))
    return pa.Table.from_arrays(arrays, schema=with_features(schema))


LONG = {"question", "answer", "info", "tools", "system", "description", "parameters", "returns_sample"} | {
    "calls", "derivation", "rounds", "roles",
}  # fmt: skip
"""Text columns whose least and greatest value tell nobody anything, and would be most of a footer."""


def _has_range(field: pa.Field) -> bool:
    return not pa.types.is_nested(field.type) and field.name not in LONG


def plain_body(row: Record) -> dict[str, Any]:
    """Column values of a row without Json columns."""
    return row.model_dump(mode="json", by_alias=True)


@dataclass(slots=True)
class JsonTexts:
    """Makes the Json columns of `sft`, counts rows that they cannot hold, and checks what was written."""

    left_out: Counter[str] = field(default_factory=Counter)
    _tools: dict[str, tuple[str | None, str]] = field(default_factory=dict)
    """By name, how a schema is written and how templates write it."""
    _written: dict[str, str] = field(default_factory=dict)
    """Digest of messages and tools by row id."""

    def body(self, row: SftRow) -> dict[str, Any] | None:
        """Column values of a row; None, counted, when the Json type cannot hold it exactly."""
        messages = [exact_json(message) for message in row.messages]
        pairs = [self._tool(tool) for tool in row.tools]
        tools = [written for written, _ in pairs]
        if None in messages or None in tools:
            self.left_out["a number that the Json type cannot hold"] += 1
            return None
        self._written[row.id] = _digest(map(template_json, row.messages), (text for _, text in pairs))
        plain = row.model_dump(mode="json", exclude=set(JSON_COLUMNS))
        return plain | {"messages": messages, "tools": tools}

    def check(self, path: Path) -> None:
        """Read an `sft` file back. Raises ReleaseError naming a row whose values are not those written."""
        texts: dict[str, str] = {}

        def again(text: str) -> str:
            if text not in texts:
                texts[text] = template_json(json.loads(text))
            return texts[text]

        file = pq.ParquetFile(path)
        for group in range(file.num_row_groups):
            for body in file.read_row_group(group, columns=["id", *JSON_COLUMNS]).to_pylist():
                messages = (template_json(json.loads(text)) for text in body["messages"])
                if _digest(messages, map(again, body["tools"])) != self._written[body["id"]]:
                    raise ReleaseError(f"{path.name}: row {body['id']} reads back different from what was written")

    def _tool(self, schema: dict[str, Any]) -> tuple[str | None, str]:
        name = schema["function"]["name"]
        if name not in self._tools:
            self._tools[name] = (exact_json(schema), template_json(schema))
        return self._tools[name]


def _digest(*parts: Iterable[str]) -> str:
    hasher = hashlib.sha256()
    for part in parts:
        for text in part:
            hasher.update(text.encode())
            hasher.update(b"\n")
        hasher.update(b"\0")
    return hasher.hexdigest()

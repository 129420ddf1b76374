"""Deny lists: files that hold a benchmark's texts and tool names as hashes, and nothing that could be read.

One Parquet file each, `NAME.parquet`, with the columns `kind` (exact, ngram, tool) and `hash` (64 bits, unsigned),
sorted, each pair once. The footer's key `deny_list` holds the header as JSON.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import ValidationError

from builder import sql
from builder.errors import ReleaseError
from builder.hub.manifest import file_entry
from builder.recipe.decontaminate import KINDS, WORDS, Hashed, text_hashes, tool_hashes
from builder.records.decontaminate import DenyHeader, Hit

KEY = b"deny_list"

SCHEMA = pa.schema([pa.field("kind", pa.string(), False), pa.field("hash", pa.uint64(), False)])

HASHES = pa.schema([("id", pa.string()), ("kind", pa.string()), ("hash", pa.uint64())])


@dataclass(frozen=True, slots=True)
class DenyList:
    """A file of hashes. `digest` is that of its bytes."""

    path: Path
    header: DenyHeader
    digest: str


def write_deny_list(path: Path, header: DenyHeader, hashes: Iterable[Hashed]) -> int:
    """Write a list; returns how many hashes it holds. Equal hashes give equal bytes, in whatever order they come."""
    rows = sorted(set(hashes))
    table = pa.Table.from_pydict(
        {"kind": [kind for kind, _ in rows], "hash": [value for _, value in rows]},
        schema=SCHEMA.with_metadata({KEY: header.model_dump_json().encode()}),
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(table, path, compression="zstd", use_dictionary=["kind"])
    return len(rows)


def open_deny_lists(folder: Path) -> list[DenyList]:
    """The lists of a folder, by name. Raises ReleaseError naming the file that is none."""
    paths = sorted(folder.glob("*.parquet")) if folder.is_dir() else []
    if not paths:
        raise ReleaseError(
            f"{folder}: holds no deny list (*.parquet): make one with `dive-builder decontaminate hash`, or "
            "correct `decontaminate.lists`"
        )
    lists = [_open(path) for path in paths]
    names = [each.header.name for each in lists]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ReleaseError(f"{folder}: two files hold the list {twice[0]} (keep one of them)")
    return lists


def _open(path: Path) -> DenyList:
    remedy = "(make it again with `dive-builder decontaminate hash`)"
    try:
        schema = pq.read_schema(path)
        header = DenyHeader.model_validate_json((schema.metadata or {}).get(KEY, b"null"))
    except (pa.ArrowException, OSError, ValidationError) as error:
        raise ReleaseError(f"{path}: is no deny list: {str(error).splitlines()[0]} {remedy}") from error
    if not schema.equals(SCHEMA, check_metadata=False):
        raise ReleaseError(f"{path}: its columns are {schema.names}, not kind and hash {remedy}")
    if header.words != WORDS:
        raise ReleaseError(f"{path}: its runs have {header.words} words, and {WORDS} are compared {remedy}")
    return DenyList(path, header, file_entry(path, None).sha256)


def text_hits(lists: Iterable[DenyList], texts: Iterable[tuple[str, str]]) -> list[Hit]:
    """Ids of `texts` (id, text) that share a whole text or 13 words in a row with a list."""
    return _hits(lists, ((identity, *hashed) for identity, text in texts for hashed in text_hashes(text)))


def tool_hits(lists: Iterable[DenyList], names: Iterable[str]) -> list[Hit]:
    """Tool names that a benchmark has too."""
    return _hits(lists, ((name, *hashed) for name in names for hashed in tool_hashes(name)))


def _hits(lists: Iterable[DenyList], hashed: Iterable[tuple[str, str, int]]) -> list[Hit]:
    with duckdb.connect(":memory:", config={"threads": 2}) as connection:
        connection.register("hashed", _table(hashed))
        found = []
        for each in lists:
            rows = connection.execute(sql.load("decontaminate/hits"), {"path": str(each.path)}).fetchall()
            found += [Hit(id=identity, benchmark=each.header.name, kind=kind) for identity, kind in rows]
    return sorted(found, key=lambda hit: (hit.id, hit.benchmark, KINDS.index(hit.kind)))


def _table(hashed: Iterable[tuple[str, str, int]]) -> pa.Table:
    ids, kinds, hashes = list[str](), list[str](), list[int]()
    for identity, kind, value in hashed:
        ids.append(identity)
        kinds.append(kind)
        hashes.append(value)
    return pa.table({"id": ids, "kind": kinds, "hash": hashes}, schema=HASHES)


def read_texts(path: Path, columns: Iterable[str]) -> Iterator[str]:
    """Values of some columns of a JSONL or Parquet file, row by row; lists are walked, other values left out.

    Raises ReleaseError for a column that is not there, or a line that is no JSON.
    """
    wanted = list(columns)
    if not wanted:
        return
    for number, row in enumerate(_rows(path), 1):
        for column in wanted:
            if column not in row:
                there = ", ".join(sorted(row)) or "none"
                raise ReleaseError(f"{path}: row {number}: there is no column {column!r} (there: {there})")
            yield from _texts(row[column])


def _rows(path: Path) -> Iterator[dict[str, object]]:
    if path.suffix == ".parquet":
        try:
            file = pq.ParquetFile(path)
        except pa.ArrowException as error:
            raise ReleaseError(f"{path}: is no Parquet: {str(error).splitlines()[0]} (give a sound copy)") from error
        for group in range(file.num_row_groups):
            yield from file.read_row_group(group).to_pylist()
        return
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
            except ValueError as error:
                raise ReleaseError(f"{path}: line {number} is no JSON: {error} (give JSONL or Parquet)") from error
            if not isinstance(row, dict):
                raise ReleaseError(f"{path}: line {number} is no JSON object (one object per line is expected)")
            yield row


def _texts(value: object) -> Iterator[str]:
    """Strings in a value: itself, or those of a list; of chat messages and tool schemas the content and the name."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)
    elif isinstance(value, dict):
        for key in ("content", "name", "function"):
            if key in value:
                yield from _texts(value[key])

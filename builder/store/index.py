"""An index of texts as a folder with a file for each time that texts were added.

Files are numbered, and never written again. Each is Arrow IPC, one row with a list for each column, and the schema's
key `index` holds the rules as JSON. A file is mapped into memory, so that only what is looked at is read.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from builder.errors import StoreError
from builder.recipe.hashed import Sets
from builder.recipe.index import Index, Part, Rules
from builder.recipe.sketches import BANDS
from builder.store.failures import explained

KEY = b"index"

SCHEMA = pa.schema(
    [
        pa.field(name, pa.large_list(pa.field("item", kind, False)), False)
        for name, kind in {
            "ids": pa.large_string(),
            "digests": pa.uint64(),
            "pair_starts": pa.int64(),
            "pairs": pa.uint64(),
            "anchor_starts": pa.int64(),
            "anchors": pa.uint64(),
            "bands": pa.uint32(),
            "blind": pa.uint8(),
            "common": pa.uint64(),
        }.items()
    ]
)


def open_index(folder: Path, rules: Rules | None = None) -> Index:
    """The index in a folder; an empty one where there is none.

    Raises StoreError for a file that is none of an index, or was made by other rules.
    """
    index = Index(rules or Rules())
    with explained(folder):
        paths = sorted(folder.glob("*.arrow"))
    for number, path in enumerate(paths):
        if path.name != _name(number):
            raise StoreError(f"{folder}: {_name(number)} is missing (take a sound copy of the index, or make it again)")
        index.parts.append(_read(path, index.rules))
    return index


def add_texts(folder: Path, index: Index, ids: Sequence[str], texts: Sequence[str]) -> int:
    """Add texts to the index that was opened from a folder, and keep them there; how many were new.

    Raises StoreError when another process has added to the folder since, or it cannot be written; `index` is to be
    opened again then.
    """
    number, part = len(index.parts), index.add(ids, texts)
    if not len(part):
        return 0
    row = pa.RecordBatch.from_arrays(_lists(part), schema=_schema(index.rules))
    with explained(folder):
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder) as beside:
            whole = Path(beside) / _name(number)
            with pa.OSFile(str(whole), "wb") as file, pa.ipc.new_file(file, row.schema) as writer:
                writer.write_batch(row)
            try:
                # A link fails where a file is; a new name would take its place.
                os.link(whole, folder / whole.name)
            except FileExistsError:
                raise StoreError(f"{folder}: another process has added texts (open it again, and add then)") from None
    return len(part)


def _name(number: int) -> str:
    return f"{number:06d}.arrow"


def _schema(rules: Rules) -> pa.Schema:
    return SCHEMA.with_metadata({KEY: json.dumps(asdict(rules)).encode()})


def _lists(part: Part) -> list[pa.Array]:
    columns: list[Any] = [
        part.ids, part.digests, part.pairs.starts, part.pairs.keys, part.anchors.starts, part.anchors.keys,
        part.bands.reshape(-1), part.blind.astype(np.uint8), part.common,
    ]  # fmt: skip
    return [
        pa.LargeListArray.from_arrays(pa.array([0, len(column)], pa.int64()), pa.array(column, field.type.value_type))
        for column, field in zip(columns, SCHEMA, strict=True)
    ]


def _read(path: Path, rules: Rules) -> Part:
    remedy = "(open it with the same rules, or make the index again)"
    with explained(path):
        try:
            table = pa.ipc.open_file(pa.memory_map(str(path))).read_all()
            made = Rules(**json.loads((table.schema.metadata or {}).get(KEY, b"null")))
        except (pa.ArrowException, TypeError, ValueError) as error:
            raise StoreError(f"{path}: is no part of an index: {str(error).splitlines()[0]}") from error
    if made != rules:
        raise StoreError(f"{path}: was made by {made}, not {rules} {remedy}")
    if not table.schema.equals(SCHEMA) or table.num_rows != 1:
        raise StoreError(f"{path}: has the columns {table.schema.names} in {table.num_rows} rows {remedy}")
    ids, *lists = (column.chunk(0).values for column in table.columns)
    digests, pair_starts, pairs, anchor_starts, anchors, bands, blind, common = (each.to_numpy() for each in lists)
    return Part(
        ids=ids, digests=digests, pairs=Sets(pair_starts, pairs), anchors=Sets(anchor_starts, anchors),
        bands=bands.reshape(BANDS, -1), blind=blind.astype(np.bool_), common=common,
    )  # fmt: skip

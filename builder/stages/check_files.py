"""Check the files of a release: all there, none too many, none altered, each with its config's schema."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from builder.hub.manifest import FILE, file_entry, split_of
from builder.hub.schemas import SCHEMAS
from builder.records.releases import Manifest, Problem


def check_files(folder: Path, manifest: Manifest) -> list[Problem]:
    """Problems of the files of `folder` against its manifest; each names its file."""
    found = [Problem(where=path, row="", reason=reason) for path, reason in _differences(folder, manifest)]
    for path in sorted(manifest.files):
        if split_of(path) is not None and (folder / path).is_file():
            reason = parquet_problem(folder / path, manifest.files[path].rows)
            if reason is not None:
                found.append(Problem(where=path, row="", reason=reason))
    return found


def _differences(folder: Path, manifest: Manifest) -> Iterator[tuple[str, str]]:
    for path, entry in sorted(manifest.files.items()):
        file = folder / path
        # A path that leads out of the folder is none of the release's, whatever the manifest says.
        if not file.resolve().is_relative_to(folder.resolve()):
            yield path, "leads out of the release"
        elif not file.is_file():
            yield path, "is missing"
        else:
            there = file_entry(file, entry.rows)
            if there.bytes != entry.bytes:
                yield path, f"has {there.bytes} bytes, the manifest says {entry.bytes}"
            elif there.sha256 != entry.sha256:
                yield path, "was altered: its digest is not that of the manifest"
    known = {*manifest.files, FILE}
    for file in sorted(folder.rglob("*")):
        path = file.relative_to(folder).as_posix()
        # What a download or a checkout leaves beside the files is no part of the release.
        if file.is_file() and path not in known and not path.startswith("."):
            yield path, "is not in the manifest"


def parquet_problem(path: Path, rows: int | None) -> str | None:
    """Why a Parquet file is not what its config holds; None when it is."""
    config = path.parent.name
    try:
        # Pages and not the footer alone: a flipped byte may lie in any of them.
        with pq.ParquetFile(path) as file:
            schema, there = (
                file.schema_arrow,
                sum(file.read_row_group(group).num_rows for group in range(file.num_row_groups)),
            )
    except (pa.ArrowException, OSError) as error:
        return f"cannot be read as Parquet: {str(error).splitlines()[0]}"
    if not schema.equals(SCHEMAS[config], check_metadata=False):
        return f"its columns are not those of the config {config}"
    if rows is not None and there != rows:
        return f"holds {there} rows, the manifest says {rows}"
    return None


def sound_configs(folder: Path, problems: Iterable[Problem]) -> set[str]:
    """Configs whose rows can be looked at: there, and every file of them readable with the right columns."""
    unsound = {problem.where.split("/", 1)[0] for problem in problems if _is_unreadable(folder, problem)}
    return {config for config in SCHEMAS if any((folder / config).glob("*.parquet"))} - unsound


def _is_unreadable(folder: Path, problem: Problem) -> bool:
    path = folder / problem.where
    in_config = problem.where.split("/", 1)[0] in SCHEMAS and path.suffix == ".parquet"
    return in_config and path.is_file() and parquet_problem(path, None) is not None

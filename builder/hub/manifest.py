"""`manifest.json`: what belongs to a release, what it was made from; and how a folder is known as ours."""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from builder.errors import ReleaseError
from builder.hub.rows import PoolFacts
from builder.identity import digest
from builder.records.releases import FileEntry, Lock, Manifest, ReleaseDefinition, ToolEntry

FILE = "manifest.json"

LIBRARIES = (
    "babel", "datasets", "dashscope", "duckdb", "fastjsonschema", "huggingface-hub", "inflect", "numpy",
    "pandas", "pyarrow", "pydantic", "tiktoken",
)  # fmt: skip
"""Packages besides the providers' own on which the bytes of a release may depend."""


@dataclass(frozen=True, slots=True)
class Made:
    """What a release was made from, beside its tools."""

    fingerprint: str
    """That of the store."""
    settings: Mapping[str, Any]
    """Those that affect data."""
    deny_lists: Mapping[str, str]


def build_manifest(
    definition: ReleaseDefinition,
    files: Mapping[str, FileEntry],
    made: Made,
    pool: PoolFacts,
    tools: Iterable[str],
) -> Manifest:
    """The manifest of a first version; `tools` are ids."""
    return Manifest(
        name=definition.name,
        version=definition.version,
        builder=importlib.metadata.version("dive-builder"),
        fingerprint=made.fingerprint,
        files=dict(sorted(files.items())),
        settings=dict(sorted(made.settings.items())),
        lock=lock(pool, tools),
        tools={tool: tool_entry(pool, tool) for tool in sorted(tools)},
        deny_lists=dict(sorted(made.deny_lists.items())),
        parent=None,
    )


def tool_entry(pool: PoolFacts, tool: str) -> ToolEntry:
    """What a tool's results depend on here and now."""
    provider = pool.providers[pool.declared[tool].provider]
    return ToolEntry(
        spec=pool.executable_digest(tool),
        source=provider.source,
        packages=tuple(f"{package.name}=={package.version}" for package in provider.packages),
        data_date=provider.data_date,
        licence=provider.data_licence,
    )


def lock(pool: PoolFacts, tools: Iterable[str]) -> Lock:
    """Versions of the libraries and of the packages behind `tools`, and their digest."""
    providers = {pool.declared[tool].provider for tool in tools}
    packages = {p.name: p.version for name in providers for p in pool.providers[name].packages}
    for name in LIBRARIES:
        packages[name] = importlib.metadata.version(name)
    ordered = dict(sorted(packages.items()))
    return Lock(digest=digest(ordered), packages=ordered)


def file_entry(path: Path, rows: int | None) -> FileEntry:
    """Digest and size of a file as it lies there."""
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    return FileEntry(sha256=sha256, rows=rows, bytes=path.stat().st_size)


def content_digest(files: Mapping[str, FileEntry]) -> str:
    """Digest over all rows of a release: its Parquet files by path. What the card prints."""
    return digest({path: entry.sha256 for path, entry in sorted(files.items()) if path.endswith(".parquet")})


def manifest_text(manifest: Manifest) -> str:
    """The file's text; keys in a fixed order, so equal releases have equal manifests."""
    return json.dumps(manifest.model_dump(mode="json"), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def read_manifest(folder: Path) -> Manifest:
    """Manifest of a release folder. Raises ReleaseError when the folder is not a release."""
    path = folder / FILE
    if not folder.is_dir():
        raise ReleaseError(f"{folder} is no folder: build one with `dive-builder release`, or correct the path")
    if not path.is_file():
        raise ReleaseError(f"{folder} holds no {FILE}, so it is not a release of dive-builder: name another folder")
    try:
        return Manifest.model_validate_json(path.read_text(encoding="utf-8"))
    except (ValidationError, UnicodeDecodeError) as error:
        first = error.errors()[0] if isinstance(error, ValidationError) else {"loc": (), "msg": str(error)}
        where = ".".join(str(part) for part in first["loc"]) or "the file"
        raise ReleaseError(
            f"{path}: {where}: {first['msg']} (the manifest was altered, or is of another format: build the "
            "release again)"
        ) from error


def is_ours(folder: Path) -> bool:
    """Whether a folder may be replaced: it is absent, empty, or holds a manifest that we can read."""
    if not folder.exists():
        return True
    if folder.is_dir() and not any(folder.iterdir()):
        return True
    try:
        read_manifest(folder)
    except ReleaseError:
        return False
    return True


def split_of(path: str) -> tuple[str, str] | None:
    """Config and split of a Parquet path such as `sft/train-00000-of-00001.parquet`; None for other files."""
    found = re.fullmatch(r"(\w+)/(\w+)-\d{5}-of-\d{5}\.parquet", path)
    return (found[1], found[2]) if found else None

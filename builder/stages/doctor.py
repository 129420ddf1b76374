"""Doctor: is this machine fit to build a release? One finding per question, with a remedy where it is not."""

from __future__ import annotations

import importlib.metadata
import os
import re
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from builder.stages.session import cores
from builder.tools.catalogue import catalogue
from builder.tools.tables import default_cache_folder

PYTHON = (3, 11)

FREE_GIGABYTES = 2
"""The default profile's store and release take a few hundred megabytes; a full disk stops a run."""


@dataclass(frozen=True, slots=True)
class Finding:
    """The answer to one question."""

    what: str
    ok: bool
    found: str
    remedy: str = ""


def examine(specs: Path) -> list[Finding]:
    """All findings, the cheap ones first."""
    return [_python(), _packages(), _tools(specs), _cache(default_cache_folder(dict(os.environ))), _disk(Path.cwd())]


def _python() -> Finding:
    version = ".".join(map(str, sys.version_info[:3]))
    ok = sys.version_info >= PYTHON
    wanted = ".".join(map(str, PYTHON))
    return Finding("python", ok, f"{version}, {cores()} cores", "" if ok else f"install Python {wanted} or newer")


def _packages() -> Finding:
    """Requirements of the distribution that are absent here; pinned ones of another version count."""
    try:
        required = importlib.metadata.requires("dive-builder") or []
    except importlib.metadata.PackageNotFoundError:
        return Finding(
            "packages", False, "dive-builder is not installed", "run `make env`, or pip install dive-builder"
        )
    wrong = [text for text in map(_lacking, required) if text]
    remedy = "run `make env`, or pip install the ones named" if wrong else ""
    return Finding("packages", not wrong, ", ".join(wrong) or f"{len(required)} requirements", remedy)


def _lacking(requirement: str) -> str | None:
    name, _, marker = requirement.partition(";")
    if "extra" in marker:
        return None
    found = re.match(r"[\w.\-]+", name.strip())
    if found is None:
        return None
    try:
        version = importlib.metadata.version(found[0])
    except importlib.metadata.PackageNotFoundError:
        return name.strip()
    pinned = re.search(r"==([\w.]+)", name)
    return f"{found[0]} {version}, not {pinned[1]}" if pinned and pinned[1] != version else None


def _tools(specs: Path) -> Finding:
    found = catalogue(specs)
    counts = {
        state: sum(tool.state == state for tool in found)
        for state in ("active", "missing", "restricted", "unverified", "unused", "broken")
    }
    text = ", ".join(f"{count} {state}" for state, count in counts.items() if count)
    ok = bool(counts["active"]) and not counts["broken"]
    remedy = "`dive-builder tools check` says what is wrong" if not ok else ""
    if ok and counts["missing"]:
        remedy = "`dive-builder tools list` says how to get the missing ones"
    return Finding("tools", ok, text or f"no specs in {specs}", remedy)


def _cache(folder: Path) -> Finding:
    """Reference tables are kept there; it is made on first use."""
    there = next(path for path in (folder, *folder.parents) if path.exists())
    try:
        with tempfile.TemporaryFile(dir=there):
            pass
    except OSError as error:
        remedy = "set DIVE_BUILDER_CACHE to a folder that can be written"
        return Finding("cache", False, f"{folder}: {error.strerror or error}", remedy)
    tables = len(list(folder.glob("*.parquet"))) if folder.exists() else 0
    return Finding("cache", True, f"{folder}, {tables} tables")


def _disk(folder: Path) -> Finding:
    free = shutil.disk_usage(folder).free / 1e9
    ok = free >= FREE_GIGABYTES
    remedy = "" if ok else f"free {FREE_GIGABYTES} GB, or work in another folder"
    return Finding("disk", ok, f"{free:.1f} GB free in {folder}", remedy)

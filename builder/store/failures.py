"""What DuckDB and the disk say when something is wrong, in words that say what to do."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from builder.errors import StoreError

_DISK_FULL = (
    "no space left",
    "out of space",
    "disk full",
    "not enough space",
    "disk quota",
    "file too large",
)


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turns errors of DuckDB and of the file system into StoreErrors about `path`."""
    try:
        yield
    except duckdb.Error as error:
        raise StoreError(explain(path, error)) from error
    except OSError as error:
        raise StoreError(explain(path, error)) from error


def explain(path: Path, error: duckdb.Error | OSError) -> str:
    """One message: what happened to the store at `path`, and the way on."""
    text = str(error)
    low = text.lower()
    if "could not set lock" in low or "being used by another process" in low:
        return (
            f"{path} is held by another process. Wait for it, watch it with `dive-builder status`, "
            "or name another file with --store."
        )
    if any(words in low for words in _DISK_FULL) or getattr(error, "errno", None) in (
        errno.ENOSPC,
        errno.EDQUOT,
    ):
        return (
            f"the disk of {path} is full, or a limit on file size is reached. Everything acknowledged is in "
            "the store: free space and run the same command again."
        )
    if "not a valid duckdb" in low:
        return f"{path} is no DuckDB file. Name another file with --store, or move this one away."
    if isinstance(error, PermissionError) or "permission denied" in low or "read-only" in low:
        return f"{path} cannot be written: permission denied. Name another file with --store."
    return f"{path}: {text.strip()}"

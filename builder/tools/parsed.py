"""Files that were parsed once: a worker that starts reads a thousand small files in a tenth of the time.

Kept as JSON by the digest of each file's text, so an edited file is parsed anew. It decides nothing: without the
file, or with one that cannot be read or written, all is parsed.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

PARSED_VERSION = 1
"""Raise when what is kept changes its form."""


class ParsedFiles:
    """Parsed files of one folder of specs, kept in `folder`; in memory only when that is None."""

    def __init__(self, folder: Path | None, root: Path) -> None:
        key = hashlib.sha256(str(root.resolve()).encode()).hexdigest()
        self._path = folder / f"specs-{PARSED_VERSION}-{key[:16]}.json" if folder else None
        self._kept: dict[str, dict[str, Any]] = {}
        self._used: dict[str, dict[str, Any]] = {}
        if self._path is not None:
            with contextlib.suppress(OSError, ValueError):
                self._kept = json.loads(self._path.read_text(encoding="utf-8"))

    def get(self, kind: str, text: str, parse: Callable[[str], dict[str, Any]]) -> dict[str, Any]:
        """The text parsed; nobody may change it. `kind` names the parser. Raises what `parse` raises."""
        key = hashlib.sha256(f"{kind}\n{text}".encode()).hexdigest()
        if key not in self._used:
            self._used[key] = self._kept[key] if key in self._kept else parse(text)
        return self._used[key]

    def save(self) -> None:
        """Keep what was read since, and only that; nothing is written when all of it was kept already."""
        if self._path is None or self._used.keys() <= self._kept.keys():
            return
        try:
            body = json.dumps(self._used, ensure_ascii=False)
        except TypeError:
            # A TOML date: specs write dates as strings, and `tools check` says so of the file.
            return
        # A folder that cannot be written costs time, not truth.
        with contextlib.suppress(OSError):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=self._path.parent, suffix=".tmp")
            with os.fdopen(handle, "w", encoding="utf-8") as stream:
                stream.write(body)
            Path(name).replace(self._path)

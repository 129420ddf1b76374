"""Small text files that a stranger may have written: read only where they are files, and small."""

from __future__ import annotations

from pathlib import Path

MAX_SPEC_BYTES = 262_144
"""A spec is a small file, and so are the functions of a provider; anything larger is refused before it is read."""

MAX_LIST_BYTES = 16 * 2**20
"""Of what is kept beside specs as JSON: what a server lists, what was seen to work."""


def small_text(path: Path, limit: int = MAX_SPEC_BYTES) -> str:
    """The file's text. Raises OSError, or ValueError for what is no file, too large, or not UTF-8."""
    # A pipe would be waited for, and a device read for ever.
    if path.exists() and not path.is_file():
        raise ValueError("no plain file")
    with path.open("rb") as file:
        text = file.read(limit + 1)
    if len(text) > limit:
        raise ValueError(f"larger than {limit // 1024} KiB")
    return text.decode("utf-8")

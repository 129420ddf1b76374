"""Files beside the specs: written only when their text changes."""

from __future__ import annotations

from pathlib import Path


def write_changed(path: Path, text: str) -> Path | None:
    """Write the text in UTF-8 with bare line ends, making the folder; the path when the file changed."""
    if path.is_file() and path.read_text(encoding="utf-8") == text:
        return None
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")
    return path

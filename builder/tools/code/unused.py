"""Code tools take part in draws only where a scenario calls them.

The rules collector binds values by their types, and no type says what a good program is: drawn blindly, a tool that
runs programs would be offered and never called. A scenario says what to run, and why.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from builder.tools.small_files import small_text

WHY = "no scenario calls it, and only scenarios say what to run"


def unused(root: Path, tools: Iterable[str]) -> dict[str, str]:
    """Code tools that no scenario's file names, with the reason: from its text alone, so that quick lists may ask."""
    texts = [_text(path) for path in root.glob("exemplars/*/*.toml")]
    return {tool: WHY for tool in tools if not any(f'"{tool}"' in text for text in texts)}


def _text(path: Path) -> str:
    """Empty for a file that cannot be read, of which `tools check` tells."""
    try:
        return small_text(path)
    except (OSError, ValueError):
        return ""

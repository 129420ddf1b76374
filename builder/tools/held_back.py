"""Sound tools that take part in no draw yet: live ones never seen to work, programs that no scenario runs."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path


def held_back(root: Path, kinds: Mapping[str, str]) -> dict[str, str]:
    """Tools among these, each with its kind, that wait, with what they wait for."""
    found: dict[str, str] = {}
    if live := [tool for tool, kind in kinds.items() if kind in ("http", "mcp")]:
        # Imported where there are such tools: most pools have none.
        from builder.tools.http.verified import unverified

        found |= {tool: why for tool in live if (why := unverified(root, tool)) is not None}
    if programs := [tool for tool, kind in kinds.items() if kind == "code"]:
        from builder.tools.code.unused import unused

        found |= unused(root, programs)
    return found

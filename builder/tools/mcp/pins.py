"""What a server offered when a person reviewed it: `recorded/_server.json` beside the specs of its tools.

    {"digest": "<of the tools>", "server": "pypi:mcp-server-time==2026.10.19", "tools": {"<name>": {...}}}

Descriptions and schemas are text that a server may change under a name that was trusted (a rug pull), so each session
begins by comparing all of them.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from builder.errors import SpecError, SpecProblem
from builder.identity import canonical_json, digest
from builder.recipe.injection import neutral
from builder.tools.small_files import MAX_LIST_BYTES, small_text

SERVER = "_server.json"

SHOWN = 100
"""Characters of a description or schema in a message."""

KEPT = ("title", "description", "inputSchema", "outputSchema", "annotations")
"""What is compared of a tool."""

Tools = Mapping[str, Mapping[str, Any]]
"""Tools by name, each with those of KEPT that the server gives."""


@dataclass(frozen=True, slots=True)
class Pin:
    """The reviewed list of a provider's server."""

    file: str
    """Its path below the specs."""
    server: str
    """The address that the list is of."""
    tools: Tools

    def check(self, found: Tools) -> None:
        """Raises SpecError, which stops a run, naming the first thing that the server lists otherwise now."""
        changed = difference(self.tools, found)
        if changed is not None:
            key, problem = changed
            raise SpecError(
                [SpecProblem(self.file, key, problem, "review what the server offers now (docs/mcp_tools.md)")]
            )


def pin_path(root: Path, provider: str) -> Path:
    """Where a provider's list lies."""
    return root.joinpath(*provider.split("."), "recorded", SERVER)


def pin_text(server: str, tools: Tools) -> str:
    """The file of a list."""
    body = {"digest": digest(tools), "server": server, "tools": tools}
    # In ASCII: characters that do not show would not be reviewed.
    return json.dumps(body, indent=1, sort_keys=True) + "\n"


def read_pin(root: Path, provider: str) -> Pin:
    """The list as reviewed. Raises SpecError when it is absent, or was altered by hand."""
    path = pin_path(root, provider)
    file = path.relative_to(root).as_posix()
    try:
        body = json.loads(small_text(path, MAX_LIST_BYTES))
        tools, said, server = body["tools"], body["digest"], body["server"]
        sound = digest(tools) == said
        if not isinstance(server, str) or not all(isinstance(listed, dict) for listed in tools.values()):
            raise TypeError("expected the address of a server, and a table for each tool")
    except FileNotFoundError:
        problem = "the list of tools of the server was never reviewed"
        raise SpecError([SpecProblem(file, "-", problem, "run: dive-builder tools import-mcp")]) from None
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        problem = f"cannot be read: {type(error).__name__}: {str(error)[:SHOWN]}"
        raise SpecError([SpecProblem(file, "-", problem, "take a sound copy of the file")]) from None
    if not sound:
        raise SpecError([SpecProblem(file, "digest", "the list was altered", "take a sound copy of the file")])
    return Pin(file, server, tools)


def difference(before: Tools, after: Tools) -> tuple[str, str] | None:
    """Key and words of the first thing that differs between two lists."""
    for name in sorted(before.keys() | after.keys()):
        if name not in after:
            return f"tools.{_shown(name)}", "expected the tool, found that the server no longer lists it"
        if name not in before:
            return f"tools.{_shown(name)}", "expected no such tool, found that the server lists it"
        for key in KEPT:
            old, new = before[name].get(key), after[name].get(key)
            if canonical_json(old) != canonical_json(new):
                return f"tools.{_shown(name)}.{key}", f"expected {_around(old, new)}, found {_around(new, old)}"
    return None


def _around(value: Any, other: Any) -> str:
    """The value's text where it begins to differ from the other's, harmless to read."""
    text, against = canonical_json(value), canonical_json(other)
    same = sum(1 for _ in itertools.takewhile(lambda pair: pair[0] == pair[1], zip(text, against, strict=False)))
    start = max(0, same - SHOWN // 2) if len(text) > SHOWN else 0
    return _shown(("…" if start else "") + text[start : start + SHOWN] + ("…" if start + SHOWN < len(text) else ""))


def _shown(text: str) -> str:
    return " ".join(str(neutral(text)).split())

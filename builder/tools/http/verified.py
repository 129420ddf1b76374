"""Which live tools were seen to work: `recorded/_verified.json` beside the specs, written by `tools check --live`.

    {"<tool>": {"date": "2026-11-27", "request": "<digest of what is sent and read>"}}

A tool whose request or fields changed since is unverified again; its words may change. Read by lists and pools alike,
from the raw files, so that a quick list needs no validation.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from builder.identity import digest
from builder.tools.catalogue import parse_toml
from builder.tools.mcp.pins import SERVER
from builder.tools.small_files import MAX_LIST_BYTES, small_text
from builder.tools.writing import write_changed

VERIFIED = "_verified.json"

HOW = "run: dive-builder tools check --live"

_READ = ("type", "many", "nullable", "select", "convert", "received")
_GIVEN = ("type", "required", "default", "many", "enum", "sent")


def request_digest(tool: Mapping[str, Any], provider: Mapping[str, Any], listed: Any = None) -> str:
    """Digest of what a tool sends and how it reads the answer, from the tables of its file and its provider's.

    `listed` is what the provider's server was reviewed to say of it.
    """

    def parts(key: str, names: tuple[str, ...]) -> dict[str, Any]:
        bodies = tool.get(key, {})
        return {name: {part: body[part] for part in names if part in body} for name, body in bodies.items()}

    hosts = [[host.get(key) for key in ("name", "scheme", "port")] for host in provider.get("hosts", ())]
    given, read = parts("parameters", _GIVEN), parts("returns", _READ)
    asked = [tool.get("request"), given, read, hosts, provider.get("auth")]
    if "mcp" in tool:
        asked += [tool["mcp"], provider.get("server"), listed]
    # Through text: a spec may hold a date where none belongs, and that is for the checks to say.
    return digest(json.dumps(asked, sort_keys=True, default=str))


def entries(root: Path, provider: str) -> dict[str, dict[str, str]]:
    """What is verified of a provider's tools; nothing when the file is absent or broken."""
    try:
        found = json.loads(small_text(_file(root, provider), MAX_LIST_BYTES))
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def unverified(root: Path, tool: str) -> str | None:
    """Why a live tool takes part in no draw; None when it may."""
    provider, _, name = tool.rpartition(".")
    entry = entries(root, provider).get(tool)
    if not isinstance(entry, dict):
        return f"never called: {HOW}"
    try:
        current = _current(root, provider, name)
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return "its spec cannot be read: see `dive-builder tools check`"
    if entry.get("request") != current:
        return f"request or fields changed since {entry.get('date')}: {HOW}"
    return None


def mark(root: Path, tools: Mapping[str, str]) -> list[Path]:
    """Note the date on which each tool was seen to work; the files that changed."""
    changed = []
    for provider in sorted({tool.rpartition(".")[0] for tool in tools}):
        known = entries(root, provider)
        for tool, date in tools.items():
            if tool.rpartition(".")[0] == provider:
                known[tool] = {"date": date, "request": _current(root, provider, tool.rpartition(".")[2])}
        path, text = _file(root, provider), json.dumps(known, indent=1, sort_keys=True) + "\n"
        if write_changed(path, text) is not None:
            changed.append(path)
    return changed


def _current(root: Path, provider: str, name: str) -> str:
    folder = root.joinpath(*provider.split("."))
    tool, source = (parse_toml(small_text(folder / f"{n}.toml")) for n in (name, "provider"))
    if "mcp" not in tool:
        return request_digest(tool, source)
    reviewed = json.loads(small_text(folder / "recorded" / SERVER, MAX_LIST_BYTES))["tools"]
    return request_digest(tool, source, reviewed.get(tool["mcp"].get("tool")))


def _file(root: Path, provider: str) -> Path:
    return root.joinpath(*provider.split("."), "recorded", VERIFIED)

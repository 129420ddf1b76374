"""A quick look at `tool_specs/`: what there is, what is active, what is missing and how to get it.

For lists only. Nothing is validated and nothing heavy imported, and of a tool's file just the keys before its first
table are read, so it answers in a fraction of a second; a spec whose head cannot be read is listed as broken, and
`tools check` says why, and what is wrong below.
"""

from __future__ import annotations

import importlib.metadata
import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from builder.tools.held_back import held_back
from builder.tools.small_files import small_text

State = Literal["active", "missing", "restricted", "unverified", "unused", "broken"]

_LONG_KEY = re.compile(r"""(?<![\w"'\-.])(?:[\w"'\-]++[ \t]*+\.[ \t]*+){19}""")

_LONG_NUMBER = re.compile(r"0[xob][0-9A-Fa-f_]{1000}")

_TABLE = re.compile(r"^\[", re.MULTILINE)

_BROKEN = "see `dive-builder tools check`"


@dataclass(frozen=True, slots=True)
class Listed:
    """One tool of the catalogue."""

    id: str
    role: str
    kind: str
    description: str
    state: State
    remedy: str
    """How to make it active, or why it is not; empty when it is."""

    @property
    def domain(self) -> str:
        return self.id.split(".", 1)[0]

    @property
    def provider(self) -> str:
        return self.id.rpartition(".")[0]


def catalogue(root: Path) -> list[Listed]:
    """All declared tools, sorted by id."""
    found, rules = [], _toml(root / "licences.toml") or {}
    for path in sorted(root.glob("*/*/provider.toml")):
        provider = ".".join(path.parent.relative_to(root).parts)
        body = _toml(path)
        state, remedy = _state(body, rules)
        for file in sorted(path.parent.glob("*.toml")):
            if file.name != "provider.toml":
                found.append(_listed(f"{provider}.{file.stem}", _head(file), state, remedy))
    return _waiting(root, found)


def _waiting(root: Path, tools: list[Listed]) -> list[Listed]:
    """The tools; those that wait to take part in draws with what they wait for: a first call, or a scenario."""
    waits = held_back(root, {tool.id: tool.kind for tool in tools if tool.state not in ("missing", "broken")})
    return [
        replace(tool, state="unused" if tool.kind == "code" else "unverified", remedy=waits[tool.id])
        if tool.id in waits
        else tool
        for tool in tools
    ]


def rule_name(names: Iterable[str], licence: str) -> str | None:
    """The licence rule that holds: the longest name with which a data licence begins."""
    return max((name for name in names if licence.startswith(name)), key=len, default=None)


def missing(packages: Iterable[tuple[str, str]]) -> str | None:
    """What keeps a provider from being active: a package that is absent or of another version than pinned."""
    for name, version in packages:
        try:
            found = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            return f"needs {name}=={version}: pip install {name}=={version}"
        if found != version:
            return f"needs {name}=={version}, found {found}: pip install {name}=={version}"
    return None


def _state(provider: dict[str, Any] | None, rules: dict[str, Any]) -> tuple[State, str]:
    """State of a provider's tools, and what to do about it."""
    packages = provider.get("packages", []) if provider is not None else None
    if provider is None or not isinstance(packages, list):
        return "broken", _BROKEN
    if not all(isinstance(each, dict) and each.get("name") for each in packages):
        return "broken", _BROKEN
    lacking = missing((str(package.get("name")), str(package.get("version"))) for package in packages)
    if lacking is not None:
        return "missing", lacking
    licence = str(provider.get("data_licence", ""))
    name = rule_name(rules, licence)
    if provider.get("redistributable") is False or (name is not None and not rules[name].get("release", True)):
        return "restricted", f"{licence}: stays out of releases"
    return "active", ""


def _listed(identity: str, body: dict[str, Any] | None, state: State, remedy: str) -> Listed:
    if body is None:
        return Listed(identity, "-", "-", "-", "broken", _BROKEN)
    role, kind, description = (str(body.get(key, "-")) for key in ("role", "kind", "description"))
    return Listed(identity, role, kind, description, state, remedy)


def parse_toml(text: str) -> dict[str, Any]:
    """The tables of a spec's text. Raises ValueError, or RecursionError for nesting beyond reason.

    The parser takes minutes for a key of ten thousand parts, so one of more than a spec could need is not given to it.
    Nor is a number that it would read and that could not be written again.
    """
    if _LONG_KEY.search(text):
        raise ValueError("a key of 20 parts or more")
    if _LONG_NUMBER.search(text):
        raise ValueError("a number of 1,000 digits or more")
    return tomllib.loads(text)


def _head(path: Path) -> dict[str, Any] | None:
    """The keys before the first table: reading all of 500 files takes a second."""
    try:
        text = small_text(path)
        first = _TABLE.search(text)
        return parse_toml(text[: first.start()] if first else text)
    except (OSError, ValueError, RecursionError):
        # A bracket that begins a line of SQL is no table.
        return _toml(path)


def _toml(path: Path) -> dict[str, Any] | None:
    try:
        return parse_toml(small_text(path))
    except (OSError, ValueError, RecursionError):
        return None

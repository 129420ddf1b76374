"""Where proposed specs go, under which names, and the hosts that they ask. Nothing is overwritten."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from yarl import URL

from builder.errors import SettingsError
from builder.recipe.injection import neutral
from builder.records.base import DOMAINS
from builder.records.http import PORTS, Host
from builder.tools.checks import NAME
from builder.tools.drafts.leaves import snake
from builder.tools.drafts.lines import Draft, Ground
from builder.tools.pool import ToolPool


@dataclass(frozen=True, slots=True)
class Imported:
    """What was written, what was there already, and what of which tool could not be mapped."""

    written: tuple[Path, ...]
    kept: tuple[Path, ...]
    gaps: Mapping[str, tuple[str, ...]]


def place(into: Path) -> tuple[Path, str]:
    """The folder of specs that a provider's folder lies in, and the provider's id. Raises SettingsError."""
    folder = into.absolute()
    root = folder.parent.parent
    if not (root / "types.toml").is_file():
        raise SettingsError(f"{into}: name a provider's folder in a folder of tool specs: SPECS/DOMAIN/PROVIDER")
    domain, name = folder.parts[-2:]
    if domain not in DOMAINS:
        raise SettingsError(f"{into}: {domain} is no domain; there are {', '.join(DOMAINS)}")
    if not NAME.match(name):
        raise SettingsError(f"{into}: {name} is no name: 3 to 64 lower-case letters, digits and underscores")
    return root, f"{domain}.{name}"


def host_of(address: str) -> Host:
    """The host of an address, with what differs from the usual. Raises ValueError."""
    url = URL(address, encoded=True)
    parts: dict[str, Any] = {"name": (url.raw_host or "").lower()}
    if url.scheme != "https":
        parts["scheme"] = url.scheme
    if url.port != PORTS.get(url.scheme):
        parts["port"] = url.port
    return Host(**parts)


def first_line(error: ValueError) -> str:
    """Why there is no such host or server: the first reason, in one line."""
    reason = error.errors()[0]["msg"] if isinstance(error, ValidationError) else str(error)
    return " ".join(reason.split())[:120]


def host_lines(host: Host) -> list[str]:
    """The table of a host in provider.toml."""
    lines = ["", "[[hosts]]", f'name = "{host.name}"']
    lines += [f'scheme = "{host.scheme}"'] if host.scheme != "https" else []
    lines += [f"port = {host.port}"] if host.port is not None else []
    return [*lines, "rate = 1                   # requests a second that its terms allow, or fewer"]


def ground_of(pool: ToolPool) -> Ground:
    """What proposals for tools of a pool stand on."""
    known: dict[str, Collection[Any]] = {}

    def listed(name: str) -> Collection[Any]:
        if name not in known:
            known[name] = pool.entities(name).keys()
        return known[name]

    return Ground(pool.types, listed)


def namer(pool: ToolPool, provider: str) -> Callable[[str, Draft], str]:
    """Gives tools names of ours, the last part of an id: unique over the pool. Says so where a name is another."""
    taken = {spec.name: spec.id for spec in pool.declared.values() if spec.provider != provider}
    own = provider.rpartition(".")[2]

    def name(theirs: str, draft: Draft) -> str:
        plain = snake(theirs)
        if plain in taken or not NAME.match(plain):
            draft.gaps.append(
                f"its name is {'taken by ' + taken[plain] if plain in taken else 'none of ours'}: rename the file"
            )
            plain = first = f"{own}_{plain}"[:64].strip("_")
            number = 1
            while plain in taken:
                number += 1
                plain = f"{first[: 63 - len(str(number))]}_{number}"
        taken[plain] = f"{provider}.{plain}"
        return plain

    return name


def write_new(files: Mapping[Path, str], gaps: Mapping[str, tuple[str, ...]]) -> Imported:
    """Write the files that are not there yet. `gaps` hold a stranger's words, and go to a terminal."""
    written = [path for path, text in files.items() if _written(path, text)]
    shown = {str(neutral(tool)): tuple(str(neutral(gap)) for gap in found) for tool, found in gaps.items()}
    return Imported(tuple(written), tuple(path for path in files if path not in written), shown)


def _written(path: Path, text: str) -> bool:
    if path.exists():
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")
    return True

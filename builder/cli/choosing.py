"""From options to what they name: settings, the store, a store or a release to read."""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import TYPE_CHECKING, Any

from builder.cli.parser import Invocation, add_settings
from builder.errors import BuilderError

if TYPE_CHECKING:
    from builder.settings import Settings
    from builder.tools.http.options import LiveOptions
    from builder.tools.pool import ToolPool
    from builder.tools.tables import TableCache

FOLDER = Path(".dive")
"""Where stores lie unless `--store` says otherwise: in the current folder, like other build outputs."""


def settings_of(options: Invocation) -> Settings:
    """The settings that the options name, with what they change. Raises SettingsError."""
    from builder.settings import DEFAULT_PROFILE, Settings

    if options.settings is not None:
        settings = Settings.load(options.settings)
    else:
        settings = Settings.profile(options.profile or DEFAULT_PROFILE)
    changes: dict[str, Any] = {}
    if getattr(options, "workers", None) is not None:
        changes["engine.workers"] = options.workers
    if getattr(options, "limit", None) is not None:
        changes["synthesize.limit"] = options.limit
    if getattr(options, "budget", None) is not None:
        changes |= options.budget
    if getattr(options, "deny_lists", None) is not None:
        changes["decontaminate.lists"] = str(options.deny_lists)
    return settings.replace(changes) if changes else settings


def store_of(options: Invocation) -> Path:
    """The store that the options name. A limit changes what is drawn, so it has a store of its own."""
    from builder.settings import DEFAULT_PROFILE

    if options.store is not None:
        return Path(options.store)
    name = options.settings.stem if options.settings is not None else options.profile or DEFAULT_PROFILE
    limit = getattr(options, "limit", None)
    return FOLDER / (f"{name}.duckdb" if limit is None else f"{name}-{limit}.duckdb")


def add_source(parser: ArgumentParser) -> None:
    """Options of the commands that read a store or a release."""
    add_settings(parser)
    group = parser.add_mutually_exclusive_group()
    group.add_argument("--store", metavar="PATH", type=Path, help="a store (default: .dive/<profile>.duckdb here)")
    group.add_argument("--release", metavar="DIR", type=Path, help="a release folder instead of a store")


def source_of(options: Invocation) -> Path:
    """The store or release that the options name."""
    return options.release if options.release is not None else store_of(options)


def add_specs(parser: ArgumentParser) -> None:
    """Which specs; the shipped ones by default."""
    parser.add_argument("--specs", metavar="DIR", type=Path, help="folder of tool specs (default: the shipped one)")


def specs_of(options: Invocation) -> Path:
    """The folder of specs that the options name."""
    from builder.resources import tool_specs_dir

    return options.specs if options.specs is not None else tool_specs_dir()


def cache_of() -> TableCache:
    """The user's cache of reference tables."""
    from builder.tools.tables import TableCache, default_cache_folder

    return TableCache(default_cache_folder(dict(os.environ)))


def pool_of(
    options: Invocation, root: Path | None = None, *, live: LiveOptions | None = None, waiting: bool = False
) -> ToolPool:
    """The sound part of the named specs, with the tools that stay out of releases; says when some are broken.

    `live` says how live tools are answered; with `waiting` those that take part in no draw yet are there too.
    """
    from builder.tools.sound import sound_pool

    sound = sound_pool(root or specs_of(options), cache_of(), live=live, waiting=waiting)
    if sound.problems:
        note = f"{len(sound.problems)} problems in tool specs; `dive-builder tools check` lists them"
        print(f"dive-builder: {note}", file=sys.stderr)
    return sound.pool


def root_and_inside(options: Invocation) -> tuple[Path, str]:
    """The folder of specs, and the path below it that the option PATH names. Raises BuilderError."""
    if options.path is None:
        return specs_of(options), ""
    path = Path(options.path).absolute()
    if not path.exists():
        raise BuilderError(f"{options.path}: not found (name a file or folder of tool specs)")
    for root in [options.specs.absolute()] if options.specs is not None else [path, *path.parents]:
        if (root / "types.toml").is_file() and path.is_relative_to(root):
            inside = path.relative_to(root).as_posix()
            return root, "" if inside == "." else inside
    raise BuilderError(f"{options.path} is in no folder of tool specs: types.toml is in none of those above it")

"""What a stage works with: the recipe's functions, the tool pool, and executors over it."""

from __future__ import annotations

import difflib
import os
from collections.abc import Callable
from dataclasses import dataclass
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from builder.errors import SettingsError
from builder.identity import digest
from builder.records.tasks import Draw
from builder.resources import tool_specs_dir
from builder.settings import Settings
from builder.stages.decontaminate import lists_digest
from builder.stages.live import live_options, recordings_digests
from builder.tools.executor import Executor
from builder.tools.pool import ToolPool
from builder.tools.tables import TableCache, default_cache_folder


@dataclass(frozen=True, slots=True)
class Recipe:
    """The functions that stages drive. All of a module's top level, so that they travel to workers by name.

    `builder.testing.small_recipe` has another set, for tests of the machinery alone.
    """

    sources: tuple[str, ...]
    """Packages or modules of `builder` that decide what these functions return, such as `recipe`."""
    plan_wave: Callable[..., list[Draw]]
    """(view, coverage, run_seed, wave, count, first_index, held_out) -> draws"""
    atlas: Callable[..., Any]
    """(view) -> what synthesis looks up again and again, made once in each worker"""
    synthesize: Callable[..., Any]
    """(draw, view, atlas, run_seed, rounds, key) -> generator of calls that returns a Synthesis"""
    replay: Callable[..., Any]
    """(task) -> generator of calls that returns None, or the reason why the task is not reproduced"""
    strata: Callable[..., tuple[str, ...]]
    """(task, rng) -> the attempts a task gets"""
    act: Callable[..., Any]
    """(task, view, stratum, rng) -> generator of calls that returns an Attempt or None"""
    judge: Callable[..., Any]
    """(task, attempt) -> Verdict"""


def dive_recipe() -> Recipe:
    """The recipe of this package. Imported here, so that tests of the machinery do not need it."""
    from builder.recipe import acting, atlas, derivation, sampling, synthesis, verdicts

    return Recipe(
        ("recipe", "prompts"),
        plan_wave=sampling.plan_wave,
        atlas=atlas.Atlas,
        synthesize=synthesis.synthesize,
        replay=derivation.replay,
        strata=acting.strata,
        act=acting.act,
        judge=verdicts.judge,
    )


@dataclass(frozen=True, slots=True)
class Workbench:
    """What one worker process sets up once."""

    settings: Settings
    recipe: Recipe
    fingerprint: str
    pool: ToolPool
    atlas: Any
    collect: Executor
    """Remembers results: for collecting evidence and playing tasks."""
    check: Executor
    """Remembers nothing: for verification."""


def open_workbench(settings: Settings, recipe: Recipe, fingerprint: str) -> Workbench:
    """A worker's set-up."""
    pool = open_pool(settings)
    collect = Executor(pool, cache=settings.engine.cached_calls)
    return Workbench(settings, recipe, fingerprint, pool, recipe.atlas(pool), collect, Executor(pool))


def open_pool(settings: Settings) -> ToolPool:
    """The tool pool that the settings name, without quarantined tools. Raises SpecError or SettingsError."""
    root, cache = Path(settings.pool.specs) if settings.pool.specs else tool_specs_dir(), cache_folder(settings)
    quarantine = settings.pool.quarantine
    live = live_options(settings, os.environ)
    if not quarantine:
        return ToolPool(root, TableCache(cache), live=live)
    # A tool's path is its id, so the ids are known before any file is read.
    files = root.glob("*/*/*.toml")
    known = {".".join(path.relative_to(root).with_suffix("").parts) for path in files}
    for tool in quarantine:
        if tool not in known:
            near = difflib.get_close_matches(tool, sorted(known), 1)
            remedy = f"did you mean {near[0]}?" if near else "`dive-builder tools list` shows the ids"
            raise SettingsError(f"settings: pool.quarantine: there is no tool {tool} ({remedy})")
    return ToolPool(root, TableCache(cache), only=frozenset(known - set(quarantine)), live=live)


def cache_folder(settings: Settings) -> Path:
    """Where lies what is made once per machine."""
    return Path(settings.pool.cache) if settings.pool.cache else default_cache_folder(dict(os.environ))


def fingerprint_of(settings: Settings, pool: ToolPool, recipe: Recipe) -> str:
    """What a store of these settings is bound to. `pool` is that of the settings."""
    given, lists = pool_digest(pool, recipe), lists_digest(settings)
    return settings.fingerprint(given if lists is None else digest(given, lists))


def pool_digest(pool: ToolPool, recipe: Recipe) -> str:
    """Digest of everything beside the settings that decides a row.

    Adapters, packages and tables by each active tool's executable digest; words and types by the
    spec files; the recipe by its sources. A store never mixes two of these.
    """
    files = {path.relative_to(pool.root).as_posix(): path for path in pool.root.rglob("*.toml")}
    words = {name: digest(path.read_text(encoding="utf-8")) for name, path in files.items()}
    executable = {tool: pool.executable_digest(tool) for tool in pool.tools}
    parts: list[Any] = [words, executable, [_sources(name) for name in recipe.sources]]
    if pool.live_providers and pool.live.options.mode == "replay":
        # While a run records, what is recorded grows; a release is never made from such a run.
        parts.append(recordings_digests(pool))
    return digest(*parts)


def _sources(name: str) -> dict[str, str]:
    """Digest of each source and data file of a package of ours, or of one module, by relative path."""
    found: dict[str, str] = {}

    def walk(folder: Traversable, prefix: str) -> None:
        for entry in folder.iterdir():
            if entry.is_dir() and entry.name != "__pycache__":
                walk(entry, f"{prefix}{entry.name}/")
            elif entry.is_file() and not entry.name.endswith(".pyc"):
                found[prefix + entry.name] = digest(entry.read_bytes().hex())

    root = resources.files("builder").joinpath(*name.split("/"))
    if root.is_dir():
        walk(root, "")
    else:
        found[name] = digest(root.read_bytes().hex())
    return found

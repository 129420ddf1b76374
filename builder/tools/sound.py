"""The sound part of `tool_specs/`: what is broken is left out with whatever stands on it, so the rest can run.

For looking at specs and trying them while others are being written. A run takes all, or nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from builder.errors import SpecProblem
from builder.recipe.scenario_checks import check_scenario
from builder.recipe.scenarios import tools_of
from builder.records.tools import ToolSpec
from builder.tools.checks import cross_check, parents
from builder.tools.loading import SpecFiles
from builder.tools.pool import ToolPool
from builder.tools.tables import TableCache

if TYPE_CHECKING:
    from builder.tools.http.options import LiveOptions


@dataclass(frozen=True, slots=True)
class Sound:
    """What can run, and what cannot."""

    pool: ToolPool
    problems: tuple[SpecProblem, ...]
    types: Mapping[str, frozenset[str]]
    """Types that each declared tool speaks of, with their parents; of broken tools too."""


def sound_pool(root: Path, cache: TableCache, *, live: LiveOptions | None = None, waiting: bool = False) -> Sound:
    """The pool without what is broken, restricted tools included. Raises nothing for a broken spec.

    `live` says how tools that call a service are answered; with `waiting` those that wait are there too.
    """
    files = SpecFiles(root, cache.folder)
    cross_check(files)
    problems = list(files.problems)
    types = {tool: _with_parents(files, _types_of(spec)) for tool, spec in files.tools.items()}
    dropped = without_broken(files)
    pool = ToolPool.of(files, cache, live=live, waiting=waiting)
    for name, scenario in list(files.scenarios.items()):
        # What only lacks a dropped tool or type is not to blame.
        hollow = bool(dropped & {*tools_of(scenario), *(slot.type for slot in scenario.slots.values())})
        found = [] if hollow else check_scenario(pool, scenario)
        problems += found
        if hollow or found:
            del files.scenarios[name]
    return Sound(pool, tuple(problems), types)


def without_broken(files: SpecFiles) -> set[str]:
    """Drop from `files` whatever has a problem, and whatever stands on it, so that the rest can run.

    Returns the names of all that was dropped: ids of tools and providers, and names of types.
    """
    files_with = {problem.file for problem in files.problems}
    dropped = {problem.key.split(".")[0] for problem in files.problems if of_types(problem)}
    for provider in files.providers:
        folder = provider.replace(".", "/")
        if {f"{folder}/provider.toml", f"{folder}/functions.py"} & files_with:
            dropped.add(provider)
    dropped |= {tool for tool in files.tools if files.file_of(tool) in files_with}
    while True:
        more = {name for name in _names(files) - dropped if _stands_on(files, name) & dropped}
        # A provider whose file could not be read at all is not among the providers.
        more |= {t for t, spec in files.tools.items() if spec.provider not in files.providers} - dropped
        if not more:
            break
        dropped |= more
    known: dict[str, Any]
    for known in (files.types, files.providers, files.tools):
        for name in dropped & known.keys():
            del known[name]
    return dropped


def _types_of(spec: ToolSpec) -> set[str]:
    return {p.type for p in spec.parameters.values()} | {r.type for r in spec.returns.values()}


def of_types(problem: SpecProblem) -> bool:
    """Whether a problem lies in a file of types; its key begins with the type."""
    return problem.file == "types.toml" or problem.file.startswith("types/")


def _names(files: SpecFiles) -> set[str]:
    return {*files.types, *files.tools}


def _stands_on(files: SpecFiles, name: str) -> set[str]:
    """Names that a type or tool cannot do without."""
    if name in files.types:
        kind = files.types[name]
        return {n for n in (kind.parent, kind.listing.table.rpartition(".")[0] if kind.listing else None) if n}
    spec = files.tools[name]
    tables = {p.coverage.table.rpartition(".")[0] for p in spec.parameters.values() if p.coverage}
    return {spec.provider, *_types_of(spec), *tables}


def _with_parents(files: SpecFiles, names: set[str]) -> frozenset[str]:
    return frozenset(names | {parent for name in names for parent in parents(files.types, name)})

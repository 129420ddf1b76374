"""Audit of tool specs: everything that is wrong, at once, found by reading them and by running them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from builder.errors import SpecProblem
from builder.recipe.scenarios import check_scenario, tools_of
from builder.records.tools import ToolSpec
from builder.tools.checks import cross_check, parents, placeholders
from builder.tools.examples import run_examples
from builder.tools.executor import Executor
from builder.tools.licences import licence_problems
from builder.tools.listings import Ground, coverage_problems, listing_problems
from builder.tools.loading import SpecFiles
from builder.tools.pool import ToolPool
from builder.tools.recording import CACHED_CALLS, compare, compare_tables, is_inside, orphans
from builder.tools.tables import TableCache


@dataclass(frozen=True, slots=True)
class Audit:
    """What was checked, and what is wrong."""

    problems: tuple[SpecProblem, ...]
    tools: int
    examples: int
    skipped: dict[str, str]
    """Providers whose tools could not run here, with the reason."""


def audit(root: Path, cache: TableCache, inside: str = "", *, recorded: bool = True) -> Audit:
    """Check the specs under `root`, those whose path begins with `inside`; run every example of them.

    `recorded` compares with the recorded results too. Nothing is raised for a broken spec.
    """
    files = SpecFiles(root)
    cross_check(files)
    problems = list(files.problems)
    types = _types_used(files, inside)
    dropped = without_broken(files)
    pool = ToolPool.of(files, cache)
    problems += _scenarios(pool, dropped)
    problems += _versions(pool)
    chosen = [spec for spec in pool.tools.values() if is_inside(spec.id, inside)]
    providers = sorted({spec.provider for spec in chosen})
    executor, ground = Executor(pool, cache=CACHED_CALLS), Ground(pool)
    for provider in providers:
        problems += _tables(ground, provider, recorded)
        problems += licence_problems(pool.providers[provider])
    for spec in chosen:
        problems += _wording(spec)
        problems += coverage_problems(ground, spec)
        problems += _examples(executor, ground, spec, recorded)
    for kind in pool.types.values():
        if kind.listing is not None and (not inside or kind.listing.table.rpartition(".")[0] in providers):
            problems += listing_problems(ground, kind)
    if recorded:
        problems += orphans(root)
    wanted = [p for p in problems if _inside(p.file, inside) or (_of_types(p) and p.key.split(".")[0] in types)]
    skipped = {provider: why for provider, why in pool.inactive.items() if _inside(provider.replace(".", "/"), inside)}
    ordered = sorted(dict.fromkeys(wanted), key=lambda p: (p.file, p.key, p.problem))
    return Audit(tuple(ordered), len(chosen), sum(len(spec.examples) for spec in chosen), skipped)


def without_broken(files: SpecFiles) -> set[str]:
    """Drop from `files` whatever has a problem, and whatever stands on it, so that the rest can run.

    Returns the names of all that was dropped: ids of tools and providers, and names of types.
    """
    files_with = {problem.file for problem in files.problems}
    dropped = {problem.key.split(".")[0] for problem in files.problems if _of_types(problem)}
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


def _types_used(files: SpecFiles, inside: str) -> set[str]:
    """Types that the chosen specs speak of, with their parents."""
    chosen = [spec for spec in files.tools.values() if is_inside(spec.id, inside)]
    names = {name for spec in chosen for name in _types_of(spec)}
    return {parent for name in names for parent in parents(files.types, name)} | names


def _types_of(spec: ToolSpec) -> set[str]:
    return {p.type for p in spec.parameters.values()} | {r.type for r in spec.returns.values()}


def _of_types(problem: SpecProblem) -> bool:
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


def _scenarios(pool: ToolPool, dropped: set[str]) -> Iterator[SpecProblem]:
    """Problems of scenarios that do not come from what was dropped."""
    for scenario in pool.scenarios.values():
        if not dropped & {*tools_of(scenario), *(slot.type for slot in scenario.slots.values())}:
            yield from check_scenario(pool, scenario)


def _versions(pool: ToolPool) -> Iterator[SpecProblem]:
    """A package of another version gives other data; one that is absent is only not there."""
    for provider, why in pool.inactive.items():
        if ", found " in why:
            file = f"{provider.replace('.', '/')}/provider.toml"
            yield SpecProblem(
                file, "packages", why.partition(": ")[0], "install the pinned version, or pin the new one"
            )


def _tables(ground: Ground, provider: str, recorded: bool) -> Iterator[SpecProblem]:
    failure = ground.failure(provider)
    if failure is not None:
        yield SpecProblem(f"{provider.replace('.', '/')}/provider.toml", "tables", failure, "mend the table's function")
    elif recorded:
        yield from compare_tables(ground.pool, provider)


def _examples(executor: Executor, ground: Ground, spec: ToolSpec, recorded: bool) -> Iterator[SpecProblem]:
    if ground.failure(spec.provider) is not None:
        return
    found = run_examples(executor, spec)
    # An example that does not come out as declared says it better than the comparison would.
    yield from found or (compare(executor, spec) if recorded else [])


def _wording(spec: ToolSpec) -> Iterator[SpecProblem]:
    """Predicates have no slots, but for the threshold's value."""
    file = f"{spec.id.replace('.', '/')}.toml"
    for name, field in spec.returns.items():
        for key in ("head", "higher", "highest", "lowest"):
            if "{" in (getattr(field, key) or ""):
                problem = f"expected plain words, found {getattr(field, key)!r}"
                yield SpecProblem(file, f"returns.{name}.{key}", problem, "the subject is added by the frames: drop it")
        if field.above is not None and placeholders(field.above) != ["value"]:
            problem = f"expected {{value}} once, found {field.above!r}"
            yield SpecProblem(file, f"returns.{name}.above", problem, "write: have more than {value} inhabitants")


def _inside(file: str, beginning: str) -> bool:
    return (
        not beginning or file == beginning or file.startswith(beginning.rstrip("/") + "/") or _beside(file, beginning)
    )


def _beside(file: str, beginning: str) -> bool:
    """Whether `file` is the recorded result of the one spec asked for, or its provider's own file."""
    if not beginning.endswith(".toml"):
        return False
    folder, _, name = beginning.rpartition("/")
    tool = name.removesuffix(".toml")
    return file in (f"{folder}/provider.toml", f"{folder}/functions.py", f"{folder}/recorded/{tool}.json")

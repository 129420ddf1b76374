"""Audit of tool specs: everything that is wrong, at once, found by reading them and by running them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from builder.errors import BuilderError, SpecProblem
from builder.recipe.scenarios import check_scenario, tools_of
from builder.records.tools import ToolSpec
from builder.tools.checks import cross_check, parents, placeholders
from builder.tools.examples import run_examples
from builder.tools.executor import Executor
from builder.tools.licences import licence_problems
from builder.tools.loading import SpecFiles
from builder.tools.pool import ToolPool
from builder.tools.recording import CACHED_CALLS, compare, compare_tables, is_inside, orphans
from builder.tools.tables import TableCache

SHOWN = 3
"""Members of a long finding that a message names."""


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
    executor = Executor(pool, cache=CACHED_CALLS)
    for provider in providers:
        problems += _tables(pool, provider, recorded)
        problems += licence_problems(pool.providers[provider])
    for spec in chosen:
        problems += _tool(executor, spec, recorded)
    problems += [problem for name in pool.types for problem in _type(pool, name, set(providers), inside == "")]
    if recorded:
        problems += orphans(root, pool.declared)
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


def _tables(pool: ToolPool, provider: str, recorded: bool) -> Iterator[SpecProblem]:
    file = f"{provider.replace('.', '/')}/provider.toml"
    try:
        digests = pool.runtime(provider).table_digests
    except Exception as error:
        # A table's function is the provider's own code: whatever it raises is a finding.
        yield SpecProblem(file, "tables", f"cannot be built: {type(error).__name__}: {error}", "mend its function")
        return
    if digests and recorded:
        yield from compare_tables(pool, provider)


def _tool(executor: Executor, spec: ToolSpec, recorded: bool) -> Iterator[SpecProblem]:
    file = f"{spec.id.replace('.', '/')}.toml"
    yield from _wording(spec, file)
    yield from _coverage(executor.pool, spec, file)
    try:
        found = run_examples(executor, spec)
        # An example that does not come out as declared says it better than the comparison would.
        yield from found or (compare(executor, spec) if recorded else [])
    except (BuilderError, duckdb.Error) as error:
        yield SpecProblem(file, "examples", str(error), "mend the adapter, the SQL or the provider")


def _wording(spec: ToolSpec, file: str) -> Iterator[SpecProblem]:
    """Predicates have no slots, but for the threshold's value."""
    for name, field in spec.returns.items():
        for key in ("head", "higher", "highest", "lowest"):
            if "{" in (getattr(field, key) or ""):
                problem = f"expected plain words, found {getattr(field, key)!r}"
                yield SpecProblem(file, f"returns.{name}.{key}", problem, "the subject is added by the frames: drop it")
        if field.above is not None and placeholders(field.above) != ["value"]:
            problem = f"expected {{value}} once, found {field.above!r}"
            yield SpecProblem(file, f"returns.{name}.above", problem, "write: have more than {value} inhabitants")


def _coverage(pool: ToolPool, spec: ToolSpec, file: str) -> Iterator[SpecProblem]:
    for name, parameter in spec.parameters.items():
        if parameter.coverage is None:
            continue
        key, cover = f"parameters.{name}.coverage", parameter.coverage
        try:
            values = pool.values(cover.table, cover.column, cover.where)
        except duckdb.Error as error:
            first = str(error).splitlines()[0]
            yield SpecProblem(file, key, first, "name a column of the table, and SQL over its columns")
            continue
        if not values:
            yield SpecProblem(file, key, "expected some values, found none", "correct table, column or where")
        listed = pool.entities(parameter.type)
        if listed and values and not any(value in listed for value in values):
            found = f"expected values of {parameter.type}, found {values[0]!r} and others that it does not list"
            yield SpecProblem(file, key, found, "write the column in the spelling of the type")


def _type(pool: ToolPool, name: str, providers: set[str], everything: bool) -> Iterator[SpecProblem]:
    """Labels of an entity type name one value each, and there are values to draw seeds from."""
    kind = pool.types[name]
    if kind.listing is None:
        return
    provider = kind.listing.table.rpartition(".")[0]
    if provider in pool.inactive or not (everything or provider in providers):
        return
    file = _type_file(pool, name)
    try:
        entities = pool.entities(name)
        seeds = pool.values(kind.listing.table, kind.listing.value, kind.listing.where)
    except duckdb.Error as error:
        yield SpecProblem(file, f"{name}.listing", str(error).splitlines()[0], "name columns of the table")
        return
    if not seeds:
        yield SpecProblem(file, f"{name}.listing", "expected seeds, found none", "correct table or where")
    chosen, by_label = set(seeds), defaultdict(list)
    for entity in entities.values():
        by_label[entity.label].append(entity.value)
    doubles = [label for label, values in by_label.items() if len(values) > 1 and any(v in chosen for v in values)]
    if doubles:
        some = "; ".join(
            f"{label!r} names {', '.join(map(repr, by_label[label][:SHOWN]))}" for label in doubles[:SHOWN]
        )
        more = f" and {len(doubles) - SHOWN} more labels" if len(doubles) > SHOWN else ""
        problem = f"expected one value for each label, found {some}{more}"
        yield SpecProblem(file, f"{name}.listing.label", problem, "make labels unique, or keep these out by where")


def _type_file(pool: ToolPool, name: str) -> str:
    for path in sorted([pool.root / "types.toml", *(pool.root / "types").glob("*.toml")]):
        if f"[{name}]" in path.read_text(encoding="utf-8"):
            return path.relative_to(pool.root).as_posix()
    return "types.toml"


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

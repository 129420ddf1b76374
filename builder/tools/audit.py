"""Audit of tool specs: everything that is wrong, at once, found by reading them and by running them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from builder.errors import SandboxError, SpecProblem
from builder.records.tools import ToolSpec
from builder.tools.checks import placeholders
from builder.tools.examples import run_examples
from builder.tools.executor import Executor
from builder.tools.licences import licence_problems
from builder.tools.listings import Ground, coverage_problems, listing_problems
from builder.tools.pool import ToolPool
from builder.tools.recording import CACHED_CALLS, compare, compare_tables, is_inside, orphans
from builder.tools.sound import of_types, sound_pool
from builder.tools.tables import TableCache


@dataclass(frozen=True, slots=True)
class Audit:
    """What was checked, and what is wrong."""

    problems: tuple[SpecProblem, ...]
    tools: int
    examples: int
    skipped: dict[str, str]
    """Providers whose tools could not run here, live tools never seen to work, and programs where no sandbox holds,
    with the reason."""


def audit(root: Path, cache: TableCache, inside: str = "", *, recorded: bool = True) -> Audit:
    """Check the specs under `root`, those whose path begins with `inside`; run every example of them.

    `recorded` compares with the recorded results too. Nothing is raised for a broken spec.
    """
    sound = sound_pool(root, cache, waiting=True)
    pool, problems = sound.pool, list(sound.problems)
    problems += _versions(pool)
    chosen = [spec for spec in pool.tools.values() if is_inside(spec.id, inside)]
    providers = sorted({spec.provider for spec in chosen})
    executor, ground = Executor(pool, cache=CACHED_CALLS), Ground(pool)
    refused = _no_sandbox(chosen)
    for provider in providers:
        problems += _tables(ground, provider, recorded)
        problems += licence_problems(pool.providers[provider])
    for spec in chosen:
        problems += wording_problems(spec)
        problems += coverage_problems(ground, spec)
        if _can_run(pool, spec, refused):
            problems += _examples(executor, ground, spec, recorded)
    for kind in pool.types.values():
        if kind.listing is not None and (not inside or kind.listing.table.rpartition(".")[0] in providers):
            problems += listing_problems(ground, kind)
    if recorded:
        problems += orphans(root)
    types = {name for tool, names in sound.types.items() if is_inside(tool, inside) for name in names}
    wanted = [p for p in problems if _inside(p.file, inside) or (of_types(p) and p.key.split(".")[0] in types)]
    skipped = {provider: why for provider, why in pool.inactive.items() if _inside(provider.replace(".", "/"), inside)}
    waiting = {tool: why for tool, why in pool.waiting.items() if is_inside(tool, inside)}
    skipped |= {tool: why for tool, why in waiting.items() if pool.declared[tool].kind != "code"}
    skipped |= {spec.id: refused for spec in chosen if spec.kind == "code" and refused}
    ordered = sorted(dict.fromkeys(wanted), key=lambda p: (p.file, p.key, p.problem))
    return Audit(tuple(ordered), len(chosen), sum(len(spec.examples) for spec in chosen), skipped)


def _no_sandbox(chosen: Sequence[ToolSpec]) -> str:
    """Why no program can be run here, if any is to be; empty when it can."""
    if not any(spec.kind == "code" for spec in chosen):
        return ""
    from builder.tools.sandbox.selftest import sandbox

    try:
        sandbox()
    except SandboxError as error:
        return str(error)
    return ""


def _can_run(pool: ToolPool, spec: ToolSpec, refused: str) -> bool:
    if spec.kind == "code":
        return not refused
    return spec.id not in pool.waiting and (not spec.is_live or pool.providers[spec.provider].share_responses)


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


def wording_problems(spec: ToolSpec) -> Iterator[SpecProblem]:
    """Predicates have no slots, but for the threshold's value; phrases are noun phrases, each of its own."""
    file = f"{spec.id.replace('.', '/')}.toml"
    for name, field in spec.returns.items():
        for key in ("head", "higher", "highest", "lowest"):
            if "{" in (getattr(field, key) or ""):
                problem = f"expected plain words, found {getattr(field, key)!r}"
                yield SpecProblem(file, f"returns.{name}.{key}", problem, "the subject is added by the frames: drop it")
        for text in field.phrases:
            if not text or text != text.strip(" .?!") or field.phrases.count(text) > 1:
                problem = f"expected noun phrases that differ, without a full stop, found {text!r}"
                yield SpecProblem(file, f"returns.{name}.phrases", problem, "write: the population of {country}")
        if not field.asked and (field.ask or field.higher or field.highest or field.lowest or field.above):
            problem = "expected no words for questions where asked = false"
            yield SpecProblem(file, f"returns.{name}.asked", problem, "drop the words that no frame uses, or asked")
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

"""What tools add to a pool: ties, near-clones, forms of question, and tasks of a small seeded run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from builder.errors import BuilderError, DerivationError, Refused, SpecError, ToolError
from builder.identity import content_id, random_stream
from builder.recipe.atlas import Atlas
from builder.recipe.frames import FRAMES
from builder.recipe.sampling import Sampler, plan_wave
from builder.recipe.scenarios import tools_of
from builder.recipe.synthesis import synthesize
from builder.records.derivations import Derivation, OpStep, Ref
from builder.records.tasks import Draw, Task
from builder.tools.clones import Clone, clones
from builder.tools.driver import drive
from builder.tools.executor import Executor
from builder.tools.listings import Ground, coverage_problems
from builder.tools.loading import SpecFiles
from builder.tools.pool import ToolPool
from builder.tools.recording import is_inside
from builder.tools.tables import TableCache
from builder.tools.ties import Tie, ties

SEED, ROUNDS = 1, 3

CACHED_CALLS = 20_000

SHOWN = 12
"""Lines of a long list that a report prints."""


@dataclass(frozen=True, slots=True)
class Yield:
    """What came of some draws."""

    draws: int
    tasks: int
    refusals: dict[str, int]
    """Draws that gave no task, by the reason of the last refusal."""
    questions: tuple[tuple[str, str], ...]
    """Question and answer of each task."""


@dataclass(frozen=True, slots=True)
class Gain:
    """What the tools under a path add."""

    tools: tuple[str, ...]
    ties: tuple[Tie, ...]
    new_pairs: int
    crossing_pairs: int
    """Of the new pairs of producer and consumer, those between domains."""
    clones: tuple[Clone, ...]
    scenarios: tuple[str, ...]
    frames: dict[str, int]
    """New candidates of each frame."""
    without: Yield
    with_tools: Yield
    aimed: Yield | None
    """Draws that all use the new tools; None when no exemplar does."""
    new_shapes: tuple[str, ...]
    """Derivation shapes that only the run with the tools has."""

    def lines(self) -> list[str]:
        """The report as text."""
        return list(_lines(self))


def gain(root: Path, cache: TableCache, inside: str, draws: int = 60) -> Gain:
    """Weigh the tools whose path begins with `inside` against the rest of the pool. Raises SpecError."""
    files = SpecFiles(root)
    tools = frozenset(tool for tool in files.tools if is_inside(tool, inside))
    if not tools or tools == files.tools.keys():
        raise BuilderError(f"{inside or root}: name a tool's file or a provider's folder, to weigh it against the rest")
    after = ToolPool(root, cache, restricted=True)
    ground, specs = Ground(after), [after.declared[tool] for tool in sorted(tools & after.declared.keys())]
    problems = [problem for spec in specs for problem in coverage_problems(ground, spec)]
    if problems:
        raise SpecError(problems)
    before = ToolPool(root, cache, restricted=True, only=frozenset(files.tools.keys() - tools))
    added = [tie for tie in ties(after) if tie.producer in tools or tie.consumer in tools]
    pairs = {tie.pair: tie.crosses for tie in added}
    executor = Executor(after, cache=CACHED_CALLS)
    old, old_shapes = _run(before, plan_wave(before, {}, SEED, 0, draws, 0), Executor(before, cache=CACHED_CALLS))
    new, new_shapes = _run(after, plan_wave(after, {}, SEED, 0, draws, 0), executor)
    aimed, aimed_shapes = _aimed_run(after, tools, draws, executor)
    return Gain(
        tools=tuple(sorted(tools)),
        ties=tuple(added),
        new_pairs=len(pairs),
        crossing_pairs=sum(pairs.values()),
        clones=tuple(clones(executor, tools)),
        scenarios=tuple(sorted(s.id for s in after.scenarios.values() if tools & set(tools_of(s)))),
        frames=_candidates(after, tools),
        without=old,
        with_tools=new,
        aimed=aimed,
        new_shapes=tuple(sorted((new_shapes | aimed_shapes) - old_shapes)),
    )


class _Focused(Sampler):
    """A sampler whose draws all call one of some tools."""

    def __init__(self, pool: ToolPool, atlas: Atlas, tools: frozenset[str]) -> None:
        super().__init__(pool, atlas, {}, calling=tools)
        self._candidates = {name: found for name, found in self._candidates.items() if found}

    def some(self, count: int) -> Iterator[Draw]:
        """Draws from scenarios and frames in turn; fewer than `count` where slots find no value."""
        domains = [domain for domain, scenarios in self._scenarios.items() if scenarios]
        for index in range(count):
            rng = random_stream(SEED, "gain", index)
            identity = content_id("draw", SEED, "gain", index)
            try:
                if domains and (index % 2 == 0 or not self._candidates):
                    yield self._scenario(rng, identity, 0, index, rng.choice(domains))
                elif self._candidates:
                    yield self._frame(rng, identity, 0, index)
            except Refused:
                continue


def _aimed_run(pool: ToolPool, tools: frozenset[str], count: int, executor: Executor) -> tuple[Yield | None, set[str]]:
    draws = list(_Focused(pool, Atlas(pool), tools).some(count))
    return _run(pool, draws, executor) if draws else (None, set())


def _run(pool: ToolPool, draws: Sequence[Draw], executor: Executor) -> tuple[Yield, set[str]]:
    """Synthesize some draws: what came of them, and the shapes of their derivations."""
    atlas, tasks, refusals = Atlas(pool), list[Task](), Counter[str]()
    for draw in draws:
        try:
            found = drive(synthesize(draw, pool, atlas, SEED, ROUNDS, executor.key), executor)
        except (ToolError, DerivationError, Refused) as error:
            refusals[getattr(error, "reason", type(error).__name__)] += 1
            continue
        if found.task is not None:
            tasks.append(found.task)
        elif found.refusals:
            refusals[found.refusals[-1][1]] += 1
    questions = tuple((task.question, str(task.answer.value)) for task in tasks)
    made = Yield(len(draws), len(tasks), dict(refusals.most_common()), questions)
    return made, {shape(task.derivation, pool) for task in tasks}


def shape(derivation: Derivation, pool: ToolPool) -> str:
    """Steps by role or operator with where their inputs come from: `R() P(1) P(1,2)`."""
    numbers = {step.id: number for number, step in enumerate(derivation.steps, 1)}
    words = []
    for step in derivation.steps:
        sources = list((step.inputs if isinstance(step, OpStep) else step.arguments).values())
        if step.kind == "map":
            sources.append(step.over)
        used = {r.step for s in sources for r in (s if isinstance(s, tuple) else (s,)) if isinstance(r, Ref)}
        name = step.op if isinstance(step, OpStep) else pool.declared[step.tool].role[0].upper()
        words.append(
            f"{name}{'*' if step.kind == 'map' else ''}({','.join(map(str, sorted(numbers[u] for u in used)))})"
        )
    return " ".join(words)


def _candidates(pool: ToolPool, tools: frozenset[str]) -> dict[str, int]:
    """Ways to apply each frame that use one of the tools."""
    atlas = Atlas(pool)
    counts = {name: sum(bool(tools & set(c.tools)) for c in frame.candidates(atlas)) for name, frame in FRAMES.items()}
    return {name: count for name, count in counts.items() if count}


def _lines(found: Gain) -> Iterator[str]:
    yield f"{len(found.tools)} tools: {', '.join(found.tools[:SHOWN])}{' ...' if found.tools[SHOWN:] else ''}"
    yield f"New pairs of producer and consumer: {found.new_pairs}, of which {found.crossing_pairs} between domains"
    yield from _cut([f"  {t.producer}.{t.field} -> {t.consumer}.{t.parameter}  ({t.type})" for t in found.ties])
    yield f"Near-clones: {len(found.clones) or 'none'}"
    yield from _cut(
        [
            f"  {c.tool} ~ {c.other}: name {c.name:.2f}, schema {c.schema:.2f}, output {c.output:.2f}"
            for c in found.clones
        ]
    )
    frames = ", ".join(f"{name} {count}" for name, count in found.frames.items())
    yield f"Frame candidates: {frames or 'none (fields need wording, and a tool with one entity parameter)'}"
    yield f"Scenarios that call them: {', '.join(found.scenarios) or 'none'}"
    yield f"The same draws without: {_yield(found.without)}"
    yield f"The same draws with:    {_yield(found.with_tools)}"
    if found.aimed is None:
        yield "Draws aimed at them: no exemplar calls them yet; add a scenario, or wording for frames"
    else:
        yield f"Draws aimed at them:    {_yield(found.aimed)}"
        yield from _cut([f"  {question}\n    => {answer}" for question, answer in found.aimed.questions], 3)
    yield f"New derivation shapes: {len(found.new_shapes) or 'none'}"
    yield from _cut([f"  {text}" for text in found.new_shapes])


def _yield(made: Yield) -> str:
    refused = ", ".join(f"{reason} {count}" for reason, count in list(made.refusals.items())[:4])
    return f"{made.tasks} tasks of {made.draws} draws" + (f" (refused: {refused})" if refused else "")


def _cut(lines: list[str], limit: int = SHOWN) -> Iterator[str]:
    yield from lines[:limit]
    if len(lines) > limit:
        yield f"  ... and {len(lines) - limit} more"

"""Detours of a competent agent: one real call that looks useful and turns out not to be.

Tools overlap in what they sound like, so a first try at a neighbouring tool is no mistake; it has to be seen for
what it is, and left. The call succeeds, and nothing it returns is what was wanted.
"""

from __future__ import annotations

import random
from collections.abc import Generator
from dataclasses import dataclass

from builder.recipe.acting.speech import Voice, listed
from builder.recipe.difficulty import words_of
from builder.recipe.shape import used_fields
from builder.recipe.view import PoolView
from builder.records.base import Json
from builder.records.derivations import CallStep, Literal
from builder.records.tasks import Task
from builder.records.tools import Call, Result, ToolSpec

MAX_TRIES = 3
"""Calls tried until one succeeds."""

LIKENESS = 0.1
"""A tool less like the right one than this (Jaccard index of their words) nobody would try first."""

MAX_FIELDS = 3
"""Fields named of what the detour gave."""


@dataclass(frozen=True, slots=True)
class Detour:
    """A call before the first call of `step`, which it was hoped to save."""

    step: str
    call: Call
    result: Result


def find_detour(view: PoolView, task: Task, rng: random.Random) -> Generator[Call, Result, Detour | None]:
    """A call to an offered tool that the task does not need, about an entity of the question; None if there is none."""
    options = sorted(_options(view, task), key=lambda option: (-option[0], option[1], option[2].tool))
    for _, step, call in options[:MAX_TRIES]:
        result = yield call
        if result.ok and result.value is not None and any(_tells(value) for value in result.value.values()):
            return Detour(step, call, result)
    return None


def _options(view: PoolView, task: Task) -> list[tuple[float, str, Call]]:
    """Likeness to the right tool, step, and call."""
    called = set(task.tools_used)
    used = used_fields(task.derivation)
    found = []
    for step in task.derivation.steps:
        if not isinstance(step, CallStep) or view.declared[step.tool].role != "retrieval":
            continue
        right = view.declared[step.tool]
        wanted = {right.returns[name].type for name in used[step.id]}
        for source in step.arguments.values():
            if not isinstance(source, Literal) or view.types[source.type].kind != "entity":
                continue
            for name in sorted(set(task.toolset) - called):
                spec = view.declared[name]
                parameter = _takes(view, spec, source)
                like = len(words_of(spec) & words_of(right)) / len(words_of(spec) | words_of(right))
                if parameter is not None and like >= LIKENESS and not _gives(view, spec, wanted):
                    found.append((like, step.id, Call(name, {parameter: source.literal})))
    return found


def _takes(view: PoolView, spec: ToolSpec, source: Literal) -> str | None:
    """The parameter for the entity, where nothing else is required: a detour costs one plain call."""
    required = [(name, p) for name, p in spec.parameters.items() if p.required]
    if spec.role != "retrieval" or len(required) != 1 or required[0][1].many:
        return None
    return required[0][0] if view.fits(source.type, required[0][1].type) else None


def _gives(view: PoolView, spec: ToolSpec, wanted: set[str]) -> bool:
    """Whether the tool returns something of a wanted type: then it may be no detour at all."""
    return any(view.fits(r.type, kind) or view.fits(kind, r.type) for r in spec.returns.values() for kind in wanted)


def useless(voice: Voice, detour: Detour, goal: str) -> str:
    """What the detour gave, and that it is not what was wanted."""
    spec = voice.view.declared[detour.call.tool]
    assert detour.result.value is not None
    given = [voice.head(spec, name) for name, value in detour.result.value.items() if _tells(value)]
    names = [*given[:MAX_FIELDS], "more"] if len(given) > MAX_FIELDS else given
    return voice.say("detour.useless", tool=spec.name, given=listed(names), goal=goal)


def _tells(value: Json) -> bool:
    """Whether a field holds something: neither null nor an empty list or text."""
    return value not in (None, [], "")

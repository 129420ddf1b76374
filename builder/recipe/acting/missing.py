"""Unanswerable attempts: a needed tool that is taken away so that nothing offered replaces it.

The check reads declarations only. It is strict: whatever might give the missing field, name the same
subject in another way, or skip the missing step, keeps the tool from being taken away.
"""

from __future__ import annotations

import random
from collections.abc import Iterable

from builder.recipe.derivation import inputs_of, leaves, refs
from builder.recipe.plans import GENERIC
from builder.recipe.shape import used_fields
from builder.recipe.view import PoolView
from builder.records.derivations import CallStep, Derivation, Literal, MapStep, OpStep
from builder.records.tasks import Task
from builder.records.tools import ToolSpec


def removable(view: PoolView, task: Task, rng: random.Random) -> str | None:
    """A retrieval tool without which the task cannot be solved, though some of its calls still work."""
    used = sorted({s.tool for s in task.derivation.steps if not isinstance(s, OpStep)})
    fit = [tool for tool in used if view.declared[tool].role == "retrieval" and _irreplaceable(view, task, tool)]
    return rng.choice(fit) if fit else None


def blocked_steps(derivation: Derivation, tool: str) -> set[str]:
    """Steps that call the tool or need the result of one that does."""
    blocked: set[str] = set()
    for step in derivation.steps:
        needs = {ref.step for source in inputs_of(step).values() for ref in refs(source)}
        if needs & blocked or (not isinstance(step, OpStep) and step.tool == tool):
            blocked.add(step.id)
    return blocked


def _irreplaceable(view: PoolView, task: Task, tool: str) -> bool:
    derivation = task.derivation
    blocked = blocked_steps(derivation, tool)
    subject = _subject(view, view.declared[tool])
    calls = [step for step in derivation.steps if not isinstance(step, OpStep)]
    if subject is None or all(step.id in blocked for step in calls):
        return False
    others = [view.declared[name] for name in task.toolset if name != tool]
    used = used_fields(derivation)
    lost = {view.declared[tool].returns[f].type for s in calls if s.tool == tool for f in used[s.id]}
    if any(_gives(view, other, kind, subject, others) for other in others for kind in lost):
        return False
    known = _known_types(view, calls, blocked, used)
    for step in calls:
        if step.id not in blocked or step.tool == tool:
            continue
        # A later value that some tool gives straight from what is known would go around the gap.
        kinds = {view.declared[step.tool].returns[field].type for field in used[step.id]}
        for other in others:
            taken = _entities(view, other)
            around = other.id != step.tool and _knows(view, other) and (taken & known or not taken)
            if around and any(_returns(view, other, kind) for kind in kinds):
                return False
    return True


def _gives(view: PoolView, other: ToolSpec, kind: str, subject: str, others: Iterable[ToolSpec]) -> bool:
    """Whether a tool may give a value of `kind` for a subject: directly, by another name, or in reverse."""
    if not _knows(view, other):
        return False
    taken = _entities(view, other)
    if _returns(view, other, kind):
        # A quantity of something else is another quantity; an entity found in a roundabout way is the same.
        reach = _reachable(view, subject, others, view.types[kind].kind == "quantity")
        if not taken or any(_related(view, entity, name) for entity in taken for name in reach):
            return True
    reverse = any(_related(view, parameter.type, kind) for parameter in other.parameters.values())
    return reverse and _returns(view, other, subject) and view.types[kind].kind != "quantity"


def _reachable(view: PoolView, subject: str, tools: Iterable[ToolSpec], same_only: bool) -> set[str]:
    """Types to be looked up from a subject on; with `same_only` through other names of it alone."""
    found, tools = {subject}, list(tools)
    grown = True
    while grown:
        grown = False
        for spec in tools:
            if not any(_related(view, entity, name) for entity in _entities(view, spec) for name in found):
                continue
            for field in spec.returns.values():
                wanted = view.types[field.type].joinable and (field.transparent or not same_only)
                if wanted and field.type not in found:
                    found.add(field.type)
                    grown = True
    return found


def _known_types(
    view: PoolView, calls: list[CallStep | MapStep], blocked: set[str], used: dict[str, set[str]]
) -> set[str]:
    """Entity types of the question's literals and of what the calls that still work give."""
    names = {view.declared[s.tool].returns[f].type for s in calls if s.id not in blocked for f in used[s.id]}
    for step in calls:
        for source in inputs_of(step).values():
            names |= {item.type for item in leaves(source) if isinstance(item, Literal)}
    return {ancestor for name in names if _listed(view, name) for ancestor in view.ancestors(name)}


def _subject(view: PoolView, spec: ToolSpec) -> str | None:
    name = spec.subject or next((n for n, p in spec.parameters.items() if _listed(view, p.type)), None)
    return spec.parameters[name].type if name else None


def _entities(view: PoolView, spec: ToolSpec) -> set[str]:
    return {p.type for p in spec.parameters.values() if _listed(view, p.type)}


def _knows(view: PoolView, spec: ToolSpec) -> bool:
    """Whether a tool holds facts: a calculator does not, whatever type its result has."""
    return spec.role == "retrieval" or bool(_entities(view, spec))


def _returns(view: PoolView, spec: ToolSpec, kind: str) -> bool:
    return any(_related(view, field.type, kind) for field in spec.returns.values())


def _related(view: PoolView, one: str, other: str) -> bool:
    return GENERIC not in (one, other) and (view.fits(one, other) or view.fits(other, one))


def _listed(view: PoolView, name: str) -> bool:
    return view.listing_type(name) is not None

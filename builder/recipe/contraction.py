"""The contraction gate: no step can be skipped by taking a literal or an earlier value in its place."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from builder.errors import DerivationError, Refused
from builder.recipe.derivation import Evidence, again, inputs_of, leaves, refs
from builder.recipe.plans import GENERIC, source_type
from builder.recipe.shortcut import telling
from builder.recipe.view import PoolView
from builder.records.base import Json
from builder.records.derivations import CallStep, Derivation, Literal, OpStep, Ref, Step
from builder.records.tools import Call, Result

Steps = Generator[Call, Result, None]

_Earlier = tuple[Literal | Ref, str, Any]
"""A value at hand: where it stands, its type, and what it is."""


@dataclass(slots=True)
class _Work:
    """A derivation under the gate."""

    view: PoolView
    derivation: Derivation
    evidence: Evidence
    answer: Json
    known: Mapping[str, Step]
    compared: set[str]
    computed: bool
    """Whether the answer is a number that tells: a calculator takes any number, and only such an answer shows that
    the one it took was not needed."""
    earlier: dict[tuple[str, str], _Earlier] = field(default_factory=dict)
    """Values at hand by type and text, each once, where it stood first."""
    _behind: dict[str, set[str]] = field(default_factory=dict)

    def note(self, source: Literal | Ref, kind: str, value: Any) -> None:
        """A value is at hand from here on."""
        self.earlier.setdefault((kind, str(value)), (source, kind, value))

    def before(self, step: Step) -> set[str]:
        """Ids of a step and of all that feed it."""
        if step.id not in self._behind:
            self._behind[step.id] = _before(self.known, step)
        return self._behind[step.id]


def no_contraction(view: PoolView, derivation: Derivation, evidence: Evidence, answer: Json) -> Steps:
    """No step can be skipped by taking a literal or an earlier value in its place."""
    known = {step.id: step for step in derivation.steps}
    computed = derivation.spec.kind == "number" and telling(answer, derivation.spec)
    work = _Work(view, derivation, evidence, answer, known, _compared(derivation), computed)
    for step in derivation.steps:
        for source in inputs_of(step).values():
            for literal in leaves(source):
                if isinstance(literal, Literal):
                    work.note(literal, literal.type, literal.literal)
    for step in derivation.steps:
        if not isinstance(step, CallStep):
            continue
        for parameter, source in step.arguments.items():
            if isinstance(source, Ref):
                yield from _rebind(work, step, parameter, source)
        _still_unknown(view, derivation, evidence, step, work.earlier.values())
        for name in view.declared[step.tool].returns:
            made = evidence.values[step.id][name]
            kind = source_type(view, Ref(step=step.id, field=name), known)[0]
            if isinstance(made, (str, int, float)) and not isinstance(made, bool):
                work.note(Ref(step=step.id, field=name), kind, made)


def _rebind(work: _Work, step: CallStep, parameter: str, source: Ref) -> Steps:
    """One argument: none of the values at hand would have done as well."""
    wanted = work.view.declared[step.tool].parameters[parameter].type
    options = _options(work.known, source)
    current = work.evidence.values[source.step]
    value = current[source.field] if isinstance(current, dict) and source.field else current
    if isinstance(value, list):
        return
    for candidate, kind, other in work.earlier.values():
        same = bool(other == value)
        if wanted == GENERIC:
            # Small numbers meet by chance, and one call's fields belong together.
            chance = same and not telling(value, work.derivation.spec)
            if not work.computed or chance or _depends(candidate, source.step):
                continue
        elif not work.view.fits(kind, wanted):
            continue
        if candidate == source or candidate in options or _stands_apart(work, candidate, source):
            continue
        if same and not _depends(candidate, source.step):
            raise Refused("gate:contraction", f"{step.tool}.{parameter} is already known")
        if step.id in work.compared:
            continue
        changed = step.model_copy(update={"arguments": {**step.arguments, parameter: candidate}})
        steps = tuple(changed if each.id == step.id else each for each in work.derivation.steps)
        rebound = work.derivation.model_copy(update={"steps": steps})
        try:
            result = yield from again(rebound, work.evidence, step.id, {})
        except DerivationError:
            continue
        if result == work.answer:
            raise Refused("gate:contraction", f"{step.tool}.{parameter} works with an earlier value too")


def _stands_apart(work: _Work, candidate: Literal | Ref, source: Ref) -> bool:
    """Whether a value cannot stand for another though it is at hand: it is made from it, or is its peer.

    Peers are what one tool says of two things side by side, as of two members of a fan-out: that they agree is
    known only once both have been asked for.
    """
    if not isinstance(candidate, Ref):
        return False
    one, other = work.known[candidate.step], work.known[source.step]
    if one.id != other.id and other.id in work.before(one):
        return True
    if not isinstance(one, CallStep) or not isinstance(other, CallStep) or one.id in work.before(other):
        return False
    return candidate.field == source.field and one.tool == other.tool


def _before(known: Mapping[str, Step], step: Step) -> set[str]:
    """Ids of a step and of all that feed it."""
    found: set[str] = set()
    stack = [step.id]
    while stack:
        identity = stack.pop()
        if identity not in found:
            found.add(identity)
            stack += [ref.step for source in inputs_of(known[identity]).values() for ref in refs(source)]
    return found


_WEIGHED = ("keys", "left", "right", "threshold", "conditions", "condition")


def _compared(derivation: Derivation) -> set[str]:
    """Steps whose values an operator only weighs against others: the loser of a comparison loses with many values,
    which makes no call idle. The sensitivity gate looks after these."""
    known = {step.id: step for step in derivation.steps}
    stack = [
        ref.step
        for step in derivation.steps
        if isinstance(step, OpStep) and step.op not in ("common", "without")
        for name, source in step.inputs.items()
        if name in _WEIGHED
        for ref in refs(source)
    ]
    return set().union(*(_before(known, known[identity]) for identity in stack))


def _options(known: Mapping[str, Step], source: Ref) -> list[Literal | Ref]:
    """What an operator has chosen from, or a tool of a list: which of them it is, is what the question asks."""
    step = known[source.step]
    if isinstance(step, CallStep):
        return [each for item in step.arguments.values() if isinstance(item, tuple) for each in item]
    if not isinstance(step, OpStep):
        return []
    found: list[Literal | Ref] = []
    for item in step.inputs.values():
        for each in leaves(item):
            found += [each, *(_options(known, each) if isinstance(each, Ref) else [])]
    return found


def _still_unknown(
    view: PoolView,
    derivation: Derivation,
    evidence: Evidence,
    step: CallStep,
    earlier: Iterable[_Earlier],
) -> None:
    """The call that answers says something new: what an earlier call of the kind has said needs no further one."""
    final = derivation.answer
    if not isinstance(final, Ref) or final.step != step.id:
        return
    value = evidence.values[step.id][final.field]
    if not telling(value, derivation.spec):
        return
    for candidate, kind, other in earlier:
        alike = view.fits(kind, derivation.spec.type) or view.fits(derivation.spec.type, kind)
        if other == value and alike and isinstance(candidate, Ref):
            raise Refused("gate:contraction", f"{step.tool} gives back what {candidate.step} has given")


def _depends(candidate: Literal | Ref, step: str) -> bool:
    return isinstance(candidate, Ref) and candidate.step == step

"""Laws of sense that follow values back to the literals of the question (laws 1, 2 and 12).

Where does a value come from? From the question's literals, through steps. Two values belong together when
they share such an origin: a rate of a country's currency on that country's holiday, but never on another's.
"""

from __future__ import annotations

from collections.abc import Mapping

from builder.errors import Refused
from builder.identity import canonical_json
from builder.recipe.derivation import inputs_of, leaves, refs
from builder.recipe.plans import source_type
from builder.recipe.view import PoolView
from builder.records.derivations import Derivation, Literal, OpStep, Ref, Sources, Step

Origins = frozenset[str]

DAYS = "day_count"

_THINGS = frozenset({"entity", "text"})
"""Kinds of literal that a looked-up date can be about; a time zone is a text."""

_NEVER_JOIN = ("date", "time")
"""Kinds of value that link a lookup to another fact by chance only (law 1)."""


def origins(view: PoolView, derivation: Derivation) -> dict[str, Origins]:
    """For each step the literals that its values come from, options and switches left out."""
    found: dict[str, Origins] = {}
    for step in derivation.steps:
        found[step.id] = frozenset[str]().union(*(_of(view, source, found) for source in inputs_of(step).values()))
    return found


def _of(view: PoolView, source: Sources, found: Mapping[str, Origins]) -> Origins:
    if isinstance(source, tuple):
        return frozenset[str]().union(*(_of(view, item, found) for item in source))
    if isinstance(source, Ref):
        return found[source.step]
    if view.types[source.type].kind in ("option", "boolean"):
        return frozenset()
    return frozenset([_origin(source)])


def _origin(literal: Literal) -> str:
    return f"{literal.type}={canonical_json(literal.literal)}"


def joins(view: PoolView, derivation: Derivation) -> None:
    """Law 1. A date or time looked up about one entity is taken to no other entity. Raises Refused.

    A date that a tool computed has a purpose; a date of the sky or the calendar is nobody's; and a lookup that
    takes nothing but the date brings no second entity in.
    """
    known = {step.id: step for step in derivation.steps}
    found = origins(view, derivation)
    named = _named(view, derivation)
    for step in derivation.steps:
        if isinstance(step, OpStep) or view.declared[step.tool].role != "retrieval":
            continue
        about = [source for source in inputs_of(step).values() if _names_entity(view, source, known)]
        if not about:
            continue
        entities = frozenset[str]().union(*(_of(view, source, found) for source in about))
        for source in step.arguments.values():
            if not isinstance(source, Ref) or not _looked_up(view, source, known):
                continue
            owners = found[source.step] & named
            if owners and not owners & entities:
                raise Refused("law:meaning", f"{step.tool} takes a date of something else ({source.step})")


def _named(view: PoolView, derivation: Derivation, kinds: frozenset[str] = frozenset({"entity"})) -> Origins:
    """The entities that the question names, or literals of other kinds."""
    return frozenset(
        _origin(literal)
        for step in derivation.steps
        for source in inputs_of(step).values()
        for literal in leaves(source)
        if isinstance(literal, Literal) and view.types[literal.type].kind in kinds
    )


def spans(view: PoolView, derivation: Derivation) -> None:
    """Law 1. Days between dates that were looked up about one thing are no age or term of another. Raises Refused.

    The days of daylight-saving time in Berlin are no child's age; the days from a birth to a visit are. A calculator
    takes any number, and a tool that is about the same entity may take its dates' span.
    """
    known = {step.id: step for step in derivation.steps}
    found, named = origins(view, derivation), _named(view, derivation, _THINGS)
    owners: dict[str, Origins] = {}
    for step in derivation.steps:
        sources = [ref for source in inputs_of(step).values() for ref in refs(source)]
        if not isinstance(step, OpStep):
            _own_days(view, step, owners, found)
        computed = isinstance(step, OpStep) or view.declared[step.tool].role == "processing"
        behind = [owners[ref.step] for ref in sources if computed]
        behind += [found[ref.step] & named for ref in sources if computed and _looked_up(view, ref, known)]
        owners[step.id] = frozenset[str]().union(*behind)


def _own_days(view: PoolView, step: Step, owners: Mapping[str, Origins], found: Mapping[str, Origins]) -> None:
    """A step that takes days takes them from dates of what else it is about. Raises Refused."""
    assert not isinstance(step, OpStep)
    for name, source in step.arguments.items():
        if DAYS not in view.ancestors(view.declared[step.tool].parameters[name].type):
            continue
        others = [_of(view, other, found) for each, other in inputs_of(step).items() if each != name]
        about = frozenset[str]().union(*others)
        for ref in refs(source):
            if owners[ref.step] and not owners[ref.step] & about:
                raise Refused("law:meaning", f"{step.tool}.{name} takes days between dates of something else")


def _names_entity(view: PoolView, source: Sources, known: Mapping[str, Step]) -> bool:
    return view.types[source_type(view, source, known)[0]].kind == "entity"


def _looked_up(view: PoolView, source: Ref, known: Mapping[str, Step]) -> bool:
    step = known[source.step]
    if isinstance(step, OpStep):
        return False
    return (
        view.types[source_type(view, source, known)[0]].kind in _NEVER_JOIN
        and view.declared[step.tool].role == "retrieval"
    )


def shared(view: PoolView, derivation: Derivation) -> None:
    """Law 12. The parts of a report hang together by what they come from. Raises Refused."""
    found = origins(view, derivation)
    for step in derivation.steps:
        if not isinstance(step, OpStep) or step.op != "record":
            continue
        parts = {name: _of(view, source, found) for name, source in step.inputs.items()}
        first, *rest = parts
        together, waiting = parts[first], list(rest)
        while near := [name for name in waiting if parts[name] & together]:
            together = together.union(*(parts[name] for name in near))
            waiting = [name for name in waiting if name not in near]
        if waiting:
            raise Refused("law:purpose", f"{first} and {waiting[0]} of the report have nothing in common")

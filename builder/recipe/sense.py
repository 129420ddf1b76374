"""The twelve laws of sense, each a small function with its name and reason (design page, "Laws of sense").

Functions that check declarations return a message or None; those that judge a candidate raise Refused.
Laws 4 (no positions) and 10 (no imputation) hold by construction: no operator takes a position, and
`derivation.resolve` never passes a null on. Law 8 (forward solvable) is the shape of a derivation: each
argument is a literal of the question or a place in an earlier result. Laws that follow a value through
several steps are in `origins.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import Any

from builder.errors import Refused
from builder.identity import canonical_json
from builder.recipe.plans import GENERIC, source_type
from builder.recipe.view import PoolView
from builder.recipe.wording import entity_text
from builder.records.derivations import CallStep, Derivation, Literal, MapStep, OpStep, Ref, Sources, Step
from builder.records.tools import Call, SemanticType, ToolSpec

ORDERED = {"argmax": "keys", "argmin": "keys", "rank": "keys"}
_NO_ORDER = ("nominal", "circular")

SENTINELS = frozenset(
    {"unknown", "n/a", "na", "none", "null", "nan", "not available", "not applicable", "-", "--", "?"}
)
"""Texts that stand for a missing value in tables."""

_SENTINEL_NUMBERS = (-999, -9999, 9999, 99999, -99999)


def meaning(view: PoolView, produced: str, wanted: str) -> str | None:
    """Law 1. A parameter takes its own type or a subtype; a calculator takes any quantity whose scale allows it."""
    if view.fits(produced, wanted):
        return None
    made, taken = view.types[produced], view.types[wanted]
    if wanted == GENERIC and made.kind == "quantity":
        if made.scale in ("circular", "logarithmic", "ordinal", "nominal"):
            return f"law:scale: {produced} has a {made.scale} scale and is not computed with"
        return None
    if GENERIC in view.ancestors(produced) and taken.kind == "quantity":
        # A calculator's or converter's result has the meaning that the scenario gives it.
        return None
    return f"law:meaning: {produced} is no {wanted}"


def scale_of_operator(view: PoolView, step: OpStep, known: Mapping[str, Step]) -> str | None:
    """Law 3. What is ordered must have an order; what is compared must be of one type."""

    def ordered(source: Sources) -> str | None:
        kind: SemanticType = view.types[source_type(view, source, known)[0]]
        if kind.kind in ("date", "time"):
            return None
        if kind.kind != "quantity" or kind.scale in _NO_ORDER:
            return f"law:scale: {kind.name} has no order"
        return None

    if step.op in ORDERED:
        return ordered(step.inputs[ORDERED[step.op]])
    relation = step.inputs.get("relation")
    strict = isinstance(relation, Literal) and relation.literal in (">", ">=", "<", "<=")
    if step.op == "filter" and strict:
        return ordered(step.inputs["keys"])
    if step.op == "compare":
        left, right = (source_type(view, step.inputs[side], known)[0] for side in ("left", "right"))
        if strict and (problem := ordered(step.inputs["left"])):
            return problem
        if GENERIC not in (left, right) and not (view.fits(left, right) or view.fits(right, left)):
            return f"law:subject: {left} and {right} are not compared"
    return None


def scale_of_call(view: PoolView, step: CallStep | MapStep, known: Mapping[str, Step], used: frozenset[str]) -> None:
    """Laws 2 and 3 for calculators: ratios need a ratio scale, sums an additive quantity, both sides one measure.

    Raises Refused.
    """
    operation = step.arguments.get("operation")
    name = operation.literal if isinstance(operation, Literal) else None
    if name in ("divide", "percent_of", "percent_change"):
        for source in step.arguments.values():
            for kind in _types(view, source, known):
                if kind.kind == "quantity" and kind.scale == "interval":
                    raise Refused("law:scale", f"no ratio of {kind.name}")
    if name == "add" and all(isinstance(step.arguments[side], Ref) for side in ("a", "b")):
        # A literal side is a change that the question names (a rate raised by a point); two looked-up ones are a sum.
        kinds = [kind for side in ("a", "b") for kind in _types(view, step.arguments[side], known)]
        if kinds[0].name == kinds[1].name and kinds[0].unit == "%" and not kinds[0].additive:
            raise Refused("law:scale", f"no sum of {kinds[0].name}")
    if name in ("add", "subtract", "percent_of", "percent_change"):
        _one_measure(view, [_types(view, step.arguments[side], known) for side in ("a", "b")], name)
    if step.tool.endswith(".describe_numbers"):
        kinds = _types(view, step.arguments["values"], known)
        _one_measure(view, [[kind] for kind in kinds], "describe")
        if "sum" in used:
            for kind in kinds:
                if kind.name != GENERIC and not kind.additive:
                    raise Refused("law:scale", f"no sum of {kind.name}")


def _one_measure(view: PoolView, sides: list[list[SemanticType]], operation: str) -> None:
    """Law 2: what is added, subtracted or set against each other measures the same thing.

    A calculator's result has the meaning that its scenario gives it, and a percentage may come off anything.
    """
    kinds = [kind for side in sides for kind in side if GENERIC not in view.ancestors(kind.name)]
    for first, second in pairwise(kinds):
        if first.unit != second.unit and "%" not in (first.unit, second.unit):
            raise Refused("law:subject", f"{operation} of {first.name} and {second.name}")


def _types(view: PoolView, source: Sources, known: Mapping[str, Step]) -> list[SemanticType]:
    items = source if isinstance(source, tuple) else (source,)
    return [view.types[source_type(view, item, known)[0]] for item in items]


def completeness(view: PoolView, derivation: Derivation) -> None:
    """Law 5. No aggregate, count, superlative or fan-out over a cut list. Raises Refused."""
    known = {step.id: step for step in derivation.steps}
    for step in derivation.steps:
        sources: Iterable[Sources] = ()
        if isinstance(step, MapStep):
            sources = (step.over,)
        elif isinstance(step, OpStep) and step.op != "record":
            sources = step.inputs.values()
        else:
            sources = [s for s in getattr(step, "arguments", {}).values() if isinstance(s, Ref)]
        for source in sources:
            if isinstance(source, Ref) and isinstance(known[source.step], CallStep):
                call = known[source.step]
                assert isinstance(call, CallStep)
                field = view.declared[call.tool].returns[source.field]
                if field.many and not field.complete:
                    raise Refused("law:completeness", f"{call.tool}.{source.field} is a cut list")


def subject(calls: Iterable[Call]) -> None:
    """Law 2. Quantities that meet are about one entity or about different peers, never one entity twice."""
    seen: set[str] = set()
    for call in calls:
        key = call.tool + canonical_json(call.arguments)
        if key in seen:
            raise Refused("law:subject", f"{call.tool} is asked the same thing twice")
        seen.add(key)


def time(view: PoolView, tools: Iterable[str], question: str) -> None:
    """Law 6. Facts that vary in time carry the name of their source. Raises Refused."""
    for provider in sorted({view.declared[tool].provider for tool in tools}):
        declared = view.providers[provider]
        if declared.say_source and declared.source.lower() not in question.lower():
            raise Refused("law:time", f"the question does not name {declared.source}")


def purpose(view: PoolView, derivation: Derivation) -> None:
    """Law 12. Branches of a choice are one type; parts of a report share a topic or a declared purpose."""
    known = {step.id: step for step in derivation.steps}
    for step in derivation.steps:
        if isinstance(step, OpStep) and step.op == "choose":
            if step.inputs["then"] == step.inputs["otherwise"]:
                raise Refused("law:purpose", "both branches are the same")
            then, otherwise = (source_type(view, step.inputs[side], known)[0] for side in ("then", "otherwise"))
            if GENERIC not in (then, otherwise) and not (view.fits(then, otherwise) or view.fits(otherwise, then)):
                raise Refused("law:purpose", f"the branches give {then} and {otherwise}")


def real_value(value: Any) -> None:
    """Law 11. An answer is a real value: not null, not empty, not a sentinel, not a bare zero. Raises Refused."""
    if value is None or value == "" or value == [] or value == {}:
        raise Refused("law:degenerate", "the answer is empty")
    if isinstance(value, str) and value.strip().lower() in SENTINELS:
        raise Refused("law:degenerate", f"the answer {value!r} stands for a missing value")
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        if value == 0:
            raise Refused("law:degenerate", "the answer is zero")
        if value in _SENTINEL_NUMBERS:
            raise Refused("law:degenerate", f"the answer {value} stands for a missing value")
    if isinstance(value, dict):
        for item in value.values():
            real_value(item)
        if len({str(item) for item in value.values()}) < len(value):
            raise Refused("law:degenerate", "two fields of the report are equal")
    if isinstance(value, list):
        for item in value:
            real_value(item)
        if len({str(item) for item in value}) < len(value):
            raise Refused("law:degenerate", "the answer holds a member twice")


def names(view: PoolView, literals: Iterable[Literal]) -> None:
    """Law 7. An entity is named as its type lists it, in words that show what the tools take. Raises Refused."""
    for literal in literals:
        if view.listing_type(literal.type) is None:
            continue
        values = literal.literal if isinstance(literal.literal, list) else [literal.literal]
        for value in values:
            if value not in view.entities(literal.type):
                raise Refused("law:names", f"{value!r} is no listed {view.types[literal.type].noun}")
            if str(value).lower() not in entity_text(view, literal.type, value).lower():
                raise Refused("law:names", f"{literal.type} {value!r} is written in a form that no tool takes")


def no_rivals(
    view: PoolView,
    derivation: Derivation,
    used: Mapping[str, set[str]],
    offered: Iterable[str],
    says: Mapping[str, frozenset[tuple[str, str]]],
) -> None:
    """Law 9. No other offered tool says of the same kind of thing what the derivation reads. Raises Refused.

    `says` holds the `rivals` of each tool.
    """
    called = {step.id: step.tool for step in derivation.steps if not isinstance(step, OpStep)}
    said = {pair for step, tool in called.items() for pair in rivals(view, tool, used[step])}
    for tool in sorted(set(offered) - set(called.values())):
        for about, field in sorted(said & says[tool]):
            raise Refused("law:rivals", f"{tool} gives {field} of a {about} too")


def rivals(view: PoolView, tool: str, fields: Iterable[str]) -> frozenset[tuple[str, str]]:
    """Law 9. What a tool says of what: (subject type, returned type) pairs that no other offered tool may give.

    A count or a text means little by its type alone, so there the field's name counts too.
    """
    spec = view.declared[tool]
    name = spec.subject or next((n for n, p in spec.parameters.items() if view.listing_type(p.type)), None)
    if name is None:
        return frozenset()
    about = spec.parameters[name].type
    return frozenset((about, _told(view, spec, f)) for f in fields if spec.returns[f].type != GENERIC)


def _told(view: PoolView, spec: ToolSpec, field: str) -> str:
    kind = view.types[spec.returns[field].type]
    broad = kind.name == "count" or kind.kind in ("text", "option", "boolean", "date", "time")
    return f"{kind.name} {field}" if broad else kind.name

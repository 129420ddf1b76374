"""The twelve laws of sense, each a small function with its name and reason (design page, "Laws of sense").

Functions that check declarations return a message or None; those that judge a candidate raise Refused.
Laws 4 (no positions) and 10 (no imputation) hold by construction: no operator takes a position, and
`derivation.resolve` never passes a null on. Law 8 (forward solvable) is the shape of a derivation: each
argument is a literal of the question or a place in an earlier result.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from builder.errors import Refused
from builder.identity import canonical_json
from builder.recipe.plans import GENERIC, source_type
from builder.recipe.view import PoolView
from builder.records.derivations import CallStep, Derivation, Literal, MapStep, OpStep, Ref, Sources, Step
from builder.records.tools import Call, SemanticType

ORDERED = {"argmax": "keys", "argmin": "keys", "rank": "keys"}
_NO_ORDER = ("nominal", "circular")


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
    """Law 3 for calculators: ratios need a ratio scale, sums an additive quantity. Raises Refused."""
    operation = step.arguments.get("operation")
    name = operation.literal if isinstance(operation, Literal) else None
    ratio = name in ("divide", "percent_of", "percent_change")
    total = "sum" in used and step.tool.endswith(".describe_numbers")
    for parameter, source in step.arguments.items():
        if parameter == "operation" or not (ratio or total):
            continue
        for kind in _types(view, source, known):
            if ratio and kind.kind == "quantity" and kind.scale == "interval":
                raise Refused("law:scale", f"no ratio of {kind.name}")
            if total and kind.name != GENERIC and not kind.additive:
                raise Refused("law:scale", f"no sum of {kind.name}")


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
    if isinstance(value, (int, float)) and not isinstance(value, bool) and value == 0:
        raise Refused("law:degenerate", "the answer is zero")
    if isinstance(value, dict):
        for item in value.values():
            real_value(item)
        if len({str(item) for item in value.values()}) < len(value):
            raise Refused("law:degenerate", "two fields of the report are equal")
    if isinstance(value, list) and len({str(item) for item in value}) < len(value):
        raise Refused("law:degenerate", "the answer holds a member twice")


def rivals(view: PoolView, tool: str, fields: Iterable[str]) -> frozenset[tuple[str, str]]:
    """Law 9. What a tool says of what: (subject type, returned type) pairs that no other offered tool may give."""
    spec = view.declared[tool]
    name = spec.subject or next((n for n, p in spec.parameters.items() if view.listing_type(p.type)), None)
    if name is None:
        return frozenset()
    about = spec.parameters[name].type
    return frozenset((about, spec.returns[f].type) for f in fields if spec.returns[f].type != GENERIC)

"""Other results that a call might have given: what the sensitivity gate asks "what if" with.

Each is valid by type. Made-up ones come first, since they need no call; then real results of the same tool
for other entities, whose fields fit together as only real ones do (a place with its own time zone).
"""

from __future__ import annotations

import datetime
import random
from collections.abc import Iterable, Sequence
from typing import Any

from builder.recipe.derivation import Evidence, Made, inputs_of, refs
from builder.recipe.view import PoolView
from builder.records.base import Json
from builder.records.derivations import Derivation, OpStep
from builder.records.tools import Call, Return, SemanticType

MADE_UP = 12
"""Other results made up per call: enough that one overtakes the best of several peers, in each direction."""

OTHER_ENTITIES = 12
"""Other entities put in place of one: enough that a comparison of two would turn in almost every case."""

REAL = 6
"""Other entities that the tool is really asked about."""


def made_up(
    view: PoolView,
    derivation: Derivation,
    evidence: Evidence,
    made: Made,
    fields: Sequence[str],
    rng: random.Random,
) -> Iterable[dict[str, Any]]:
    """Type-valid other results of a call: all fields that are used change, each in its own way."""
    returns = view.declared[made.call.tool].returns
    options = [
        _other_values(view, returns[name], _peers(evidence, made, name))
        or _other_entities(view, derivation, made, name, rng)
        for name in fields
    ]
    most = max((len(values) for values in options), default=0)
    # One step apart per field first, so that a ratio of two fields does not stay what it was; then in step, since
    # a member may have to pass two thresholds at once.
    for apart in (1, 0) if len(options) > 1 else (1,):
        for number in range(min(most, MADE_UP)):
            changed = {
                name: values[(number + apart * place) % len(values)]
                for place, (name, values) in enumerate(zip(fields, options, strict=True))
                if values
            }
            if changed:
                yield {**made.result, **changed}


def real_calls(view: PoolView, made: Made, rng: random.Random) -> list[Call]:
    """The same call about other entities. Empty for tools that take none."""
    spec = view.declared[made.call.tool]
    for name, value in made.call.arguments.items():
        parameter = spec.parameters[name]
        if isinstance(value, list) or view.listing_type(parameter.type) is None:
            continue
        if parameter.coverage is not None:
            coverage = parameter.coverage
            pool = view.values(coverage.table, coverage.column, coverage.where)
        else:
            pool = list(view.entities(parameter.type))
        chosen = rng.sample(pool, min(len(pool), REAL + 1))
        others = [other for other in chosen if other != value][:REAL]
        return [Call(spec.id, {**made.call.arguments, name: other}) for other in others]
    return []


def _peers(evidence: Evidence, made: Made, name: str) -> list[Any]:
    """A field's value, then the same field of the other calls of the tool: what it may have to overtake."""
    others = [m.result[name] for m in evidence.made if m.call.tool == made.call.tool and m is not made]
    return [made.result[name], *others]


def _other_values(view: PoolView, field: Return, peers: list[Any]) -> list[Any]:
    """Other lists, booleans, numbers, dates and times; nothing for entities and texts."""
    kind, value = view.types[field.type], peers[0]
    if isinstance(value, list):
        # Two halves without overlap: whatever the answer rests on is missing from one of them.
        middle = len(value) // 2
        return [value[middle:], value[:middle], value[1:], value[:-1]]
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, (int, float)):
        return _other_numbers(kind, value, [peer for peer in peers if isinstance(peer, (int, float))])
    if kind.kind == "date":
        # Whole weeks keep the weekday: data of working days stay within reach.
        day = datetime.date.fromisoformat(value)
        return [(day + datetime.timedelta(days=shift)).isoformat() for shift in (35, -35, 7, -7, 1, -364)]
    if kind.kind == "time" and "T" in str(value):
        moment = datetime.datetime.fromisoformat(value)
        return [
            (moment + datetime.timedelta(hours=shift)).isoformat(timespec="minutes")
            for shift in (5, -3, 31, -29, 0.5, -0.5)
        ]
    return []


def _other_entities(view: PoolView, derivation: Derivation, made: Made, name: str, rng: random.Random) -> list[Any]:
    value = made.result[name]
    kind = view.types[view.declared[made.call.tool].returns[name].type]
    pool = _accepted(view, derivation, made.step, name) or list(view.entities(kind.name)) or _enum(kind)
    others = [item for item in rng.sample(pool, min(len(pool), OTHER_ENTITIES + 1)) if item != value]
    return others[:OTHER_ENTITIES] or _other_texts(value)


def _other_texts(value: Json) -> list[str]:
    """Texts of no list: halves and another order (of a sequence these are sequences), or plainly another text."""
    text = str(value)
    middle = len(text) // 2
    return [other for other in (text[middle:], text[:middle], text[::-1]) if other not in ("", text)] or [f"{text}X"]


def _enum(kind: SemanticType) -> list[Any]:
    return list(kind.json_schema.get("enum", ()))


def _other_numbers(kind: SemanticType, value: float, peers: Sequence[float]) -> list[float]:
    low = kind.json_schema.get("minimum", kind.low)
    high = kind.json_schema.get("maximum", kind.high)
    top, bottom = max(peers), min(peers)
    # Past all peers first, so that a superlative answers at once; then nearer, for tools that take only a narrow
    # range; then just past each peer, for values that win by lying close to something.
    shifted: list[float] = [top * 1.6 + 3, bottom * 0.4, value * 10, value / 10, value * 1.1, value * 0.9]
    shifted += [edge for peer in (top, bottom) for edge in (peer * 1.03, peer * 0.97)]
    clamped = [min(max(v, low if low is not None else v), high if high is not None else v) for v in shifted]
    whole = isinstance(value, int) or kind.json_schema.get("type") == "integer"
    others = [int(v) if whole else round(v, kind.decimals if kind.decimals is not None else 6) for v in clamped]
    return [v for v in dict.fromkeys(others) if v != value]


def _accepted(view: PoolView, derivation: Derivation, step: str, name: str) -> list[Any]:
    """Values that the consumers of a field know, so that the what-if reaches the answer."""
    for consumer in derivation.steps:
        if isinstance(consumer, OpStep):
            continue
        for parameter, source in inputs_of(consumer).items():
            if any(ref.step == step and ref.field == name for ref in refs(source)):
                coverage = view.declared[consumer.tool].parameters[parameter].coverage
                if coverage is not None:
                    return view.values(coverage.table, coverage.column, coverage.where)
    return []

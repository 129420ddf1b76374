"""Declared scenarios: the ways through their rounds, and a plan of one with its slot values."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping, Sequence
from typing import Any

from builder.recipe.plans import GENERIC, Plan, PlannedRound, answer_spec, source_type
from builder.recipe.view import PoolView
from builder.records.derivations import (
    AnswerSpec,
    CallStep,
    Literal,
    MapStep,
    OpStep,
    Ref,
    Source,
    Sources,
    Step,
)
from builder.records.exemplars import AnswerTemplate, RoundTemplate, Scenario, Slot, StepTemplate

_REFERENCE = re.compile(r"^\$([A-Za-z_]\w*)(?:\.([A-Za-z_]\w*))?$")


Route = Sequence[int]
"""Places in `scenario.rounds` of the rounds that one draw takes, in order."""


def routes(scenario: Scenario) -> list[tuple[int, ...]]:
    """All ways through the rounds: one of each round and its alternatives. The first takes no alternative."""
    groups: list[list[int]] = []
    for number, part in enumerate(scenario.rounds):
        if part.alternative:
            groups[-1].append(number)
        else:
            groups.append([number])
    return list(itertools.product(*groups))


def tools_of(scenario: Scenario, route: Route | None = None) -> tuple[str, ...]:
    """Ids of the tools that the scenario's rounds call, sorted: all of them, or those of a route."""
    parts = scenario.rounds if route is None else [scenario.rounds[number] for number in route]
    return tuple(sorted({step.tool for part in parts for step in part.steps if step.tool}))


def bind(view: PoolView, scenario: Scenario, values: Mapping[str, Any], route: Route | None = None) -> Plan:
    """The plan of a scenario with these slot values, by default along its first route.

    Raises KeyError or ValueError on a broken scenario.
    """
    parts = [scenario.rounds[number] for number in (routes(scenario)[0] if route is None else route)]
    literals = {name: Literal(literal=values[name], type=slot.type) for name, slot in scenario.slots.items()}
    words = {
        name: slot.words[_json_text(values[name])]
        for name, slot in scenario.slots.items()
        if _json_text(values[name]) in slot.words
    }
    known: dict[str, Step] = {}
    rounds: list[PlannedRound] = []
    for part in parts:
        steps = []
        for template in part.steps:
            step = _step(view, template, literals)
            known[step.id] = step
            steps.append(step)
        answer, spec, extra = answer_of(view, part.answer, literals, known, f"answer{len(rounds) + 1}")
        if extra is not None:
            known[extra.id] = extra
            steps.append(extra)
        wordings = tuple((register, text) for register, texts in part.ask.items() for text in texts)
        rounds.append(PlannedRound(part.move, tuple(steps), answer, spec, wordings, part.frame))
    return Plan(literals, tuple(rounds), note=scenario.source_note, words=words, uses=_uses(scenario, parts))


def _uses(scenario: Scenario, parts: Sequence[RoundTemplate]) -> dict[str, frozenset[str]]:
    """Which slots each step takes; a round's record step counts under its own id."""
    found: dict[str, frozenset[str]] = {}
    for number, part in enumerate(parts, 1):
        for step in part.steps:
            values = [*step.arguments.values(), step.over, *step.inputs.values()]
            found[step.id] = frozenset(_slots(values, scenario))
        if isinstance(part.answer.value, dict):
            found[f"answer{number}"] = frozenset(_slots(list(part.answer.value.values()), scenario))
    return found


def _slots(values: list[Any], scenario: Scenario) -> set[str]:
    texts = [item for value in values for item in (value if isinstance(value, list) else [value])]
    return {text[1:] for text in texts if isinstance(text, str) and text.startswith("$") and text[1:] in scenario.slots}


def _json_text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _source(value: Any, literals: Mapping[str, Literal], kind: str) -> Sources:
    """`$slot`, `$step.field`, `$op`, a list of those, or a fixed literal of type `kind`."""
    if isinstance(value, list):
        return tuple(_one(item, literals, kind) for item in value)
    return _one(value, literals, kind)


def _one(value: Any, literals: Mapping[str, Literal], kind: str) -> Literal | Ref:
    match = _REFERENCE.match(value) if isinstance(value, str) else None
    if match is None:
        return Literal(literal=value, type=kind)
    name, field = match.groups()
    if field is None and name in literals:
        return literals[name]
    return Ref(step=name, field=field or "")


def _step(view: PoolView, template: StepTemplate, literals: Mapping[str, Literal]) -> Step:
    if template.op is not None:
        inputs = {name: _source(value, literals, GENERIC) for name, value in template.inputs.items()}
        return OpStep(id=template.id, op=template.op, inputs=inputs)
    assert template.tool is not None
    parameters = view.declared[template.tool].parameters
    arguments = {name: _source(value, literals, parameters[name].type) for name, value in template.arguments.items()}
    if template.parameter is None:
        return CallStep(id=template.id, tool=template.tool, arguments=arguments)
    over = _source(template.over, literals, parameters[template.parameter].type)
    return MapStep(id=template.id, tool=template.tool, over=over, parameter=template.parameter, arguments=arguments)


def answer_of(
    view: PoolView,
    template: AnswerTemplate,
    literals: Mapping[str, Literal],
    known: Mapping[str, Step],
    identity: str,
) -> tuple[Source, AnswerSpec, OpStep | None]:
    """Where an answer stands and how it is read; of a report also the step `identity` that makes it."""
    if isinstance(template.value, dict):
        inputs = {name: _source(value, literals, GENERIC) for name, value in template.value.items()}
        fields = {
            name: _field(answer_spec(view, source_type(view, source, known)), name, template.decimals)
            for name, source in inputs.items()
        }
        step = OpStep(id=identity, op="record", inputs=inputs)
        return Ref(step=identity), AnswerSpec(kind="record", fields=fields), step
    source = _one(template.value, literals, GENERIC)
    spec = answer_spec(
        view,
        source_type(view, source, known),
        as_type=template.type,
        decimals=None if isinstance(template.decimals, dict) else template.decimals,
        unit=template.unit,
        as_kind=template.kind,
    )
    return source, spec, None


def _field(spec: AnswerSpec, name: str, decimals: int | dict[str, int] | None) -> AnswerSpec:
    """The spec of a record's field, with its decimals. Whole numbers and what is no number have none."""
    places = decimals.get(name) if isinstance(decimals, dict) else decimals
    return spec if places is None or spec.decimals is None else spec.model_copy(update={"decimals": places})


def sample_value(view: PoolView, slot: Slot) -> Any:
    """Some value of the slot's shape, for static checks only."""
    if slot.choices:
        return slot.choices[0]
    return {"quantity": slot.low or 1, "date": slot.first or "2020-01-01"}.get(view.types[slot.type].kind, "x")

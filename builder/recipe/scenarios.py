"""Declared scenarios: check them against the pool, and turn one with its slot values into a plan."""

from __future__ import annotations

import re
import string
from collections.abc import Mapping
from typing import Any

from builder.errors import SpecProblem
from builder.recipe.operators import INPUTS
from builder.recipe.plans import GENERIC, Plan, PlannedRound, answer_spec, source_type
from builder.recipe.sense import meaning, scale_of_operator
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
from builder.records.exemplars import AnswerTemplate, Scenario, Slot, StepTemplate
from builder.records.tools import Parameter

_REFERENCE = re.compile(r"^\$([A-Za-z_]\w*)(?:\.([A-Za-z_]\w*))?$")


def tools_of(scenario: Scenario) -> tuple[str, ...]:
    """Ids of all tools that the scenario's rounds call, sorted."""
    return tuple(sorted({step.tool for part in scenario.rounds for step in part.steps if step.tool}))


def bind(view: PoolView, scenario: Scenario, values: Mapping[str, Any]) -> Plan:
    """The plan of a scenario with these slot values. Raises KeyError or ValueError on a broken scenario."""
    literals = {name: Literal(literal=values[name], type=slot.type) for name, slot in scenario.slots.items()}
    words = {
        name: slot.words[_json_text(values[name])]
        for name, slot in scenario.slots.items()
        if _json_text(values[name]) in slot.words
    }
    known: dict[str, Step] = {}
    rounds: list[PlannedRound] = []
    for part in scenario.rounds:
        steps = []
        for template in part.steps:
            step = _step(view, template, literals)
            known[step.id] = step
            steps.append(step)
        answer, spec, extra = _answer(view, part.answer, literals, known, f"answer{len(rounds) + 1}")
        if extra is not None:
            known[extra.id] = extra
            steps.append(extra)
        wordings = tuple((register, text) for register, texts in part.ask.items() for text in texts)
        rounds.append(PlannedRound(part.move, tuple(steps), answer, spec, wordings))
    return Plan(literals, tuple(rounds), note=scenario.source_note, words=words, uses=_uses(scenario))


def _uses(scenario: Scenario) -> dict[str, frozenset[str]]:
    """Which slots each step takes; a round's record step counts under its own id."""
    found: dict[str, frozenset[str]] = {}
    for number, part in enumerate(scenario.rounds, 1):
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


def _answer(
    view: PoolView,
    template: AnswerTemplate,
    literals: Mapping[str, Literal],
    known: Mapping[str, Step],
    identity: str,
) -> tuple[Source, AnswerSpec, OpStep | None]:
    if isinstance(template.value, dict):
        inputs = {name: _source(value, literals, GENERIC) for name, value in template.value.items()}
        fields = {name: answer_spec(view, source_type(view, source, known)) for name, source in inputs.items()}
        step = OpStep(id=identity, op="record", inputs=inputs)
        return Ref(step=identity), AnswerSpec(kind="record", fields=fields), step
    source = _one(template.value, literals, GENERIC)
    spec = answer_spec(
        view,
        source_type(view, source, known),
        as_type=template.type,
        decimals=template.decimals,
        unit=template.unit,
        as_kind=template.kind,
    )
    return source, spec, None


def check_scenario(view: PoolView, scenario: Scenario) -> list[SpecProblem]:
    """Everything wrong with a scenario that can be known before it runs."""
    file = f"exemplars/{scenario.id.replace('.', '/')}.toml"
    problems: list[SpecProblem] = []

    def report(key: str, problem: str, remedy: str) -> None:
        problems.append(SpecProblem(file, key, problem, remedy))

    for name, slot in scenario.slots.items():
        if slot.type not in view.types:
            report(f"slots.{name}.type", f"unknown type {slot.type}", "declare it or correct it")
    for number, part in enumerate(scenario.rounds):
        for step in part.steps:
            _check_step(view, step, f"rounds.{number}.{step.id}", report)
        for register, texts in part.ask.items():
            for text in texts:
                for problem in _wording_problems(text, scenario):
                    report(f"rounds.{number}.ask.{register}", problem, "place slots as {slot}")
    if problems:
        return problems
    try:
        plan = bind(view, scenario, {name: sample_value(view, slot) for name, slot in scenario.slots.items()})
    except (KeyError, ValueError) as error:
        report(
            "rounds",
            f"a reference cannot be resolved: {error}",
            "use a slot, $step.field or $op declared before",
        )
        return problems
    known: dict[str, Step] = {}
    for number, planned in enumerate(plan.rounds):
        for built in planned.steps:
            known[built.id] = built
            for key, problem in _type_problems(view, built, known):
                report(
                    f"rounds.{number}.{built.id}.{key}",
                    problem,
                    "feed it a value of the declared type (law 1, 3)",
                )
    return problems


def sample_value(view: PoolView, slot: Slot) -> Any:
    """Some value of the slot's shape, for static checks only."""
    if slot.choices:
        return slot.choices[0]
    return {"quantity": slot.low or 1, "date": slot.first or "2020-01-01"}.get(view.types[slot.type].kind, "x")


def _wording_problems(text: str, scenario: Scenario) -> list[str]:
    try:
        names = [name for _, name, _, _ in string.Formatter().parse(text) if name is not None]
    except ValueError as error:
        return [f"broken braces: {error}"]
    return [f"{{{name}}} is no slot" for name in names if name not in scenario.slots]


def _check_step(view: PoolView, step: StepTemplate, key: str, report: Any) -> None:
    if step.op is not None:
        wanted = INPUTS.get(step.op)
        if wanted is None:
            report(key, f"unknown operator {step.op}", f"use one of {', '.join(sorted(INPUTS))}")
        elif wanted and set(step.inputs) != wanted:
            report(key, f"{step.op} takes {sorted(wanted)}, found {sorted(step.inputs)}", "correct the inputs")
        return
    assert step.tool is not None
    spec = view.declared.get(step.tool)
    if spec is None:
        report(key, f"unknown tool {step.tool}", "correct the id, or add the tool")
        return
    given = set(step.arguments) | ({step.parameter} if step.parameter else set())
    for name in sorted(given - set(spec.parameters)):
        report(key, f"{step.tool} has no parameter {name}", f"it has {', '.join(spec.parameters)}")
    for name, parameter in spec.parameters.items():
        if parameter.required and name not in given:
            report(key, f"{step.tool} needs {name}", "add the argument")


def _type_problems(view: PoolView, step: Step, known: Mapping[str, Step]) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    try:
        if isinstance(step, OpStep):
            problem = scale_of_operator(view, step, known)
            return [("inputs", problem)] if problem else []
        parameters = view.declared[step.tool].parameters
        sources: dict[str, Sources] = dict(step.arguments)
        for name, source in sources.items():
            problem = _binding(view, source, parameters[name], known)
            if problem:
                found.append((f"arguments.{name}", problem))
        if isinstance(step, MapStep):
            kind, many = source_type(view, step.over, known)
            problem = meaning(view, kind, parameters[step.parameter].type)
            if not many:
                problem = "a fan-out goes over a list"
            if problem:
                found.append(("over", problem))
    except KeyError as error:
        found.append(("-", f"unknown step or field {error}"))
    return found


def _binding(view: PoolView, source: Sources, parameter: Parameter, known: Mapping[str, Step]) -> str | None:
    kind, many = source_type(view, source, known)
    if many != parameter.many:
        return f"a {'list' if many else 'single value'} cannot be bound here"
    return meaning(view, kind, parameter.type)

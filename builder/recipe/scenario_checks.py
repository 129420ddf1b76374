"""What can be wrong with a declared scenario, found before anything runs."""

from __future__ import annotations

import string
from collections.abc import Mapping
from typing import Any

from builder.errors import SpecProblem
from builder.recipe.frames.about import ABOUT
from builder.recipe.operators import INPUTS
from builder.recipe.plans import source_type
from builder.recipe.scenarios import Route, bind, routes, sample_value
from builder.recipe.sense import meaning, scale_of_operator
from builder.recipe.variation import variation_problems
from builder.recipe.view import PoolView
from builder.records.derivations import MapStep, OpStep, Sources, Step
from builder.records.exemplars import Scenario, Slot, StepTemplate
from builder.records.tools import Parameter


def check_scenario(view: PoolView, scenario: Scenario) -> list[SpecProblem]:
    """Everything wrong with a scenario that can be known before it runs."""
    file = f"exemplars/{scenario.id.replace('.', '/')}.toml"
    problems: list[SpecProblem] = []

    def report(key: str, problem: str, remedy: str) -> None:
        problems.append(SpecProblem(file, key, problem, remedy))

    for name, slot in scenario.slots.items():
        if slot.type not in view.types:
            report(f"slots.{name}.type", f"unknown type {slot.type}", "declare it or correct it")
            continue
        for number, identity in enumerate(slot.describe):
            if wrong := _description_problem(view, slot, identity):
                report(f"slots.{name}.describe.{number}", *wrong)
    for number, part in enumerate(scenario.rounds):
        if part.frame not in ABOUT:
            expected = f"expected one of {', '.join(sorted(ABOUT))}"
            report(f"rounds.{number}.frame", f"no frame {part.frame!r}, {expected}", "docs/frames.md says what each is")
        for step in part.steps:
            _check_step(view, step, f"rounds.{number}.{step.id}", report)
        for register, texts in part.ask.items():
            for text in texts:
                for problem in _wording_problems(text, scenario):
                    report(f"rounds.{number}.ask.{register}", problem, "place slots as {slot}")
    if problems:
        return problems
    seen: set[tuple[str, str]] = set()
    for route in routes(scenario):
        for key, problem, remedy in _route_problems(view, scenario, route):
            if (key, problem) not in seen:
                seen.add((key, problem))
                report(key, problem, remedy)
    if not problems:
        for key, problem, remedy in variation_problems(view, scenario):
            report(key, problem, remedy)
    return problems


def _description_problem(view: PoolView, slot: Slot, identity: str) -> tuple[str, str] | None:
    """Problem and remedy of a description: a field of the slot's type that its tool says how to describe by."""
    tool, _, field = identity.partition("#")
    spec = view.declared.get(tool)
    if spec is None or field not in spec.returns:
        return f"there is no field {identity}", "name a tool and its field: general.airports.airport_profile#country"
    returned = spec.returns[field]
    if returned.describes is None:
        return (
            f"{identity} describes nothing",
            "its spec needs `describes`, a phrase such as `the capital of {country}`",
        )
    if not view.fits(returned.type, slot.type):
        return f"{identity} is no {slot.type}", "name a field of the slot's type or of one under it"
    return None


def _route_problems(view: PoolView, scenario: Scenario, route: Route) -> list[tuple[str, str, str]]:
    """Key, problem and remedy of what is wrong along one way through the rounds."""
    try:
        values = {name: sample_value(view, slot) for name, slot in scenario.slots.items()}
        plan = bind(view, scenario, values, route)
    except (KeyError, ValueError) as error:
        way = f"rounds {', '.join(map(str, route))}: " if len(routes(scenario)) > 1 else ""
        found = f"{way}a reference cannot be resolved: {error}"
        return [("rounds", found, "use a slot, $step.field or $op declared before")]
    known: dict[str, Step] = {}
    problems = []
    for number, planned in zip(route, plan.rounds, strict=True):
        for built in planned.steps:
            known[built.id] = built
            for key, problem in type_problems(view, built, known):
                place = f"rounds.{number}.{built.id}.{key}"
                problems.append((place, problem, "feed it a value of the declared type (law 1, 3)"))
    return problems


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


def type_problems(view: PoolView, step: Step, known: Mapping[str, Step]) -> list[tuple[str, str]]:
    """Key and problem of each source whose type the step does not take (laws 1 and 3)."""
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

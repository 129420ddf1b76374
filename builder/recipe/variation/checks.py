"""What can be wrong with the variations of a scenario, found before anything runs."""

from __future__ import annotations

from collections.abc import Iterator

from builder.recipe.derivation import needed
from builder.recipe.plans import GENERIC
from builder.recipe.scenarios import bind, routes, sample_value
from builder.recipe.variation.forms import FORMS, Form
from builder.recipe.variation.options import compared
from builder.recipe.variation.planning import place_of
from builder.recipe.view import PoolView
from builder.recipe.wording import slots_in
from builder.records.derivations import AnswerSpec
from builder.records.exemplars import Scenario, Variation

Problem = tuple[str, str, str]
"""Key, problem, remedy."""

_NO_ORDER = ("nominal", "circular")
_OPTIONS = frozenset({"options", "choice"})


def variation_problems(view: PoolView, scenario: Scenario) -> list[Problem]:
    """Everything wrong with the variations of a scenario whose rounds are sound."""
    found: list[Problem] = []
    for number, variation in enumerate(scenario.vary):
        key = f"vary.{number}"
        problems = list(_names(scenario, variation)) or list(_sense(view, scenario, variation))
        found += [(f"{key}.{name}", problem, remedy) for name, problem, remedy in problems]
    return found


def _names(scenario: Scenario, variation: Variation) -> Iterator[Problem]:
    """Slots, round and braces."""
    for slot in variation.slots:
        if slot not in scenario.slots:
            yield "slots", f"{slot} is no slot", f"the scenario has {', '.join(scenario.slots)}"
    for name in sorted(_OPTIONS & scenario.slots.keys()):
        yield "slots", f"a slot is called {name}", "settings place the options by that name: rename the slot"
    if variation.round is not None and variation.round > len(scenario.rounds):
        yield "round", f"there is no round {variation.round}", f"count from 1 to {len(scenario.rounds)}"
    texts = {"option": variation.option, **{f"setting.{name}": text for name, text in variation.setting.items()}}
    texts |= {f"ask.{form}.{n}": text for form, asked in variation.ask.items() for n, text in enumerate(asked)}
    for key, text in texts.items():
        try:
            slots_in(text)
        except ValueError as error:
            yield key, f"broken braces: {error}", "write places as {name}"


def _sense(view: PoolView, scenario: Scenario, variation: Variation) -> Iterator[Problem]:
    """What is compared, and that the words place what it needs."""
    place = place_of(scenario, variation)
    route = next(route for route in routes(scenario) if place in route)
    values = {name: sample_value(view, slot) for name, slot in scenario.slots.items()}
    plan = bind(view, scenario, values, route)
    try:
        base = compared(view, variation, plan, route.index(place))
        steps = needed(base.steps, base.answer)
    except (KeyError, ValueError) as error:
        yield "answer", f"a reference cannot be resolved: {error}", "use $step.field or $op of these rounds"
        return
    used = frozenset[str]().union(*(plan.uses.get(step.id, frozenset()) for step in steps))
    for slot in sorted(set(variation.slots) - used):
        yield "slots", f"the answer does not depend on {slot}", "vary a slot that it depends on"
    kind = view.types[base.spec.type].kind if base.spec.type else base.spec.kind
    for name, form in FORMS.items():
        if name in variation.ask:
            yield from _form(view, scenario, variation, (name, form), base.spec, kind)
    yield from _words(variation, used)


def _form(
    view: PoolView,
    scenario: Scenario,
    variation: Variation,
    asked: tuple[str, Form],
    spec: AnswerSpec,
    kind: str,
) -> Iterator[Problem]:
    """Whether a form goes with what is compared, and whether its texts place what it needs."""
    name, form = asked
    key = f"ask.{name}"
    if spec.kind not in ("number", "date", "text") or kind not in form.kinds:
        shown = spec.kind if spec.kind in ("record", "set", "list", "boolean", "entity") else kind
        yield key, f"a value of kind {shown} is not asked so", f"{name} goes with {', '.join(form.kinds)}"
        return
    declared = view.types[spec.type]
    if kind == "quantity" and declared.scale in _NO_ORDER:
        yield key, f"{spec.type} has no order", "vary another round"
    if form.ratio and declared.scale != "ratio":
        yield key, f"{spec.type} has no ratio scale", "leave the form out (law 3)"
    if form.sums and not declared.additive and GENERIC not in view.ancestors(spec.type):
        yield key, f"{spec.type} is not additive", "leave the form out (law 3)"
    if form.names and scenario.slots[variation.slots[0]].words:
        yield key, f"{variation.slots[0]} is written in words of its own", "no option can be named by it: leave it out"
    missing = [tool for tool in form.tools if tool not in view.declared]
    if missing:
        yield key, f"it needs {missing[0]}", "the pool has no such tool: leave the form out"
    may = form.places | ({"a", "b"} if form.larger_first else frozenset())
    for number, text in enumerate(variation.ask[name]):  # type: ignore[index]
        placed = slots_in(text)
        for place in sorted(form.places - placed):
            yield f"{key}.{number}", f"it does not place {{{place}}}", "each text of this form does"
        for place in sorted(placed - may):
            yield f"{key}.{number}", f"{{{place}}} has no place here", f"it takes {', '.join(sorted(may))}"


def _words(variation: Variation, used: frozenset[str]) -> Iterator[Problem]:
    """Settings place the options once, and every other slot that the answer depends on; an option places its slots."""
    varied = frozenset(variation.slots)
    inside = slots_in(variation.option) if variation.option else varied
    for slot in sorted(varied - inside):
        yield "option", f"it does not place {{{slot}}}", "an option says all that varies"
    for slot in sorted(inside - varied):
        yield "option", f"{{{slot}}} does not vary", "place it in the settings"
    for register, text in variation.setting.items():
        key, placed = f"setting.{register}", slots_in(text)
        if len(placed & _OPTIONS) != 1:
            yield key, "it does not place the options", "write {options} or {choice} once"
        rest = placed - _OPTIONS
        for slot in sorted(used - varied - rest):
            yield key, f"it does not place {{{slot}}}", "the answer depends on it (law 7)"
        for slot in sorted(rest - (used - varied)):
            yield key, f"{{{slot}}} has no place here", "place what the answer depends on, the options as {options}"

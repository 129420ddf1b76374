"""Plan a variation: draw its forms and other options, and add a round for each form to a plan."""

from __future__ import annotations

import random
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from builder.errors import DerivationError, Refused
from builder.recipe.derivation import moved, renamed
from builder.recipe.frames.about import FRAME_OF
from builder.recipe.plans import Plan, PlannedRound, answer_spec, folded
from builder.recipe.scenarios import routes, tools_of
from builder.recipe.variation.forms import FORMS, Form, Options
from builder.recipe.variation.options import Maker, Option, gather
from builder.recipe.view import PoolView
from builder.recipe.wording import fill, listed, literal_text, slots_in
from builder.records.base import Json
from builder.records.derivations import Literal, Step
from builder.records.exemplars import Scenario, Variation
from builder.records.tools import Call, Result

OTHERS = 10
"""Further options that a draw holds: not all of them go together."""


def wish(
    scenario: Scenario, rng: random.Random, values: Callable[[random.Random, Scenario], Mapping[str, Json]]
) -> dict[str, Json]:
    """What a draw asks of a variation: which one, its forms, how many options, values for them, the way it goes.

    `values` draws a whole set of slot values; of each set the varied slots are taken. Two forms are asked one
    after the other about the same options, where two go together: the last that holds becomes the task.
    """
    number = rng.randrange(len(scenario.vary))
    variation = scenario.vary[number]
    aimed = rng.choice(sorted(variation.ask))
    count = rng.choice(FORMS[aimed].counts)
    before = sorted(form for form in variation.ask if form != aimed and count in FORMS[form].counts)
    forms = [*([rng.choice(before)] if before else []), aimed]
    others: list[dict[str, Json]] = []
    for _ in range(OTHERS):
        drawn = values(rng, scenario)
        other = {slot: drawn[slot] for slot in variation.slots}
        if other not in others:
            others.append(other)
    ways = [route for route in routes(scenario) if place_of(scenario, variation) in route]
    return {"number": number, "forms": forms, "count": count, "others": others, "route": list(rng.choice(ways))}


def place_of(scenario: Scenario, variation: Variation) -> int:
    """Place in the scenario's rounds of the round that a variation compares."""
    return len(scenario.rounds) - 1 if variation.round is None else variation.round - 1


def tools_for(scenario: Scenario, asked: Mapping[str, Any]) -> tuple[str, ...]:
    """Tools that a draw of a variation may call."""
    last = place_of(scenario, scenario.vary[asked["number"]])
    taken = [number for number in asked["route"] if number <= last]
    forms = {tool for form in asked["forms"] for tool in FORMS[form].tools}
    return tuple(sorted({*tools_of(scenario, taken), *forms}))


def maker_of(view: PoolView, scenario: Scenario, values: Mapping[str, Json], asked: Mapping[str, Any]) -> Maker:
    """What makes the options that a draw asks for."""
    variation, route = scenario.vary[asked["number"]], tuple(asked["route"])
    return Maker(view, scenario, variation, values, route, route.index(place_of(scenario, variation)))


def vary(maker: Maker, plan: Plan, asked: Mapping[str, Any], rng: random.Random) -> Generator[Call, Result, Plan]:
    """The plan up to the compared round, all in one round, and after it a round for each form.

    Where the options do not go together, or a form does not suit them, the plan says why (`lost`).
    """
    before = plan.rounds[: maker.place + 1]
    try:
        options = yield from gather(maker, asked["others"], asked["count"])
    except (Refused, DerivationError) as error:
        return replace(plan, rounds=before, lost=(error.reason, str(error)))
    varied = _with_options(replace(plan, rounds=folded(before, 1)), maker.variation, options)
    new = _new_steps(options)
    for name in asked["forms"]:
        try:
            varied = _asking(maker, varied, name, (options, new), rng)
        except (Refused, DerivationError) as error:
            varied = replace(varied, lost=(error.reason, f"{name}: {error}"))
            continue
        new = []
    return varied


def _new_steps(options: Sequence[Option]) -> list[Step]:
    """The steps of the options but the first, whose steps are those of the round before; shared ones are there too."""
    own = {step.id for step in options[0].steps}
    return [step for option in options[1:] for step in option.steps if step.id not in own]


def _with_options(plan: Plan, variation: Variation, options: Sequence[Option]) -> Plan:
    """The plan with the slots of all options: their literals, their own words, and the steps that take them."""
    literals, words, uses = dict(plan.literals), dict(plan.words), dict(plan.uses)
    for option in options:
        uses.update(option.uses)
        for slot in variation.slots:
            literals[slot + option.mark] = option.plan.literals[slot]
            if slot in option.plan.words:
                words[slot + option.mark] = option.plan.words[slot]
    return replace(plan, literals=literals, words=words, uses=uses)


def _asking(
    maker: Maker, plan: Plan, name: str, have: tuple[Sequence[Option], Sequence[Step]], rng: random.Random
) -> Plan:
    """The plan with a round more. `have` are the options, and those of their steps that no round before has taken."""
    (options, new), form = have, FORMS[name]
    ordered = _ordered(options, form)
    made = form.build(_values(maker.view, maker.variation, ordered), rng)
    number = len(plan.rounds)
    names = {step.id: f"{step.id}~{number}" for step in made.steps}
    steps = [renamed(step, names) for step in made.steps]
    # A form's own steps name what the options' steps name already, and the limit.
    limit = f"limit~{number}"
    literals, uses = dict(plan.literals), {**plan.uses, **{step.id: frozenset[str]() for step in steps}}
    if made.limit is not None:
        literals[limit] = Literal(literal=made.limit, type=options[0].spec.type)
        uses[steps[-1].id] = frozenset({limit})
    wordings = _wordings(maker, name, options, ordered, limit)
    last = PlannedRound("wider", (*new, *steps), moved(made.answer, names), made.spec, wordings, FRAME_OF[name])
    return replace(plan, rounds=(*plan.rounds, last), literals=literals, uses=uses)


def _ordered(options: Sequence[Option], form: Form) -> list[Option]:
    """The options as a form names them."""
    return sorted(options, key=lambda option: option.value, reverse=True) if form.larger_first else list(options)


def _values(view: PoolView, variation: Variation, options: Sequence[Option]) -> Options:
    items = tuple(option.plan.literals[variation.slots[0]] for option in options)
    spec = answer_spec(view, (items[0].type, False))
    # A drawn number is repeated as it is drawn, never rounded.
    item = spec.model_copy(update={"decimals": None})
    sources, values = tuple(option.source for option in options), tuple(option.value for option in options)
    return Options(items, item, sources, values, options[0].spec)


def _wordings(
    maker: Maker, form: str, options: Sequence[Option], ordered: Sequence[Option], limit: str
) -> tuple[tuple[str, str], ...]:
    """Each setting with each text of the form; settings name the options in the order in which they were drawn."""
    variation = maker.variation
    phrases = [_phrase(variation, option) for option in options]
    commas = any("," in _spoken(maker.view, variation, option) for option in options)
    around = {"options": listed(phrases, "and", commas), "choice": listed(phrases, "or", commas)}
    inside = {name: "{" + variation.slots[0] + option.mark + "}" for name, option in zip("ab", ordered, strict=False)}
    inside["limit"] = "{" + limit + "}"
    return tuple(
        (register, f"{_place(setting, around)} {_place(question, inside)}")
        for register, setting in variation.setting.items()
        for question in variation.ask[form]  # type: ignore[index]
    )


def _phrase(variation: Variation, option: Option) -> str:
    """How an option is written, with places for its own slots."""
    text = variation.option or "{" + variation.slots[0] + "}"
    return _place(text, {slot: "{" + slot + option.mark + "}" for slot in variation.slots})


def _place(text: str, places: Mapping[str, str]) -> str:
    """A text with some of its places filled; the others are slots and stay."""
    return fill(text, {**{name: "{" + name + "}" for name in slots_in(text)}, **places})


def _spoken(view: PoolView, variation: Variation, option: Option) -> str:
    """An option in words."""
    texts = {
        slot: option.plan.words.get(slot) or literal_text(view, option.plan.literals[slot], "day_first")
        for slot in variation.slots
    }
    return fill(variation.option or "{" + variation.slots[0] + "}", texts)

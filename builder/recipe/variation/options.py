"""Options of a variation: the steps of a round once more for other slot values, and which of them go together."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from builder.errors import DerivationError, Refused
from builder.identity import canonical_json
from builder.recipe.derivation import (
    Evidence,
    inputs_of,
    moved,
    needed,
    refs,
    renamed,
    resolve,
    round_answer,
    run_steps,
)
from builder.recipe.plans import Plan, PlannedRound
from builder.recipe.scenarios import answer_of, bind
from builder.recipe.view import PoolView
from builder.records.base import Json
from builder.records.derivations import AnswerSpec, Source, Step
from builder.records.exemplars import Scenario, Variation
from builder.records.tools import Call, Result

LEAST_GAP = 0.012
"""Options closer than this (of the larger) are near ties for the operators (1%), or become one by rounding."""

MOST_GAP = 6.0
"""Options further apart than this nobody weighs against each other."""

MOST_CALLS = 24
"""Calls for all options together: more than a reader follows."""


@dataclass(frozen=True, slots=True)
class Option:
    """One option: its steps under ids of their own, and the value that is compared."""

    mark: str
    """Suffix of its slots and steps; empty for the draw's own values."""
    plan: Plan
    """The scenario bound to its slot values, under plain ids."""
    steps: tuple[Step, ...]
    uses: Mapping[str, frozenset[str]]
    source: Source
    spec: AnswerSpec
    value: Any
    calls: frozenset[str]
    """Calls of the steps that a varied slot reaches."""


def compared(view: PoolView, variation: Variation, plan: Plan, place: int) -> PlannedRound:
    """What a variation compares, as a round of a plan: all steps up to its round, in `place`, and the answer."""
    steps = tuple(step for part in plan.rounds[: place + 1] for step in part.steps)
    base = plan.rounds[place]
    if variation.answer is None:
        return PlannedRound(base.move, steps, base.answer, base.spec, ())
    known = {step.id: step for step in steps}
    answer, spec, _ = answer_of(view, variation.answer, plan.literals, known, "~compared")
    return PlannedRound(base.move, steps, answer, spec, ())


def reached(steps: Iterable[Step], uses: Mapping[str, frozenset[str]], slots: Iterable[str]) -> frozenset[str]:
    """Ids of the steps that take one of these slots, themselves or through others."""
    varied, found = frozenset(slots), set[str]()
    for step in steps:
        feeders = {ref.step for source in inputs_of(step).values() for ref in refs(source)}
        if uses.get(step.id, frozenset()) & varied or feeders & found:
            found.add(step.id)
    return frozenset(found)


@dataclass(frozen=True, slots=True)
class Maker:
    """Makes options of one variation in one draw."""

    view: PoolView
    scenario: Scenario
    variation: Variation
    values: Mapping[str, Json]
    """The draw's own slot values."""
    route: Sequence[int]
    place: int
    """Place in the route of the round that is compared."""

    def option(self, mark: str, changed: Mapping[str, Json]) -> Generator[Call, Result, Option]:
        """The option with some slot values changed. Raises DerivationError or Refused where it has no value."""
        plan = bind(self.view, self.scenario, {**self.values, **changed}, self.route)
        base = compared(self.view, self.variation, plan, self.place)
        steps = needed(base.steps, base.answer)
        own = reached(steps, plan.uses, self.variation.slots)
        evidence, known = Evidence(), {step.id: step for step in steps}
        yield from run_steps(steps, evidence, known)
        value = round_answer(resolve(base.answer, known, evidence.values), base.spec)
        if not isinstance(value, (int, float, str)) or isinstance(value, bool):
            raise Refused("walk:value", f"{value!r} is not compared")
        calls = [made.call.tool + canonical_json(made.call.arguments) for made in evidence.made if made.step in own]
        if len(set(calls)) < len(calls):
            raise Refused("law:subject", "a tool is asked the same thing twice")
        names = {identity: identity + mark for identity in own}
        slots = {slot: slot + mark for slot in self.variation.slots}
        uses = {
            names.get(step.id, step.id): frozenset(slots.get(slot, slot) for slot in plan.uses.get(step.id, ()))
            for step in steps
        }
        return Option(
            mark, plan, tuple(renamed(step, names) for step in steps), uses, moved(base.answer, names), base.spec,
            value, frozenset(calls),
        )  # fmt: skip


def gather(maker: Maker, others: Sequence[Mapping[str, Json]], count: int) -> Generator[Call, Result, list[Option]]:
    """The draw's own option and, of the others, the first ones that go with it. Raises Refused where too few do."""
    found = [(yield from maker.option("", {}))]
    last: tuple[str, str] | None = None
    for changed in others:
        if len(found) == count:
            break
        mark = "~" + "abc"[len(found)]
        try:
            option = yield from maker.option(mark, changed)
            _suits(found, option, maker.variation.slots)
        except (Refused, DerivationError) as error:
            last = (error.reason, str(error))
            continue
        found.append(option)
    if len(found) < count:
        reason, detail = last or ("walk:options", "the slots have too few values")
        raise Refused(reason, f"only {len(found)} of {count} options go together: {detail}")
    return found


def _suits(found: Sequence[Option], new: Option, slots: Sequence[str]) -> None:
    """Whether an option differs from the others as options do. Raises Refused."""
    if sum(len(option.calls) for option in found) + len(new.calls) > MOST_CALLS:
        raise Refused("walk:size", "too many calls for one question")
    for option in found:
        if option.plan.literals[slots[0]] == new.plan.literals[slots[0]]:
            raise Refused("walk:options", "two options go by one name")
        if option.calls & new.calls:
            raise Refused("law:subject", "two options ask a tool the same thing")
        if option.value == new.value:
            raise Refused("law:degenerate", "two options tie")
        if isinstance(new.value, str) or isinstance(option.value, str):
            continue
        small, large = sorted((abs(option.value), abs(new.value)))
        if abs(option.value - new.value) <= LEAST_GAP * large:
            raise Refused("law:degenerate", "two options nearly tie")
        if large > MOST_GAP * small:
            raise Refused("walk:far", "two options are not of one size")

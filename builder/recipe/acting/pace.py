"""Paces: in which order an agent makes the calls that a derivation needs, and which of them in one message.

Equally good agents do the same work in different orders. A row's pace is drawn, and its order among those that the
data allow, so that rows teach no order that nothing demands.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from enum import StrEnum

from builder.recipe.derivation import inputs_of, refs
from builder.recipe.shape import levels
from builder.records.derivations import CallStep, Derivation, MapStep, OpStep

MAX_CALLS_AT_ONCE = 8
"""Calls in one message: more is rare in served models, and long messages hide which result is whose."""

Calling = CallStep | MapStep


class Pace(StrEnum):
    """How much an agent does at once."""

    LEVELS = "levels"
    """All that can run together does."""
    STEPS = "steps"
    """One step after the other, a fan-out as a whole."""
    TRIAL = "trial"
    """The same, but the first call of a fan-out alone, to see what comes back."""
    SINGLY = "singly"
    """One call a message."""


SHARES = {Pace.LEVELS: 0.35, Pace.STEPS: 0.2, Pace.TRIAL: 0.2, Pace.SINGLY: 0.25}
"""Of the tasks whose calls could run together. With those that are chains anyway one call a message leaves more than
45% of rows for chat templates that refuse several calls."""


def drawn(rng: random.Random) -> Pace:
    """A pace, in their shares."""
    return rng.choices(list(SHARES), list(SHARES.values()))[0]


def batches(derivation: Derivation, steps: Sequence[Calling], pace: Pace, rng: random.Random) -> list[list[Calling]]:
    """Steps whose calls are made before results are looked at: those of a level, or each alone in a drawn order."""
    if pace is Pace.LEVELS:
        level = levels(derivation.steps)
        return [[s for s in steps if level[s.id] == n] for n in sorted({level[s.id] for s in steps})]
    needs, left = _needs(derivation), list(steps)
    found = []
    while left:
        waiting = {step.id for step in left}
        step = rng.choice([step for step in left if needs[step.id].isdisjoint(waiting)])
        left.remove(step)
        found.append([step])
    return found


def at_once(pace: Pace, batch: Sequence[Calling], calls: int) -> list[int]:
    """Sizes of the messages in which the calls of a batch are made; they sum to `calls`."""
    first = 1 if pace is Pace.TRIAL and isinstance(batch[0], MapStep) and calls > 2 else 0
    most = 1 if pace is Pace.SINGLY else MAX_CALLS_AT_ONCE
    rest = calls - first
    return [first] * bool(first) + [most] * (rest // most) + [rest % most] * bool(rest % most)


def _needs(derivation: Derivation) -> dict[str, set[str]]:
    """For each step the calls whose results it rests on, directly or through operators."""
    needs: dict[str, set[str]] = {}
    calls = {step.id for step in derivation.steps if not isinstance(step, OpStep)}
    for step in derivation.steps:
        before = [ref.step for source in inputs_of(step).values() for ref in refs(source)]
        needs[step.id] = {name for name in before if name in calls}.union(*(needs[name] for name in before))
    return needs

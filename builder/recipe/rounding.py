"""The gate of rounding: the last digit asked for must not be a matter of how results on the way were rounded.

Tools round what they return to the decimals of its type. Somebody who computes the same by another tool, or by
hand with all digits, should come to the same answer. So the answer is asked to fewer decimals until it stays the
same when the computed results on the way are moved inside their own rounding; what they move a number by adds up.
Where none are few enough the task is refused, and so is an answer without decimals that moves.
"""

from __future__ import annotations

import math
import re
from collections.abc import Generator, Iterator, Sequence
from typing import Any

from builder.errors import DerivationError, Refused
from builder.recipe.derivation import Evidence, Made, again, inputs_of, refs, resolve, round_answer
from builder.recipe.view import PoolView
from builder.records.derivations import AnswerSpec, Derivation, OpStep
from builder.records.tools import Call, Result

EDGE = 0.01
"""An answer this near to the middle between two last digits, in parts of the last digit, lies on the edge."""

WITHIN = 0.45
"""How far a result is moved, in parts of its last digit: inside what rounding leaves open."""

FINE = 6
"""More decimals than this never reach an answer."""

DIGITS = 2
"""An answer keeps at least so many digits: one alone is guessed."""

MONEY = "money_amount"
"""Amounts are asked to the cent or in whole units, and never in tenths."""

_STATED = re.compile(r"\brounded\b|\bdecimals?\b|\bto the nearest\b", re.IGNORECASE)


def stated(text: str) -> bool:
    """Whether a wording says itself how something on the way is rounded: then that is part of the question."""
    return _STATED.search(text) is not None


def settle(
    view: PoolView, derivation: Derivation, evidence: Evidence, said: bool = False
) -> Generator[Call, Result, AnswerSpec]:
    """The answer's spec with the decimals to which the answer does not hang on roundings. Raises Refused.

    `said`: the question states a rounding on the way, so only the answer's own edge is looked at.
    """
    steps = {step.id: step for step in derivation.steps}
    answer = resolve(derivation.answer, steps, evidence.values)
    moved = [] if said else (yield from _moved(view, derivation, evidence))
    return _coarse(answer, moved, derivation.spec, said)


def _moved(
    view: PoolView, derivation: Derivation, evidence: Evidence
) -> Generator[Call, Result, list[tuple[Any, Any]]]:
    """Unrounded answers with one computed result moved up, and down."""
    exact = derivation.model_copy(update={"spec": _exact(derivation.spec)})
    passed = _passed_on(derivation)
    found = []
    for made in evidence.made:
        same = {(m.step, m.member): m.result for m in evidence.made if m.step == made.step}
        for name in sorted(passed.get(made.step, ())):
            decimals = _decimals(view, made, name)
            if decimals is None:
                continue
            sides = []
            for sign in (1, -1):
                moved = {**made.result, name: made.result[name] + sign * WITHIN * 10.0**-decimals}
                changed = {**same, (made.step, made.member): moved}
                try:
                    sides.append((yield from again(exact, evidence, made.step, changed)))
                except DerivationError as error:
                    if not error.reason.startswith("call:"):
                        raise Refused(
                            "gate:rounding", f"{name} of {made.call.tool} decides by its last digit"
                        ) from error
            # A call that fails for a value inside its rounding counts as no move.
            if len(sides) == 2:
                found.append((sides[0], sides[1]))
    return found


def _coarse(answer: Any, moved: Sequence[tuple[Any, Any]], spec: AnswerSpec, said: bool) -> AnswerSpec:
    """The spec with the most decimals, at most those asked, to which the answer stays the same."""
    if spec.kind == "record":
        fields = {
            name: _coarse(answer[name], [(up[name], down[name]) for up, down in moved], part, said)
            for name, part in spec.fields.items()
        }
        return spec.model_copy(update={"fields": fields})
    asked = spec.decimals
    if asked is None or not _plain(answer):
        if any(round_answer(side, spec) != round_answer(answer, spec) for sides in moved for side in sides):
            raise Refused("gate:rounding", "the answer hangs on how results on the way are rounded")
        return spec
    reach = sum(max(abs(up - answer), abs(down - answer)) for up, down in moved)
    # Decimals that the question states are no others' to change.
    for decimals in (asked,) if said else _steps(asked, spec.type):
        coarse = spec.model_copy(update={"decimals": decimals})
        rounded = round_answer(answer, coarse)
        if decimals < asked and abs(rounded) * 10.0**decimals < 10.0 ** (DIGITS - 1):
            break
        kept = round_answer(answer + reach, coarse) == rounded == round_answer(answer - reach, coarse)
        if kept and not on_edge(float(answer), decimals):
            return coarse
    raise Refused("gate:rounding", f"no digits of {answer!r} hold whatever is rounded on the way")


def on_edge(value: float, decimals: int) -> bool:
    """Whether a number lies within EDGE of the middle between two values of its last digit."""
    scaled = abs(value) * 10.0**decimals
    return math.isfinite(scaled) and abs(scaled - math.floor(scaled) - 0.5) < EDGE


def _steps(asked: int, kind: str) -> Iterator[int]:
    yield from (asked, 0) if kind == MONEY and asked else range(asked, -1, -1)


def _plain(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _exact(spec: AnswerSpec) -> AnswerSpec:
    """The spec without decimals, so that nothing is rounded."""
    fields = {name: _exact(part) for name, part in spec.fields.items()}
    return spec.model_copy(update={"decimals": None, "fields": fields})


def _passed_on(derivation: Derivation) -> dict[str, set[str]]:
    """By step, the fields of its calls that other steps take."""
    calls = {step.id for step in derivation.steps if not isinstance(step, OpStep)}
    found: dict[str, set[str]] = {}
    for step in derivation.steps:
        for source in inputs_of(step).values():
            for ref in refs(source):
                if ref.step in calls and ref.field:
                    found.setdefault(ref.step, set()).add(ref.field)
    return found


def _decimals(view: PoolView, made: Made, name: str) -> int | None:
    """Decimals to which a computed field was rounded; None for other fields.

    Whole numbers are counts, or rounded because the question says so. What is looked up is as it is given, unless
    its type says that somebody computed it.
    """
    declared, value = view.declared[made.call.tool], made.result[name]
    kind = view.types[declared.returns[name].type]
    if not (declared.role == "processing" or kind.derived) or not isinstance(value, float):
        return None
    decimals = kind.decimals
    return decimals if decimals and decimals <= FINE else None

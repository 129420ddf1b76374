"""Plans: what collector and deriver aim for in one draw, as rounds of concrete steps and wordings.

A plan comes from a declared scenario (`scenarios.py`) or from a frame's walk (`frames/`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from builder.recipe.view import PoolView
from builder.records.derivations import (
    AnswerKind,
    AnswerSpec,
    CallStep,
    Literal,
    MapStep,
    OpStep,
    Source,
    Sources,
    Step,
)

GENERIC = "number"
"""The one type that any quantity may flow into: calculators and statistics take it."""

PERCENT = AnswerSpec(kind="number", type="percentage", decimals=1, unit="%")
"""A percentage, to one decimal."""


def apart(spec: AnswerSpec) -> AnswerSpec:
    """How the difference of two such figures is read: percentages differ by percentage points."""
    share = (spec.unit or "").startswith("%") or (spec.unit or "").endswith("percent")
    return spec.model_copy(update={"unit": "percentage points"}) if share else spec


FLAG = AnswerSpec(kind="boolean", type="flag")
"""Yes or no."""

_KINDS: dict[str, AnswerKind] = {
    "entity": "entity",
    "quantity": "number",
    "date": "date",
    "time": "text",
    "text": "text",
    "option": "text",
    "boolean": "boolean",
}

_FLAG_OPS = {"contains", "compare", "all_of", "any_of"}
_ITEM_OF = {"argmax": "items", "argmin": "items", "only": "items", "choose": "then", "value_for": "values"}
_LIST_OF = {"filter": "items", "rank": "items", "common": "left", "without": "left"}


@dataclass(frozen=True, slots=True)
class Described:
    """A literal that a later round replaces by a description, and the call that resolves it."""

    slot: str
    phrase: str
    """`the country where {airport} is located`"""
    step: CallStep
    field: str
    literals: Mapping[str, Literal]


@dataclass(frozen=True, slots=True)
class PlannedRound:
    """One round: steps it adds, where its answer is, and how it may be asked (register, text with {slots})."""

    move: str
    steps: tuple[Step, ...]
    answer: Source
    spec: AnswerSpec
    wordings: tuple[tuple[str, str], ...]
    frame: str = ""
    """The form of question that the round stands for, where it is not the one that the draw aims for."""


@dataclass(slots=True)
class Plan:
    """Slots with their literals, and the rounds."""

    literals: dict[str, Literal]
    rounds: tuple[PlannedRound, ...]
    note: str = ""
    words: dict[str, str] = field(default_factory=dict)
    """Slots whose literal is written in words of its own."""
    described: Described | None = None
    lost: tuple[str, str] | None = None
    """Reason and detail of a variation that the draw asked for and the values did not allow."""
    uses: dict[str, frozenset[str]] = field(default_factory=dict)
    """Step to the slots it takes, where the plan knows: two slots may hold equal values."""


def folded(rounds: Sequence[PlannedRound], keep: int) -> tuple[PlannedRound, ...]:
    """The last `keep` rounds; the steps of those before go into the first that is kept."""
    early, kept = rounds[:-keep], rounds[-keep:]
    steps = tuple(step for part in early for step in part.steps)
    return (replace(kept[0], steps=(*steps, *kept[0].steps)), *kept[1:])


def source_type(view: PoolView, source: Sources, steps: Mapping[str, Step]) -> tuple[str, bool]:
    """Semantic type of a source, and whether it is a list. Raises KeyError on unknown steps or fields."""
    if isinstance(source, tuple):
        return source_type(view, source[0], steps)[0], True
    if isinstance(source, Literal):
        return source.type, isinstance(source.literal, list)
    step = steps[source.step]
    if isinstance(step, OpStep):
        return _op_type(view, step, steps)
    returned = view.declared[step.tool].returns[source.field]
    return returned.type, returned.many or isinstance(step, MapStep)


def _op_type(view: PoolView, step: OpStep, steps: Mapping[str, Step]) -> tuple[str, bool]:
    if step.op in _FLAG_OPS:
        return "flag", False
    if step.op == "count":
        return "count", False
    if step.op in _ITEM_OF:
        kind, many = source_type(view, step.inputs[_ITEM_OF[step.op]], steps)
        return kind, many and step.op == "choose"
    if step.op in _LIST_OF:
        return source_type(view, step.inputs[_LIST_OF[step.op]], steps)[0], True
    return "", False


def answer_spec(
    view: PoolView,
    kind: tuple[str, bool],
    *,
    as_type: str | None = None,
    decimals: int | None = None,
    unit: str | None = None,
    as_kind: str | None = None,
) -> AnswerSpec:
    """How an answer of a semantic type is read: its kind, decimals and unit."""
    name, many = as_type or kind[0], kind[1]
    declared = view.types[name]
    answer_kind: Any = as_kind or ("set" if many else _KINDS[declared.kind])
    exact = declared.json_schema.get("type") == "integer"
    places = decimals if decimals is not None else (None if exact else declared.decimals)
    if declared.kind != "quantity":
        places = None
    return AnswerSpec(kind=answer_kind, type=name, decimals=places, unit=declared.unit if unit is None else unit)

"""Slips of a competent agent: one wrong call that a tool really refuses, and why it is wrong."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Generator, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from builder.recipe.acting.speech import Voice
from builder.recipe.view import PoolView
from builder.recipe.wording import date_text, number_text
from builder.records.derivations import MapStep
from builder.records.tasks import EvidenceCall, Task
from builder.records.tools import Call, Parameter, Result, ToolSpec

MAX_TRIES = 4
"""Wrong calls tried until one fails: tools accept some spellings that look wrong."""

MIN_LETTERS = 5
"""Shorter words are codes, where a swapped letter names something else."""


@dataclass(frozen=True, slots=True)
class Slip:
    """A failing call in the place of a right one."""

    step: str
    member: int | None
    kind: str
    """spelling, name, form, option, range or missing: the situation `slip.<kind>` of the solver's phrases."""
    parameter: str
    call: Call
    wrong: Any
    right: Any
    result: Result


Variant = tuple[str, str, Any]
"""Kind, parameter and wrong value; the wrong value of a missing argument is None."""


def find_slip(view: PoolView, task: Task, rng: random.Random) -> Generator[Call, Result, Slip | None]:
    """A wrong call that fails for real with a kind of error that its tool declares; None if none did."""
    options = [
        (call, member, variant)
        for call, member in places(task)
        for variant in variants(view, view.declared[call.tool], call.arguments, rng)
    ]
    for _ in range(min(MAX_TRIES, len(options))):
        # First the kind, then one of its options: else the commonest kind of argument would decide.
        kind = rng.choice(sorted({variant[0] for _, _, variant in options}))
        chosen = rng.choice([option for option in options if option[2][0] == kind])
        options.remove(chosen)
        call, member, (_, parameter, wrong) = chosen
        arguments = {name: wrong if name == parameter else value for name, value in call.arguments.items()}
        if kind == "missing":
            del arguments[parameter]
        result = yield Call(call.tool, arguments)
        if result.error is not None and result.error["kind"] in _declared(view.declared[call.tool]):
            right = call.arguments[parameter]
            return Slip(call.step, member, kind, parameter, Call(call.tool, arguments), wrong, right, result)
        if not options:
            break
    return None


def places(task: Task) -> Iterator[tuple[EvidenceCall, int | None]]:
    """Calls where a slip may happen, each with its place in its fan-out (None for a single call)."""
    fans = {step.id for step in task.derivation.steps if isinstance(step, MapStep)}
    seen: Counter[str] = Counter()
    for call in task.calls:
        yield call, seen[call.step] if call.step in fans else None
        seen[call.step] += 1


def _declared(spec: ToolSpec) -> set[str]:
    """Kinds of error that a tool's spec shows or names; a breach of its schema is declared by the schema."""
    return {"invalid_arguments", *spec.errors, *(example.error for example in spec.examples if example.error)}


def variants(view: PoolView, spec: ToolSpec, arguments: Mapping[str, Any], rng: random.Random) -> Iterator[Variant]:
    """Wrong values that somebody could really pass."""
    for name, value in arguments.items():
        parameter = spec.parameters[name]
        for kind, make in _MAKERS:
            wrong = make(view, parameter, value, rng)
            if wrong is not None and wrong != value:
                yield kind, name, wrong
        if parameter.required and len(arguments) > 1:
            yield "missing", name, None


def _misspelled(view: PoolView, parameter: Parameter, value: Any, rng: random.Random) -> Any:
    """Two neighbouring letters of a name exchanged."""
    if not isinstance(value, str) or view.types[parameter.type].kind != "entity" or parameter.enum:
        return None
    spots = [
        i
        for i in range(1, len(value) - 2)
        if value[i : i + 2].isalpha() and value[i : i + 2].islower() and value[i] != value[i + 1]
    ]
    if len(value) < MIN_LETTERS or not spots:
        return None
    i = rng.choice(spots)
    return value[:i] + value[i + 1] + value[i] + value[i + 2 :]


def _name_for_code(view: PoolView, parameter: Parameter, value: Any, rng: random.Random) -> Any:
    entity = view.entities(parameter.type).get(value) if isinstance(value, str) else None
    # A label that only adds an article is no other name.
    return entity.label if entity and value.casefold() not in entity.label.casefold() else None


def _other_form(view: PoolView, parameter: Parameter, value: Any, rng: random.Random) -> Any:
    """A written-out date, a number as text, several values as one text."""
    if isinstance(value, list):
        return ", ".join(map(str, value)) if value and all(isinstance(v, (str, int, float)) for v in value) else None
    if view.types[parameter.type].kind == "date" and isinstance(value, str):
        return date_text(value, rng.choice(("day_first", "month_first")))
    if isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) >= 1_000:
        return number_text(value) if abs(value) >= 10_000 else f"{value:,}"
    return None


def _other_option(view: PoolView, parameter: Parameter, value: Any, rng: random.Random) -> Any:
    if not isinstance(value, str) or not parameter.enum:
        return None
    wrong = value.replace("_", " ") if "_" in value else value.capitalize() if value.islower() else value.lower()
    return None if wrong in parameter.enum else wrong


def _out_of_range(view: PoolView, parameter: Parameter, value: Any, rng: random.Random) -> Any:
    """A slip of the decimal point beyond the declared limits."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    schema = view.types[parameter.type].json_schema
    top = parameter.maximum if parameter.maximum is not None else schema.get("maximum")
    low = parameter.minimum if parameter.minimum is not None else schema.get("minimum")
    for wrong in (value * 10, value * 100):
        if top is not None and wrong > top:
            return wrong
    return -value if low is not None and low >= 0 and value > 0 else None


_MAKERS: tuple[tuple[str, Callable[[PoolView, Parameter, Any, random.Random], Any]], ...] = (
    ("spelling", _misspelled),
    ("name", _name_for_code),
    ("form", _other_form),
    ("option", _other_option),
    ("range", _out_of_range),
)


def explain(voice: Voice, slip: Slip) -> str:
    """What went wrong, in the words of the real error, and what is right."""
    assert slip.result.error is not None
    message = str(slip.result.error["message"]).strip().rstrip(".")
    right, wrong = _quoted(voice, slip.right), _quoted(voice, slip.wrong)
    return voice.say(
        f"slip.{slip.kind}",
        message=message,
        tool=voice.view.declared[slip.call.tool].name,
        parameter=f"`{slip.parameter}`",
        right=right,
        wrong=wrong,
    )


def _quoted(voice: Voice, value: Any) -> str:
    if isinstance(value, list):
        return "a list of values"
    if isinstance(value, str):
        return f'"{value}"' if len(value) <= 60 else f'"{value[:40]}…"'
    return str(value)

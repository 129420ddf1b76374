"""Slots of a question: what its derivation needs the words to say, and how to tell whether they do.

Four kinds: literals that stand in the question (names, numbers, dates: must stay as written), literals that it
implies (`euros` for EUR), facts (which fields of which tool are meant), and choices (largest or smallest, more
or less than, options of a tool). What is not said in one known form is checked by reading the question anew.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from builder.errors import Refused
from builder.recipe.derivation import inputs_of, leaves
from builder.recipe.gates import stands_in
from builder.recipe.operators import RELATIONS
from builder.recipe.shape import used_fields
from builder.recipe.verdicts.reading import number, plain
from builder.recipe.view import PoolView
from builder.recipe.wording import DATE_STYLES, literal_text, number_text
from builder.records.derivations import Literal, OpStep, Step
from builder.records.tasks import Task

MAX_TEXT = 300

_CHOICES: dict[str, tuple[str, tuple[str, ...]]] = {
    "relation": ("how the two sides are compared", tuple(RELATIONS)),
    "order": ("in which order the members are wanted", ("ascending", "descending")),
}
_OPS: dict[str, tuple[str, dict[str, str]]] = {
    "argmax": ("which extreme is asked for", {"argmax": "largest", "argmin": "smallest"}),
    "all_of": ("whether all conditions must hold, or any", {"all_of": "all", "any_of": "any"}),
}
_OPS |= {"argmin": _OPS["argmax"], "any_of": _OPS["all_of"]}


@dataclass(frozen=True, slots=True)
class Slot:
    """One thing that the question says."""

    name: str
    describes: str
    schema: dict[str, Any]
    values: tuple[Any, ...]
    """What a reader may note for it; any one is right."""
    text: str = ""
    """How it stands in the question; empty for what may be put in other words."""

    def holds(self, noted: Any) -> bool:
        """Whether what a reader noted is the slot's value."""
        if isinstance(noted, list):
            return sorted(map(str, noted)) in [sorted(map(str, value)) for value in self.values]
        if "enum" in self.schema:
            return noted in self.values
        return noted is not None and any(_same(str(noted), str(value)) for value in self.values)


def slots(view: PoolView, task: Task) -> tuple[Slot, ...]:
    """The slots of a task's question."""
    found: list[Slot] = []
    said: set[str] = set()
    for step in task.derivation.steps:
        for slot in (*_literals(view, task, step), *_choices(step), *_facts(view, task, step)):
            key = slot.text or slot.name
            if key not in said:
                said.add(key)
                found.append(slot)
    return tuple(found)


def spellings(view: PoolView, literal: Literal) -> list[str]:
    """The forms in which questions write a literal, the fullest first."""
    texts = {literal_text(view, literal, style) for style in DATE_STYLES}
    value = literal.literal
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        texts |= {str(value), number_text(value)}
    elif isinstance(value, str):
        texts.add(value)
    return sorted(texts, key=lambda text: (-len(text), text))


def _literals(view: PoolView, task: Task, step: Step) -> Iterator[Slot]:
    for name, source in inputs_of(step).items():
        if isinstance(step, OpStep) and name in _CHOICES:
            continue
        for number_, literal in enumerate(leaves(source)):
            if isinstance(literal, Literal):
                yield _literal(view, task, literal, f"{step.id}_{name}" + (f"_{number_}" if number_ else ""), step)


def _literal(view: PoolView, task: Task, literal: Literal, name: str, step: Step) -> Slot:
    forms = spellings(view, literal)
    describes, choices = _described(view, literal, name, step)
    text = next((form for form in forms if stands_in(form, task.question)), None)
    if text is not None:
        schema = {"type": ["string", "null"], "maxLength": MAX_TEXT}
        return Slot(name, f"{describes}, as written", schema, (text, *forms), text)
    if literal.literal in choices:
        return Slot(name, f"{describes}: one of {', '.join(map(str, choices))}", _enum(choices), (literal.literal,))
    schema = {"type": ["string", "number", "boolean", "null"]}
    return Slot(name, f"{describes}, as the question implies it", schema, (*forms, literal.literal))


def _described(view: PoolView, literal: Literal, name: str, step: Step) -> tuple[str, Sequence[Any]]:
    """What a literal is, and the options it is one of."""
    kind = view.types[literal.type]
    options: Sequence[Any] = kind.json_schema.get("enum", ())
    if isinstance(step, OpStep):
        return f"the {kind.noun}", options
    spec = view.declared[step.tool]
    parameter = spec.parameters.get(name.removeprefix(f"{step.id}_"))
    if parameter is None:
        return f"the {kind.noun} for {spec.name}", options
    return f"the {kind.noun} for {spec.name} ({parameter.description.rstrip('.')})", parameter.enum or options


def _enum(options: Sequence[Any]) -> dict[str, Any]:
    return {"enum": [*options, None]}


def _choices(step: Step) -> Iterator[Slot]:
    if not isinstance(step, OpStep):
        return
    if step.op in _OPS:
        describes, options = _OPS[step.op]
        yield _choice(f"{step.id}_which", describes, tuple(dict.fromkeys(options.values())), options[step.op])
    for name, (describes, choices) in _CHOICES.items():
        source = step.inputs.get(name)
        if isinstance(source, Literal):
            yield _choice(f"{step.id}_{name}", describes, choices, source.literal)


def _choice(name: str, describes: str, options: tuple[str, ...], value: str) -> Slot:
    return Slot(name, f"{describes}: one of {', '.join(options)}", _enum(options), (value,))


def _facts(view: PoolView, task: Task, step: Step) -> Iterator[Slot]:
    """Which fields of a tool the question is about. Joining identifiers are never spoken, so never asked for."""
    if isinstance(step, OpStep):
        return
    spec = view.declared[step.tool]
    spoken = {name: field for name, field in spec.returns.items() if not field.transparent}
    used = used_fields(task.derivation)[step.id] & spoken.keys()
    if spec.role != "retrieval" or len(spoken) < 2 or not used:
        return
    shown = "; ".join(f"{name} ({field.description.rstrip('.')})" for name, field in spoken.items())
    items = {"type": "array", "items": {"enum": list(spoken)}, "maxItems": len(spoken)}
    yield Slot(f"{step.id}_facts", f"what must be looked up by {spec.name}, of: {shown}", items, (sorted(used),))


def _same(one: str, other: str) -> bool:
    if plain(one) == plain(other):
        return True
    try:
        return number(one, "") == number(other, "")
    except Refused:
        return False

"""Derivations: the machine-checkable proof that evidence gives the answer."""

from __future__ import annotations

from typing import Annotated
from typing import Literal as OneOf

from pydantic import Field

from builder.records.base import Json, Record, Text

AnswerKind = OneOf["entity", "text", "number", "date", "boolean", "list", "set", "record", "unanswerable"]


class Literal(Record):
    """A value that the question states."""

    literal: Json
    type: Text


class Ref(Record):
    """A value of an earlier step: a field of a call's result, the list of a mapped field, or an operator's value."""

    step: Text
    field: str = ""


Source = Literal | Ref
Sources = Source | tuple[Source, ...]


class CallStep(Record):
    """One tool call."""

    kind: OneOf["call"] = "call"
    id: Text
    tool: Text
    arguments: dict[str, Sources]


class MapStep(Record):
    """Fan-out: one tool over all members of a complete list (at most 12), or over named options."""

    kind: OneOf["map"] = "map"
    id: Text
    tool: Text
    over: Sources
    parameter: Text
    arguments: dict[str, Sources] = Field(default_factory=dict)


class OpStep(Record):
    """What a careful reader does without a tool; see `recipe/operators.py` for the inputs of each."""

    kind: OneOf["op"] = "op"
    id: Text
    op: Text
    inputs: dict[str, Sources]


Step = Annotated[CallStep | MapStep | OpStep, Field(discriminator="kind")]


class AnswerSpec(Record):
    """How the answer is read and compared."""

    kind: AnswerKind
    type: str = ""
    """Semantic type; for records empty."""
    decimals: int | None = None
    unit: str = ""
    fields: dict[str, AnswerSpec] = Field(default_factory=dict)


class Derivation(Record):
    """Steps in order of execution, and where the answer is found."""

    steps: tuple[Step, ...]
    answer: Source
    spec: AnswerSpec


class Answer(Record):
    """A typed answer. `aliases` are other accepted spellings of an entity."""

    spec: AnswerSpec
    value: Json
    aliases: tuple[str, ...] = ()
    names: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """Accepted spellings of each entity inside the value, by value, the label first: what `aliases` cannot say for
    lists, sets and records. `recipe.verdicts.typed_answer` fills it."""

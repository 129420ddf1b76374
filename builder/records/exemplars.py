"""Exemplars: forms of question that tell collector and deriver what shape to aim for.

A *scenario* is a declared exemplar (`tool_specs/exemplars/<domain>/<name>.toml`): slots, steps, and
wordings written with a practitioner's eye. A *frame* is an exemplar by rule (`recipe/frames/`).
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from builder.records.base import Json, Record, Text

Register = Literal["plain", "formal", "reason"]
"""plain: a direct question; formal: a request in writing; reason: a person who says why."""

Move = Literal["start", "deeper", "wider", "stricter"]
"""What a round does to the one before it (paper, section on the K-round loop)."""


class Slot(Record):
    """One literal of the question: an entity drawn from its type's listing, or a drawn quantity, date or option."""

    type: Text
    where: str | None = None
    """SQL predicate over the type's listing table."""
    choices: tuple[Json, ...] | None = None
    words: dict[str, str] = Field(default_factory=dict)
    """How a choice is written in the question, by its JSON text: `{ "true" = "diabetic" }`."""
    low: float | None = None
    high: float | None = None
    step: float | None = None
    """Quantities: uniform on the grid low, low+step, ... high."""
    first: str | None = None
    last: str | None = None
    """Dates: first and last possible day, ISO."""
    weekdays: bool = False
    """Dates: Monday to Friday only."""
    length: tuple[int, int] | None = None
    alphabet: str | None = None
    """Texts such as sequences: shortest and longest length, letters to draw from."""
    differs_from: tuple[str, ...] = ()
    """Slots (same type) whose values this one must not repeat."""
    seed: bool = False
    """The primary entity of the task; by default the first entity slot."""
    describable: bool = False
    """A later round may replace the literal by a description that must be looked up; use the slot once per wording."""
    covered: bool = True
    """Draw only from values covered by the parameters that the slot is bound to."""

    @model_validator(mode="after")
    def _one_way_to_draw(self) -> Slot:
        if (self.low is None) != (self.high is None):
            raise ValueError("low and high go together")
        if self.low is not None and self.step is None:
            raise ValueError("a quantity slot needs step, so that questions hold round numbers")
        if (self.first is None) != (self.last is None):
            raise ValueError("first and last go together")
        return self


class StepTemplate(Record):
    """A call (`tool`, `arguments`), a fan-out (`tool`, `over`, `parameter`) or an operator (`op`, `inputs`).

    Values that start with `$` refer to a slot (`$country`), a field of a step (`$rate.rate`) or an
    operator's value (`$best`). Other values are fixed literals of the scenario.
    """

    id: Text
    tool: str | None = None
    arguments: dict[str, Json] = Field(default_factory=dict)
    over: Json = None
    parameter: str | None = None
    op: str | None = None
    inputs: dict[str, Json] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _one_kind(self) -> StepTemplate:
        if (self.tool is None) == (self.op is None):
            raise ValueError("a step has either tool or op")
        if (self.over is None) != (self.parameter is None):
            raise ValueError("over and parameter go together")
        return self


class AnswerTemplate(Record):
    """Where a round's answer is found and how it is read."""

    value: Json
    """A `$` reference; for records a table of names to references."""
    type: str | None = None
    """Semantic type when the source is generic (a calculator's result)."""
    kind: str | None = None
    decimals: int | None = None
    unit: str | None = None


class RoundTemplate(Record):
    """One round: the steps it adds, its answer, and at least three ways to ask for it."""

    move: Move = "wider"
    steps: tuple[StepTemplate, ...] = ()
    answer: AnswerTemplate
    ask: dict[Register, tuple[Text, ...]]

    @model_validator(mode="after")
    def _three_wordings(self) -> RoundTemplate:
        if sum(len(texts) for texts in self.ask.values()) < 3:
            raise ValueError("give at least three wordings over the registers plain, formal and reason")
        return self


class Scenario(Record):
    """A declared exemplar. Its id is its path: `financial.supplier_quote`."""

    id: str
    title: Text
    domain: str
    source_note: str = ""
    """Sentence appended to each wording when data need naming: `Use ECB reference rates.`"""
    slots: dict[str, Slot]
    rounds: tuple[RoundTemplate, ...] = Field(min_length=1, max_length=4)

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


Form = Literal[
    "argmax", "argmin", "ascending", "descending", "within", "above",
    "difference", "percent", "ratio", "days", "compare",
    "total", "mean", "share", "budget", "left", "minimum", "maximum", "spread",
]  # fmt: skip
"""What is asked about options; `recipe/variation/forms.py` says what each computes."""

MAX_ROUNDS = 4


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
    describe: tuple[Text, ...] = ()
    """Descriptions for which this scenario is a reason, as tool and field: `general.countries.country_profile#capital`
    ("the capital of {country}"). With `describable` alone the engine takes those whose topic the scenario shares."""
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
    decimals: int | dict[str, int] | None = None
    """Of a record for all its numbers, or by field; by default those of the types."""
    unit: str | None = None

    @model_validator(mode="after")
    def _decimals_are_of_fields(self) -> AnswerTemplate:
        if isinstance(self.decimals, dict):
            fields = self.value if isinstance(self.value, dict) else {}
            unknown = sorted(self.decimals.keys() - fields.keys())
            if unknown:
                raise ValueError(f"decimals.{unknown[0]}: the answer has no field of that name")
        return self


class RoundTemplate(Record):
    """One round: the steps it adds, its answer, and at least three ways to ask for it."""

    frame: Text
    """The form of question that the round stands for, by its name in docs/frames.md."""
    move: Move = "wider"
    alternative: bool = False
    """Stands in place of the round before it: a draw takes one of the two, or of more in a row."""
    steps: tuple[StepTemplate, ...] = ()
    answer: AnswerTemplate
    ask: dict[Register, tuple[Text, ...]]

    @model_validator(mode="after")
    def _three_wordings(self) -> RoundTemplate:
        if sum(len(texts) for texts in self.ask.values()) < 3:
            raise ValueError("give at least three wordings over the registers plain, formal and reason")
        return self


class Variation(Record):
    """The answer of a round for two or three options side by side, and what people ask about them.

    A question is a `setting`, which names the options once, and after it one text of `ask`.
    """

    slots: tuple[Text, ...] = Field(min_length=1, max_length=3)
    """What varies: one slot, or two or three that make up an option. The first one names it in answers."""
    option: str = ""
    """How an option is written, `a maker in {country} for {price}`; by default the one slot alone."""
    round: int | None = Field(default=None, ge=1)
    """The round whose answer is compared, counted from 1 in the file; the last by default."""
    answer: AnswerTemplate | None = None
    """What is compared, where it is not that round's own answer."""
    setting: dict[Register, Text]
    """One per register, with `{options}` (A, B and C) or `{choice}` (A, B or C) and all other slots."""
    ask: dict[Form, tuple[Text, ...]] = Field(min_length=1)

    @model_validator(mode="after")
    def _whole(self) -> Variation:
        if set(self.setting) != {"plain", "formal", "reason"}:
            raise ValueError("setting takes one text each for plain, formal and reason")
        if len(set(self.slots)) < len(self.slots):
            raise ValueError("slots names one slot twice")
        if len(self.slots) > 1 and not self.option:
            raise ValueError("several slots need option, which says how they are written together")
        if empty := sorted(form for form, texts in self.ask.items() if not texts):
            raise ValueError(f"ask.{empty[0]} has no text: write one, or leave the form out")
        return self


class Scenario(Record):
    """A declared exemplar. Its id is its path: `financial.supplier_quote`."""

    id: str
    title: Text
    domain: str
    source_note: str = ""
    """Sentence appended to each wording when data need naming: `Use ECB reference rates.`"""
    slots: dict[str, Slot]
    rounds: tuple[RoundTemplate, ...] = Field(min_length=1, max_length=8)
    vary: tuple[Variation, ...] = ()
    """Comparisons of options that may follow a round (`recipe/variation/`)."""

    @model_validator(mode="after")
    def _first_round_has_no_alternative(self) -> Scenario:
        if self.rounds[0].alternative:
            raise ValueError("the first round stands in place of no other: drop its alternative = true")
        if sum(not part.alternative for part in self.rounds) > MAX_ROUNDS:
            raise ValueError(f"a draw takes at most {MAX_ROUNDS} rounds one after another")
        return self

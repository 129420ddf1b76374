"""Draws, evidence, rounds and tasks."""

from __future__ import annotations

from pydantic import Field

from builder.records.base import Json, Record
from builder.records.derivations import Answer, Derivation


class Seed(Record):
    """The primary entity a task starts from."""

    type: str
    value: Json
    label: str


class Draw(Record):
    """One sampled configuration. Its random stream is `random_stream(run_seed, id, purpose)`."""

    id: str
    wave: int
    index: int
    exemplar: str
    """Id of the scenario or frame aimed for."""
    domain: str
    seed: Seed
    toolset: tuple[str, ...]
    """Tool ids offered, sorted; 15 to 50."""
    slots: dict[str, Json] = Field(default_factory=dict)
    """Values drawn for the exemplar's slots."""


class EvidenceCall(Record):
    """One recorded call of a draw."""

    id: str
    """`c1`, `c2`, ... in order of execution inside the draw."""
    step: str
    """Derivation step that needed it."""
    tool: str
    role: str
    arguments: dict[str, Json]
    sources: dict[str, Json]
    """Per parameter: `{"literal": true}` or `{"call": "c1", "path": "/population"}`; lists of those for array
    parameters; `{"op": step}` when an operator chose the value."""
    result: dict[str, Json]
    key: str
    """Hash of the tool's executable part and the canonical arguments."""


class Round(Record):
    """Question, answer and derivation of one round; the last of a task is the task's own."""

    number: int
    move: str
    """`start`, `deeper`, `wider` or `stricter`."""
    question: str
    answer: Answer
    derivation: Derivation


class Roles(Record):
    """Who made a task: `rules`, or the id of the model."""

    collector: str = "rules"
    deriver: str = "rules"


class Task(Record):
    """A verified task with everything needed to run it again."""

    id: str
    """Hash of the canonical derivation with its literals; rewording keeps it."""
    draw: str
    domain: str
    exemplar: str
    """Id of the scenario or frame that the draw aimed for."""
    frame: str
    """Form of question of the last round (docs/frames.md)."""
    register_: str = Field(alias="register")
    seed: Seed
    question: str
    worded_by: str = "rules"
    """`rules`, or the id of the model whose rewording was accepted."""
    made_by: Roles = Field(default_factory=Roles)
    """Who gathered the evidence and derived from it."""
    answer: Answer
    toolset: tuple[str, ...]
    calls: tuple[EvidenceCall, ...]
    derivation: Derivation
    rounds: tuple[Round, ...]
    depth: int
    """Calls on the longest chain of dependent calls."""
    width: int
    """Largest number of calls that can run at once."""
    domains: tuple[str, ...]
    """Domains of the called tools, sorted."""

    @property
    def tools_used(self) -> tuple[str, ...]:
        """Ids of the called tools, sorted."""
        return tuple(sorted({call.tool for call in self.calls}))

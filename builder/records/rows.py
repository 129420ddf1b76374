"""Rows of a release's configs. Fields stand in the order of their columns."""

from __future__ import annotations

import json

from pydantic import Field

from builder.records.base import Json, Record
from builder.records.derivations import Answer, Derivation
from builder.records.tasks import EvidenceCall, Roles, Round, Seed, Task


class SftRow(Record):
    """One attempt, ready for a chat template."""

    id: str
    messages: tuple[dict[str, Json], ...]
    tools: tuple[dict[str, Json], ...]
    domain: str
    toolset_id: str
    source_task_id: str
    license: str
    generator_model: str
    judge_model: str
    stratum: str
    parallel: bool
    num_turns: int
    """Messages of the assistant."""
    num_tool_calls: int
    num_tokens: int
    tool_names: tuple[str, ...]
    """Names of the called tools, sorted; `tools` holds all that were offered."""
    pass_rate: float | None


class PromptMessage(Record):
    role: str
    content: str


class RewardModel(Record):
    style: str
    ground_truth: str


class ExtraInfo(Record):
    index: int
    split: str
    id: str
    tool_selection: tuple[str, ...]
    need_tools_kwargs: bool


class RlRow(Record):
    """One task for reinforcement learning; every column is plain Arrow."""

    id: str
    question: str
    answer: str
    domain: str
    toolset_id: str
    prompt: tuple[PromptMessage, ...]
    data_source: str
    ability: str
    agent_name: str
    reward_model: RewardModel
    extra_info: ExtraInfo
    environment: str
    env_class: str
    tools: str
    info: str
    solved_by: tuple[str, ...] | None
    """Baseline solvers that reach the answer (docs/difficulty.md)."""
    pass_rate: float | None


class ToolRow(Record):
    """One tool of the catalogue."""

    tool_id: str
    name: str
    version: str
    domain: str
    description: str
    parameters: str
    returns_sample: str
    source_api: str
    api_terms_url: str | None
    needs_key: bool
    mcp_server: str | None
    deterministic: bool
    snapshot_date: str | None


class TaskRow(Record):
    """The audit view of a task: everything needed to run it again."""

    id: str
    draw: str
    domain: str
    seed_type: str
    seed: str
    """The seed's value as JSON text."""
    seed_label: str
    exemplar: str
    frame: str
    register_: str = Field(alias="register")
    question: str
    answer_type: str
    answer: str
    toolset: tuple[str, ...]
    tools_used: tuple[str, ...]
    calls: str
    derivation: str
    rounds: str
    roles: str
    depth: int
    width: int
    num_calls: int
    num_tools: int
    num_domains: int
    difficulty: str | None
    """The difficulty vector as JSON; null where the task was not measured."""
    solved_by: tuple[str, ...] | None
    pass_rate: float | None
    pass_n: int | None
    solver: str | None
    splits: tuple[str, ...]

    def to_task(self) -> Task:
        """The task again, from nothing but its row. Raises ValueError on a text that is no record."""
        roles = json.loads(self.roles)
        return Task(
            id=self.id,
            draw=self.draw,
            domain=self.domain,
            exemplar=self.exemplar,
            frame=self.frame,
            register=self.register_,
            seed=Seed(type=self.seed_type, value=json.loads(self.seed), label=self.seed_label),
            question=self.question,
            worded_by=roles["wording"],
            made_by=Roles(collector=roles["collector"], deriver=roles["deriver"]),
            answer=Answer.model_validate_json(self.answer),
            toolset=self.toolset,
            calls=tuple(EvidenceCall.model_validate(call) for call in json.loads(self.calls)),
            derivation=Derivation.model_validate_json(self.derivation),
            rounds=tuple(Round.model_validate(item) for item in json.loads(self.rounds)),
            depth=self.depth,
            width=self.width,
            domains=tuple(sorted({tool.split(".", 1)[0] for tool in self.tools_used})),
        )


class HermesRow(Record):
    """An `sft` row as plain text turns, for readers without the Json type."""

    id: str
    messages: tuple[PromptMessage, ...]


class ShareGptTurn(Record):
    from_: str = Field(alias="from")
    value: str


class ShareGptRow(Record):
    """An `sft` row in ShareGPT roles, strictly alternating."""

    id: str
    conversations: tuple[ShareGptTurn, ...]
    system: str
    tools: str

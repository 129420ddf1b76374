"""Rows of each config, built from one record at a time; nothing here reads a store or writes a file."""

from __future__ import annotations

import json
import struct
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from builder.hub.chat import hermes_messages, sharegpt_row, template_json
from builder.hub.tokens import num_tokens
from builder.identity import canonical_json, content_id
from builder.recipe.difficulty import Difficulty
from builder.records.attempts import Attempt
from builder.records.releases import ReleaseDefinition
from builder.records.rows import (
    ExtraInfo,
    HermesRow,
    PromptMessage,
    RewardModel,
    RlRow,
    SftRow,
    ShareGptRow,
    TaskRow,
    ToolRow,
)
from builder.records.tasks import Task
from builder.records.tools import Provider, ToolSpec

ROLES = {"collector": "rules", "deriver": "rules", "wording": "rules", "solver": "rules", "judge": "rules"}
"""Who plays each role unless a model does: `rules` is code of this package, no language model takes part."""


class PoolFacts(Protocol):
    """What rows and manifest need to know of the tool pool."""

    @property
    def declared(self) -> Mapping[str, ToolSpec]: ...
    @property
    def providers(self) -> Mapping[str, Provider]: ...
    def schema(self, tool: str) -> dict[str, Any]: ...
    def executable_digest(self, tool: str) -> str: ...


@dataclass(frozen=True, slots=True)
class PassRate:
    """How often a solver gave a task's answer."""

    solver: str
    n: int
    rate: float

    @classmethod
    def of(cls, row: TaskRow) -> PassRate | None:
        """What a row of `tasks` says; None when no model has played it. Raises ValueError when it says half of it."""
        told = (row.solver, row.pass_n, row.pass_rate)
        if told == (None, None, None):
            return None
        if row.solver is None or row.pass_n is None or row.pass_rate is None or not 0 <= row.pass_rate <= 1:
            raise ValueError("pass_rate, pass_n and solver do not go together")
        return cls(row.solver, row.pass_n, row.pass_rate)

    @property
    def column(self) -> float:
        """The rate as its column holds it, so that a row read back equals the row written."""
        return float(struct.unpack("f", struct.pack("f", self.rate))[0])


@dataclass(frozen=True, slots=True)
class Measured:
    """What the stage `difficulty` found of a task."""

    difficulty: Difficulty
    solved_by: tuple[str, ...]

    @classmethod
    def of(cls, row: TaskRow) -> Measured | None:
        """What a row of `tasks` says; None where it was not measured. Raises ValueError when it says half of it."""
        if (row.difficulty, row.solved_by) == (None, None):
            return None
        if row.difficulty is None or row.solved_by is None:
            raise ValueError("difficulty and solved_by do not go together")
        return cls(Difficulty(task=row.id, **json.loads(row.difficulty)), row.solved_by)

    @property
    def column(self) -> str:
        """The vector as its column holds it."""
        return canonical_json(self.difficulty.model_dump(mode="json", exclude={"task"}))


@dataclass(slots=True)
class RowBuilder:
    """Builds rows of one release. Schemas and their texts are made once per tool."""

    pool: PoolFacts
    definition: ReleaseDefinition
    passes: Mapping[str, PassRate] = field(default_factory=dict)
    """By task; none for tasks that no model has played."""
    measured: Mapping[str, Measured] = field(default_factory=dict)
    """By task; none for tasks on which the baseline solvers were not run."""
    _schemas: dict[str, tuple[dict[str, Any], str]] = field(default_factory=dict)

    def schemas(self, toolset: Iterable[str]) -> tuple[tuple[dict[str, Any], ...], tuple[str, ...]]:
        """Schemas of the tools offered, and the same as texts."""
        pairs = []
        for tool in toolset:
            if tool not in self._schemas:
                schema = self.pool.schema(tool)
                self._schemas[tool] = (schema, template_json(schema))
            pairs.append(self._schemas[tool])
        return tuple(schema for schema, _ in pairs), tuple(text for _, text in pairs)

    def sft(self, task: Task, attempt: Attempt) -> SftRow:
        tools, texts = self.schemas(attempt.toolset)
        passed = self.passes.get(task.id)
        called = [call["function"]["name"] for m in attempt.messages for call in m.get("tool_calls", ())]
        return SftRow(
            id=attempt.id,
            messages=attempt.messages,
            tools=tools,
            domain=task.domain,
            toolset_id=toolset_id(attempt.toolset),
            source_task_id=task.id,
            license=self.definition.licence,
            generator_model=attempt.solver,
            judge_model=attempt.judge,
            stratum=attempt.stratum,
            parallel=attempt.parallel,
            num_turns=sum(message["role"] == "assistant" for message in attempt.messages),
            num_tool_calls=len(called),
            num_tokens=num_tokens(attempt.messages, texts),
            tool_names=tuple(sorted(set(called))),
            pass_rate=passed.column if passed is not None and passed.solver == attempt.solver else None,
        )

    def hermes(self, attempt: Attempt) -> HermesRow:
        messages = hermes_messages(attempt.messages, self.schemas(attempt.toolset)[1])
        return HermesRow(id=attempt.id, messages=messages)

    def sharegpt(self, attempt: Attempt) -> ShareGptRow:
        return sharegpt_row(attempt.id, attempt.messages, self.schemas(attempt.toolset)[1])

    def rl(self, task: Task, opening: Sequence[Mapping[str, str]], split: str, index: int) -> RlRow:
        """`opening` is what a solver reads before its first turn: system and user message."""
        answer = canonical_json(task.answer.model_dump(mode="json"))
        identity = toolset_id(task.toolset)
        texts = self.schemas(task.toolset)[1]
        names = tuple(self.pool.declared[tool].name for tool in task.toolset)
        passed = self.passes.get(task.id)
        return RlRow(
            id=task.id,
            question=task.question,
            answer=answer,
            domain=task.domain,
            toolset_id=identity,
            prompt=tuple(PromptMessage(role=m["role"], content=m["content"]) for m in opening),
            data_source=self.definition.name,
            ability="tool_use",
            agent_name="tool_agent",
            reward_model=RewardModel(style="rule", ground_truth=answer),
            extra_info=ExtraInfo(index=index, split=split, id=task.id, tool_selection=names, need_tools_kwargs=False),
            environment=identity,
            env_class="dive_builder",
            tools=f"[{', '.join(texts)}]",
            info=canonical_json(self._info(task)),
            solved_by=self.measured[task.id].solved_by if task.id in self.measured else None,
            pass_rate=passed.column if passed is not None else None,
        )

    def _info(self, task: Task) -> dict[str, Any]:
        """What a reward or an environment may want to know besides the answer."""
        providers = sorted({self.pool.declared[tool].provider for tool in task.tools_used})
        spec = task.answer.spec
        return {
            "checker": "builder.rewards",
            "answer_kind": spec.kind,
            "decimals": spec.decimals,
            "unit": spec.unit,
            "judge_prompt": None,
            "evidence": [
                {"tool": self.pool.declared[c.tool].name, "arguments": c.arguments, "key": c.key} for c in task.calls
            ],
            "snapshot_dates": {
                name: date for name in providers if (date := self.pool.providers[name].data_date) is not None
            },
        }

    def tool(self, tool: str, sample: Mapping[str, Any]) -> ToolRow:
        """`sample` is a real result of the tool."""
        spec = self.pool.declared[tool]
        provider = self.pool.providers[spec.provider]
        return ToolRow(
            tool_id=tool,
            name=spec.name,
            version=self.pool.executable_digest(tool)[:12],
            domain=spec.domain,
            description=spec.description,
            parameters=template_json(self.schemas([tool])[0][0]["function"]["parameters"]),
            returns_sample=template_json(sample),
            source_api=source_of(provider),
            api_terms_url=None,
            needs_key=False,
            mcp_server=None,
            deterministic=True,
            snapshot_date=provider.data_date,
        )


def task_row(
    task: Task,
    solvers: Iterable[str],
    splits: Iterable[str],
    passed: PassRate | None = None,
    measured: Measured | None = None,
) -> TaskRow:
    """`solvers` are those whose accepted attempts the release holds; `splits` are written `config/split`."""
    tools = task.tools_used
    return TaskRow(
        id=task.id,
        draw=task.draw,
        domain=task.domain,
        seed_type=task.seed.type,
        seed=canonical_json(task.seed.value),
        seed_label=task.seed.label,
        exemplar=task.exemplar,
        frame=task.frame,
        register=task.register_,
        question=task.question,
        answer_type=task.answer.spec.kind,
        answer=canonical_json(task.answer.model_dump(mode="json")),
        toolset=task.toolset,
        tools_used=tools,
        calls=canonical_json([call.model_dump(mode="json") for call in task.calls]),
        derivation=canonical_json(task.derivation.model_dump(mode="json")),
        rounds=canonical_json([item.model_dump(mode="json") for item in task.rounds]),
        roles=canonical_json(
            {**ROLES, **task.made_by.model_dump(), "wording": task.worded_by, "solver": sorted(set(solvers))}
        ),
        depth=task.depth,
        width=task.width,
        num_calls=len(task.calls),
        num_tools=len(tools),
        num_domains=len(task.domains),
        difficulty=measured.column if measured is not None else None,
        solved_by=measured.solved_by if measured is not None else None,
        pass_rate=passed.column if passed is not None else None,
        pass_n=passed.n if passed is not None else None,
        solver=passed.solver if passed is not None else None,
        splits=tuple(sorted(splits)),
    )


def toolset_id(toolset: Iterable[str]) -> str:
    """Id of a set of offered tools, whatever their order."""
    return content_id("toolset", sorted(toolset))


def source_of(provider: Provider) -> str:
    """Where a provider's results come from, with exact packages."""
    packages = ", ".join(f"{package.name} {package.version}" for package in provider.packages)
    return f"{provider.source} ({packages})" if packages else provider.source

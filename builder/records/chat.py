"""Chat with a model: one request, one reply. The same records for every engine, and for the recipe that asks."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from builder.identity import content_id
from builder.records.base import Json, Record, Text

Finish = Literal["stop", "tool_calls", "length", "content_filter"]

ToolChoice = Literal["auto", "none", "required"]

ChatRole = Literal["", "collector", "deriver", "worder", "solver", "judge", "second_judge"]
"""Who asks. Decides where a request is sent and what its cost is counted under; no part of its identity."""


class Sampling(Record):
    """How tokens are drawn. With a seed, equal requests give equal replies on one server."""

    temperature: float = 0.7
    top_p: float = 1.0
    max_tokens: int = Field(default=1024, ge=1)
    n: int = Field(default=1, ge=1, le=64)
    """Replies to one prompt, for one reading of it."""
    seed: int | None = None
    logprobs: int | None = None
    """Most likely tokens told per position; None asks for none."""


class ReplySchema(Record):
    """What the content of a reply must be: JSON of this schema."""

    name: Text
    body: dict[str, Json]


class ChatRequest(Record):
    """Everything that decides a reply, and who asks. `id` is what replies are remembered by."""

    model: Text
    messages: tuple[dict[str, Json], ...]
    """In OpenAI form; arguments of tool calls are objects here, and texts on the wire."""
    tools: tuple[dict[str, Json], ...] = ()
    tool_choice: ToolChoice = "auto"
    sampling: Sampling = Field(default_factory=Sampling)
    reply_schema: ReplySchema | None = None
    role: ChatRole = ""

    @property
    def id(self) -> str:
        """Hash of what decides the reply."""
        # Messages and tools are JSON already, and a dump of the whole would copy dozens of schemas each time.
        decides = {
            name: value.model_dump(mode="json") if isinstance(value, Record) else value
            for name, value in self
            if name != "role"
        }
        return content_id("reply", decides)


class ToolUse(Record):
    """A call that the model asks for. `arguments` is what it wrote, which need not be JSON."""

    id: str
    name: str
    arguments: str


class ChatChoice(Record):
    """One reply of the `n` asked for."""

    content: str = ""
    reasoning: str = ""
    """What the server parted from the content as thinking."""
    refusal: str = ""
    tool_calls: tuple[ToolUse, ...] = ()
    finish: Finish
    logprobs: tuple[dict[str, Json], ...] = ()


class Usage(Record):
    """Tokens as the server counts them."""

    prompt_tokens: int = 0
    completion_tokens: int = 0

    @property
    def total(self) -> int:
        return self.prompt_tokens + self.completion_tokens


class ChatReply(Record):
    """What came back."""

    choices: tuple[ChatChoice, ...] = Field(min_length=1)
    usage: Usage

    @property
    def first(self) -> ChatChoice:
        """The only choice, where one was asked for."""
        return self.choices[0]

"""Text layouts say what Qwen3's template says: against a template written after its rules."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jinja2
import pytest

from builder.hub.chat import hermes_messages, hermes_turns, rendered_turns, sharegpt_row, template_json

TOOLS = [
    {"type": "function", "function": {"name": "f", "description": "Größe", "parameters": {"type": "object"}}},
    {"type": "function", "function": {"name": "g", "description": "a < b", "parameters": {"type": "object"}}},
]
TEXTS = [template_json(tool) for tool in TOOLS]


def call(number: int, name: str, **arguments: Any) -> dict[str, Any]:
    return {"id": f"c{number}", "type": "function", "function": {"name": name, "arguments": arguments}}


def result(number: int, name: str, content: str) -> dict[str, Any]:
    return {"role": "tool", "tool_call_id": f"c{number}", "name": name, "content": content}


def conversation(content: str, thought: str | None, last_thought: str | None) -> list[dict[str, Any]]:
    """Two calls at once, then one, then an answer."""
    extra = {} if thought is None else {"reasoning_content": thought}
    last = {} if last_thought is None else {"reasoning_content": last_thought}
    return [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "How many?"},
        {
            "role": "assistant",
            "content": content,
            **extra,
            "tool_calls": [call(1, "f", q="ä"), call(2, "g", x=0.7)],
        },
        result(1, "f", '{"a": 1}'),
        result(2, "g", '{"b": [1]}'),
        {"role": "assistant", "content": "", "tool_calls": [call(3, "g")]},
        result(3, "g", "{}"),
        {"role": "assistant", "content": "<answer>3</answer>", **last},
    ]


CASES = [
    conversation(content, thought, last)
    for content in ("", "I look.")
    for thought in (None, "Hm.\nSo.")
    for last in (None, "Done.")
]


def qwen3(messages: Any, tools: Any = None) -> str:
    environment = jinja2.Environment(trim_blocks=True, lstrip_blocks=True)
    environment.filters["tojson"] = lambda value: json.dumps(value, ensure_ascii=False)
    template = (Path(__file__).parent / "qwen3_style.jinja").read_text(encoding="utf-8")
    return environment.from_string(template).render(messages=messages, tools=tools)


@pytest.mark.parametrize("messages", CASES)
def test_hermes_turns_render_like_the_messages(messages: list[dict[str, Any]]) -> None:
    plain = [turn.model_dump() for turn in hermes_messages(messages, TEXTS)]
    assert qwen3(plain) == qwen3(messages, TOOLS)


@pytest.mark.parametrize("messages", CASES)
def test_our_own_rendering_is_the_template_s(messages: list[dict[str, Any]]) -> None:
    system = hermes_messages(messages, TEXTS)[0].content
    ours = f"<|im_start|>system\n{system}<|im_end|>\n" + "".join(rendered_turns(hermes_turns(messages)))
    assert ours == qwen3(messages, TOOLS)


@pytest.mark.parametrize("messages", CASES)
def test_sharegpt_alternates_and_its_calls_parse(messages: list[dict[str, Any]]) -> None:
    row = sharegpt_row("a", messages, TEXTS)
    roles = [turn.from_ for turn in row.conversations]
    assert roles == ["human", "function_call", "observation", "function_call", "observation", "gpt"]
    assert (row.system, json.loads(row.tools)) == ("Be brief.", TOOLS)
    calls = json.loads(row.conversations[1].value.rpartition("</think>")[2])
    assert calls == [{"name": "f", "arguments": {"q": "ä"}}, {"name": "g", "arguments": {"x": 0.7}}]
    assert json.loads(row.conversations[3].value) == {"name": "g", "arguments": {}}
    assert row.conversations[2].value == '{"a": 1}\n</tool_response>\n<tool_response>\n{"b": [1]}'
    for said in (messages[2]["content"], messages[2].get("reasoning_content", "")):
        assert said in row.conversations[1].value

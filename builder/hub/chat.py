"""Text forms of a trajectory: Hermes turns (what Qwen3's template renders) and ShareGPT turns.

Both take the OpenAI messages of an `sft` row. The words around tools and calls are those of Qwen3's own
chat template, character for character, so that `sft` under that template and `sft_hermes` train alike.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any

from builder.records.rows import PromptMessage, ShareGptRow, ShareGptTurn

Message = Mapping[str, Any]

TOOLS_HEAD = (
    "# Tools\n\nYou may call one or more functions to assist with the user query.\n\n"
    "You are provided with function signatures within <tools></tools> XML tags:\n<tools>\n"
)
TOOLS_TAIL = (
    "</tools>\n\nFor each function call, return a json object with function name and arguments within "
    "<tool_call></tool_call> XML tags:\n<tool_call>\n"
    '{"name": <function-name>, "arguments": <args-json-object>}\n</tool_call>'
)
OBSERVATION_BREAK = "\n</tool_response>\n<tool_response>\n"


def template_json(value: Any) -> str:
    """JSON as chat templates write it (`tojson`): the order of keys kept, UTF-8, spaces after separators."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def system_parts(system: str, tool_texts: Sequence[str]) -> list[str]:
    """The system turn in pieces that end where a token ends, so that their token counts add up."""
    if not tool_texts:
        return [system]
    head = f"{system}\n\n{TOOLS_HEAD}" if system else TOOLS_HEAD
    return [head, *(f"{text}\n" for text in tool_texts), TOOLS_TAIL]


def hermes_turns(messages: Sequence[Message]) -> list[PromptMessage]:
    """All turns after the system message as role and text; results of one turn share a user turn."""
    turns = []
    for is_tool, group in groupby(messages, key=lambda message: message["role"] == "tool"):
        if is_tool:
            content = OBSERVATION_BREAK.join(str(message["content"]) for message in group)
            turns.append(PromptMessage(role="user", content=f"<tool_response>\n{content}\n</tool_response>"))
            continue
        for message in group:
            if message["role"] == "assistant":
                turns.append(PromptMessage(role="assistant", content=_assistant(message)))
            elif message["role"] != "system":
                turns.append(PromptMessage(role=message["role"], content=message["content"]))
    return turns


def hermes_messages(messages: Sequence[Message], tool_texts: Sequence[str]) -> tuple[PromptMessage, ...]:
    """The whole trajectory as plain turns, its tools in the system turn."""
    parts = "".join(system_parts(_system(messages), tool_texts))
    return (PromptMessage(role="system", content=parts), *hermes_turns(messages))


def rendered_turns(turns: Iterable[PromptMessage]) -> list[str]:
    """Turns between their markers, as Qwen3's template prints them after the system turn."""
    items = list(turns)
    texts = []
    for number, turn in enumerate(items, 1):
        content = turn.content
        if turn.role == "assistant" and number == len(items) and not content.startswith("<think>\n"):
            # The template opens the last reply with an empty thought when it has none.
            content = f"<think>\n\n</think>\n\n{content}"
        texts.append(f"<|im_start|>{turn.role}\n{content}<|im_end|>\n")
    return texts


def sharegpt_row(identity: str, messages: Sequence[Message], tool_texts: Sequence[str]) -> ShareGptRow:
    """Roles human, function_call, observation and gpt in strict alternation.

    Readers parse what follows `</think>` of a function_call as JSON, so words said beside calls join the
    thought.
    """
    turns: list[ShareGptTurn] = []
    for is_tool, group in groupby(messages, key=lambda message: message["role"] == "tool"):
        if is_tool:
            value = OBSERVATION_BREAK.join(str(message["content"]) for message in group)
            turns.append(ShareGptTurn.model_validate({"from": "observation", "value": value}))
            continue
        for message in group:
            if message["role"] == "system":
                continue
            role, value = _sharegpt_turn(message)
            turns.append(ShareGptTurn.model_validate({"from": role, "value": value}))
    return ShareGptRow(
        id=identity,
        conversations=tuple(turns),
        system=_system(messages),
        tools=f"[{', '.join(tool_texts)}]",
    )


def _system(messages: Sequence[Message]) -> str:
    return str(messages[0]["content"]) if messages and messages[0]["role"] == "system" else ""


def _call_text(call: Mapping[str, Any]) -> str:
    function = call["function"]
    return f'{{"name": "{function["name"]}", "arguments": {template_json(function["arguments"])}}}'


def _thought(text: str) -> str:
    return f"<think>\n{text.strip(chr(10))}\n</think>\n\n" if text else ""


def _assistant(message: Message) -> str:
    text = str(message["content"])
    thought = _thought(message.get("reasoning_content", ""))
    if thought:
        text = text.lstrip("\n")
    calls = [f"<tool_call>\n{_call_text(call)}\n</tool_call>" for call in message.get("tool_calls", ())]
    return thought + "\n".join([*([text] if text or not calls else []), *calls])


def _sharegpt_turn(message: Message) -> tuple[str, str]:
    if message["role"] != "assistant":
        return "human", str(message["content"])
    calls = [_call_text(call) for call in message.get("tool_calls", ())]
    reasoning, content = message.get("reasoning_content", ""), str(message["content"])
    if not calls:
        return "gpt", _thought(reasoning) + content
    words = "\n\n".join(text for text in (reasoning, content) if text)
    return "function_call", _thought(words) + (calls[0] if len(calls) == 1 else f"[{', '.join(calls)}]")

"""Rows through the chat templates of model families, as TRL ships them: no exception, and nothing lost."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from release_rows import rows

FAMILIES = (
    "qwen2_5", "qwen3", "qwen3_5_nothink", "llama3_1", "gptoss", "glm4moe", "nemotron_3_nano", "lfm2_2_5", "gemma4_v5",
)  # fmt: skip


ONE_CALL = {"llama3_1", "gptoss"}
"""Families whose template takes one call in a message (the other drops all but the first): the column `parallel`."""


def templates() -> Path:
    import trl

    return Path(str(trl.__file__)).parent / "chat_templates"


def render(name: str, row: dict[str, Any]) -> str:
    """The whole row as text; Jinja as `transformers` sets it up."""
    from transformers.utils.chat_template_utils import render_jinja_template

    template = (templates() / f"{name}.jinja").read_text(encoding="utf-8")
    messages = [dict(message) for message in row["messages"]]
    if name == "gptoss":
        # The one family that reads `thinking`, and on turns that call tools refuses a text beside it.
        for message in messages:
            if "reasoning_content" in message:
                message["thinking"] = message.pop("reasoning_content")
                if message.get("tool_calls"):
                    message["thinking"] = "\n\n".join(filter(None, (message["thinking"], message["content"])))
                    message["content"] = ""
    texts, _ = render_jinja_template(conversations=[messages], tools=row["tools"], chat_template=template)
    return str(texts[0])


@pytest.mark.parametrize("family", FAMILIES)
def test_every_row_renders_whole(family: str, release: Path) -> None:
    found = [row for row in rows(release, "sft") if family not in ONE_CALL or not row["parallel"]]
    assert len(found) > 5
    for row in found:
        text = render(family, row)
        assert row["messages"][1]["content"].strip() in text
        assert row["messages"][-1]["content"].strip() in text
        for message in row["messages"]:
            for call in message.get("tool_calls", ()):
                assert call["function"]["name"] in text
                for value in call["function"]["arguments"].values():
                    assert not isinstance(value, str) or value in text or json.dumps(value)[1:-1] in text
            if message["role"] == "tool":
                assert message["content"] in text or json.dumps(message["content"], ensure_ascii=False)[1:-1] in text
        for tool in row["tools"]:
            assert tool["function"]["name"] in text

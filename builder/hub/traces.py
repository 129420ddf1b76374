"""A sample of trajectories as sessions, one JSONL file each, as the Hub's trace viewer shows them (its STS format).

Line 1 says what the session is; each further line holds one message. Arguments of a call are a JSON text there.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import zip_longest
from pathlib import Path
from typing import Any

from builder.hub.chat import template_json
from builder.hub.reading import bodies

FOLDER = "traces"
HARNESS = "dive"


def session_text(row: Mapping[str, Any]) -> str:
    """The file of one row of `sft`; its Json columns are parsed."""
    head = {"type": "session", "harness": HARNESS, "id": row["id"], "name": _name(row["messages"])}
    lines = [head, *({"type": "message", "message": _message(message)} for message in row["messages"])]
    return "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)


def _name(messages: list[dict[str, Any]]) -> str:
    return next(str(message["content"]) for message in messages if message["role"] == "user")


def _message(message: Mapping[str, Any]) -> dict[str, Any]:
    shown = {"role": message["role"], "content": message["content"]}
    if "reasoning_content" in message:
        shown["reasoningContent"] = message["reasoning_content"]
    if "tool_calls" in message:
        shown["toolCalls"] = [
            {"id": call["id"], "function": {"name": name, "arguments": template_json(arguments)}}
            for call in message["tool_calls"]
            for name, arguments in [(call["function"]["name"], call["function"]["arguments"])]
        ]
    if "tool_call_id" in message:
        shown["toolCallId"] = message["tool_call_id"]
    return shown


def sample(folder: Path, count: int) -> Iterator[dict[str, Any]]:
    """Rows of `sft/train` to show: in turns of every kind of trajectory in every domain, first ones first."""
    kinds: dict[tuple[str, str], list[str]] = defaultdict(list)
    paths = sorted((folder / "sft").glob("train-*.parquet"))
    for path in paths:
        for row in bodies(path):
            kinds[row["stratum"], row["domain"]].append(row["id"])
    turns = zip_longest(*(kinds[kind] for kind in sorted(kinds)))
    wanted = [identity for turn in turns for identity in turn if identity is not None][:count]
    for path in paths:
        yield from (row for row in bodies(path) if row["id"] in wanted)


def write_traces(folder: Path, count: int) -> list[str]:
    """Write the sample to `traces/`; the paths written, relative to the release folder."""
    written = []
    for row in sample(folder, count):
        path = f"{FOLDER}/{row['id']}.jsonl"
        (folder / FOLDER).mkdir(exist_ok=True)
        (folder / path).write_text(session_text(row), encoding="utf-8", newline="\n")
        written.append(path)
    return sorted(written)

"""The engine inside a process, driven as a test needs it; runs in the engine's environment and prints JSON.

python -m tests.vllm.in_process FOLDER
"""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any

from builder.errors import ModelError
from builder.models.in_process import VllmModel
from builder.models.probe import PROBE_TOOL
from builder.records.chat import ChatRequest, ReplySchema, Sampling

SHAPE = {
    "type": "object",
    "properties": {
        "name": {"type": "string", "maxLength": 12},
        "kind": {"enum": ["a", "b"]},
        "numbers": {"type": "array", "items": {"type": "integer", "minimum": 0, "maximum": 9}, "maxItems": 3},
    },
    "required": ["name", "kind", "numbers"],
    "additionalProperties": False,
}


def ask(seed: int, **changes: Any) -> ChatRequest:
    return ChatRequest(
        model="tiny",
        messages=({"role": "user", "content": f"Describe number {seed}."},),
        sampling=Sampling(temperature=1.0, max_tokens=200, seed=seed, **changes.pop("sampling", {})),
        **changes,
    )


async def main(folder: str) -> dict[str, Any]:
    options = {"load_format": "dummy", "enforce_eager": True, "max_model_len": 2048, "dtype": "bfloat16"}
    engine = VllmModel(folder, in_flight=64, options=options)
    shaped = [ask(seed, reply_schema=ReplySchema(name="thing", body=SHAPE)) for seed in range(16)]
    replies = await asyncio.gather(*(engine.chat(request) for request in shaped))
    again = await engine.chat(shaped[0])
    several = await engine.chat(ask(5, sampling={"n": 4}))
    calls = await engine.chat(ask(6, tools=(PROBE_TOOL,), tool_choice="required"))
    try:
        await engine.chat(ask(7).model_copy(update={"messages": ({"role": "user", "content": "word " * 4000},)}))
        too_long = "nothing"
    except ModelError as error:
        too_long = error.kind
    await engine.close()
    return {
        "shaped": [reply.first.content for reply in replies],
        "finish": [reply.first.finish for reply in replies],
        "same": again.first.content == replies[0].first.content,
        "several": len({choice.content for choice in several.choices}),
        "calls": [[use.name, use.arguments] for use in calls.first.tool_calls],
        "usage": replies[0].usage.model_dump(),
        "too_long": too_long,
    }


if __name__ == "__main__":
    print(json.dumps(asyncio.run(main(sys.argv[1]))))

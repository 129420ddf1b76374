"""A real vLLM: what the builder relies on holds, and a run survives the server's end.

With weights at random nothing is asked of what is said, only of its form.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import threading
from pathlib import Path

import fastjsonschema
import pytest

from builder.models.endpoint import EndpointModel, Served
from builder.models.probe import PROBE_TOOL
from builder.records.chat import ChatReply, ChatRequest
from tests.stages.model_run import rows
from tests.vllm.in_process import SHAPE, ask
from tests.vllm.running import run, settings
from tests.vllm.serving import ROOT, Server, environment

pytestmark = pytest.mark.slow


def chat(server: Server, *requests: ChatRequest) -> list[ChatReply]:
    """All at once."""

    async def send() -> list[ChatReply]:
        served = Served(server.name, (server.url,), deadline=300.0, tries=2, patience=60.0)
        async with EndpointModel(served) as model:
            return list(await asyncio.gather(*(model.send(request) for request in requests)))

    return asyncio.run(send())


def shaped(seed: int) -> ChatRequest:
    from builder.records.chat import ReplySchema

    return ask(seed, reply_schema=ReplySchema(name="thing", body=SHAPE))


def test_replies_have_the_form_of_their_schema_64_at_once(tiny: Server) -> None:
    valid = fastjsonschema.compile(SHAPE)
    replies = chat(tiny, *(shaped(seed) for seed in range(64)))
    for reply in replies:
        if reply.first.finish != "length":
            valid(json.loads(reply.first.content))
    assert sum(reply.first.finish != "length" for reply in replies) >= 60
    assert all(reply.usage.completion_tokens > 0 for reply in replies)


def test_equal_seeds_give_equal_replies(tiny: Server) -> None:
    one, other, third = chat(tiny, ask(1), ask(1), ask(2))
    assert one.first.content == other.first.content != third.first.content


def test_several_samples_of_one_prompt_are_counted_together(tiny: Server) -> None:
    (reply,) = chat(tiny, ask(3, sampling={"n": 4, "logprobs": 2}))
    assert len(reply.choices) == 4 and len({choice.content for choice in reply.choices}) > 1
    assert all(len(choice.logprobs) > 0 for choice in reply.choices)


def test_strict_tools_are_called_with_arguments_of_their_schema(tiny: Server) -> None:
    (reply,) = chat(tiny, ask(4, tools=(PROBE_TOOL,), tool_choice="required"))
    if reply.first.finish != "length":
        (use, *_) = reply.first.tool_calls
        arguments = json.loads(use.arguments)
        assert use.name == "add" and isinstance(arguments["a"], int) and isinstance(arguments["b"], int)


def test_the_engine_runs_inside_a_process(python: Path, folders: Path, cache: Path) -> None:
    command = [str(python), "-m", "tests.vllm.in_process", str(folders / "tiny")]
    done = subprocess.run(command, cwd=ROOT, env=environment(cache), capture_output=True, text=True, timeout=580)
    assert done.returncode == 0, done.stderr[-3000:]
    found = json.loads(done.stdout.strip().splitlines()[-1])
    valid = fastjsonschema.compile(SHAPE)
    whole = [text for text, finish in zip(found["shaped"], found["finish"], strict=True) if finish != "length"]
    assert len(whole) >= 14
    for text in whole:
        valid(json.loads(text))
    assert found["same"] and found["several"] > 1 and found["too_long"] == "context_too_long"
    assert found["calls"] and found["calls"][0][0] == "add" and isinstance(json.loads(found["calls"][0][1])["a"], int)
    assert found["usage"]["prompt_tokens"] > 10


def test_a_server_killed_in_the_middle_of_a_run_is_waited_for_and_no_reply_is_asked_for_twice(
    smollm2: Server, tmp_path: Path
) -> None:
    store = tmp_path / "s.duckdb"
    # Weights at random fail the look at the start, as they should: they write numbers without an end.
    changes = {
        "word.worder": "model",
        "word.tries": 1,
        "solve.solver": "model",
        "solve.samples": 2,
        "solve.turns": 2,
        "model.max_tokens": 120,
    }
    chosen = settings(tmp_path, smollm2, 6, **changes)

    def kill() -> None:
        # Past the look at the start, which asks for a schema and for a tool.
        smollm2.wait_until_busy(after=2)
        smollm2.kill()
        smollm2.start(wait=False)

    killer = threading.Thread(target=kill)
    killer.start()
    run(store, chosen)
    killer.join()
    smollm2.wait()
    assert rows(store, "SELECT count(*) FROM spending WHERE NOT counted")[0][0] > 0
    paid = rows(store, "SELECT count(*), count(DISTINCT key) FROM replies")[0]
    counted = rows(store, "SELECT count(*) FROM spending WHERE counted")[0][0]
    assert paid[0] == paid[1] == counted > 0
    assert rows(store, "SELECT count(*) FROM outcomes WHERE stage = 'solve'")[0][0] > 0
    assert rows(store, "SELECT count(*) FROM verdicts WHERE correct") == [(0,)]
    run(store, chosen)
    assert rows(store, "SELECT count(*) FROM spending WHERE counted")[0][0] == counted

"""A real vLLM: what the builder relies on holds, and a run survives the server's end. First tiny weights, then SmolLM2.

With weights at random or of 135 million parameters nothing is asked of what is said, only of its form, and that
nothing wrong passes.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import threading
from collections import Counter
from pathlib import Path
from typing import Any

import fastjsonschema
import pytest

from builder.models.endpoint import EndpointModel, Served
from builder.models.probe import PROBE_TOOL
from builder.records.chat import ChatReply, ChatRequest
from builder.settings import Settings
from builder.stages.cost import cost, judges, tries
from builder.stages.run import run_session
from builder.stages.session import Session
from builder.store import Store
from builder.testing.small_recipe import tiny_pool
from tests.stages.model_run import recipe, rows
from tests.vllm.in_process import SHAPE, ask
from tests.vllm.serving import ROOT, Server, environment

pytestmark = pytest.mark.slow

DRAWS = int(os.environ.get("DIVE_BUILDER_VLLM_DRAWS", "4"))
"""Draws of the loop with SmolLM2 in every role; 50 take about an hour of two cores."""


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


def settings(folder: Path, server: Server, draws: int, **changes: Any) -> Settings:
    return Settings.profile("smoke").replace(
        {
            "pool.specs": str(tiny_pool()),
            "pool.cache": str(folder / "cache"),
            "engine.workers": 1,
            "engine.shard_size": 2,
            "synthesize.waves": 1,
            "synthesize.draws_per_wave": draws,
            "model.name": server.name,
            "model.endpoints": [server.url],
            "model.in_flight": 16,
            "model.max_tokens": 300,
            "model.deadline": 300.0,
            "model.patience": 600.0,
            **changes,
        }
    )


def run(store: Path, chosen: Settings) -> None:
    with Session(chosen, store, recipe=recipe()) as session:
        run_session(session, "solve")


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
    killer = threading.Timer(6.0, lambda: (smollm2.kill(), smollm2.start(wait=False)))
    killer.start()
    run(store, chosen)
    killer.join()
    smollm2.wait()
    paid = rows(store, "SELECT count(*), count(DISTINCT key) FROM replies")[0]
    counted = rows(store, "SELECT count(*) FROM spending WHERE counted")[0][0]
    assert paid[0] == paid[1] == counted > 0
    assert rows(store, "SELECT count(*) FROM outcomes WHERE stage = 'solve'")[0][0] > 0
    assert rows(store, "SELECT count(*) FROM verdicts WHERE correct") == [(0,)]
    run(store, chosen)
    assert rows(store, "SELECT count(*) FROM spending WHERE counted")[0][0] == counted


def test_a_small_model_in_every_role_ends_with_reasons_and_nothing_wrong_passes(
    smollm2: Server, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    roles = {
        "synthesize.collector": "model",
        "synthesize.deriver": "model",
        "synthesize.rounds": 1,
        "synthesize.derive_tries": 1,
        "synthesize.collect_steps": 2,
    }
    by_model, by_rules = tmp_path / "made.duckdb", tmp_path / "played.duckdb"
    run(by_model, settings(tmp_path, smollm2, DRAWS, **roles))
    played = {
        "word.worder": "model",
        "word.tries": 1,
        "solve.solver": "model",
        "solve.turns": 3,
        "judge.judge": "model",
    }
    run(by_rules, settings(tmp_path, smollm2, DRAWS, **played, **{"solve.samples": 2, "judge.checks": 1.0}))
    lines: list[str] = []
    for path in (by_model, by_rules):
        with Store.read(path) as store:
            lines += [line.line() for line in cost(store)] + [line.line() for line in judges(store)]
            reasons = Counter({(stage, reason): count for stage, _, reason, count in tries(store)})
            lines += [f"{stage}: {reason}: {count}" for (stage, reason), count in reasons.items()]
    with capsys.disabled():
        print("\n" + "\n".join(lines))
    # Whatever came through was proved again by fresh calls.
    tasks = rows(by_model, "SELECT count(*) FROM tasks")[0][0]
    assert rows(by_model, "SELECT count(*) FROM tries")[0][0] >= DRAWS
    assert tasks <= DRAWS and rows(by_model, "SELECT count(*) FROM outcomes WHERE stage = 'verify'")[0][0] == tasks
    assert rows(
        by_rules, "SELECT count(*) FROM attempts JOIN verdicts ON attempt = id WHERE correct AND num_calls < 3"
    ) == [(0,)]

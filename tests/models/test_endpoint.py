"""The HTTP engine against a scripted server: what is sent, what comes back, what is tried again, what is given up."""

from __future__ import annotations

import asyncio
import json
import random
import socket
from collections.abc import Callable
from typing import Any

import pytest

from builder.errors import EndpointError, ModelError
from builder.models.endpoint import EndpointModel, Served
from builder.models.probe import Needs
from builder.records.chat import ChatRequest, ReplySchema, Sampling
from builder.testing.scripted import MODEL, Action, CutOff, Fail, Hang, Raw, Say, ScriptedServer, Use
from tests.models.clock import QuickClock

ASK = ChatRequest(model=MODEL, messages=({"role": "user", "content": "hello"},))
TOOL = {
    "type": "function",
    "function": {"name": "look", "description": "Look.", "parameters": {"type": "object", "properties": {}}},
}


def engine(*urls: str, clock: QuickClock | None = None, **changes: Any) -> EndpointModel:
    served = Served(MODEL, urls, **{"tries": 3, "patience": 30.0, **changes})
    return EndpointModel(served, clock=clock or QuickClock(), rng=random.Random(1))


def in_turn(*actions: Action) -> Callable[[dict[str, Any]], Action]:
    """A script that goes through actions; the last one stays."""
    left = list(actions)
    return lambda _: left.pop(0) if len(left) > 1 else left[0]


async def test_a_request_goes_out_whole_and_the_reply_comes_back_whole() -> None:
    request = ChatRequest(
        model=MODEL,
        messages=(
            {"role": "user", "content": "hi"},
            {
                "role": "assistant",
                "content": "",
                "reasoning_content": "hm",
                "tool_calls": [{"id": "c1", "type": "function", "function": {"name": "look", "arguments": {"a": 1}}}],
            },
            {"role": "tool", "tool_call_id": "c1", "name": "look", "content": "{}"},
        ),
        tools=(TOOL,),
        sampling=Sampling(temperature=0.3, top_p=0.9, max_tokens=77, n=2, seed=5, logprobs=3),
        reply_schema=ReplySchema(name="x", body={"type": "object"}),
    )
    with ScriptedServer(lambda _: Say("yes", (Use("look", "{}"),), reasoning="why")) as server:
        async with engine(server.url) as model:
            reply = await model.chat(request)
    (sent,) = server.requests
    assert (sent["temperature"], sent["top_p"], sent["max_tokens"], sent["n"], sent["seed"]) == (0.3, 0.9, 77, 2, 5)
    assert sent["logprobs"] is True and sent["top_logprobs"] == 3
    assert sent["tools"][0]["function"]["strict"] is True
    assert sent["tools"][0]["function"]["parameters"]["additionalProperties"] is False
    assert sent["response_format"]["json_schema"] == {"name": "x", "schema": {"type": "object"}, "strict": True}
    assert json.loads(sent["messages"][1]["tool_calls"][0]["function"]["arguments"]) == {"a": 1}
    assert "reasoning_content" not in sent["messages"][1]
    assert len(reply.choices) == 2 and reply.usage.total == 30
    assert (reply.first.content, reply.first.reasoning, reply.first.finish) == ("yes", "why", "tool_calls")
    assert reply.first.tool_calls[0].arguments == "{}"


async def test_the_key_goes_to_the_server_and_nowhere_else() -> None:
    with ScriptedServer(lambda _: Fail(401, "bad key")) as server:
        model = engine(server.url, key="sk-very-secret")
        with pytest.raises(EndpointError) as caught:
            await model.chat(ASK)
        await model.close()
    assert server.keys[-1] == "Bearer sk-very-secret"
    assert "secret" not in str(caught.value) and "secret" not in repr(model.served)
    assert "key_variable" in str(caught.value)


async def test_what_passes_is_tried_again_with_growing_jitter() -> None:
    clock = QuickClock()
    with ScriptedServer(in_turn(Fail(500), Fail(503), Say("at last"))) as server:
        async with engine(server.url, clock=clock) as model:
            assert (await model.chat(ASK)).first.content == "at last"
    assert len(server.requests) == 3
    # Full jitter: anywhere from nothing to the bound, which doubles.
    assert 0 <= clock.slept[0] <= 1 and 0 <= clock.slept[1] <= 2 and len(set(clock.slept)) == 2


async def test_retry_after_is_the_least_wait_for_everybody() -> None:
    clock = QuickClock()
    with ScriptedServer(in_turn(Fail(429, retry_after="7"), Say("ok"))) as server:
        async with engine(server.url, clock=clock) as model:
            await model.chat(ASK)
    assert clock.time >= 7
    assert len(server.requests) == 2


async def test_a_storm_of_429_ends_as_one_recorded_failure() -> None:
    with ScriptedServer(lambda _: Fail(429, "slow down")) as server:
        async with engine(server.url) as model:
            with pytest.raises(ModelError) as caught:
                await model.chat(ASK)
    assert caught.value.kind == "rate_limited" and len(server.requests) == 3


@pytest.mark.parametrize(
    ("action", "kind", "sent"),
    [
        (Hang(), "timeout", 3),
        (CutOff(), "broken_off", 3),
        (Raw('{"choices": [{"mes'), "broken_off", 3),
        (Raw('{"no": "choices"}'), "bad_reply", 1),
        (Raw("[1]"), "bad_reply", 1),
        (Fail(400, "wrong in some way"), "bad_request", 1),
        (Fail(422, "no such field"), "bad_request", 1),
        (Fail(400, "This model's maximum context length is 4096 tokens"), "context_too_long", 1),
    ],
)
async def test_each_failure_has_a_kind_and_a_bounded_number_of_tries(action: Action, kind: str, sent: int) -> None:
    lost = []
    with ScriptedServer(lambda _: action) as server:
        async with engine(server.url, deadline=0.1) as model:
            with pytest.raises(ModelError) as caught:
                await model.chat(ASK, lambda: lost.append(1))
    assert caught.value.kind == kind and len(server.requests) == sent
    # Each try that may have cost tokens is told of.
    assert len(lost) == (sent if kind in ("timeout", "broken_off") else 0)


async def test_a_server_that_is_down_at_the_start_is_told_with_what_to_do() -> None:
    clock = QuickClock()
    async with engine(f"http://127.0.0.1:{free_port()}/v1", clock=clock) as model:
        with pytest.raises(EndpointError, match=r"not up after 30 s.*start the server"):
            await model.chat(ASK)
    assert 30 <= clock.time < 40


async def test_loading_servers_are_waited_for() -> None:
    clock = QuickClock()
    with ScriptedServer(lambda _: Say("ok"), health=503) as server:

        async def get_well() -> None:
            while clock.time < 10:
                await asyncio.sleep(0)
            server.health = 200

        async with engine(server.url, clock=clock) as model, asyncio.TaskGroup() as group:
            group.create_task(get_well())
            assert (await model.chat(ASK)).first.content == "ok"
            assert not server.requests[1:]


async def test_a_server_that_dies_and_comes_back_is_waited_for_without_using_up_tries() -> None:
    clock, port = QuickClock(), free_port()
    with ScriptedServer(lambda _: Say("first"), port=port) as server:
        model = engine(server.url, clock=clock, patience=1e6)
        await model.chat(ASK)
    asked = asyncio.ensure_future(model.chat(ASK))
    while len(clock.slept) < 12:
        await asyncio.sleep(0.001)
    assert not asked.done()
    with ScriptedServer(lambda _: Say("second"), port=port):
        assert (await asked).first.content == "second"
    await model.close()


async def test_a_server_that_stays_away_stops_the_run_after_the_patience() -> None:
    clock, port = QuickClock(), free_port()
    with ScriptedServer(lambda _: Say("first"), port=port) as server:
        model = engine(server.url, clock=clock)
        await model.chat(ASK)
    with pytest.raises(EndpointError, match=r"no endpoint of the model has answered for 30 s.*run the same command"):
        await model.chat(ASK)
    await model.close()


async def test_two_endpoints_share_the_work_and_keep_their_limits() -> None:
    say = Say("ok", latency=0.02)
    with ScriptedServer(lambda _: say) as one, ScriptedServer(lambda _: say) as two:
        async with engine(one.url, two.url, in_flight=3) as model, asyncio.TaskGroup() as group:
            for _ in range(24):
                group.create_task(model.chat(ASK))
    assert len(one.requests) + len(two.requests) == 24
    assert min(len(one.requests), len(two.requests)) >= 8
    assert one.most_at_once == 3 and two.most_at_once == 3


async def test_a_broken_endpoint_is_left_alone_while_the_other_works() -> None:
    with ScriptedServer(lambda _: Fail(500)) as bad, ScriptedServer(lambda _: Say("ok")) as good:
        async with engine(bad.url, good.url, tries=10) as model:
            # Only waits move the clock, so the circuit stays open once nobody has to wait.
            for _ in range(30):
                await model.chat(ASK)
    assert len(bad.requests) == 5 and len(good.requests) == 30


async def test_an_unknown_model_is_told_with_those_that_there_are() -> None:
    with ScriptedServer(lambda _: Say("ok"), models=("a", "b")) as server:
        async with engine(server.url) as model:
            with pytest.raises(EndpointError, match="does not serve 'scripted'; it serves a, b"):
                await model.chat(ASK)
    assert server.requests == []


@pytest.mark.parametrize(
    ("needs", "words"),
    [(Needs(tools=True), "does not call tools"), (Needs(schemas=True), "cannot answer by a JSON schema")],
)
async def test_a_model_that_cannot_do_its_role_is_told_in_one_line(needs: Needs, words: str) -> None:
    with ScriptedServer(lambda _: Say("I am a poem"), probes=False) as server:
        async with engine(server.url, needs=needs) as model:
            with pytest.raises(EndpointError, match=words) as caught:
                await model.chat(ASK)
    assert "\n" not in str(caught.value) and len(server.requests) == 1


async def test_a_capable_model_passes_the_probes_once() -> None:
    with ScriptedServer(lambda _: Say("ok")) as server:
        async with engine(server.url, needs=Needs(True, True)) as model, asyncio.TaskGroup() as group:
            for _ in range(5):
                group.create_task(model.chat(ASK))
    assert len(server.requests) == 5 and len(server.keys) == 7


def free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])

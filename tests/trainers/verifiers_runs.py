"""The taskset package: tasks of a release, their tools over MCP as verifiers starts them, and the reward."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from release_rows import rows

SECRET = "of-this-rollout"


def taskset(release: Path, **settings: Any) -> Any:
    from dive_tools import DiveToolsTaskset
    from dive_tools.taskset import DiveToolsConfig

    return DiveToolsTaskset(DiveToolsConfig(id="dive-tools", release=release, **settings))


def test_every_split_is_a_taskset(release: Path) -> None:
    for split in ("train", "test", "test_unseen_toolset", "test_unseen_tool"):
        tasks, expected = list(taskset(release, split=split)), rows(release, "rl", split)
        assert [task.key for task in tasks] == [row["id"] for row in expected] and tasks
        for task, row in zip(tasks, expected, strict=True):
            assert [task.data.system_prompt, task.data.prompt] == [m["content"] for m in row["prompt"]]


def test_a_wrong_folder_and_a_wrong_split_are_named(release: Path, tmp_path: Path) -> None:
    from builder.errors import ReleaseError

    with pytest.raises(ReleaseError, match=r"holds no manifest\.json"):
        list(taskset(tmp_path))
    with pytest.raises(ReleaseError, match=r"rl has no split 'testing' \(there are test, test_unseen"):
        list(taskset(release, split="testing"))


def test_verifiers_finds_the_package_by_its_name() -> None:
    from dive_tools import DiveToolsTaskset
    from verifiers.v1.utils.loaders import taskset_class

    assert taskset_class("dive-tools") is DiveToolsTaskset


async def listening(port: Path) -> bool:
    """Whether the server that writes its port there takes connections: it does once the pool is open."""
    if not port.is_file() or not port.read_text():
        return False
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", int(port.read_text()))
    except ConnectionError:
        return False
    writer.close()
    return True


@asynccontextmanager
async def served(task: Any, folder: Path) -> AsyncIterator[Any]:
    """An MCP client of the task's tool server, which runs and is told its task as in a rollout."""
    from mcp import Client

    async def tell(request: web.Request) -> web.Response:
        assert request.headers["Authorization"] == f"Bearer {SECRET}"
        kind = type(task.data)
        return web.json_response({"cls": f"{kind.__module__}:{kind.__qualname__}", "task": task.data.model_dump_json()})

    app = web.Application()
    app.router.add_get("/task", tell)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = folder / "port"
    env = {
        **os.environ,
        "VF_STATE_URL": f"http://127.0.0.1:{runner.addresses[0][1]}/state",
        "VF_STATE_SECRET": SECRET,
        "VF_CONFIG": "{}",
        "MCP_PORT_FILE": str(port),
    }
    # In a folder of its own: `-m` imports from the current one first, and that would be the checkout.
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "dive_tools.server", env=env, cwd=folder)
    try:
        async with asyncio.timeout(240):
            while not await listening(port):
                assert process.returncode is None, "the tool server ended"
                await asyncio.sleep(0.1)
        async with Client(f"http://127.0.0.1:{port.read_text()}/mcp") as client:
            yield client
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
        await runner.cleanup()


def made_calls(release: Path, task: str) -> list[dict[str, Any]]:
    found = [row for row in rows(release, "tasks") if row["id"] == task]
    return list(json.loads(found[0]["calls"]))


async def test_a_scripted_policy_calls_the_tools_and_gets_the_reward(release: Path, tmp_path: Path) -> None:
    from builder.recipe.verdicts import render_answer
    from builder.records.derivations import Answer

    task, row = next(iter(taskset(release))), rows(release, "rl")[0]
    async with served(task, tmp_path) as client:
        listed = (await client.list_tools()).tools
        shown = [
            {
                "type": "function",
                "function": {"name": tool.name, "description": tool.description, "parameters": tool.input_schema},
            }
            for tool in listed
        ]
        assert shown == json.loads(row["tools"])
        for call in made_calls(release, row["id"]):
            name = call["tool"].rpartition(".")[2]
            result = await client.call_tool(name, call["arguments"])
            assert [json.loads(part.text) for part in result.content] == [call["result"]]
        refused = await client.call_tool(listed[0].name, {"no_such_parameter": 1})
        assert json.loads(refused.content[0].text)["error"]["kind"] == "invalid_arguments"
    answer = Answer.model_validate_json(row["answer"])
    assert await scored(task, f"It is so. <answer>{render_answer(answer)}</answer>") == 1.0
    assert await scored(task, f"<answer>{render_answer(answer)}</answer>", "some_tool") == 0.0
    for reply in ("", "I do not know.", "<answer>zzz</answer>", f"<answer>not {render_answer(answer)}</answer>"):
        assert await scored(task, reply) == 0.0


async def scored(task: Any, reply: str, *calls: str) -> float:
    """The reward that verifiers takes for a trace that ends with this message."""
    import verifiers.v1 as vf
    from verifiers.v1.types import AssistantMessage, ToolCall

    made = [ToolCall(id=name, name=name, arguments="{}") for name in calls]
    node = vf.MessageNode(message=AssistantMessage(content=reply, tool_calls=made or None), sampled=True)
    trace = vf.Trace.model_construct(nodes=[node], rewards={}, metrics={})
    await task.score(trace)
    assert list(trace.rewards) == ["correct"]
    return float(trace.rewards["correct"].value)

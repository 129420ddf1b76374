"""A release served over MCP: a real client plays a task to its reward over stdio and HTTP."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from mcp.client.client import Client
from mcp.client.stdio import StdioServerParameters

from builder.cli import main
from builder.errors import BuilderError
from builder.hub.chat import template_json
from builder.hub.manifest import FILE, manifest_text, read_manifest
from builder.hub.reading import bodies
from builder.recipe.derivation import evaluate
from builder.recipe.verdicts import render_answer
from builder.records.derivations import Answer
from builder.records.rows import TaskRow
from builder.records.tools import Result
from builder.rewards import score
from builder.serve.offer import Offer
from builder.serve.server import build_server
from builder.testing.small_recipe import tiny_pool
from builder.tools.executor import Executor
from tests.releases import build, tiny_executor

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def executor(tmp_path_factory: pytest.TempPathFactory) -> Executor:
    return tiny_executor(tmp_path_factory.mktemp("cache"))


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory, executor: Executor) -> Path:
    return build(tmp_path_factory.mktemp("made"), executor)


@pytest.fixture(scope="module")
def words(release: Path, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The command line that serves the release with the tiny pool."""
    folder = tmp_path_factory.mktemp("settings")
    smoke = (resources.files("builder") / "profiles" / "smoke.toml").read_text(encoding="utf-8")
    pool = [f"pool.specs = {json.dumps(str(tiny_pool()))}", f"pool.cache = {json.dumps(str(folder / 'cache'))}"]
    (folder / "settings.toml").write_text("\n".join([*pool, smoke]), encoding="utf-8")
    return ["-m", "builder.cli", "serve", str(release), "--settings", str(folder / "settings.toml")]


def rl_row(release: Path) -> dict[str, Any]:
    return next(bodies(release / "rl" / "train-00000-of-00001.parquet"))


def task_of(release: Path, identity: str) -> TaskRow:
    rows = bodies(release / "tasks" / "train-00000-of-00001.parquet")
    return next(TaskRow.model_validate(row) for row in rows if row["id"] == identity)


async def play(client: Client, release: Path) -> str:
    """A scripted policy: makes the calls of the derivation through the client, and answers from what came back."""
    row = rl_row(release)
    generator = evaluate(task_of(release, row["id"]).to_task().derivation)
    call = next(generator)
    try:
        while True:
            result = await client.call_tool(call.tool.rpartition(".")[2], call.arguments)
            [content] = result.content
            assert content.type == "text" and json.loads(content.text) == result.structured_content
            call = generator.send(Result(value=json.loads(content.text)))
    except StopIteration as stop:
        value = stop.value[0]
    gold = Answer.model_validate_json(row["answer"])
    return f"Done. <answer>{render_answer(Answer(spec=gold.spec, value=value))}</answer>"


async def check(client: Client, release: Path) -> None:
    row = rl_row(release)
    offered = (await client.list_tools()).tools
    schemas = [tool["function"] for tool in json.loads(row["tools"])]
    assert [{"name": t.name, "description": t.description, "parameters": t.input_schema} for t in offered] == schemas
    prompt = await client.get_prompt("task")
    assert row["question"] in prompt.messages[0].content.text  # type: ignore[union-attr]
    assert client.instructions == row["prompt"][0]["content"]
    assert score(await play(client, release), row["answer"]) == 1.0
    assert score("Done. <answer>0</answer>", row["answer"]) == 0.0
    wrong = await client.call_tool(schemas[0]["name"], {"nonsense": 1})
    assert wrong.is_error and wrong.structured_content["error"]["kind"] == "invalid_arguments"
    absent = await client.call_tool("no_such_tool", {})
    assert absent.is_error and absent.structured_content["error"]["kind"] == "unknown_tool"


async def test_a_task_is_played_over_stdio(release: Path, words: list[str]) -> None:
    order = [*words, "--task", rl_row(release)["id"]]
    async with Client(StdioServerParameters(command=sys.executable, args=order, cwd=str(ROOT))) as client:
        await check(client, release)


@contextmanager
def served(words: list[str]) -> Iterator[str]:
    process = subprocess.Popen([sys.executable, *words, "--http", "0"], stderr=subprocess.PIPE, text=True, cwd=ROOT)
    try:
        assert process.stderr is not None
        yield process.stderr.readline().split()[-1]
    finally:
        process.terminate()
        process.communicate()


@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_a_task_is_played_over_http(release: Path, words: list[str], mode: str) -> None:
    with served([*words, "--task", rl_row(release)["id"][:12]]) as url:
        assert url.startswith("http://127.0.0.1:")
        async with Client(url, mode=mode) as client:
            await check(client, release)


async def test_without_a_task_the_catalogue_is_offered(release: Path, executor: Executor) -> None:
    async with Client(build_server(Offer.of(release, executor.pool))) as client:
        assert [tool.name for tool in (await client.list_tools()).tools] == ["divide", "island_profile"]
        assert (await client.list_prompts()).prompts == []


def test_the_text_is_that_of_the_trajectories(release: Path, executor: Executor) -> None:
    offer = Offer.of(release, executor.pool)
    for row in bodies(release / "sft" / "train-00000-of-00001.parquet"):
        results = {m["tool_call_id"]: m["content"] for m in row["messages"] if m["role"] == "tool"}
        for call in (call for message in row["messages"] for call in message.get("tool_calls", ())):
            payload, worked = offer.call(call["function"]["name"], call["function"]["arguments"])
            assert json.loads(results[call["id"]]) == payload
            assert worked == ("error" not in payload)
            assert json.loads(template_json(payload)) == payload


def test_a_tool_of_another_make_answers_from_what_was_recorded(
    release: Path, tmp_path: Path, executor: Executor
) -> None:
    folder = Path(shutil.copytree(release, tmp_path / "release"))
    manifest = read_manifest(folder)
    tool = "general.atlas.island_profile"
    tools = {**manifest.tools, tool: manifest.tools[tool].model_copy(update={"spec": "0" * 64})}
    (folder / FILE).write_text(manifest_text(manifest.model_copy(update={"tools": tools})), encoding="utf-8")
    offer = Offer.of(folder, executor.pool)
    assert list(offer.obstacles) == [tool]
    known, worked = offer.call("island_profile", {"island": "Bali"})
    assert worked and known == Offer.of(release, executor.pool).call("island_profile", {"island": "Bali"})[0]
    missed, worked = offer.call("island_profile", {"island": "Crete"})
    assert not worked and missed["error"]["kind"] == "not_recorded"
    assert "cannot be executed here (spec, package or data differ" in missed["error"]["message"]
    assert offer.call("divide", {"dividend": 1, "divisor": 4})[0] == {"quotient": 0.25}


def test_what_is_not_there_is_told(
    release: Path, tmp_path: Path, executor: Executor, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(BuilderError, match="has no task task_nothing"):
        Offer.of(release, executor.pool, "task_nothing")
    with pytest.raises(BuilderError, match="is the beginning of several ids"):
        Offer.of(release, executor.pool, "task_")
    assert main(["serve", str(tmp_path)]) == 1
    assert "is not a release" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main(["serve", str(release), "--http", "70000"])
    assert "is no port" in capsys.readouterr().err


def test_a_taken_port_is_told(release: Path, words: list[str]) -> None:
    with served(words) as url:
        port = url.rpartition(":")[2].partition("/")[0]
        done = subprocess.run(
            [sys.executable, *words, "--http", port], capture_output=True, text=True, check=False, cwd=ROOT
        )
    assert done.returncode == 1
    assert f"port {port}: Address already in use (choose another with --http)" in done.stderr

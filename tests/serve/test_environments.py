"""TRL's view of a release: classes by toolset, tools as functions with their true schemas, real results."""

from __future__ import annotations

import inspect
import json
import os
from pathlib import Path
from typing import Any

import pytest
from transformers.utils import get_json_schema

from builder.errors import BuilderError
from builder.hub.reading import bodies
from builder.resources import tool_specs_dir
from builder.serve.environments import Environments, make_method, true_schemas
from builder.tools.executor import Executor
from builder.tools.pool import ToolPool
from builder.tools.sound import sound_pool
from builder.tools.tables import TableCache, default_cache_folder
from tests.releases import build, tiny_executor


@pytest.fixture(scope="module")
def executor(tmp_path_factory: pytest.TempPathFactory) -> Executor:
    return tiny_executor(tmp_path_factory.mktemp("cache"))


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory, executor: Executor) -> list[dict[str, Any]]:
    folder: Path = build(tmp_path_factory.mktemp("made"), executor)
    return list(bodies(folder / "rl" / "train-00000-of-00001.parquet"))


@pytest.fixture(scope="module")
def pool() -> ToolPool:
    return sound_pool(tool_specs_dir(), TableCache(default_cache_folder(dict(os.environ)))).pool


def tools_of(factory: Any) -> dict[str, Any]:
    """What the trainer does with a factory: members of the class, taken from an instance."""
    instance = factory()
    return {
        name: getattr(instance, name)
        for name, _ in inspect.getmembers(type(instance), predicate=inspect.isfunction)
        if name != "reset" and not name.startswith("_")
    }


def test_a_row_gets_exactly_its_tools_and_they_work(rows: list[dict[str, Any]], executor: Executor) -> None:
    environments = Environments(rows, executor.pool)
    assert isinstance(environments, dict) and len(environments) == len({row["environment"] for row in rows})
    row = rows[0]
    environment = environments[row["environment"]]()
    assert environment.reset(**{key: value for key, value in row.items() if key != "environment"}) is None
    tools = tools_of(environments[row["environment"]])
    assert sorted(tools) == sorted(row["extra_info"]["tool_selection"])
    assert json.loads(tools["divide"](dividend=1, divisor=4)) == {"quotient": 0.25}
    assert json.loads(tools["divide"](dividend=1, divisor=0))["error"]["kind"] == "invalid_value"
    assert json.loads(tools["divide"](dividend="x", divisor=1))["error"]["kind"] == "invalid_arguments"


def test_toolsets_share_their_methods_and_are_made_when_asked_for(
    rows: list[dict[str, Any]], executor: Executor
) -> None:
    other = {"environment": "toolset_other", "tools": rows[0]["tools"]}
    broken = {"environment": "toolset_broken", "tools": "not read before it is asked for"}
    environments = Environments([*rows, other, broken], executor.pool)
    first, second = tools_of(environments[rows[0]["environment"]]), tools_of(environments["toolset_other"])
    assert first == second
    with pytest.raises(ValueError):
        environments["toolset_broken"]
    assert environments.get("toolset_nothing") is None
    with pytest.raises(KeyError):
        environments["toolset_nothing"]


def test_iterating_gives_classes(rows: list[dict[str, Any]], executor: Executor) -> None:
    environments = Environments(rows, executor.pool)
    assert [name for name, _ in environments.items()] == list(environments)
    assert all(inspect.isclass(factory) for _, factory in environments.items())
    assert all(inspect.isclass(factory) for factory in environments.values())


def _stated(function: dict[str, Any]) -> dict[str, Any]:
    """What hints and a docstring can say of a schema."""
    parameters = function["parameters"]
    return {
        "name": function["name"],
        "description": " ".join(function["description"].split()),
        "required": sorted(parameters["required"]),
        "properties": {
            name: (schema.get("type"), schema.get("enum"), " ".join(schema["description"].split()))
            for name, schema in parameters["properties"].items()
        },
    }


def test_signatures_say_of_every_tool_what_they_can(pool: ToolPool) -> None:
    for tool in pool.tools:
        schema = pool.schema(tool)
        read = get_json_schema(make_method(schema, lambda arguments: ""))["function"]
        read["parameters"].setdefault("required", [])
        assert _stated(read) == _stated(schema["function"]), tool


class Tokenizer:
    """As much of a tokenizer as matters here."""

    def apply_chat_template(self, conversation: Any, tools: Any = None, **more: Any) -> Any:
        return tools, more


def test_a_template_sees_the_true_schemas(rows: list[dict[str, Any]], executor: Executor) -> None:
    environments = Environments(rows, executor.pool)
    tools = tools_of(environments[rows[0]["environment"]])
    ordered = [tools[tool["function"]["name"]] for tool in json.loads(rows[0]["tools"])]
    tokenizer = true_schemas(Tokenizer())
    assert isinstance(tokenizer, Tokenizer)
    shown, more = tokenizer.apply_chat_template(conversation=[[]], tools=ordered, tokenize=True)
    assert (shown, more) == (json.loads(rows[0]["tools"]), {"tokenize": True})
    assert tokenizer.apply_chat_template([[]], tools=None)[0] is None
    assert tokenizer.apply_chat_template([[]], tools=[{"type": "function"}])[0] == [{"type": "function"}]


@pytest.mark.parametrize(
    ("change", "words"),
    [({"name": "multiply"}, "is not here"), ({"parameters": {"type": "object", "properties": {}}}, "other parameters")],
)
def test_a_tool_that_is_not_the_datasets_is_refused(executor: Executor, change: dict[str, Any], words: str) -> None:
    schema = executor.pool.schema("general.atlas.divide")
    tool = {**schema, "function": {**schema["function"], **change}}
    environments = Environments([{"environment": "toolset_x", "tools": json.dumps([tool])}], executor.pool)
    with pytest.raises(BuilderError, match=words):
        environments["toolset_x"]

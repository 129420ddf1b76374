"""Environments for TRL's GRPO trainer: for each toolset a class whose methods are its tools.

    from datasets import load_dataset
    from builder.rewards import trl_reward
    from builder.serve.environments import Environments, true_schemas

    rows = load_dataset("ORG/NAME", "rl", split="train")
    GRPOTrainer(model, trl_reward, train_dataset=rows, environment_factory=Environments(rows),
                processing_class=true_schemas(tokenizer))

A row's column `environment` names its toolset; the class of one is made when it is first asked for. Tools are
stateless, so a method is one and the same function in every class that has it, which spares the trainer the comparison
of thousands of methods. A failed call returns its error as text, as in the trajectories of `sft`.
"""

from __future__ import annotations

import inspect
import json
import keyword
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from typing import Any, Literal

from builder.errors import BuilderError, ToolDefect
from builder.hub.chat import template_json
from builder.records.tools import Call
from builder.settings import DEFAULT_PROFILE, Settings
from builder.stages.workbench import open_pool
from builder.tools.executor import Executor
from builder.tools.pool import ToolPool

TYPES = {"string": str, "integer": int, "number": float, "boolean": bool, "object": dict, "array": list}

SCHEMA = "tool_schema"
"""Attribute of a method with its whole schema: type hints alone would lose ranges and defaults."""

Method = Callable[..., str]


def methods(pool: ToolPool | None = None) -> dict[str, Method]:
    """A function for each tool of the pool that is here, by name; its attribute `SCHEMA` holds the whole schema."""
    executor = Executor(pool or open_pool(Settings.profile(DEFAULT_PROFILE)))
    schemas = {executor.pool.tools[tool].name: executor.pool.schema(tool) for tool in executor.pool.tools}
    return {name: make_method(schema, _runner(schema, executor)) for name, schema in schemas.items()}


class Environments(dict[str, Callable[[], Any]]):
    """Classes by toolset, each made on first use. A `dict`, since the trainer asks whether it is one."""

    def __init__(self, rows: Any, pool: ToolPool | None = None) -> None:
        """`rows` of the config `rl`: a dataset, or anything with its columns `environment` and `tools`."""
        pool = pool or open_pool(Settings.profile(DEFAULT_PROFILE))
        self._executor = Executor(pool)
        self._methods: dict[str, Method] = {}
        self._classes: dict[str, type] = {}
        self._tools: dict[str, str] = {}
        for name, tools in zip(_column(rows, "environment"), _column(rows, "tools"), strict=True):
            self._tools.setdefault(name, tools)
        super().__init__(dict.fromkeys(self._tools, object))

    def __getitem__(self, name: str) -> Callable[[], Any]:
        if name not in self._classes:
            if name not in self._tools:
                raise KeyError(name)
            self._classes[name] = self._make(name, json.loads(self._tools[name]))
        return self._classes[name]

    def get(self, name: str, default: Any = None) -> Any:
        return self[name] if name in self._tools else default

    def items(self) -> Any:
        return _Items(self)

    def values(self) -> Any:
        return [self[name] for name in self]

    def _make(self, name: str, tools: list[dict[str, Any]]) -> type:
        members: dict[str, Any] = {tool["function"]["name"]: staticmethod(self._method(tool)) for tool in tools}

        def reset(self: Any, **row: Any) -> None:
            """Nothing to do: tools keep no state."""

        return type(f"Toolset_{name.rpartition('_')[2]}", (), {**members, "reset": reset})

    def _method(self, tool: dict[str, Any]) -> Method:
        name = tool["function"]["name"]
        if name not in self._methods:
            self._methods[name] = make_method(tool, _runner(tool, self._executor))
        return self._methods[name]


class _Items:
    """Pairs of an Environments, made one at a time."""

    def __init__(self, environments: Environments) -> None:
        self._environments = environments

    def __iter__(self) -> Iterator[tuple[str, Callable[[], Any]]]:
        return ((name, self._environments[name]) for name in self._environments)

    def __len__(self) -> int:
        return len(self._environments)


def _runner(tool: Mapping[str, Any], executor: Executor) -> Callable[[dict[str, Any]], str]:
    """What executes a tool; refuses one that is not the tool of the row."""
    function = tool["function"]
    identity = executor.pool.by_name.get(function["name"])
    if identity is None:
        raise BuilderError(
            f"the tool {function['name']} of the dataset is not here: install the packages of its provider, or the "
            "version of dive-builder that made the dataset (its manifest.json names both)"
        )
    if executor.pool.schema(identity)["function"]["parameters"] != function["parameters"]:
        raise BuilderError(
            f"the tool {identity} takes other parameters than in the dataset: install the version of dive-builder "
            "that made it"
        )

    def run(arguments: dict[str, Any]) -> str:
        try:
            return template_json(executor.execute(Call(identity, arguments)).payload())
        except ToolDefect as defect:
            return template_json({"error": {"kind": defect.kind, "message": defect.message}})

    return run


def make_method(tool: Mapping[str, Any], run: Callable[[dict[str, Any]], str]) -> Method:
    """A function with the tool's name, signature and docstring, which `run` answers."""
    function = tool["function"]
    name, parameters = function["name"], function["parameters"]

    def method(**arguments: Any) -> str:
        return run({key: value for key, value in arguments.items() if value is not None or key in required})

    required = set(parameters.get("required", ()))
    hints = {key: _hint(schema) for key, schema in parameters["properties"].items()}
    method.__name__ = method.__qualname__ = name
    method.__doc__ = _docstring(function)
    method.__annotations__ = {**hints, "return": str}
    # Required ones first: a signature would refuse them after those with a default.
    order = sorted(hints, key=lambda key: key not in required)
    method.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [_parameter(key, hints[key], parameters["properties"][key], key in required) for key in order],
        return_annotation=str,
    )
    setattr(method, SCHEMA, dict(tool))
    return method


def _parameter(name: str, hint: Any, schema: Mapping[str, Any], required: bool) -> inspect.Parameter:
    if not name.isidentifier() or keyword.iskeyword(name):
        raise BuilderError(f"the parameter {name!r} cannot be one of a Python function: rename it in its spec")
    default = inspect.Parameter.empty if required else schema.get("default")
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=hint)


def _hint(schema: Mapping[str, Any]) -> Any:
    """The type hint from which `transformers` derives as much of the schema as hints can say."""
    if "enum" in schema:
        return Literal[tuple(schema["enum"])]
    kind = schema.get("type")
    if isinstance(kind, list):
        hint: Any = Any
        for each in kind:
            one = type(None) if each == "null" else TYPES.get(each, Any)
            hint = one if hint is Any else hint | one
        return hint
    if kind == "array" and "items" in schema:
        return list[_hint(schema["items"])]  # type: ignore[misc]
    return TYPES.get(str(kind), Any)


def _docstring(function: Mapping[str, Any]) -> str:
    """Google style, which `transformers` parses: each description in one line."""
    properties = function["parameters"]["properties"]
    lines = [" ".join(function["description"].split())]
    if properties:
        lines += ["", "Args:"]
        lines += [f"    {name}: {' '.join(schema['description'].split())}" for name, schema in properties.items()]
    return "\n".join(lines)


def true_schemas(tokenizer: Any) -> Any:
    """The tokenizer, whose chat template shows tools of Environments with their whole schemas.

    Without it a template sees what `transformers` reads from signatures: names, types, choices and descriptions, but
    no ranges, defaults and lengths.
    """
    base: Any = type(tokenizer)
    tokenizer.__class__ = _with_schemas(base)
    return tokenizer


@cache
def _with_schemas(base: Any) -> Any:
    def apply_chat_template(self: Any, *arguments: Any, tools: Iterable[Any] | None = None, **more: Any) -> Any:
        shown = None if tools is None else [getattr(tool, SCHEMA, tool) for tool in tools]
        return base.apply_chat_template(self, *arguments, tools=shown, **more)

    return type(base.__name__, (base,), {"apply_chat_template": apply_chat_template, "__module__": base.__module__})


def _column(rows: Any, name: str) -> Any:
    """Values of a column of a dataset, an Arrow table, or a list of rows."""
    if isinstance(rows, list):
        return [row[name] for row in rows]
    column = rows[name]
    return column.to_pylist() if hasattr(column, "to_pylist") else column

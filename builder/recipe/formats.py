"""Other people's datasets of tool use, read into one form that the diversity queries can compare.

Formats: `openai` (messages with tool_calls, or the older function_call), `xlam`, `toucan`, `toolace`, `apigen`. What a
format does not say stays empty: roles of tools, derivations, seeds. Who feeds whom is told by values: an argument that
stands in an earlier result and not in the question came from there.
"""

from __future__ import annotations

import ast
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from builder.identity import canonical_json, content_id
from builder.recipe.graphs import Edge, Graph, shape
from builder.recipe.isomorphism import graph_hashes
from builder.recipe.patterns import Pattern, call_sequence, normal_text

TELLING = 3
"""Characters from which a value is taken to come from a result that holds it; a single digit proves nothing."""


@dataclass(slots=True)
class ForeignTask:
    """One conversation: question, offered tools, calls in order with their results where there are any."""

    question: str = ""
    offered: tuple[str, ...] = ()
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    results: list[str] = field(default_factory=list)
    """In the order of the calls, as far as they are told."""


def format_of(columns: Sequence[str]) -> str | None:
    """The format that has these columns; None for none of them."""
    found = set(columns)
    for name, needed in COLUMNS.items():
        if needed <= found:
            return name
    return None


def read_row(name: str, row: Mapping[str, Any]) -> ForeignTask:
    """A row of a format as a task. Raises ValueError on what is not as the format says."""
    try:
        return READERS[name](row)
    except (KeyError, TypeError, AttributeError, SyntaxError) as error:
        raise ValueError(f"not as {name} rows are: {type(error).__name__}: {error}") from error


def foreign_patterns(tasks: Sequence[tuple[str, ForeignTask]]) -> list[Pattern]:
    """The patterns of foreign tasks with their ids. Roles are unknown, so every call of a topology is a `C`; so are
    bindings."""
    graphs = [Graph(tuple(tool for tool, _ in task.calls), frozenset(_fed(task))) for _, task in tasks]
    made = zip(tasks, graphs, graph_hashes(graphs), strict=True)
    return [_pattern(identity, task, graph, found) for (identity, task), graph, found in made]


def _pattern(identity: str, task: ForeignTask, graph: Graph, calls: str) -> Pattern:
    """`calls` is the hash of the graph."""
    tools, edges = graph.labels, graph.edges
    made = [[tool, arguments] for tool, arguments in task.calls]
    return Pattern(
        task=identity,
        normal_text=normal_text(task.question),
        call_sequence=call_sequence(tools),
        call_graph=content_id("graph", calls),
        shape=content_id("shape", shape(graph)),
        topology=shape(Graph(("C",) * len(tools), edges)),
        bindings=content_id("bindings", made, normal_text(task.question)),
        # What happens between calls is not told: operators count as none.
        derivation=content_id("derivation", shape(graph)),
        toolset=content_id("toolset", sorted(task.offered)),
        literals="[]",
        evidence=content_id("evidence", sorted(canonical_json(call) for call in made)),
        answer="null",
        tool_types=len(set(tools)),
        outline=shape(Graph(("C",) * len(tools), edges)),
        frame=None,
        operators=None,
        type_paths=None,
        joined=None,
    )


def depth_and_width(task: ForeignTask) -> tuple[int, int]:
    """Calls on the longest chain of calls that feed each other, and the most calls on one level."""
    levels: dict[int, int] = {}
    feeders: dict[int, list[int]] = {number: [] for number in range(len(task.calls))}
    for earlier, later, _ in _fed(task):
        feeders[later].append(earlier)
    for number, before in feeders.items():
        levels[number] = 1 + max((levels[one] for one in before), default=0)
    counts = Counter(levels.values())
    return max(counts, default=0), max(counts.values(), default=0)


def _fed(task: ForeignTask) -> Iterator[Edge]:
    question = task.question.casefold()
    for number, (_, arguments) in enumerate(task.calls):
        for value in _values(arguments):
            text = str(value).casefold()
            if len(text) < TELLING or text in question:
                continue
            for earlier, result in enumerate(task.results[:number]):
                if re.search(rf"(?<!\w){re.escape(text)}(?!\w)", result.casefold()):
                    yield earlier, number, ""
                    break


def _values(value: Any) -> Iterator[Any]:
    if isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _values(item)
    elif value is not None and not isinstance(value, bool):
        yield value


def _json(value: Any) -> Any:
    """A value that may be written as JSON text."""
    return json.loads(value) if isinstance(value, str) else value


def _names(tools: Any) -> tuple[str, ...]:
    """Names of offered tools, with or without the `function` around each."""
    return tuple(_name(tool.get("function", tool)) for tool in map(_json, _json(tools) or ()))


def _name(tool: Mapping[str, Any]) -> str:
    name = tool["name"]
    if not isinstance(name, str) or not name:
        raise ValueError(f"{canonical_json(name)[:60]} is no name of a tool")
    return name


def _call(call: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    arguments = _json(call.get("arguments") or "{}")
    return _name(call), dict(arguments)


def _openai(row: Mapping[str, Any]) -> ForeignTask:
    task = ForeignTask(offered=_names(row.get("tools")))
    places: dict[str, int] = {}
    for message in map(_json, _json(row["messages"])):
        role, content = message["role"], message.get("content") or ""
        if role == "user" and not task.question:
            task.question = str(content)
        elif role in ("tool", "function", "tool_response"):
            place = places.get(str(message.get("tool_call_id")), len(task.results))
            task.results += [""] * (place + 1 - len(task.results))
            task.results[place] = str(content)
        elif role == "tool_call":
            task.calls.append(_call(_json(content)))
        else:
            for call in message.get("tool_calls") or ():
                places[str(call.get("id"))] = len(task.calls)
                task.calls.append(_call(call["function"]))
            if message.get("function_call"):
                task.calls.append(_call(message["function_call"]))
    return task


def _toucan(row: Mapping[str, Any]) -> ForeignTask:
    tools = row.get("available_tools") or row.get("tools")
    task = _openai({"messages": row["messages"], "tools": tools})
    task.question = str(row["question"]) or task.question
    return task


def _xlam(row: Mapping[str, Any]) -> ForeignTask:
    calls = [_call(call) for call in _json(row["answers"])]
    return ForeignTask(str(row["query"]), _names(row["tools"]), calls)


def _turns(row: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for turn in _json(row["conversations"]):
        yield str(turn["from"]), str(turn["value"])


def _apigen(row: Mapping[str, Any]) -> ForeignTask:
    task = ForeignTask(offered=_names(row["tools"]))
    for speaker, text in _turns(row):
        if speaker == "human" and not task.question:
            task.question = text
        elif speaker == "function_call":
            task.calls.append(_call(json.loads(text)))
        elif speaker == "observation":
            task.results.append(text)
    return task


_OFFERED = re.compile(r'\{\s*"name"\s*:\s*"((?:[^"\\]|\\.)+)"\s*,\s*"description"')
_CALL = re.compile(r"([^\[\](),=]+)\(((?:[^()\"']|\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'|\([^()]*\))*)\)")


def _toolace(row: Mapping[str, Any]) -> ForeignTask:
    """Tools stand as JSON in the system text, calls as `[Name(a=1), Other(b="x")]`; names may hold spaces."""
    task = ForeignTask(offered=tuple(dict.fromkeys(_OFFERED.findall(str(row["system"])))))
    for speaker, text in _turns(row):
        if speaker == "user" and not task.question:
            task.question = text
        elif speaker == "tool":
            task.results.append(text)
        elif speaker == "assistant" and text.startswith("[") and text.rstrip().endswith(")]"):
            task.calls += [(name.strip(), _keywords(inside)) for name, inside in _CALL.findall(text[1:-1])]
    return task


def _keywords(inside: str) -> dict[str, Any]:
    try:
        call = ast.parse(f"f({inside})", mode="eval").body
    except SyntaxError:
        # A value that is no literal, such as a bare word: the call is there, its arguments are unknown.
        return {}
    found = {}
    for keyword in call.keywords if isinstance(call, ast.Call) else ():
        try:
            found[str(keyword.arg)] = ast.literal_eval(keyword.value)
        except ValueError:
            found[str(keyword.arg)] = ast.unparse(keyword.value)
    return found


COLUMNS: dict[str, set[str]] = {
    "xlam": {"query", "answers", "tools"},
    "apigen": {"conversations", "tools", "system"},
    "toolace": {"conversations", "system"},
    "toucan": {"messages", "question", "uuid"},
    "openai": {"messages"},
}
"""Columns that a format is known by; of several the first."""

READERS: dict[str, Callable[[Mapping[str, Any]], ForeignTask]] = {
    "xlam": _xlam,
    "apigen": _apigen,
    "toolace": _toolace,
    "toucan": _toucan,
    "openai": _openai,
}

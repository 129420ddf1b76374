"""What must change nothing: the order of rows, names of calls and steps, names of tools, a pool that is doubled."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence

import duckdb
import pyarrow as pa
import pytest

from builder.recipe.diversity import METRICS
from builder.recipe.patterns import pattern
from builder.recipe.typepaths import Types
from builder.records.tasks import Task
from builder.stages.batches import write_batch
from builder.stages.datasets import TASKS, in_memory
from builder.stages.dedup import mark_duplicates
from builder.stages.patterning import PATTERNS, labels_of
from builder.stages.score import measure
from builder.testing.tasks import SHAPES, general_executor, make_task

LABELS = labels_of(general_executor().pool)


@pytest.fixture(scope="module")
def pool() -> list[Task]:
    return [make_task(name) for name in SHAPES]


def figures(tasks: Sequence[Task]) -> tuple[dict[str, float], list[tuple[str, str, str]]]:
    """All metrics after dedup, and the duplicates by task, kept and kind."""
    connection = stored(tasks)
    mark_duplicates(connection, "now")
    found = connection.execute("SELECT task, kept, kind FROM duplicates ORDER BY ALL").fetchall()
    return {name: measure(connection, name, "pool") for name in METRICS}, found


def stored(tasks: Sequence[Task], types: Types = LABELS[1]) -> duckdb.DuckDBPyConnection:
    connection = in_memory()
    rows = [
        {
            **{name: getattr(task, name) for name in ("id", "domain", "exemplar", "question", "depth", "width")},
            "answer_kind": task.answer.spec.kind,
            "num_calls": len(task.calls),
            "tools": list(task.tools_used),
        }
        for task in tasks
    ]
    patterns = [pattern(task, LABELS[0], types).model_dump() for task in tasks]
    write_batch(connection, "score/insert_foreign", pa.Table.from_pylist(rows, schema=TASKS))
    write_batch(connection, "dedup/insert_patterns", pa.Table.from_pylist(patterns, schema=PATTERNS))
    return connection


def rewritten(task: Task, names: dict[str, str]) -> Task:
    """The task with whole strings replaced by others, wherever they stand, as values or as keys."""

    def change(value: object) -> object:
        if isinstance(value, dict):
            return {names.get(key, key): change(item) for key, item in value.items()}
        if isinstance(value, list):
            return [change(item) for item in value]
        return names.get(value, value) if isinstance(value, str) else value

    return Task.model_validate(change(json.loads(task.model_dump_json(by_alias=True))))


def relabelled(task: Task) -> Task:
    """Other ids for calls and steps."""
    ids = [call.id for call in task.calls] + [step.id for step in task.derivation.steps]
    assert len(set(ids)) == len(ids)
    return rewritten(task, {name: f"other {len(ids) - number}" for number, name in enumerate(ids)})


def doubled(task: Task) -> Task:
    """The same task under a later id, as another run would have made it."""
    return task.model_copy(update={"id": f"{task.id} again"})


def test_the_order_of_rows(pool: list[Task]) -> None:
    some = [*pool, *map(doubled, pool[:4])]
    turned = some.copy()
    random.Random(1).shuffle(turned)
    assert figures(turned) == figures(some)


@pytest.mark.parametrize("name", SHAPES)
def test_the_names_of_calls_and_steps(name: str) -> None:
    task = make_task(name)
    other = relabelled(task)
    assert other.calls[0].id != task.calls[0].id
    assert pattern(other, *LABELS) == pattern(task, *LABELS)


def test_the_names_of_tools_change_what_names_them_and_no_figure(pool: list[Task]) -> None:
    tools = sorted({tool for task in pool for tool in task.tools_used})
    names = {tool: f"renamed.{len(tools) - number}" for number, tool in enumerate(tools)}
    structural = {names.get(tool, tool): found for tool, found in LABELS[0].items()}
    types = Types({names.get(tool, tool): found for tool, found in LABELS[1].fields.items()}, LABELS[1].entities)
    for task in pool:
        before, after = pattern(task, *LABELS), pattern(rewritten(task, names), structural, types)
        same = {key for key in type(before).model_fields if getattr(before, key) == getattr(after, key)}
        # `evidence` goes by the keys of calls, which a tool's content decides, and no name.
        assert same == set(type(before).model_fields) - {
            "call_sequence", "call_graph", "shape", "bindings", "derivation", "toolset",
        }  # fmt: skip
    connection, other = stored(pool), in_memory()
    rows = [pattern(rewritten(task, names), structural, types).model_dump() for task in pool]
    write_batch(other, "dedup/insert_patterns", pa.Table.from_pylist(rows, schema=PATTERNS))
    tasks = connection.sql("FROM tasks").to_arrow_table().to_pylist()
    for task in tasks:
        task["tools"] = sorted(names[tool] for tool in task["tools"])
    write_batch(other, "score/insert_foreign", pa.Table.from_pylist(tasks))
    assert {name: measure(other, name, "pool") for name in METRICS} == pytest.approx(
        {name: measure(connection, name, "pool") for name in METRICS}
    )


def test_a_pool_twice_over_is_the_pool(pool: list[Task]) -> None:
    metrics, repeats = figures(pool)
    again, found = figures([*pool, *map(doubled, pool)])
    assert repeats == [] and again == metrics
    assert found == sorted((f"{task.id} again", task.id, "exact_text") for task in pool)

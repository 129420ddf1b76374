"""Other people's formats give the same figures as the same calls written in ours."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from builder.errors import SettingsError
from builder.recipe.diversity import METRICS
from builder.stages.datasets import read_dataset

QUESTION = "How is the weather in the capital of Peru?"
TOOLS = [{"name": name, "description": "", "parameters": {}} for name in ("capital_of", "weather", "unused")]
FIRST, SECOND = {"country": "Peru"}, {"city": "Lima", "days": 1}
RESULT = '{"capital": "Lima"}'


def _function(number: int, name: str, arguments: Any) -> dict[str, Any]:
    return {"id": f"c{number}", "type": "function", "function": {"name": name, "arguments": arguments}}


OPENAI = {
    "messages": [
        {"role": "system", "content": "You have tools."},
        {"role": "user", "content": QUESTION},
        {"role": "assistant", "content": None, "tool_calls": [_function(1, "capital_of", json.dumps(FIRST))]},
        {"role": "tool", "tool_call_id": "c1", "content": RESULT},
        {"role": "assistant", "content": "", "tool_calls": [_function(2, "weather", SECOND)]},
        {"role": "tool", "tool_call_id": "c2", "content": "rain"},
        {"role": "assistant", "content": "Rain."},
    ],
    "tools": [{"type": "function", "function": tool} for tool in TOOLS],
}
TOUCAN = {
    "uuid": "u",
    "question": QUESTION,
    "available_tools": json.dumps(TOOLS),
    "messages": json.dumps(
        [
            {"role": "user", "content": QUESTION},
            {
                "role": "assistant",
                "content": "",
                "function_call": {"name": "capital_of", "arguments": '{"country": "Peru"}'},
            },
            {"role": "function", "name": "capital_of", "content": RESULT},
            {"role": "assistant", "content": "", "function_call": {"name": "weather", "arguments": json.dumps(SECOND)}},
            {"role": "function", "name": "weather", "content": "rain"},
        ]
    ),
}
APIGEN = {
    "system": "You have tools.",
    "tools": json.dumps(TOOLS),
    "conversations": [
        {"from": "human", "value": QUESTION},
        {"from": "function_call", "value": json.dumps({"name": "capital_of", "arguments": FIRST})},
        {"from": "observation", "value": RESULT},
        {"from": "function_call", "value": json.dumps({"name": "weather", "arguments": SECOND})},
        {"from": "observation", "value": "rain"},
        {"from": "gpt", "value": "Rain."},
    ],
}
TOOLACE = {
    "system": f"Here are functions: {json.dumps(TOOLS)}",
    "conversations": [
        {"from": "user", "value": QUESTION},
        {"from": "assistant", "value": '[capital_of(country="Peru")]'},
        {"from": "tool", "value": RESULT},
        {"from": "assistant", "value": '[weather(city="Lima", days=1)]'},
        {"from": "tool", "value": "rain"},
        {"from": "assistant", "value": "[Rain.]"},
    ],
}
XLAM = {
    "id": 1,
    "query": QUESTION,
    "tools": json.dumps(TOOLS),
    "answers": json.dumps([{"name": "capital_of", "arguments": FIRST}, {"name": "weather", "arguments": SECOND}]),
}


def write(folder: Path, *rows: Any) -> Path:
    path = folder / "data.jsonl"
    path.write_text("\n".join(row if isinstance(row, str) else json.dumps(row) for row in rows), encoding="utf-8")
    return path


@pytest.mark.parametrize("row", [OPENAI, TOUCAN, APIGEN, TOOLACE], ids=["openai", "toucan", "apigen", "toolace"])
def test_all_formats_show_the_same_task(tmp_path: Path, row: dict[str, Any]) -> None:
    store = read_dataset(write(tmp_path, row))
    assert store.execute("SELECT call_sequence, topology, tool_types FROM patterns").fetchall() == [
        ("capital_of > weather", "C C 0>1", 2)
    ]
    assert store.execute("SELECT question, tools, num_calls FROM tasks").fetchall() == [
        (QUESTION, ["capital_of", "weather"], 2)
    ]
    expected = read_dataset(write(tmp_path, OPENAI)).execute("SELECT toolset, call_graph FROM patterns").fetchall()
    assert store.execute("SELECT toolset, call_graph FROM patterns").fetchall() == expected


def test_without_results_nothing_feeds(tmp_path: Path) -> None:
    assert read_dataset(write(tmp_path, XLAM)).execute("SELECT topology FROM patterns").fetchall() == [("C*",)]


def test_several_calls_of_toolace_in_one_turn(tmp_path: Path) -> None:
    turns = [
        {"from": "user", "value": "Both?"},
        {"from": "assistant", "value": '[Market Trends API(kind="a (b), c", n=[1, 2]), get_it(x=word), none()]'},
    ]
    store = read_dataset(write(tmp_path, {"system": "", "conversations": turns}))
    assert store.execute("SELECT call_sequence FROM patterns").fetchall() == [("Market Trends API > get_it > none",)]


def test_repeats_are_left_out_and_every_metric_is_there(tmp_path: Path) -> None:
    store = read_dataset(write(tmp_path, OPENAI, OPENAI, {**XLAM, "query": "Other?"}, {"messages": []}))
    scores = dict(store.execute("SELECT metric, value FROM scores").fetchall())
    assert scores.keys() == set(METRICS)
    assert scores["unique_call_graphs"] == 2 and scores["unique_call_sequences"] == 1
    assert store.execute("SELECT kind FROM duplicates").fetchall() == [("exact_text",)]


def test_parquet_arrays_folders_and_limits(tmp_path: Path) -> None:
    pq.write_table(pa.Table.from_pylist([APIGEN, {**APIGEN, "system": "x"}]), tmp_path / "a.parquet")
    (tmp_path / "b.json").write_text(json.dumps([XLAM]), encoding="utf-8")
    assert read_dataset(tmp_path).execute("SELECT count(*) FROM tasks").fetchall() == [(3,)]
    assert read_dataset(tmp_path, limit=1).execute("SELECT count(*) FROM tasks").fetchall() == [(1,)]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([OPENAI, {"text": "x"}], "row 2: no known format has the columns text"),
        ([OPENAI, "{"], "row 2: broken JSON"),
        (["3"], "row 1: 3 is no object"),
        ([{**XLAM, "answers": "no JSON"}], "row 1: "),
        ([{**XLAM, "answers": '[{"arguments": {}}]'}], "row 1: not as xlam rows are: KeyError: 'name'"),
    ],
    ids=["columns", "json", "object", "inner json", "no tool name"],
)
def test_bad_rows_are_named(tmp_path: Path, rows: list[Any], message: str) -> None:
    with pytest.raises(SettingsError, match=message.replace("(", r"\(")):
        read_dataset(write(tmp_path, *rows))


def test_a_folder_without_data_and_a_broken_file_are_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="holds no"):
        read_dataset(tmp_path)
    (tmp_path / "a.parquet").write_text("no", encoding="utf-8")
    with pytest.raises(SettingsError, match="cannot be read as Parquet"):
        read_dataset(tmp_path)
    with pytest.raises(SettingsError, match="cannot be read"):
        read_dataset(tmp_path / "absent.jsonl")

"""Proposed specs are sound TOML whatever a server writes, and say all that they hold."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.tools.drafts.lines import Ground
from builder.tools.mcp.drafting import Sample, draft_tool

NOTHING = Ground({}, lambda name: ())


def drafted(schema: dict[str, Any], description: str = "", **more: Any) -> dict[str, Any]:
    draft = draft_tool("doIt", {"description": description, "inputSchema": schema, **more}, NOTHING, None)
    return tomllib.loads(draft.text)


def test_names_and_shapes_of_the_server_are_told_apart_from_ours() -> None:
    place = {"type": "object", "properties": {"lat-x": {"type": "number", "default": 1.5}}, "required": ["lat-x"]}
    properties = {
        "where": place,
        "maxItems": {"type": "integer", "maximum": 9},
        "tags": {"type": "array", "items": {"type": "string"}},
    }
    made = drafted({"type": "object", "properties": properties, "required": ["where"]}, "Do it.")
    assert made["mcp"]["arguments"] == {
        "where": {"lat-x": "{where_lat_x}"}, "maxItems": "{max_items}", "tags": "{tags}",
    }  # fmt: skip
    assert made["parameters"]["max_items"] == {"type": "", "description": "", "required": False, "maximum": 9}
    assert made["parameters"]["tags"]["many"] is True
    assert made["review"] == [
        "description", "role", "mcp.safe", "parameters.where_lat_x.type", "parameters.max_items.type",
        "parameters.tags.type", "examples",
    ]  # fmt: skip


def test_a_list_of_tables_is_no_parameter() -> None:
    points = {"type": "array", "items": {"type": "object", "properties": {"x": {"type": "number"}}, "required": ["x"]}}
    schema = {"type": "object", "properties": {"points": points, "unit": {"type": "string"}}}
    draft = draft_tool("doIt", {"inputSchema": schema}, NOTHING, None)
    assert set(tomllib.loads(draft.text)["parameters"]) == {"unit"}
    assert "parameter points.[].x: it is no plain value, or list of them, of a table" in draft.gaps
    for needed in ({**schema, "required": ["points"]}, {"type": "string"}):
        draft = draft_tool("doIt", {"inputSchema": needed}, NOTHING, None)
        assert draft.text == "" and draft.gaps[-1] == "not written: it requires such a parameter"


def test_names_that_become_the_same_are_told_apart() -> None:
    values = {"type": "object", "properties": {name: {"type": "number"} for name in ("aB", "a_b", "2m")}}
    made = drafted(values, outputSchema=values)
    assert made["mcp"]["arguments"] == {"aB": "{a_b}", "a_b": "{a_b_2}", "2m": "{value_2m}"}
    selected = {name: field["select"] for name, field in made["returns"].items()}
    assert selected == {"a_b": "aB", "a_b_2": "a_b", "value_2m": '"2m"'}
    assert len(set(made["review"])) == len(made["review"])


@given(st.text(max_size=500), st.text(min_size=1, max_size=30), st.one_of(st.text(max_size=20), st.none()))
def test_no_word_of_a_server_leaves_its_place(words: str, name: str, default: str | None) -> None:
    schema = {"type": "object", "properties": {name: {"type": "string", "description": words, "default": default}}}
    listed = {"description": words, "inputSchema": schema, "annotations": {"readOnlyHint": "yes"}}
    draft = draft_tool(name, listed, NOTHING, None)
    if draft.text:
        made = tomllib.loads(draft.text)
        assert set(made) == {"description", "kind", "role", "review", "mcp", "parameters", "examples"}
        assert made["kind"] == "mcp" and made["mcp"]["tool"] == name and made["mcp"]["safe"] is False
        assert len(made["description"]) <= 400


@pytest.mark.parametrize(
    ("content", "answer", "selected"),
    [
        ([{"type": "text", "text": '{"a": {"b": 1}}'}], "json", {"a_b": "a.b"}),
        ([{"type": "text", "text": "It is 5."}], "text", {"value": "@"}),
        ([{"type": "text", "text": "1"}, {"type": "text", "text": "2"}], "text", None),
        ([{"type": "image"}], "text", None),
    ],
)
def test_a_call_tells_how_an_answer_is_read(content: list[Any], answer: str, selected: dict[str, str] | None) -> None:
    sample = Sample("doIt", {}, {"isError": False, "content": content})
    draft = draft_tool("doIt", {"inputSchema": {"type": "object"}}, NOTHING, sample)
    made = tomllib.loads(draft.text)
    assert made["mcp"]["answer"] == answer
    assert {name: each["select"] for name, each in made.get("returns", {}).items()} == (selected or {})
    assert bool(selected) == (not any("nothing is known of its answer" in gap for gap in draft.gaps))

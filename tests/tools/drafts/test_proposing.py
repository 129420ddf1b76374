"""What is read of a server's schemas, and the types that are proposed for it."""

from __future__ import annotations

from typing import Any

import pytest

from builder.records.tools import SemanticType
from builder.tools.drafts.leaves import Leaf, snake
from builder.tools.drafts.proposing import propose
from builder.tools.drafts.schemas import MAX_PARTS, of_value, read


def kind(name: str, how: str = "text", shape: str = "string", **more: Any) -> SemanticType:
    limits = more.pop("limits", {})
    body = {
        "name": name,
        "kind": how,
        "description": "?",
        "noun": name,
        "plural": name,
        "schema": {"type": shape} | limits,
    }
    return SemanticType.model_validate(body | more)


TYPES = {
    each.name: each
    for each in (
        kind("island", "entity", listing={"table": "a.b.islands", "value": "name"}),
        kind("time_zone"),
        kind("length_km", "quantity", "number", unit="km"),
        kind("share", "quantity", "number", unit="%"),
        kind("weekday", "option", limits={"enum": ["Monday", "Tuesday"]}),
        kind("day", "date", limits={"pattern": r"^\d{4}-\d{2}-\d{2}$"}),
        kind("count", "quantity", "integer"),
        kind("id"),
    )
}
LISTED = {"island": ("Crete", "Malta")}


def proposed(leaf: Leaf, *samples: Any) -> list[str]:
    return [each.type for each in propose(leaf, samples, TYPES, lambda name: LISTED.get(name, ()))]


CASES: dict[str, tuple[Leaf, tuple[Any, ...], list[str]]] = {
    "its name": (Leaf(("timeZone",), "string"), (), ["time_zone"]),
    "the end of its name": (Leaf(("source_time_zone",), "string"), (), ["time_zone"]),
    "a plural": (Leaf(("islands", "[]"), "string", many=True), (), ["island"]),
    "a short name ends many": (Leaf(("paid",), "string"), (), []),
    "its unit": (Leaf(("distance_km",), "number"), (), ["length_km"]),
    "its unit in words": (Leaf(("part",), "number", description="Part of all (%)"), (), ["share"]),
    "a unit is no unit of another": (Leaf(("distance_km",), "string"), (), []),
    "its options": (Leaf(("on",), "string", limits={"enum": ["Monday"]}), (), ["weekday"]),
    "options of none": (Leaf(("on",), "string", limits={"enum": ["Monday", "Sunday"]}), (), []),
    "values that are options": (Leaf(("on",), "string"), ("Tuesday",), ["weekday"]),
    "listed values": (Leaf(("place",), "string"), ("Crete", "Malta"), ["island"]),
    "a value in the description": (Leaf(("place",), "string", samples=("Crete",)), (), ["island"]),
    "values of nothing": (Leaf(("place",), "string"), ("Paris",), []),
    "a form alone is too little": (Leaf(("when",), "string"), ("2026-11-27",), []),
    "a form and a name": (Leaf(("birth_day",), "string", limits={"format": "date"}), ("2026-11-27",), ["day"]),
    "values against the name": (Leaf(("day",), "string"), ("soon",), []),
    "integers are numbers": (Leaf(("length_km",), "integer"), (), ["length_km"]),
    "numbers are no integers": (Leaf(("count",), "number"), (), []),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_types_are_proposed(case: str) -> None:
    leaf, samples, types = CASES[case]
    assert proposed(leaf, *samples) == types


def test_the_best_comes_first_and_says_why() -> None:
    leaf = Leaf(("home_island",), "string")
    (best,) = propose(leaf, ["Crete", "Paris"], TYPES, lambda name: LISTED.get(name, ()))
    assert best.why == "its name ends so; 1 of 2 values are listed"


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [("sourceTimezone", "source_timezone"), ("HTTPCode", "http_code"), ("a-b c", "a_b_c"), ("Größe", "gr_e")],
)
def test_names_become_ours(theirs: str, ours: str) -> None:
    assert snake(theirs) == ours


def test_plain_values_are_found_wherever_they_are() -> None:
    schema = {
        "$defs": {
            "Place": {"type": "object", "properties": {"time zone": {"type": "string"}}, "required": ["time zone"]}
        },
        "type": "object",
        "required": ["target", "names"],
        "properties": {
            "target": {"$ref": "#/$defs/Place"},
            "stops": {"type": "array", "items": {"$ref": "#/$defs/Place"}},
            "names": {"type": "array", "items": {"type": "string", "enum": ["a", "b"]}, "minItems": 1},
            "limit": {"anyOf": [{"type": "integer", "maximum": 9}, {"type": "null"}], "default": 5},
            "note": {"type": ["string", "null"], "description": "such as 'x y' or \"z\", don't"},
        },
    }
    leaves, gaps = read(schema)
    assert gaps == []
    found = {leaf.expression: leaf for leaf in leaves}
    assert list(found) == ['target."time zone"', 'stops[]."time zone"', "names[]", "limit", "note"]
    assert found['target."time zone"'].name == "target_time_zone" and found['target."time zone"'].required
    assert found['stops[]."time zone"'].many and not found['stops[]."time zone"'].required
    assert found["names[]"].limits == {"enum": ["a", "b"], "minItems": 1} and found["names[]"].samples == ("a", "b")
    assert found["limit"].nullable and found["limit"].limits == {"maximum": 9, "default": 5}
    assert found["note"].nullable and found["note"].samples == ("x y", "z")


GAPS = {
    "free members": ({"type": "object", "additionalProperties": True}, "its members have no names"),
    "a list of lists": ({"type": "array", "items": {"type": "array", "items": {"type": "number"}}}, "a list inside"),
    "two shapes": ({"anyOf": [{"type": "string"}, {"type": "integer"}]}, "it is one of 2 shapes"),
    "two types": ({"type": ["string", "integer"]}, "it is of type"),
    "no type": ({}, "of no stated type"),
    "nothing": (True, "cannot be read"),
    "a dead reference": ({"$ref": "#/$defs/Gone"}, "it refers to #/$defs/Gone, which is not there"),
    "a reference outside": ({"$ref": "https://evil.test/x"}, "it refers to another document: https://evil.test/x"),
    "a file": ({"$ref": "file:///etc/passwd"}, "it refers to another document"),
    "no reference": ({"$ref": 7}, "it refers to another document: 7"),
    "itself": ({"$ref": "#"}, "it nests in itself"),
    "itself within": ({"$ref": "#/properties/x"}, "it nests in itself"),
    "itself by its parts": ({"allOf": [{"$ref": "#/properties/x"}]}, "it nests in itself"),
    "parts that differ": ({"allOf": [{"type": "string"}, {"type": "integer"}]}, "its parts are of different types"),
}  # fmt: skip


@pytest.mark.parametrize("case", GAPS)
def test_what_is_not_flat_is_told(case: str) -> None:
    inner, why = GAPS[case]
    leaves, (gap,) = read({"type": "object", "properties": {"x": inner}, "required": ["x"]})
    assert leaves == [] and why in gap.why and gap.required


def test_the_parts_of_a_schema_are_joined() -> None:
    schema = {
        "$defs": {
            "Named": {"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}}},
            "Kind": {"type": "string", "enum": ["a", "b", None]},
        },
        "allOf": [{"$ref": "#/$defs/Named"}, {"properties": {"size": {"type": "integer", "nullable": True}}}],
        "properties": {"kind": {"allOf": [{"$ref": "#/$defs/Kind"}], "description": "Which kind"}},
        "required": ["size", "kind"],
    }
    leaves, gaps = read(schema)
    assert gaps == []
    assert [(leaf.name, leaf.shape, leaf.required, leaf.nullable) for leaf in leaves] == [
        ("name", "string", True, False), ("size", "integer", True, True), ("kind", "string", True, True),
    ]  # fmt: skip
    assert leaves[2].limits == {"enum": ["a", "b"]} and leaves[2].description == "Which kind"


ODD = {
    "a number in words": ({"type": "integer", "minimum": "one"}, "its minimum is left out: no number"),
    "an endless number": ({"type": "number", "maximum": float("inf")}, "its maximum is left out: no number"),
    "options that are no list": ({"type": "string", "enum": "abc"}, "its enum is left out: no list of values of type"),
    "options of another type": ({"type": "integer", "enum": ["a"]}, "its enum is left out: no list of values of type"),
    "too many options": ({"type": "integer", "enum": list(range(201))}, "its enum is left out: 201 options"),
    "a default of another type": ({"type": "boolean", "default": 1}, "its default is left out: no value of type bool"),
    "a default that is no list": (
        {"type": "array", "items": {"type": "string"}, "default": "x"}, "its default is left out: no value of type",
    ),
    "a form": ({"type": "string", "pattern": "^a$", "maxLength": 3}, "pattern, maxLength: only what its type allows"),
}  # fmt: skip


@pytest.mark.parametrize("case", ODD)
def test_a_limit_that_cannot_be_kept_is_told(case: str) -> None:
    schema, note = ODD[case]
    (leaf,), gaps = read({"type": "object", "properties": {"x": schema | {"examples": 5, "description": ["?"]}}})
    assert gaps == [] and leaf.limits == {} and leaf.description == ""
    assert [note in each for each in leaf.notes] == [True]


def test_references_of_references_are_not_counted_out() -> None:
    def ten(name: str) -> dict[str, Any]:
        return {"type": "object", "properties": {f"p{n}": {"$ref": f"#/$defs/{name}"} for n in range(10)}}

    schema = {"$defs": {f"d{n}": ten(f"d{n + 1}") for n in range(7)} | {"d7": {"type": "string"}}} | ten("d0")
    leaves, gaps = read(schema)
    assert len(leaves) < MAX_PARTS
    assert [gap.why for gap in gaps] == ["it has more than 4,000 parts, of which the rest was not read"]
    joined = {
        "$defs": {f"d{n}": {"allOf": [{"$ref": f"#/$defs/d{n + 1}"}] * 10} for n in range(9)}
        | {"d9": {"type": "string"}}
    }
    leaves, gaps = read(joined | {"type": "object", "properties": {"x": {"$ref": "#/$defs/d0"}}})
    assert leaves == [] and "parts" in gaps[0].why


def test_a_sample_tells_its_schema() -> None:
    leaves, gaps = read(of_value({"a": [{"b": 1.5}], "c": True, "d": None, "e": []}))
    assert [(leaf.expression, leaf.shape, leaf.samples) for leaf in leaves] == [
        ("a[].b", "number", (1.5,)),
        ("c", "boolean", (True,)),
    ]
    assert [str(gap) for gap in gaps] == ["d: it is of type ['null']", "e.[]: it is of no stated type"]


def test_an_answer_that_is_one_value() -> None:
    (leaf,), _ = read({"type": "integer"})
    assert (leaf.name, leaf.expression) == ("value", "@")
    (leaf,), _ = read({"type": "array", "items": {"type": "string"}})
    assert (leaf.name, leaf.expression, leaf.many) == ("value", "[]", True)

"""The plain values of a JSON Schema: what of a tool fits flat parameters and fields, and what does not.

Read are drafts of JSON Schema and the dialect of OpenAPI 3.0 (`nullable`, `example`). A schema is data of a stranger:
references are followed inside the document only, none twice on one way, and no more than MAX_PARTS parts are read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import unquote

from builder.tools.drafts.leaves import SHAPES, Gap, Leaf, leaf_of, limits_of, words_of

MAX_DEPTH = 8
"""Of a schema that is read; one that nests deeper cannot be mapped."""

MAX_PARTS = 4_000
"""Of a schema that are looked at: references of references could make millions of a small document."""


def read(
    schema: Mapping[str, Any], root: Mapping[str, Any] | None = None, skipped: str = ""
) -> tuple[list[Leaf], list[Gap]]:
    """The plain values of an object's schema, in its order, and what is left of it.

    References point into `root`, by default the schema itself. Members that are `skipped` (`readOnly`, `writeOnly`)
    are left out.
    """
    leaves: list[Leaf] = []
    gaps: list[Gap] = []
    for found in _Reader(schema if root is None else root, skipped).walk(schema, (), True):
        if isinstance(found, Leaf):
            leaves.append(found)
        else:
            gaps.append(found)
    return leaves, gaps


def read_sent(
    schema: Mapping[str, Any], root: Mapping[str, Any] | None = None, skipped: str = ""
) -> tuple[list[Leaf], list[Gap]]:
    """The same of a table that is sent: parts of a list's members are gaps, as a list is told whole."""
    leaves, gaps = read(schema, root, skipped)
    told = [leaf for leaf in leaves if leaf.path and "[]" not in leaf.path[:-1]]
    gaps += [
        Gap(leaf.path, "it is no plain value, or list of them, of a table", leaf.required)
        for leaf in leaves
        if leaf not in told
    ]
    return told, gaps


def plain(schema: Any, root: Mapping[str, Any]) -> Any:
    """The schema itself with its references followed and a null taken out; None when it cannot be read."""
    try:
        return _Reader(root, "").plain(schema, frozenset())[0]
    except _Unread:
        return None


def of_value(value: Any) -> dict[str, Any]:
    """A schema that a sample value fits: what it shows, and no more."""
    if isinstance(value, dict):
        return {"type": "object", "properties": {k: of_value(v) for k, v in value.items()}, "required": list(value)}
    if isinstance(value, list):
        return {"type": "array", "items": of_value(value[0]) if value else {}}
    if value is None:
        return {"type": ["null"]}
    shape = {bool: "boolean", int: "integer", float: "number", str: "string"}[type(value)]
    return {"type": shape, "examples": [value]}


def pointed(root: Any, reference: str) -> Any:
    """What a local reference (`#/components/schemas/Pet`, RFC 6901) points to; None when that is not there."""
    for part in reference.removeprefix("#").split("/")[1:]:
        key = unquote(part).replace("~1", "/").replace("~0", "~")
        if isinstance(root, list):
            root = root[int(key)] if key.isascii() and key.isdecimal() and int(key[:9]) < len(root) else None
        else:
            root = root.get(key) if isinstance(root, Mapping) else None
    return root


class _Unread(Exception):
    """A part that cannot be read, and why."""


class _Reader:
    """One reading of a schema, with what it may still look at."""

    def __init__(self, root: Mapping[str, Any], skipped: str) -> None:
        self._root = root
        self._skipped = skipped
        self._left = MAX_PARTS

    def walk(
        self,
        schema: Any,
        path: tuple[str, ...],
        required: bool,
        nullable: bool = False,
        opened: frozenset[str] = frozenset(),
    ) -> Iterator[Leaf | Gap]:
        """`opened` are the references on the way here."""
        if self._left < 0:
            return  # told where it ran out
        try:
            if len(path) > MAX_DEPTH:
                raise _Unread(f"it nests deeper than {MAX_DEPTH}")
            schema, more, opened = self.plain(schema, opened)
        except _Unread as error:
            yield Gap(path[:3], str(error), required)
            return
        nullable = nullable or more
        shape = _shape(schema)
        if shape == "object":
            yield from self._named(schema, path, required, nullable, opened)
        elif shape == "array":
            yield from self._members(schema, path, required, nullable, opened)
        elif shape in SHAPES:
            yield leaf_of(schema, str(shape), path, required, nullable)
        else:
            yield Gap(path, f"it is {_said(schema)}", required)

    def plain(self, schema: Any, opened: frozenset[str]) -> tuple[Mapping[str, Any], bool, frozenset[str]]:
        """The schema with its references followed, its parts joined and a null taken out; and whether there was one."""
        nullable = False
        while True:
            self._left -= 1
            if self._left < 0:
                raise _Unread(f"it has more than {MAX_PARTS:,} parts, of which the rest was not read")
            if not isinstance(schema, Mapping):
                raise _Unread("its schema cannot be read")
            nullable = nullable or schema.get("nullable") is True
            reference = schema.get("$ref")
            options = schema.get("anyOf") or schema.get("oneOf")
            kinds = schema.get("type")
            around = {key: value for key, value in schema.items() if key in ("description", "default", "examples")}
            if reference is not None:
                inner = self._referred(reference, opened)
                opened |= {reference}
            elif isinstance(schema.get("allOf"), list):
                schema, more, opened = self._joined(schema, opened)
                nullable = nullable or more
                continue
            elif isinstance(options, list) and "properties" not in schema:
                others = [each for each in options if not (isinstance(each, Mapping) and each.get("type") == "null")]
                nullable = nullable or len(others) < len(options)
                if len(others) != 1:
                    return schema, nullable, opened
                inner = others[0]
            elif isinstance(kinds, list):
                others = [kind for kind in kinds if kind != "null"]
                nullable = nullable or len(others) < len(kinds)
                return ({**schema, "type": others[0]} if len(others) == 1 else schema), nullable, opened
            else:
                return schema, nullable, opened
            schema = {**inner, **around} if isinstance(inner, Mapping) else inner

    def _referred(self, reference: Any, opened: frozenset[str]) -> Any:
        if not isinstance(reference, str) or not reference.startswith("#"):
            raise _Unread(f"it refers to another document: {str(reference)[:80]}")
        if reference in opened:
            raise _Unread("it nests in itself")
        inner = pointed(self._root, reference)
        if inner is None:
            raise _Unread(f"it refers to {reference[:80]}, which is not there")
        return inner

    def _joined(self, schema: Mapping[str, Any], opened: frozenset[str]) -> tuple[dict[str, Any], bool, frozenset[str]]:
        """A schema and all of its `allOf` as one; members of later parts count."""
        own = {key: value for key, value in schema.items() if key != "allOf"}
        joined: dict[str, Any] = {}
        properties: dict[str, Any] = {}
        required: list[Any] = []
        nullable, ways = False, opened
        for part in [*schema["allOf"], own]:
            body, more, way = self.plain(part, opened)
            nullable, ways = nullable or more, ways | way
            if "type" in joined and "type" in body and joined["type"] != body["type"]:
                raise _Unread("its parts are of different types")
            joined |= body
            properties |= body["properties"] if isinstance(body.get("properties"), Mapping) else {}
            required += body["required"] if isinstance(body.get("required"), list) else []
        if properties:
            joined |= {"properties": properties, "required": required}
        return joined, nullable, ways

    def _named(
        self, schema: Mapping[str, Any], path: tuple[str, ...], required: bool, nullable: bool, opened: frozenset[str]
    ) -> Iterator[Leaf | Gap]:
        # A tool may take nothing at all, and then need not say so.
        properties = schema.get("properties", None if path else {})
        if not isinstance(properties, Mapping) or (not properties and path):
            yield Gap(path, "its members have no names", required)
            return
        wanted = schema.get("required")
        names = {each for each in wanted if isinstance(each, str)} if isinstance(wanted, list) else set()
        for name, inner in properties.items():
            if self._skipped and isinstance(inner, Mapping) and inner.get(self._skipped) is True:
                continue
            yield from self.walk(inner, (*path, name), required and name in names, nullable, opened)

    def _members(
        self, schema: Mapping[str, Any], path: tuple[str, ...], required: bool, nullable: bool, opened: frozenset[str]
    ) -> Iterator[Leaf | Gap]:
        if "[]" in path:
            yield Gap(path, "a list inside a list", required)
            return
        own, notes = limits_of(schema, "array", ("minItems", "maxItems", "default"))
        for inner in self.walk(schema.get("items", {}), (*path, "[]"), required, nullable, opened):
            if isinstance(inner, Gap):
                yield inner
            else:
                # The members' own default says nothing of the list.
                limits = {key: value for key, value in inner.limits.items() if key != "default"} | own
                words = inner.description or words_of(schema)
                yield replace(inner, many=True, limits=limits, description=words, notes=(*inner.notes, *notes))


def _shape(schema: Mapping[str, Any]) -> Any:
    """Its type, or what its other keys tell of it."""
    stated = schema.get("type")
    if stated is not None:
        return stated
    if "properties" in schema:
        return "object"
    options = schema.get("enum")
    if isinstance(options, list) and options and all(isinstance(each, str) for each in options):
        return "string"
    return None


def _said(schema: Mapping[str, Any]) -> str:
    for key in ("anyOf", "oneOf", "type"):
        if key in schema:
            value = schema[key]
            shown = str(value)[:80]
            return f"one of {len(value)} shapes" if key != "type" and isinstance(value, list) else f"of type {shown}"
    return "of no stated type"

"""What of an OpenAPI description is read: frozen records of its parts, and the operations that it lists.

Keys that are not read are left alone, as the specification allows any (`x-...`). A fault of one operation is told of
that operation; only what all of them stand on stops the whole. OpenAPI Specification 3.0.4 and 3.1.1.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from builder.records.base import Json
from builder.tools.drafts.schemas import pointed
from builder.tools.openapi.documents import refuse

METHODS = ("get", "post", "put", "patch", "delete", "head", "options", "trace")

MAX_REFERENCES = 8
"""From one part to the next."""

_VERSION = re.compile(r"3\.[01]\.\d{1,3}")


class Unmapped(Exception):
    """Why an operation becomes no tool."""


class Part(BaseModel):
    """A part of a description: frozen, of the stated types exactly."""

    model_config = ConfigDict(frozen=True, extra="ignore", strict=True, populate_by_name=True)


class Variable(Part):
    default: str
    enum: list[str] | None = None


class Server(Part):
    url: str
    variables: dict[str, Variable] = Field(default_factory=dict)


class Info(Part):
    title: str = Field(min_length=1)
    version: str | int | float | None = None
    terms: str | None = Field(default=None, alias="termsOfService")


class ParameterPart(Part):
    name: str = Field(min_length=1, max_length=200)
    place: Literal["path", "query", "header", "cookie"] = Field(alias="in")
    required: bool = False
    description: str | None = None
    style: str | None = None
    explode: bool | None = None
    reserved: bool = Field(default=False, alias="allowReserved")
    body: dict[str, Any] | bool | None = Field(default=None, alias="schema")
    content: dict[str, Any] | None = None
    example: Json = None
    examples: dict[str, Any] | None = None


class Media(Part):
    body: dict[str, Any] | bool | None = Field(default=None, alias="schema")
    example: Json = None
    examples: dict[str, Any] | None = None


class BodyPart(Part):
    content: dict[str, Media]
    required: bool = False


class ResponsePart(Part):
    content: dict[str, Media] = Field(default_factory=dict)
    headers: dict[str, Any] = Field(default_factory=dict)


class SchemePart(Part):
    kind: str = Field(alias="type")
    name: str | None = None
    place: str | None = Field(default=None, alias="in")
    scheme: str | None = None


class OperationPart(Part):
    summary: str | None = None
    description: str | None = None
    parameters: list[Any] = Field(default_factory=list)
    body: dict[str, Any] | None = Field(default=None, alias="requestBody")
    responses: dict[str, Any] = Field(default_factory=dict)
    security: list[dict[str, list[str]]] | None = None
    servers: list[Server] | None = None
    deprecated: bool = False


Some = TypeVar("Some", bound=Part)


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one path, not looked into yet."""

    method: str
    path: str
    id: str | None
    tags: frozenset[str]
    own: Mapping[str, Any]
    around: Mapping[str, Any]
    """What its path says of all its methods."""

    @property
    def key(self) -> str:
        return f"{self.method.upper()} {self.path}"


@dataclass(frozen=True)
class Description:
    """A document that is an OpenAPI description."""

    document: Mapping[str, Any]
    file: str
    info: Info

    @classmethod
    def of(cls, document: Any, file: str) -> Description:
        """Raises DescriptionError when it is none, or of another version."""
        if not isinstance(document, dict):
            refuse(file, "-", f"expected a table, found {type(document).__name__}", "name an OpenAPI description")
        version = document.get("openapi")
        if not isinstance(version, str) or not _VERSION.fullmatch(version):
            found = f"openapi {version!r}" if version is not None else f"swagger {document.get('swagger')!r}"
            refuse(file, "openapi", f"expected 3.0 or 3.1, found {found}", "convert it to OpenAPI 3.0 or 3.1")
        for key, kind in (("info", dict), ("paths", dict), ("components", dict), ("servers", list), ("security", list)):
            if not isinstance(document.get(key, kind()), kind):
                said = "table" if kind is dict else "list"
                refuse(file, key, f"expected a {said}, found {type(document[key]).__name__}", "mend it at its source")
        try:
            info = validated(Info, document.get("info", {}), "info")
        except Unmapped as error:
            key, _, problem = str(error).partition(": ")
            refuse(file, key, problem, "mend it at its source")
        return cls(document, file, info)

    @cached_property
    def operations(self) -> tuple[Operation, ...]:
        """All of them, in the document's order. Raises DescriptionError for a path that is no table."""
        return tuple(self._operations())

    def _operations(self) -> Iterator[Operation]:
        for path, found in self.document.get("paths", {}).items():
            if path.startswith("x-"):
                continue
            try:
                item = self.resolved(found, "its path")
            except Unmapped as error:
                refuse(self.file, f"paths.{path}", str(error), "mend it at its source")
            for method in METHODS:
                own = item.get(method)
                if own is None:
                    continue
                if not isinstance(own, dict):
                    refuse(self.file, f"paths.{path}.{method}", "expected a table", "mend it at its source")
                name, tags = own.get("operationId"), own.get("tags")
                yield Operation(
                    method,
                    path,
                    name if isinstance(name, str) else None,
                    frozenset(tag for tag in tags if isinstance(tag, str)) if isinstance(tags, list) else frozenset(),
                    own,
                    item,
                )

    def resolved(self, found: Any, where: str) -> Mapping[str, Any]:
        """A part with its references followed, inside the document only. Raises Unmapped."""
        for _ in range(MAX_REFERENCES):
            if not isinstance(found, dict):
                raise Unmapped(f"{where} is no table")
            reference = found.get("$ref")
            if reference is None:
                return found
            if not isinstance(reference, str) or not reference.startswith("#"):
                raise Unmapped(f"{where} refers to another document: {str(reference)[:80]}")
            found = pointed(self.document, reference)
            if found is None:
                raise Unmapped(f"{where} refers to {reference[:80]}, which is not there")
        raise Unmapped(f"{where} refers to itself, or on and on")

    def part(self, kind: type[Some], found: Any, where: str) -> Some:
        """The same as a record."""
        return validated(kind, self.resolved(found, where), where)

    def component(self, kind: str, name: str) -> Any:
        """A named part; None when there is none."""
        named = self.document.get("components", {}).get(kind)
        return named.get(name) if isinstance(named, dict) else None

    def samples(self, example: Any, examples: Mapping[str, Any] | None) -> list[Any]:
        """Values that a part shows."""
        shown = [example] if example is not None else []
        for each in (examples or {}).values():
            try:
                body = self.resolved(each, "an example")
            except Unmapped:
                continue  # it shows nothing, and nothing is lost
            if body.get("value") is not None:
                shown.append(body["value"])
        return shown


def validated(kind: type[Some], found: Any, where: str) -> Some:
    """A part as a record. Raises Unmapped, which names the first key that is wrong."""
    try:
        return kind.model_validate(found)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join([where, *map(str, first["loc"])])
        raise Unmapped(f"{key[:160]}: {first['msg'].lower()}") from None

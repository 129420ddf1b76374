"""Where the parameters of an operation and the members of its body go in a request of ours.

Serialization by `style` and `explode`: OpenAPI 3.1.1, 4.8.12.2 to 4.8.12.6. What no request of ours can say is told;
an operation that cannot do without it is not written.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from builder.records.base import Json
from builder.tools.drafts.leaves import Gap, Leaf, is_of, ours
from builder.tools.drafts.schemas import plain, read_sent
from builder.tools.http.specs import FORBIDDEN_HEADERS
from builder.tools.openapi.describing import (
    BodyPart,
    Description,
    Media,
    Operation,
    OperationPart,
    ParameterPart,
    Unmapped,
)
from builder.tools.openapi.words import cleaned

MAX_PARAMETERS = 30
"""Of a tool; further ones that are optional are left out."""

_SLOT = re.compile(r"\{([^{}/]{0,200})\}")
_USUAL = {"path": "simple", "query": "form", "header": "simple", "cookie": "form"}
_JOINED = {"form": ",", "spaceDelimited": " ", "pipeDelimited": "|"}
_IGNORED = ("accept", "authorization", "content-type")
"""Header parameters of these names mean nothing (OpenAPI 3.1.1, 4.8.12.1)."""


@dataclass(frozen=True, slots=True)
class Given:
    """One parameter of ours, and where it goes."""

    name: str
    leaf: Leaf
    place: str
    """`path`, `query`, `header` or `body`."""
    theirs: tuple[str, ...]
    """Its name there; on the way to it, of a body."""
    lists: str = "repeat"
    """How a list is written."""
    example: Json = None


@dataclass(slots=True)
class Placed:
    """All parameters, and the path with our names in it."""

    path: str
    given: list[Given] = field(default_factory=list)
    body_as: str | None = None
    gaps: list[str] = field(default_factory=list)

    @property
    def lists(self) -> str:
        """How the lists of the query are written."""
        return next((each.lists for each in self.given if each.place == "query" and each.leaf.many), "repeat")

    def at(self, place: str) -> dict[str, Given]:
        """By their names there, the parameters of a place with flat names."""
        return {each.theirs[0]: each for each in self.given if each.place == place}

    def body(self) -> dict[str, Any] | None:
        """The body's table."""
        if self.body_as is None:
            return None
        whole: dict[str, Any] = {}
        for each in self.given:
            if each.place == "body":
                table = whole
                for part in each.theirs[:-1]:
                    table = table.setdefault(part, {})
                table[each.theirs[-1]] = f"{{{each.name}}}"
        return whole


def placed(description: Description, operation: Operation, part: OperationPart) -> Placed:
    """Where everything goes. Raises Unmapped when the operation cannot be asked."""
    if not operation.path.startswith("/"):
        raise Unmapped("its path does not begin with /")
    found = Placed(operation.path)
    for each in _parameters(description, operation, part, found):
        _place(description, each, found)
    if part.body is not None:
        _place_body(description, part.body, found)
    _fit_lists(found)
    _fit_number(found)
    _name(found)
    found.path = _path(found)
    return found


def _parameters(
    description: Description, operation: Operation, part: OperationPart, found: Placed
) -> list[ParameterPart]:
    """Those of the path and its own, which count before them."""
    shared = operation.around.get("parameters", [])
    if not isinstance(shared, list):
        raise Unmapped("the parameters of its path are no list")
    known: dict[tuple[str, str], ParameterPart] = {}
    for number, raw in enumerate([*shared, *part.parameters]):
        try:
            each = description.part(ParameterPart, raw, f"parameters.{number}")
        except Unmapped as error:
            if not _is_optional(raw):
                raise
            found.gaps.append(str(error))
            continue
        known[each.place, each.name] = each
    return list(known.values())


def _is_optional(raw: Any) -> bool:
    """Whether a parameter that cannot be read says that the operation can do without it."""
    if not isinstance(raw, dict) or "$ref" in raw or raw.get("in") not in ("query", "header", "cookie"):
        return False
    return raw.get("required", False) is False


def _place(description: Description, each: ParameterPart, found: Placed) -> None:
    if each.place == "header" and each.name.lower() in _IGNORED:
        return
    try:
        given = _given(description, each, found)
    except Unmapped as error:
        if each.required or each.place == "path":
            raise
        found.gaps.append(str(error))
        return
    found.given += given


def _given(description: Description, each: ParameterPart, found: Placed) -> list[Given]:
    def cannot(why: object) -> Unmapped:
        return Unmapped(f"parameter {each.name}: {why}")

    if each.place == "cookie":
        raise cannot("cookies are not sent")
    if each.place == "header" and each.name.lower() in FORBIDDEN_HEADERS:
        raise cannot("that header is not a spec's to set")
    if each.content is not None:
        raise cannot(f"it is written as {', '.join(each.content)[:80]}")
    if not isinstance(each.body, dict):
        raise cannot("it has no schema")
    needed = each.required or each.place == "path"
    wrapped = {"type": "object", "properties": {each.name: each.body}, "required": [each.name] if needed else []}
    leaves, gaps = read_sent(wrapped, description.document)
    if gaps or not leaves:
        raise cannot(gaps[0].why if gaps else "its schema holds no value")
    if each.reserved:
        found.gaps.append(f"parameter {each.name}: reserved characters are encoded all the same")
    style = each.style or _USUAL[each.place]
    explode = each.explode if each.explode is not None else style == "form"
    given = []
    for leaf in leaves:
        words = cleaned(each.description or "") if len(leaves) == 1 else ""
        theirs, lists = _written(each, leaf, style, explode)
        shown = [
            sample
            for sample in description.samples(each.example, each.examples)
            if len(leaves) == 1 and isinstance(sample, list) == leaf.many and not isinstance(sample, dict)
        ]
        flat = tuple(one for sample in shown for one in (sample if isinstance(sample, list) else [sample]))
        leaf = replace(
            leaf,
            description=words or cleaned(leaf.description),
            samples=(*_plain(flat), *leaf.samples),
        )
        example = shown[0] if shown else None
        if example is None and len(leaves) == 1 and not leaf.many:
            example = _shown(plain(each.body, description.document), leaf.shape)
        given.append(Given("", leaf, each.place, theirs, lists, example))
    return given


def _shown(schema: Any, shape: str) -> Any:
    """The example in a schema, of its shape."""
    if not isinstance(schema, Mapping):
        return None
    several = schema.get("examples")
    example = schema.get("example", several[0] if isinstance(several, list) and several else None)
    return example if is_of(shape, example) else None


def _plain(values: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(value for value in values if isinstance(value, str | int | float | bool))


def _written(each: ParameterPart, leaf: Leaf, style: str, explode: bool) -> tuple[tuple[str, ...], str]:
    """The name of a value there, and how a list of it is written. Raises Unmapped."""
    where = f"parameter {each.name}"
    inner = tuple(part for part in leaf.path[1:] if part != "[]")
    if style not in ("form", "simple", "deepObject", *_JOINED):
        raise Unmapped(f"{where}: the style {style!r} is not written")
    if not inner:
        if leaf.many and each.place != "query":
            raise Unmapped(f"{where}: a list stands in the query only")
        return (each.name,), "repeat" if explode else _JOINED.get(style, "repeat")
    if each.place == "query" and style == "deepObject" and not leaf.many:
        return (each.name + "".join(f"[{part}]" for part in inner),), "repeat"
    if each.place == "query" and style == "form" and explode and len(inner) == 1:
        return inner, "repeat"
    raise Unmapped(f"{where}: a table written by the style {style!r} is no plain value")


def _place_body(description: Description, raw: Any, found: Placed) -> None:
    body = description.part(BodyPart, raw, "requestBody")
    media, kind = _media(body)
    if media is None or not isinstance(media.body, dict):
        if media is not None:
            why = "its body has no schema"
        else:
            why = f"its body is {', '.join(body.content)[:100] or 'of no stated type'}, which is not written"
        if body.required:
            raise Unmapped(why)
        found.gaps.append(why)
        return
    leaves, gaps = read_sent(media.body, description.document, "readOnly")
    if kind == "form":
        gaps += [
            Gap(leaf.path, "it is no plain value of a form", leaf.required) for leaf in leaves if len(leaf.path) > 1
        ]
        leaves = [leaf for leaf in leaves if len(leaf.path) == 1]
    missed = [gap for gap in gaps if gap.required]
    if missed and body.required:
        raise Unmapped(f"body {missed[0]}")
    found.gaps += [f"body {gap}" for gap in gaps]
    if missed or not leaves:
        return
    found.body_as = kind
    shown = description.samples(media.example, media.examples)
    for leaf in leaves:
        theirs = tuple(part for part in leaf.path if part != "[]")
        leaf = replace(leaf, required=leaf.required and body.required, description=cleaned(leaf.description))
        found.given.append(Given("", leaf, "body", theirs, example=_inside(shown[0], theirs) if shown else None))


def _media(body: BodyPart) -> tuple[Media | None, str]:
    for name, media in body.content.items():
        kind = name.partition(";")[0].strip().lower()
        if kind in ("application/json", "*/*"):
            return media, "json"
        if kind == "application/x-www-form-urlencoded":
            return media, "form"
    return None, ""


def _inside(sample: Any, path: tuple[str, ...]) -> Any:
    for part in path:
        sample = sample.get(part) if isinstance(sample, Mapping) else None
    return sample


def _fit_lists(found: Placed) -> None:
    """One request writes all its lists alike: those that it needs decide."""
    lists = [each for each in found.given if each.place == "query" and each.leaf.many]
    if not lists:
        return
    chosen = next((each for each in lists if each.leaf.required), lists[0]).lists
    for each in lists:
        if each.lists != chosen:
            why = f"parameter {each.theirs[0]}: its list is written otherwise than that of another"
            if each.leaf.required:
                raise Unmapped(why)
            found.gaps.append(why)
            found.given.remove(each)


def _fit_number(found: Placed) -> None:
    needed = sum(each.leaf.required for each in found.given)
    if needed > MAX_PARAMETERS:
        raise Unmapped(f"it requires {needed} parameters; {MAX_PARAMETERS} are the most")
    optional = [each for each in found.given if not each.leaf.required]
    for each in optional[MAX_PARAMETERS - needed :]:
        found.gaps.append(f"parameter {each.theirs[-1]}: left out, as one of more than {MAX_PARAMETERS}")
        found.given.remove(each)


def _name(found: Placed) -> None:
    taken: set[str] = set()
    for number, each in enumerate(found.given):
        name = ours(each.leaf.name if each.place == "body" else "_".join(each.theirs), taken)
        found.given[number] = replace(each, name=name)


def _path(found: Placed) -> str:
    """The path with our names; its parameters that stand nowhere in it are left out."""
    names = {each.theirs[0]: each.name for each in found.given if each.place == "path"}

    def slot(match: re.Match[str]) -> str:
        if match[1] not in names:
            raise Unmapped(f"its path names {match[0][:60]}, which is no parameter")
        return f"{{{names[match[1]]}}}"

    path = _SLOT.sub(slot, found.path)
    for each in list(found.given):
        if each.place == "path" and f"{{{each.theirs[0]}}}" not in found.path:
            found.gaps.append(f"parameter {each.theirs[0]}: its path does not name it")
            found.given.remove(each)
    return path

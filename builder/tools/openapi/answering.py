"""How the answer of an operation is read: kind, statuses that say no, and its plain values as fields."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from builder.recipe.injection import findings
from builder.tools.drafts.leaves import Leaf
from builder.tools.drafts.schemas import of_value, read
from builder.tools.http.parsing import MEDIA, SUFFIXES
from builder.tools.openapi.describing import Description, Media, OperationPart, ResponsePart, Unmapped
from builder.tools.openapi.words import cleaned

MAX_FIELDS = 25
"""Of a tool. The shallowest are taken: deep ones are rarely what a question asks for."""

MAX_GAPS = 8
"""Parts of an answer that are told one by one."""

NO = {"204": "not_found", "400": "invalid_value", "404": "not_found", "410": "not_found", "422": "invalid_value"}
"""What statuses mean when a service describes them (RFC 9110, 15.5; RFC 9110, 15.5.21)."""


@dataclass(slots=True)
class Answered:
    """An answer as the description has it."""

    kind: str
    media: tuple[str, ...] = ()
    """Its content types besides the usual ones."""
    schema: Mapping[str, Any] | None = None
    shown: Any = None
    """An example of it."""
    headers: frozenset[str] = frozenset()
    """By lower-case names."""
    whole: bool = True
    """Its lists have all members there are: no parameter or header tells of pages that are not read."""
    statuses: dict[str, str] = field(default_factory=dict)
    fields: list[Leaf] = field(default_factory=list)
    gaps: list[str] = field(default_factory=list)


def answered(description: Description, part: OperationPart) -> Answered:
    """Raises Unmapped when it answers with nothing that is read."""
    status = _success(part)
    response = description.part(ResponsePart, part.responses[status], f"responses.{status}")
    statuses = {code: kind for code, kind in NO.items() if code in part.responses}
    headers = frozenset(name.lower() for name in response.headers)
    if not response.content:
        raise Unmapped(f"responses.{status}: it answers with no content that is described")
    kind, name, media = _chosen(response.content)
    if media is None:
        raise Unmapped(f"responses.{status}: it answers with {', '.join(response.content)[:100]}, which is not read")
    found = Answered(kind, headers=headers, statuses=statuses)
    if name not in MEDIA[kind] and not name.endswith(SUFFIXES.get(kind, "\0")) and "*" not in name:
        found.media = (name,)
    if kind == "text":
        found.schema = {"type": "string"}
    elif kind != "json":
        found.gaps.append(f"returns: an answer in {kind.upper()} is described by other names than it is read by")
    else:
        shown = description.samples(media.example, media.examples)
        found.shown = shown[0] if shown else None
        if isinstance(media.body, dict):
            found.schema = media.body
        elif found.shown is not None:
            found.schema = of_value(found.shown)
    _read(description, found)
    return found


def _read(description: Description, found: Answered) -> None:
    """Fill in the fields."""
    if found.schema is None:
        return
    leaves, gaps = read(found.schema, description.document, "writeOnly")
    for leaf in leaves:
        steering = findings(list(leaf.path))
        if steering:
            found.gaps.append(f"returns {'.'.join(leaf.path)[:80]}: its name holds {steering[0].reason}")
        else:
            found.fields.append(leaf)
    found.gaps += [f"returns {gap}" for gap in gaps[:MAX_GAPS]]
    if len(gaps) > MAX_GAPS:
        found.gaps.append(f"returns: {len(gaps) - MAX_GAPS} more parts are no plain values")


def cut(found: Answered) -> None:
    """Leave the fields that are proposed: shallow ones before deep ones, addresses last, in their order."""

    def weight(number: int) -> tuple[bool, int, int]:
        leaf = found.fields[number]
        address = leaf.limits.get("format") in ("uri", "url") or leaf.name.endswith(("url", "href", "uri"))
        return address, len(leaf.path), number

    more = len(found.fields) - MAX_FIELDS
    if more > 0:
        best = sorted(range(len(found.fields)), key=weight)[:MAX_FIELDS]
        found.fields = [found.fields[number] for number in sorted(best)]
        found.gaps.append(f"returns: {more} more values are left out: add those that are wanted")
    found.fields = [replace(leaf, description=cleaned(leaf.description)) for leaf in found.fields]
    if not found.fields:
        found.gaps.append("returns: no plain value is known of its answer: add the fields by hand")


def _success(part: OperationPart) -> str:
    codes = sorted(code for code in part.responses if code.upper() == "2XX" or (len(code) == 3 and code[0] == "2"))
    for code in ("200", *codes, "default"):
        if code in part.responses:
            return code
    raise Unmapped("responses: it describes no success")


def _chosen(content: Mapping[str, Media]) -> tuple[str, str, Media | None]:
    """Kind, content type and description of the answer that is read best."""
    plain = {name.partition(";")[0].strip().lower(): media for name, media in content.items()}
    for kind in ("json", "csv", "xml", "text"):
        for name, media in plain.items():
            if (kind, name) == ("csv", "text/plain"):
                continue  # a text, until somebody knows better
            if name in MEDIA[kind] or name.endswith(SUFFIXES.get(kind, "\0")) or (kind, name) == ("json", "*/*"):
                return kind, name, media
    return "", "", None

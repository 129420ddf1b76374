"""The text of the specs. Everything that was guessed is named in `review`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from builder.recipe.injection import findings, neutral
from builder.records.http import Auth, HttpRequest
from builder.records.tools import Parameter, Provider, Return, ToolSpec
from builder.tools.drafts.folder import host_lines
from builder.tools.drafts.leaves import Leaf, by_name
from builder.tools.drafts.lines import (
    HOW,
    TERMS,
    TOOL_SCHEMA,
    Draft,
    Ground,
    examples,
    key,
    parameter,
    provider_head,
    remark,
    returned,
    role,
    value,
    words,
)  # fmt: skip
from builder.tools.http.selecting import select
from builder.tools.http.specs import tool_problems
from builder.tools.openapi import words as markdown
from builder.tools.openapi.answering import Answered, cut
from builder.tools.openapi.describing import Description, Operation, OperationPart, Unmapped
from builder.tools.openapi.paging import guess
from builder.tools.openapi.placing import Placed
from builder.tools.openapi.securing import Base, Key

_TERMS = re.compile(r"https://[^\s<>]{1,500}")


@dataclass(slots=True)
class Planned:
    """What is known of a tool before its provider is."""

    operation: Operation
    part: OperationPart
    base: Base
    placed: Placed
    answer: Answered
    key: Key | None
    paging: dict[str, Any] | None = None
    gaps: list[str] = field(default_factory=list)

    def look_for_pages(self, description: Description) -> None:
        """Guess how its pages come, and leave the fields that are proposed."""
        self.paging = guess(description, self.placed, self.answer)
        cut(self.answer)
        self.gaps += [*self.placed.gaps, *self.answer.gaps]
        if self.part.deprecated:
            self.gaps.append("its description says that it is going away (deprecated)")


def draft_tool(planned: Planned, ground: Ground, provider: Provider, source: str) -> Draft:
    """The spec of an operation. Raises Unmapped for what no spec may say."""
    draft = Draft(gaps=list(planned.gaps))
    request = _request(planned)
    fields = by_name(planned.answer.fields)
    _must_hold(planned, request, fields, provider)
    text, more = words(markdown.joined(planned.part.summary, planned.part.description))
    draft.gaps += [f"description {each}" for each in more]
    lines = [TOOL_SCHEMA, remark(f"Proposed from {source}, {planned.operation.key}. {HOW}")]
    lines += [f"description = {value(text)}", 'kind = "http"', f'role = "{role(planned.operation.id or "")}"']
    lines.append(f"review = {value(_review(planned, request, fields))}")
    lines += _tables(request)
    for each in planned.placed.given:
        lines += parameter(each.name, each.leaf, ground.proposals(each.leaf, ()), draft)
    for name, leaf in fields.items():
        lines += returned(name, leaf, _seen(planned, leaf), ground, draft, whole=planned.answer.whole)
    lines += _examples(planned, request)
    draft.write(lines)
    return draft


def draft_provider(description: Description, provider: Provider, source: str) -> str:
    """The provider's file."""
    info = description.info
    title, _ = words(markdown.cleaned(info.title))
    licence, says = "begins with a key of licences.toml", "what a service says changes, so a question must name it"
    lines = provider_head(source, title, licence, says)
    terms = info.terms or ""
    terms = terms if _TERMS.fullmatch(terms) and not findings(terms) else ""
    lines.append(f"terms = {value(terms)}" if terms else TERMS)
    review = ["title", "terms", "share_responses", "hosts"]
    if provider.auth is not None:
        review.append("auth")
    lines.append(f"review = {value(review)}")
    for host in provider.hosts:
        lines += host_lines(host)
    if provider.auth is not None:
        lines += ["", "[auth]"]
        lines += [f"{name} = {value(each)}" for name, each in _told(provider.auth).items()]
    return "\n".join(lines) + "\n"


def _told(auth: Auth) -> dict[str, Any]:
    told = auth.model_dump(exclude_defaults=True)
    return {name: told[name] for name in Auth.model_fields if name in told}


def _request(planned: Planned) -> dict[str, Any]:
    """The table of the request, less what is so by default. Raises Unmapped."""
    placed, answer = planned.placed, planned.answer
    request: dict[str, Any] = {"url": planned.base.address + placed.path}
    if planned.operation.method == "post":
        request = {"method": "POST", **request, "safe": False}
    if placed.lists != "repeat":
        request["lists"] = placed.lists
    if answer.kind != "json":
        request["answer"] = answer.kind
    if answer.media:
        request["media"] = list(answer.media)
    if placed.body_as == "form":
        request["body_as"] = "form"
    if answer.statuses:
        request["statuses"] = dict(sorted(answer.statuses.items()))
    for place, table in (("query", "query"), ("header", "headers")):
        there = placed.at(place)
        if there:
            request[table] = {theirs: f"{{{each.name}}}" for theirs, each in there.items()}
    body = placed.body()
    if body is not None:
        request["body"] = body
    if planned.paging is not None:
        request["paging"] = planned.paging
    return request


def _must_hold(planned: Planned, request: Mapping[str, Any], fields: Mapping[str, Leaf], provider: Provider) -> None:
    """Raises Unmapped for what the check of specs would not let pass, whatever a person confirms."""
    theirs = [planned.operation.key, [list(each.theirs) for each in planned.placed.given], request["url"]]
    steering = findings(theirs)
    if steering:
        raise Unmapped(f"its names hold {steering[0].reason}")
    given = {
        each.name: Parameter(type="?", description="?", required=each.leaf.required, many=each.leaf.many)
        for each in planned.placed.given
    }
    try:
        spec = ToolSpec(
            id=f"{provider.id}.proposed", kind="http", role="retrieval", description="?", examples=(),
            parameters=given, request=HttpRequest.model_validate(request),
            returns={name: Return(type="?", description="?", select=leaf.expression) for name, leaf in fields.items()},
        )  # fmt: skip
    except ValidationError as error:
        first = error.errors()[0]
        raise Unmapped(f"request.{'.'.join(map(str, first['loc']))}: {first['msg'].lower()}") from None
    # Whether a POST only asks is for a person to say.
    problems = [each for each in tool_problems(spec, provider) if each.key != "request.safe"]
    if problems:
        raise Unmapped(f"{problems[0].key}: {problems[0].problem}"[:300])


def _review(planned: Planned, request: Mapping[str, Any], fields: Mapping[str, Leaf]) -> list[str]:
    review = ["description", "role"]
    review += [f"request.{name}" for name in ("safe", "statuses", "paging") if name in request]
    review += [f"parameters.{each.name}.type" for each in planned.placed.given]
    review += [f"returns.{name}.{part}" for name in fields for part in ("type", "phrases")]
    return [*review, "examples"]


def _tables(request: Mapping[str, Any]) -> Iterator[str]:
    """The request's table, and those in it."""
    yield from ("", "[request]")
    for name, each in request.items():
        if not isinstance(each, dict) or name == "statuses":
            note = "  # whether it only asks: no description says so" if name == "safe" else ""
            yield f"{name} = {value(neutral(each))}{note}"
    for name, each in request.items():
        if isinstance(each, dict) and name != "statuses":
            yield from ("", f"[request.{name}]")
            for inner, text in each.items():
                yield f"{key(inner)} = {value(text)}"


def _seen(planned: Planned, leaf: Leaf) -> list[Any]:
    """What an example of the answer shows of a field."""
    shown = planned.answer.shown
    if shown is None:
        return []
    if planned.paging is not None:
        shown = select(planned.paging["items"], shown)
    return [select(leaf.expression, shown)]


def _examples(planned: Planned, request: Mapping[str, Any]) -> Iterator[str]:
    given = planned.placed.given
    names, required = [each.name for each in given], {each.name for each in given if each.leaf.required}
    yield from examples(names, required, {each.name: each.example for each in given if each.example is not None})
    if "not_found" in request.get("statuses", {}).values() and required:
        empty = ", ".join(f'{name} = ""' for name in names if name in required)
        yield from ("", "[[examples]]", f"arguments = {{ {empty} }}", 'error = "not_found"')

"""Specs as text, proposed from what a server lists: everything that was guessed is named in `review`.

What only a person can know is left empty, so that `tools check` lists it. A server's words are data: control tokens
and hidden characters are written so that they only show, and words that order a reader about are left out.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from builder.recipe.injection import findings, neutral
from builder.records.http import Host
from builder.records.mcp import McpServer
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
    returned,
    role,
    value,
    words,
)  # fmt: skip
from builder.tools.drafts.schemas import of_value, read, read_sent
from builder.tools.http.selecting import select
from builder.tools.mcp.packages import NOT_STATED


@dataclass(frozen=True, slots=True)
class Sample:
    """A call that was made while importing."""

    tool: str
    arguments: Mapping[str, Any]
    body: Mapping[str, Any]
    """As it would be recorded (`builder.tools.mcp.reading`)."""


def draft_tool(name: str, listed: Mapping[str, Any], ground: Ground, sample: Sample | None) -> Draft:
    """The spec of one tool of a server; without text when a flat spec cannot ask it."""
    draft = Draft()
    told, gaps = read_sent(listed.get("inputSchema", {}))
    draft.gaps += [f"parameter {gap}" for gap in gaps]
    steering = findings([name, [list(leaf.path) for leaf in told]])
    if steering:
        draft.gaps.append(f"not written: its names hold {steering[0].reason}")
        return draft
    if any(gap.required for gap in gaps):
        draft.gaps.append("not written: it requires such a parameter")
        return draft
    answer, document, leaves, gaps = _answer(listed, sample)
    parameters, fields = by_name(told), by_name(leaves)
    draft.gaps += [f"returns {gap}" for gap in gaps]
    if not fields:
        draft.gaps.append("returns: nothing is known of its answer; import it again with a call of it (--call)")
    text, more = words(str(listed.get("description") or listed.get("title") or ""))
    draft.gaps += [f"description {each}" for each in more]
    review = ["description", "role", "mcp.safe", *(f"parameters.{each}.type" for each in parameters)]
    review += [f"returns.{each}.{part}" for each in fields for part in ("type", "phrases")]
    lines = [*_tool_head(name, listed, answer, text, [*review, "examples"])]
    if any(leaf.path != (each,) for each, leaf in parameters.items()):
        lines += _told(parameters)
    for each, leaf in parameters.items():
        given = [] if sample is None else [_at(sample.arguments, leaf.path)]
        lines += parameter(each, leaf, ground.proposals(leaf, given), draft)
    for each, leaf in fields.items():
        seen = select(leaf.expression, document) if document is not None else None
        lines += returned(each, leaf, [seen], ground, draft)
    known = {} if sample is None else {each: _at(sample.arguments, leaf.path) for each, leaf in parameters.items()}
    lines += examples(list(parameters), {each for each, leaf in parameters.items() if leaf.required}, known)
    draft.write(lines)
    return draft


def draft_provider(server: McpServer, title: str, host: Host | None) -> str:
    """The provider's file of a server; its `title` is what it calls itself."""
    where = server.address if server.url is None else f"the server at {server.address}"
    licence = 'begins with a key of licences.toml; or "none (computation only)"'
    lines = provider_head(where, neutral(title), licence, "false where it only computes")
    review = ["title", "say_source", "share_responses", "server"]
    if host is not None:
        lines.append(TERMS)
        review.append("hosts")
    lines += [f"review = {value(review)}", "", "[server]"]
    if server.url is not None:
        lines.append(f"url = {value(server.url)}")
    else:
        assert server.package is not None
        lines += [f"command = {value(list(server.command))}", "", "[server.package]"]
        pinned = server.package.model_dump()
        pinned["licence"] = "" if pinned["licence"] == NOT_STATED else pinned["licence"]
        lines += [f"{name} = {value(each)}" for name, each in pinned.items()]
    if host is not None:
        lines += host_lines(host)
    return "\n".join(lines) + "\n"


def _tool_head(name: str, listed: Mapping[str, Any], answer: str, text: str, review: Sequence[str]) -> Iterator[str]:
    hints = listed.get("annotations") or {}
    asks = hints.get("readOnlyHint") is True
    yield TOOL_SCHEMA
    yield f"# Proposed from what the server lists. {HOW}"
    yield f"description = {value(text)}"
    yield 'kind = "mcp"'
    yield f'role = "{role(name)}"'
    yield f"review = {value(review)}"
    yield from ("", "[mcp]", f"tool = {value(name)}", f'answer = "{answer}"')
    hint = "the server says that it only reads" if asks else "whether it only asks; the server does not say so"
    yield f"safe = {str(asks).lower()}  # {hint}"
    yield '# refusals = { "words of its error" = "not_found" }'


def _told(parameters: Mapping[str, Leaf]) -> Iterator[str]:
    """Where a server's names or shapes differ from ours."""
    yield from ("", "[mcp.arguments]")
    for name, leaf in parameters.items():
        yield f"{'.'.join(key(part) for part in leaf.path if part != '[]')} = {value('{' + name + '}')}"


def _answer(listed: Mapping[str, Any], sample: Sample | None) -> tuple[str, Any, list[Leaf], list[Any]]:
    """How the answer is read, a sample of it, its values and what no field can hold."""
    body = sample.body if sample is not None and not sample.body["isError"] else None
    if body is not None and "structuredContent" in body:
        document = body["structuredContent"]
        return ("structured", document, *read(listed.get("outputSchema") or of_value(document)))
    if "outputSchema" in listed:
        return ("structured", None, *read(listed["outputSchema"]))
    texts = [part["text"] for part in body["content"] if part["type"] == "text"] if body is not None else []
    if body is None or len(texts) != 1 or len(body["content"]) != 1:
        return "text", None, [], []
    try:
        document = json.loads(texts[0])
    except ValueError:
        document = None
    if isinstance(document, dict | list):
        return ("json", document, *read(of_value(document)))
    return ("text", texts[0], *read({"type": "string"}))


def _at(found: Any, path: Sequence[str]) -> Any:
    for part in path:
        if part == "[]":
            return found
        found = found.get(part) if isinstance(found, Mapping) else None
    return found

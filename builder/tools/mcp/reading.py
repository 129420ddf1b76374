"""One call of an `mcp` tool as a generator: it yields the request, receives what came back, and returns the fields.

Who answers, a server or a recording, it does not know. An answer is recorded as one JSON object:

    {"isError": false, "content": [{"type": "text", "text": "..."}], "structuredContent": {...}}
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from builder.errors import ToolError
from builder.identity import canonical_json
from builder.recipe.injection import neutral
from builder.records.http import Received, Sent
from builder.records.mcp import McpServer, McpTool
from builder.records.tools import SemanticType, ToolSpec
from builder.tools.http.parsing import parse
from builder.tools.http.placing import placed
from builder.tools.http.reading import Requests, Translate, fields, must_hold, refused, told

METHOD = "tools/call"


def answer(
    spec: ToolSpec, server: McpServer, types: Mapping[str, SemanticType], arguments: Mapping[str, Any], way: Translate
) -> Requests:
    """The declared fields. Raises ToolError for a no of the tool, a gap, or an answer of another shape."""
    asked = spec.mcp
    assert asked is not None
    received = yield sent(server, asked, told(spec, arguments, way))
    body = parse("json", received)
    if body["isError"]:
        text = said(body)
        kind = asked.refusal(text)
        if kind is None:
            raise ToolError("denied", f"the tool failed: {text}")
        raise refused(spec, kind)
    document = document_of(asked, body)
    must_hold(spec, asked.found, document)
    return fields(spec, types, document, way, textual=asked.answer == "text")


def sent(server: McpServer, asked: McpTool, arguments: Mapping[str, Any]) -> Sent:
    """The request: what its answer is recorded under. Raises ToolError `invalid_value` for what cannot be told."""
    named = asked.arguments or {name: f"{{{name}}}" for name in arguments}
    body = {"name": asked.tool, "arguments": placed(named, arguments)}
    headers = (("Command", canonical_json(list(server.command))),) if server.command else ()
    return Sent(METHOD, server.address, headers, canonical_json(body))


def document_of(asked: McpTool, body: Mapping[str, Any]) -> Any:
    """What fields select from. Raises ToolError `bad_answer` when the answer has no such part."""
    if asked.answer == "structured":
        if "structuredContent" not in body:
            raise ToolError("bad_answer", "the server answered, but without structured content")
        return body["structuredContent"]
    texts = [part["text"] for part in body["content"] if part["type"] == "text"]
    if len(texts) != 1 or len(body["content"]) != 1:
        kinds = ", ".join(part["type"] for part in body["content"]) or "nothing"
        raise ToolError("bad_answer", f"the server answered, but with {kinds} where one text is wanted"[:200])
    if asked.answer == "text":
        return texts[0]
    return parse("json", Received(200, "application/json", "utf-8", texts[0].encode()))


def said(body: Mapping[str, Any]) -> str:
    """The words of an error, in one line."""
    texts = [part["text"] for part in body["content"] if part["type"] == "text"]
    return str(neutral(" ".join(" ".join(texts).split())))[:300] or "without a word"


def checked(asked: McpTool, received: Received) -> None:
    """Raises ToolError for what is no answer: an error that the spec does not declare, or another shape."""
    body = parse("json", received)
    if not body["isError"]:
        document_of(asked, body)
    elif asked.refusal(said(body)) is None:
        raise ToolError("denied", f"the tool failed: {said(body)}")

"""One live tool over a service on loopback, made of records: no spec files needed."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

from builder.records.http import HttpRequest
from builder.records.tools import Provider, SemanticType, ToolSpec
from builder.tools.http.calling import LiveTools
from builder.tools.http.options import LiveOptions
from builder.tools.recordings import Recordings

NAME = "local.test"
TODAY = datetime.datetime(2026, 11, 27, 12, tzinfo=datetime.UTC)

TYPES = {
    "word": SemanticType.model_validate(
        {"name": "word", "kind": "text", "description": "A word", "noun": "word", "plural": "words",
         "schema": {"type": "string"}}
    ),
    "size": SemanticType.model_validate(
        {"name": "size", "kind": "quantity", "description": "A size", "noun": "size", "plural": "sizes",
         "schema": {"type": "integer"}}
    ),
    "ratio": SemanticType.model_validate(
        {"name": "ratio", "kind": "quantity", "description": "A ratio", "noun": "ratio", "plural": "ratios",
         "schema": {"type": "number"}}
    ),
    "day": SemanticType.model_validate(
        {"name": "day", "kind": "date", "description": "A day", "noun": "day", "plural": "days",
         "schema": {"type": "string"}}
    ),
}  # fmt: skip


async def here(host: str, port: int) -> list[str]:
    """Every name is this machine."""
    return ["127.0.0.1"]


def provider(*ports: int, **more: Any) -> Provider:
    """A provider whose one host answers at these ports of this machine."""
    body: dict[str, Any] = {
        "id": "general.service",
        "title": "A service",
        "source": "the service",
        "data_licence": "CC0-1.0",
        "attribution": "None.",
        "say_source": True,
        "hosts": [{"name": NAME, "scheme": "http", "port": port, "rate": 1000, "burst": 100, "in_flight": 50}
                  for port in ports],
        "limits": {"try_seconds": 0.8, "call_seconds": 5, "tries": 2, "max_bytes": 100_000},
    }  # fmt: skip
    return Provider.model_validate(body | more)


def tool(request: dict[str, Any], returns: dict[str, Any] | None = None, **parameters: Any) -> ToolSpec:
    """A tool of that provider; `parameters` are types by name, or tables."""
    return ToolSpec.model_validate(
        {
            "id": "general.service.look_up",
            "kind": "http",
            "role": "retrieval",
            "description": "Look it up.",
            "request": request,
            "parameters": {
                name: {"description": "?", **(body if isinstance(body, dict) else {"type": body})}
                for name, body in parameters.items()
            },
            "returns": {
                name: {"description": "?", **body}
                for name, body in (returns or {"name": {"type": "word", "select": "name"}}).items()
            },
            "examples": [],
        }
    )


def at(port: int, path: str) -> str:
    return f"http://{NAME}:{port}{path}"


def live(source: Provider, folder: Path, mode: str = "record", **more: Any) -> LiveTools:
    """What calls the tool, by default recording, with this machine allowed."""
    options: dict[str, Any] = {
        "contact": "mailto:someone@example.org",
        "loopback": True,
        "lookup": here,
        "now": lambda: TODAY,
    }
    chosen = LiveOptions(mode=mode, folder=folder / "recordings", **(options | more))  # type: ignore[arg-type]
    recordings = Recordings(folder / "specs", chosen.folder, recording=mode == "record")
    return LiveTools({source.id: source}, TYPES, recordings, chosen)


def request_of(**parts: Any) -> HttpRequest:
    return HttpRequest.model_validate(parts)

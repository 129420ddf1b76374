"""JSON Schemas of the files in `tool_specs/`, for editors that complete and check TOML."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from builder.records.exemplars import Scenario
from builder.records.tools import Provider, SemanticType, ToolSpec

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schemas() -> dict[str, dict[str, Any]]:
    """Schema by file name. What a file's path says (id, domain, name) is no key of the file."""
    kind = _schema(SemanticType, "name")
    definitions = kind.pop("$defs", {})
    types = {
        "$schema": DIALECT,
        "title": "Semantic types",
        "description": "One table per type; see docs/tool_specs.md.",
        "type": "object",
        "additionalProperties": {"$ref": "#/$defs/SemanticType"},
        "$defs": {**definitions, "SemanticType": {k: v for k, v in kind.items() if k != "$schema"}},
    }
    return {
        "exemplar": _schema(Scenario, "id", "domain"),
        "provider": _schema(Provider, "id"),
        "tool": _schema(ToolSpec, "id"),
        "types": types,
    }


def schema_text(schema: dict[str, Any]) -> str:
    """A schema as the text of its file."""
    return json.dumps(schema, indent=2, ensure_ascii=False, sort_keys=True) + "\n"


def write_schemas(folder: Path) -> list[Path]:
    """Write all schemas to `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, schema in schemas().items():
        path = folder / f"{name}.schema.json"
        path.write_text(schema_text(schema), encoding="utf-8", newline="\n")
        written.append(path)
    return written


def _schema(model: type[BaseModel], *from_path: str) -> dict[str, Any]:
    schema = model.model_json_schema(by_alias=True)
    for name in from_path:
        schema["properties"].pop(name, None)
    schema["required"] = [name for name in schema.get("required", ()) if name not in from_path]
    return {"$schema": DIALECT, **schema}

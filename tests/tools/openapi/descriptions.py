"""Small descriptions, and what is imported of them."""

from __future__ import annotations

import json
import shutil
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from builder.testing.small_recipe import tiny_pool
from builder.tools.http.options import LiveOptions
from builder.tools.openapi.importing import Asked, import_openapi
from builder.tools.tables import TableCache

OBJECT = {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]}


def answer(schema: Any = OBJECT, media: str = "application/json", **more: Any) -> dict[str, Any]:
    """The responses of an operation that answers so."""
    return {"200": {"description": "?", "content": {media: {"schema": schema}}, **more}}


def operation(*parameters: Any, responses: Any = None, **more: Any) -> dict[str, Any]:
    return {"parameters": list(parameters), "responses": responses or answer(), **more}


def parameter(name: str, place: str = "query", schema: Any = None, **more: Any) -> dict[str, Any]:
    found = {"name": name, "in": place, "schema": schema or {"type": "string"}, **more}
    return found | ({"required": True} if place == "path" else {})


def description(paths: Any, **more: Any) -> dict[str, Any]:
    return {
        "openapi": "3.0.3",
        "info": {"title": "A service", "version": "1"},
        "servers": [{"url": "https://api.example.org/v1"}],
        "paths": paths,
        **more,
    }


@dataclass
class Got:
    """What was written, as tables by file name, and what could not be mapped."""

    files: Mapping[str, Any]
    gaps: Mapping[str, tuple[str, ...]]
    folder: Path

    @property
    def tool(self) -> Any:
        """The only tool."""
        (name,) = self.files.keys() - {"provider"}
        return self.files[name]

    @property
    def provider(self) -> Any:
        return self.files["provider"]

    def gap(self, key: str = "GET /x") -> str:
        """All that is said of an operation, in one text."""
        return "\n".join(self.gaps.get(key, ()))


def imported(folder: Path, document: Any, **asked: Any) -> Got:
    """Import a document, or its text, beside the tiny pool under `folder`."""
    specs = folder / "specs"
    if not specs.exists():
        shutil.copytree(tiny_pool(), specs)
    source = folder / "described.yaml"
    source.write_text(document if isinstance(document, str) else json.dumps(document), encoding="utf-8")
    into = specs / "general" / "service"
    found = import_openapi(into, Asked(str(source), **asked), TableCache(folder / "cache"), LiveOptions())
    files = {path.stem: tomllib.loads(path.read_text(encoding="utf-8")) for path in into.glob("*.toml")}
    return Got(files, found.gaps, into)


def one(folder: Path, *parameters: Any, path: str = "/x", method: str = "get", **more: Any) -> Got:
    """Import one operation."""
    return imported(folder, description({path: {method: operation(*parameters, **more)}}), post=True)

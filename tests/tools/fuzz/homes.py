"""Small folders of specs, each around one tool, and what must hold whatever is written into them.

Tools of the kinds `http`, `code`, `function` and `query` are shipped ones. None of kind `mcp` is, so that is the one of
its own tests. Types are the shipped ones without their lists, whose tables are those of other providers.
"""

from __future__ import annotations

import json
import re
import tempfile
import time
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from yarl import URL

from builder.errors import SpecProblem, ToolError
from builder.records.tools import ToolSpec
from builder.resources import tool_specs_dir
from builder.tools.audit import wording_problems
from builder.tools.catalogue import catalogue
from builder.tools.http.reading import answer
from builder.tools.http.specs import FORBIDDEN_HEADERS
from builder.tools.pool import ToolPool
from builder.tools.sound import sound_pool
from builder.tools.tables import TableCache
from tests.tools.mcp.test_specs import specs_of

SECONDS = 2.0
"""Of the processor, for one folder."""

SHIPPED = {
    "http": "academic.crossref.work_by_doi",
    "body": "biological.open_tree.open_tree_name",
    "key": "medical.openfda.drug_label_by_ndc",
    "xml": "academic.arxiv.arxiv_paper",
    "code": "academic.symbolic.solve_equation",
    "rows": "general.sql_rows.query_rows",
    "function": "general.networks.subnet_facts",
    "query": "general.countries.country_profile",
}
"""A tool of each way to be declared."""


@dataclass(frozen=True, slots=True)
class Home:
    """A folder of specs as texts by path."""

    files: Mapping[str, bytes]
    tool: str
    """Path of the tool's file."""

    @property
    def open(self) -> tuple[str, ...]:
        """Files that a stranger's contribution writes."""
        folder = self.tool.rpartition("/")[0]
        pin = f"{folder}/recorded/_server.json"
        return tuple(path for path in (self.tool, f"{folder}/provider.toml", "types.toml", pin) if path in self.files)


def homes() -> dict[str, Home]:
    """One for each of SHIPPED, and that of the `mcp` tool."""
    root = tool_specs_dir()
    found = {name: _shipped(root, tool) for name, tool in SHIPPED.items()}
    with tempfile.TemporaryDirectory() as folder:
        specs = specs_of(Path(folder))
        files = {p.relative_to(specs).as_posix(): p.read_bytes() for p in sorted(specs.rglob("*")) if p.is_file()}
        found["mcp"] = Home(files, "general/atlas/island_profile.toml")
    return found


def _shipped(root: Path, tool: str) -> Home:
    path = f"{tool.replace('.', '/')}.toml"
    folder = path.rpartition("/")[0]
    types: dict[str, Any] = {}
    for file in [root / "types.toml", *sorted((root / "types").glob("*.toml"))]:
        types |= tomllib.loads(file.read_text(encoding="utf-8"))
    body = tomllib.loads((root / path).read_text(encoding="utf-8"))
    used = {part["type"] for key in ("parameters", "returns") for part in body.get(key, {}).values()}
    # What a parameter covers is a table of another provider, mostly.
    text = re.sub(rb"(?m)^(coverage|sent|received) = .*\n", b"", (root / path).read_bytes())
    files = {
        path: text,
        "types.toml": "\n".join(_type_lines(name, types[name]) for name in sorted(used)).encode(),
        "licences.toml": (root / "licences.toml").read_bytes(),
    }
    for name in ("provider.toml", "functions.py"):
        if (root / folder / name).is_file():
            files[f"{folder}/{name}"] = (root / folder / name).read_bytes()
    return Home(files, path)


def _type_lines(name: str, body: Mapping[str, Any]) -> str:
    plain = {key: value for key, value in body.items() if key not in ("listing", "parent")}
    if plain["kind"] == "entity":
        plain["kind"] = "text"
    return written({name: plain})


def written(body: Mapping[str, Any]) -> str:
    """TOML of a table, each of its keys on a line: values as they are, whether or not a spec may hold them."""
    return "".join(f"{json.dumps(key)} = {_value(value)}\n" for key, value in body.items())


def _value(value: Any) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{json.dumps(key)} = {_value(member)}" for key, member in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(_value, value)) + "]"
    if isinstance(value, float | int) and not isinstance(value, bool):
        return repr(value)
    # Dates are no JSON, and stand as they are in TOML.
    return value.isoformat() if hasattr(value, "isoformat") else json.dumps(value)


def write(folder: Path, files: Mapping[str, bytes]) -> Path:
    for path, text in files.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text)
    return folder


def look(specs: Path) -> tuple[SpecProblem, ...]:
    """Read the folder as `tools list` and `tools check` do before they run anything, and make its tools' requests.

    Raises AssertionError where a problem is not one line with file, key, reason and remedy, where a sound spec would
    send something elsewhere, or where it takes too long. Whatever else is raised is a fault, too.
    """
    began = time.process_time()
    catalogue(specs)
    sound = sound_pool(specs, TableCache(specs.parent / "cache"), waiting=True)
    problems = sound.problems
    for spec in sound.pool.tools.values():
        problems += tuple(wording_problems(spec))
        json.dumps(sound.pool.schema(spec.id))
        if spec.request is not None:
            problems += tuple(_sent(sound.pool, spec))
    took = time.process_time() - began
    assert took < SECONDS, f"{took:.1f} s"
    for problem in problems:
        assert all((problem.file, problem.key, problem.problem, problem.remedy)), problem
        assert str(problem).isprintable() and len(str(problem)) < 3000, problem
    return problems


def _sent(pool: ToolPool, spec: ToolSpec) -> Iterator[SpecProblem]:
    """The requests of a sound tool's examples go where its provider says, and carry no header that is not a spec's."""
    for example in spec.examples:
        given = {name: parameter.default for name, parameter in spec.parameters.items()} | example.arguments
        try:
            sent = next(answer(spec, pool.types, {n: given[n] for n in spec.parameters}, lambda way, value: value))
        except ToolError:
            continue
        url = URL(sent.url, encoded=True)
        origin = (url.scheme, (url.raw_host or "").lower(), url.port)
        assert origin in {host.origin for host in pool.providers[spec.provider].hosts}, sent.url
        assert sent.url.isascii() and sent.url.isprintable() and " " not in sent.url, sent.url
        for name, text in sent.headers:
            assert name.isascii() and text.isascii() and (name + text).isprintable(), (name, text)
            assert name in ("Accept", "Content-Type") or name.lower() not in FORBIDDEN_HEADERS, name
    yield from ()

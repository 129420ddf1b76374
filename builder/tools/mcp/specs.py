"""What is wrong with the specs of `mcp` tools, told by file, key and reason before any server is started."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from builder.errors import SpecError, SpecProblem
from builder.records.mcp import McpTool
from builder.records.tools import Provider, ToolSpec
from builder.tools.claims import Problem, other_templates, placed_once, selections, undeclared, unknown_slots
from builder.tools.http.placing import slots
from builder.tools.mcp.pins import Tools, read_pin

_PLAIN = re.compile(r"[^/\x00-\x1f]+")

_DOCS = "see docs/mcp_tools.md"


def tool_problems(spec: ToolSpec, provider: Provider | None, root: Path) -> Iterator[SpecProblem]:
    """Problems of one tool's file, compared with what its server was reviewed to list."""
    file = spec.id.replace(".", "/") + ".toml"
    if spec.mcp is None or spec.request is not None or spec.function is not None or spec.sql is not None:
        problem = "an mcp tool has [mcp], and neither request, function nor sql"
        yield SpecProblem(file, "mcp", problem, f"add it ({_DOCS})")
        return
    found = list(_own(spec, spec.mcp))
    if provider is None or provider.server is None:
        found.append(("mcp", "provider.toml declares no [server]", f"add it ({_DOCS})"))
    else:
        try:
            pin = read_pin(root, spec.provider)
        except SpecError:
            pass  # told once, of the provider
        else:
            found += _listed(spec, spec.mcp, pin.tools)
    yield from (SpecProblem(file, key, problem, remedy) for key, problem, remedy in found)


def provider_problems(provider: Provider, root: Path) -> Iterator[SpecProblem]:
    """Problems of the file of a provider that has a server."""
    server = provider.server
    assert server is not None
    file = f"{provider.id.replace('.', '/')}/provider.toml"
    if server.url is None:
        if not _PLAIN.fullmatch(server.command[0]) or server.command[0] in (".", ".."):
            problem = f"{server.command[0]!r} is no name of a program"
            yield SpecProblem(file, "server.command", problem, "name what the package installs, without a path")
        for key in ("hosts", "auth"):
            if getattr(provider, key):
                problem = "a program that is started has no network, and gets no key"
                yield SpecProblem(file, key, problem, "drop it, or give the server's url")
    else:
        yield from (SpecProblem(file, *problem) for problem in undeclared("server.url", server.url, provider))
    try:
        pin = read_pin(root, provider.id)
    except SpecError as error:
        yield from error.problems
    else:
        if pin.server != server.address:
            problem = f"expected the list of {server.address}, found that of {pin.server}"
            remedy = "delete it, and run import-mcp for the server that is pinned"
            yield SpecProblem(pin.file, "server", problem, remedy)


def _own(spec: ToolSpec, asked: McpTool) -> Iterator[Problem]:
    if not asked.safe:
        yield "mcp.safe", "a tool that may change something is not called", "set safe = true if it only asks"
    placed = Counter(slots(asked.arguments) if asked.arguments else list(spec.parameters))
    yield from unknown_slots(spec, "mcp.arguments", iter(placed))
    yield from placed_once(spec, placed, "mcp.arguments")
    yield from other_templates("mcp.arguments", asked.arguments)
    yield from selections(spec, {"mcp.found": asked.found}, f"say where the value is in the answer ({_DOCS})")


def _listed(spec: ToolSpec, asked: McpTool, tools: Tools) -> Iterator[Problem]:
    """What does not fit the tool as the server lists it."""
    if asked.tool not in tools:
        yield "mcp.tool", f"the server lists no tool {asked.tool}", f"expected one of {', '.join(sorted(tools))}"[:400]
        return
    schema = _table(tools[asked.tool].get("inputSchema"))
    known, required = _table(schema.get("properties")), schema.get("required")
    told = set(asked.arguments or spec.parameters)
    for name in sorted(told - known.keys()):
        yield "mcp.arguments", f"{asked.tool} takes no {name}", f"expected one of {', '.join(sorted(known))}"[:400]
    needed = {name for name in required if isinstance(name, str)} if isinstance(required, list) else set()
    for name in sorted(needed - told):
        yield "mcp.arguments", f"{asked.tool} requires {name}", "tell it by a literal or a {parameter}"
    if asked.answer == "structured" and "outputSchema" not in tools[asked.tool]:
        problem = f"{asked.tool} promises no structured content"
        yield "mcp.answer", problem, 'set it to "json" or "text"'


def _table(value: Any) -> dict[str, Any]:
    """A part of a stranger's schema where it is a table; an empty one otherwise."""
    return value if isinstance(value, dict) else {}

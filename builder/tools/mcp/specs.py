"""What is wrong with the specs of `mcp` tools, told by file, key and reason before any server is started."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from yarl import URL

from builder.errors import SpecError, SpecProblem
from builder.records.mcp import McpTool
from builder.records.tools import Provider, ToolSpec
from builder.tools.http.placing import SLOT, slots, texts
from builder.tools.http.selecting import problem_of
from builder.tools.mcp.pins import Tools, read_pin

_PLAIN = re.compile(r"[^/\x00-\x1f]+")

_DOCS = "see docs/mcp_tools.md"

Problem = tuple[str, str, str]
"""Key, problem, remedy."""


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
        try:
            url = URL(server.url, encoded=True)
            there = (url.scheme, (url.raw_host or "").lower(), url.port)
            odd = url.user is not None or url.password is not None or bool(url.raw_fragment)
        except ValueError as error:
            yield SpecProblem(file, "server.url", f"no address: {error}", "write https://host/path")
            return
        if odd:
            yield SpecProblem(file, "server.url", "a user name or a fragment stands in it", "keys go into [auth]")
        elif there not in {host.origin for host in provider.hosts}:
            problem = f"{there[0]}://{there[1]}:{there[2]} is none of the hosts that provider.toml declares"
            yield SpecProblem(file, "server.url", problem, "add it to [[hosts]], or correct it")
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
    placed: Counter[str] = Counter(slots(asked.arguments) if asked.arguments else list(spec.parameters))
    for name in placed.keys() - spec.parameters.keys():
        yield "mcp.arguments", f"{{{name}}} is no parameter", f"expected one of {', '.join(sorted(spec.parameters))}"
    for name in spec.parameters:
        if placed[name] != 1:
            problem = f"it is placed {placed[name]} times"
            yield f"parameters.{name}", problem, f"place {{{name}}} once in [mcp.arguments]"
    for text in texts(asked.arguments):
        if re.search(r"[{}]", SLOT.sub("", text)):
            problem = f"{text!r} holds braces that are no {{parameter}}"
            yield "mcp.arguments", problem, "write {parameter} in lower case; there is no other template"
    expressions = {"mcp.found": asked.found}
    for name, field in spec.returns.items():
        if field.select is None:
            yield f"returns.{name}.select", "missing", f"say where the value is in the answer ({_DOCS})"
        expressions[f"returns.{name}.select"] = field.select
    for key, expression in expressions.items():
        broken = problem_of(expression) if expression is not None else None
        if broken is not None:
            yield key, f"{expression!r} selects nothing: {broken}", "write JMESPath, or a JSON Pointer"


def _listed(spec: ToolSpec, asked: McpTool, tools: Tools) -> Iterator[Problem]:
    """What does not fit the tool as the server lists it."""
    if asked.tool not in tools:
        yield "mcp.tool", f"the server lists no tool {asked.tool}", f"expected one of {', '.join(sorted(tools))}"[:400]
        return
    schema = tools[asked.tool].get("inputSchema", {})
    known = schema.get("properties") if isinstance(schema.get("properties"), dict) else {}
    told = set(asked.arguments or spec.parameters)
    for name in sorted(told - known.keys()):
        yield "mcp.arguments", f"{asked.tool} takes no {name}", f"expected one of {', '.join(sorted(known))}"[:400]
    for name in sorted(set(schema.get("required", ())) - told):
        yield "mcp.arguments", f"{asked.tool} requires {name}", "tell it by a literal or a {parameter}"
    if asked.answer == "structured" and "outputSchema" not in tools[asked.tool]:
        problem = f"{asked.tool} promises no structured content"
        yield "mcp.answer", problem, 'set it to "json" or "text"'

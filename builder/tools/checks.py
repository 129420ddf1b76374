"""Cross-checks between specs: everything that one file alone cannot know."""

from __future__ import annotations

import ast
import difflib
import os
import re
import string
import sys
from typing import Any

from builder.records.base import DOMAINS
from builder.records.tools import Parameter, Return, SemanticType, ToolSpec
from builder.tools.loading import SpecFiles

NAME = re.compile(r"^[a-z][a-z0-9_]{2,63}$")
SHARED = ("builder.countries", "builder.errors")
"""Modules besides the standard library that adapters may import when loaded."""

_CONFIRM = "correct or confirm each in the file, then take its key out of `review`"

DESCRIPTION_LIMIT = 400
"""Characters of a tool description: toolsets hold up to 50 tools and must fit a context."""


def cross_check(files: SpecFiles) -> None:
    """Add to `files.problems` whatever does not fit together."""
    _check_types(files)
    signatures = {provider: _signatures(files, provider) for provider in files.providers}
    names: dict[str, str] = {}
    for identity, spec in files.tools.items():
        other = names.setdefault(spec.name, identity)
        if other != identity:
            files.report(
                files.file_of(identity),
                "id",
                f"expected a name of its own, found {spec.name}, which {other} has",
                "rename the file: a model sees only the last part of the id",
            )
        _check_tool(files, spec, signatures.get(spec.provider, {}))
    for provider in files.providers.values():
        if files.licences and files.licence_rule(provider) is None:
            files.report(
                f"{provider.id.replace('.', '/')}/provider.toml",
                "data_licence",
                f"licences.toml has no rule for {provider.data_licence!r}",
                "begin it with a listed licence, or add a rule that says whether it may enter a release",
            )
        if provider.is_live or provider.auth is not None:
            from builder.tools.http.specs import provider_problems

            files.problems += provider_problems(provider)
        if provider.server is not None:
            from builder.tools.mcp import specs as mcp

            files.problems += mcp.provider_problems(provider, files.root)
        if provider.review:
            file = f"{provider.id.replace('.', '/')}/provider.toml"
            files.report(file, "review", _unconfirmed(provider.review), _CONFIRM)
        for table, body in provider.tables.items():
            if body.function not in signatures[provider.id]:
                files.report(
                    f"{provider.id.replace('.', '/')}/provider.toml",
                    f"tables.{table}.function",
                    f"functions.py has no function {body.function}",
                    "add it or correct the name",
                )
    files.parsed.save()


def parents(types: dict[str, SemanticType], name: str) -> list[str]:
    """The type and its ancestors, nearest first. Stops at a cycle."""
    chain: list[str] = []
    current: str | None = name
    while current is not None and current in types and current not in chain:
        chain.append(current)
        current = types[current].parent
    return chain


def _check_types(files: SpecFiles) -> None:
    for name, kind in files.types.items():
        file = files.type_files[name]
        if kind.parent is not None and kind.parent not in files.types:
            files.report(file, f"{name}.parent", _unknown(files, kind.parent), "declare it or correct it")
        chain = parents(files.types, name)
        last = files.types.get(chain[-1])
        if last is not None and last.parent is not None and last.parent in files.types:
            circle = " > ".join([*chain, last.parent])
            problem = f"expected parents that come to an end, found the cycle {circle}"
            files.report(file, f"{name}.parent", problem, "break the cycle: take the parent away from one of them")
        if kind.listing is not None:
            provider, _, table = kind.listing.table.rpartition(".")
            if provider not in files.providers or table not in files.providers[provider].tables:
                files.report(
                    file,
                    f"{name}.listing.table",
                    f"no table {kind.listing.table}",
                    "name a provider's table",
                )


def _unknown(files: SpecFiles, name: str) -> str:
    near = difflib.get_close_matches(name, files.types, 1)
    return f"unknown type {name}, expected one of types.toml or types/*.toml" + (f", such as {near[0]}" if near else "")


def _check_tool(files: SpecFiles, spec: ToolSpec, signatures: dict[str, set[str]]) -> None:
    def report(key: str, problem: str, remedy: str) -> None:
        files.report(files.file_of(spec.id), key, problem, remedy)

    if spec.domain not in DOMAINS:
        report("id", f"unknown domain {spec.domain}", f"use one of {', '.join(DOMAINS)}")
    if not NAME.match(spec.name):
        report("id", f"{spec.name} is no tool name", "3 to 64 lower-case letters, digits and underscores")
    if len(spec.description) > DESCRIPTION_LIMIT:
        report("description", f"{len(spec.description)} characters", f"keep it under {DESCRIPTION_LIMIT}")
    for name, parameter in spec.parameters.items():
        _check_parameter(files, spec, name, parameter)
    for name, field in spec.returns.items():
        _check_return(files, spec, name, field)
    if spec.subject is not None and spec.subject not in spec.parameters:
        report("subject", f"no parameter {spec.subject}", "name one of the parameters")
    good = [example for example in spec.examples if example.error is None]
    if len(good) < 2:
        report("examples", f"{len(good)} working examples", "give at least two")
    if spec.review:
        report("review", _unconfirmed(spec.review), _CONFIRM)
    if spec.kind == "code" or spec.code is not None:
        from builder.tools.code import specs as code

        files.problems += code.tool_problems(spec, files.providers.get(spec.provider), files.types)
    elif spec.is_live or _has_live_keys(spec):
        _check_live(files, spec)
    elif spec.kind == "query":
        if spec.sql is None or spec.function is not None:
            report("sql", "a query tool has sql and no function", "add sql")
    elif spec.function is None or spec.sql is not None:
        report("function", "a function tool has function and no sql", "add function")
    elif spec.function not in signatures:
        report("function", f"functions.py has no function {spec.function}", "add it or correct the name")
    elif signatures[spec.function] != set(spec.parameters):
        found = ", ".join(sorted(signatures[spec.function]))
        report(
            "parameters",
            f"{spec.function} takes ({found})",
            "parameters and signature must have the same names",
        )


def _check_live(files: SpecFiles, spec: ToolSpec) -> None:
    # Imported here, since most pools have no live tools and what they need takes time to import.
    from builder.tools.http.specs import tool_problems, translations
    from builder.tools.mcp import specs as mcp

    provider = files.providers.get(spec.provider)
    if spec.kind == "mcp":
        files.problems += mcp.tool_problems(spec, provider, files.root)
    else:
        files.problems += tool_problems(spec, provider)
    for key, way in translations(spec):
        owner, _, table = way.table.rpartition(".")
        if owner not in files.providers or table not in files.providers[owner].tables:
            files.report(files.file_of(spec.id), key, f"no table {way.table}", "name a provider's table")


def _unconfirmed(review: tuple[str, ...]) -> str:
    return f"proposed and not confirmed yet: {', '.join(review)}"


def _has_live_keys(spec: ToolSpec) -> bool:
    """Whether a tool's file has keys that only live tools have."""
    return (
        spec.request is not None
        or spec.mcp is not None
        or any(f.select or f.convert or f.received for f in spec.returns.values())
        or any(p.sent for p in spec.parameters.values())
    )


def _check_parameter(files: SpecFiles, spec: ToolSpec, name: str, parameter: Parameter) -> None:
    key = f"parameters.{name}"
    file = files.file_of(spec.id)
    if parameter.type not in files.types:
        files.report(file, f"{key}.type", _unknown(files, parameter.type), "declare it in types.toml or correct it")
    if parameter.required and parameter.default is not None:
        files.report(file, f"{key}.default", "a required parameter has a default", "drop one of the two")
    if parameter.coverage is not None:
        provider, _, table = parameter.coverage.table.rpartition(".")
        if provider not in files.providers or table not in files.providers[provider].tables:
            files.report(file, f"{key}.coverage", f"no table {parameter.coverage.table}", "name a provider's table")


def _check_return(files: SpecFiles, spec: ToolSpec, name: str, field: Return) -> None:
    file = files.file_of(spec.id)
    if field.type not in files.types:
        files.report(
            file,
            f"returns.{name}.type",
            _unknown(files, field.type),
            "declare it in types.toml or correct it",
        )
    allowed = set(spec.parameters) | {"value"}
    wordings: dict[str, Any] = {
        "phrases": field.phrases,
        "ask": field.ask,
        "members": [field.members] if field.members else [],
        "describes": [field.describes] if field.describes else [],
    }
    for key, texts in wordings.items():
        for text in texts:
            try:
                slots = placeholders(text)
            except ValueError as error:
                files.report(file, f"returns.{name}.{key}", f"{text!r}: {error}", "close each brace, or drop it")
                continue
            for slot in slots:
                if slot not in allowed:
                    files.report(
                        file,
                        f"returns.{name}.{key}",
                        f"{{{slot}}} is no parameter, expected one of {', '.join(sorted(allowed))}",
                        "use a parameter's name",
                    )


def placeholders(text: str) -> list[str]:
    """Names in braces, in order. Raises ValueError on broken braces."""
    return [name for _, name, _, _ in string.Formatter().parse(text) if name is not None]


def _signatures(files: SpecFiles, provider: str) -> dict[str, set[str]]:
    """Function name to its parameter names, read from functions.py without importing it."""
    path = files.folder(provider) / "functions.py"
    file = path.relative_to(files.root).as_posix()
    text = files.text(path) if os.path.lexists(path) else None
    if text is None:
        return {}
    try:
        outline = files.parsed.get("python", text, _outline)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        # Beside broken syntax: a null byte, and expressions nested beyond what the parser takes.
        line = f"line {error.lineno}" if isinstance(error, SyntaxError) else "-"
        reason = error.msg if isinstance(error, SyntaxError) else str(error) or "nested too deeply"
        files.report(file, line, f"not Python: {reason}", "mend the syntax")
        return {}
    for line, module in outline["imports"]:
        if module.split(".", 1)[0] not in sys.stdlib_module_names and module not in SHARED:
            files.report(
                file,
                f"line {line}",
                f"imports {module} when loaded",
                "import packages inside the function: nothing loads before a tool's first call",
            )
    return {name: set(arguments) for name, arguments in outline["functions"].items()}


def _outline(source: str) -> dict[str, Any]:
    """`imports` of a module as pairs of line and module, and its `functions` with their parameters."""
    imports: list[tuple[int, str]] = []
    functions: dict[str, list[str]] = {}
    for node in ast.parse(source).body:
        if isinstance(node, ast.Import):
            imports += [(node.lineno, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            imports.append((node.lineno, node.module or "."))
        elif isinstance(node, ast.FunctionDef):
            arguments = node.args
            functions[node.name] = [a.arg for a in [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]]
    return {"imports": imports, "functions": functions}

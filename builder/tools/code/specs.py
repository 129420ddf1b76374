"""What is wrong with the specs of code tools, told by file, key and reason before anything is run."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from builder.errors import SpecProblem
from builder.records.code import Code
from builder.records.tools import Provider, SemanticType, ToolSpec
from builder.tools.claims import Problem, selections
from builder.tools.code.calling import MAX_PROGRAM

_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")


def tool_problems(spec: ToolSpec, provider: Provider | None, types: dict[str, SemanticType]) -> Iterator[SpecProblem]:
    """Problems of one tool's file; of another kind, that it has [code]."""
    file = spec.id.replace(".", "/") + ".toml"
    if spec.kind != "code":
        found = iter([("code", f"a {spec.kind} tool has no code", "drop it, or make the kind code")])
    elif spec.code is None:
        found = iter([("code", "a code tool has [code]", "add it (docs/tool_specs.md)")])
    else:
        found = _problems(spec, spec.code, provider, types)
    yield from (SpecProblem(file, key, problem, remedy) for key, problem, remedy in found)


def _problems(
    spec: ToolSpec, code: Code, provider: Provider | None, types: dict[str, SemanticType]
) -> Iterator[Problem]:
    for key, part in {"function": spec.function, "sql": spec.sql, "request": spec.request, "mcp": spec.mcp}.items():
        if part is not None:
            yield key, f"a code tool has no {key}", "drop it"
    yield from _source(spec, code, types)
    if code.language == "python":
        yield from _python(spec, code)
    else:
        yield from _sql(spec, code, provider)
    yield from selections(spec, {}, None)
    for name, field in spec.returns.items():
        if field.received is not None:
            yield f"returns.{name}.received", "only what a service says is translated", "drop it"
    for name, parameter in spec.parameters.items():
        if parameter.sent is not None:
            yield f"parameters.{name}.sent", "only a service is told something else", "drop it"


def _source(spec: ToolSpec, code: Code, types: dict[str, SemanticType]) -> Iterator[Problem]:
    """The parameter with the caller's program is one required text."""
    if code.program_from is None:
        return
    parameter = spec.parameters.get(code.program_from)
    if parameter is None:
        yield "code.program_from", f"no parameter {code.program_from}", "name the parameter with the program"
        return
    kind = types.get(parameter.type)
    if parameter.many or not parameter.required or (kind is not None and kind.json_schema.get("type") != "string"):
        problem = "a program is one text that must be given"
        yield f"parameters.{code.program_from}", problem, "make it a required parameter of a text type"


def _python(spec: ToolSpec, code: Code) -> Iterator[Problem]:
    if code.tables:
        yield "code.tables", "a Python program gets its arguments on standard input", "drop them"
    if code.program is not None:
        try:
            ast.parse(code.program)
        except (SyntaxError, ValueError) as error:
            line = f"line {error.lineno}: {error.msg}" if isinstance(error, SyntaxError) else str(error)
            yield "code.program", f"not Python: {line}", "mend the syntax"
    elif set(spec.returns) != {"output"} and any(field.select is None for field in spec.returns.values()):
        yield "returns", "a caller's program gives `output`, all that it prints", "return output, or select from it"


def _sql(spec: ToolSpec, code: Code, provider: Provider | None) -> Iterator[Problem]:
    if provider is not None and "duckdb" not in {package.name for package in provider.packages}:
        yield "code.language", "a query runs on duckdb, which provider.toml does not pin", "add it to [[packages]]"
    if not code.tables:
        yield "code.tables", "a query needs rows", "declare the tables that it reads"
    for name, table in code.tables.items():
        key = f"code.tables.{name}"
        for word in (name, *table.columns):
            if not _NAME.fullmatch(word):
                yield key, f"{word!r} is no name", "a lower-case letter, then letters, digits and underscores"
        if table.rows is not None and table.rows not in spec.parameters:
            yield f"{key}.rows", f"no parameter {table.rows}", "name the parameter with the CSV text"
        for column, parameter in table.columns.items():
            if parameter not in spec.parameters or not spec.parameters[parameter].many:
                yield f"{key}.columns.{column}", f"{parameter} is no list parameter", "name one with many = true"
    if code.program is not None:
        yield from _statement(spec, code.program)
    if any(field.select is None for field in spec.returns.values()):
        yield "returns", "a query gives columns, types, rows and records", "say with select what is returned of them"


def _statement(spec: ToolSpec, program: str) -> Iterator[Problem]:
    import duckdb

    if len(program) > MAX_PROGRAM:
        yield "code.program", f"{len(program)} characters", f"keep it under {MAX_PROGRAM}"
    try:
        statements = duckdb.connect(":memory:").extract_statements(program)
    except duckdb.Error as error:
        yield "code.program", f"not SQL: {str(error).splitlines()[0]}", "mend the syntax"
        return
    if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
        yield "code.program", f"{len(statements)} statements, or no SELECT", "write one SELECT"
    for name in sorted(set().union(*(each.named_parameters for each in statements)) - set(spec.parameters)):
        yield "code.program", f"${name} is no parameter", f"expected one of {', '.join(sorted(spec.parameters))}"

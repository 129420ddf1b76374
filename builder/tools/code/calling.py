"""Calls of `code` tools: a spec and arguments give a job, what came of it gives the declared fields."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

from builder.errors import ToolDefect, ToolError
from builder.identity import canonical_json
from builder.records.code import Code
from builder.records.tools import Provider, SemanticType, ToolSpec
from builder.tools.code.granting import granted
from builder.tools.http.selecting import field_value
from builder.tools.sandbox.policy import Job, Limits, Outcome, Used
from builder.tools.sandbox.running import MAX_INPUT
from builder.tools.sandbox.selftest import Sandbox

HARNESS = 1
"""Raise when a program would see a difference in `sandbox/harness.py` or `sandbox/querying.py`."""

LIMITS = Limits()
"""Of every call of a run: they decide what a program can do, so they are no setting."""

MAX_PROGRAM = 20_000
"""Characters of a caller's program."""


class CodeTools:
    """All `code` tools of a pool."""

    def __init__(
        self,
        providers: Mapping[str, Provider],
        types: Mapping[str, SemanticType],
        sandbox: Callable[[], Sandbox],
        limits: Limits = LIMITS,
    ) -> None:
        """`sandbox` gives the one in which programs run, or raises SandboxError; it is asked at the first call."""
        self._providers = providers
        self._types = types
        self._sandbox = sandbox
        self._limits = limits

    @property
    def used(self) -> Used:
        """The sandbox in which programs run. Raises SandboxError where none holds."""
        return self._sandbox().used

    def call(self, spec: ToolSpec, arguments: dict[str, Any]) -> dict[str, Any]:
        """The fields of one call.

        Raises ToolError for what a program did, ToolDefect for what a spec's own program must not do, SandboxError
        where nothing can be run.
        """
        job = job_of(spec, self._providers[spec.provider], arguments, self._limits)
        document = answer(spec, self._sandbox().run(job))
        fields = {}
        for name, field in spec.returns.items():
            if field.select is None:
                if not isinstance(document, dict) or name not in document:
                    raise ToolDefect("bad_result", f"{spec.id} printed no {name}: {canonical_json(document)[:200]}")
                field = field.model_copy(update={"select": f"/{name}"})
            fields[name] = field_value(name, field, self._types[field.type], document, textual=False)
        return fields


def job_of(spec: ToolSpec, provider: Provider, arguments: dict[str, Any], limits: Limits) -> Job:
    """What is run. Raises ToolError for a program beyond reason."""
    code = spec.code
    assert code is not None
    program = code.program if code.program_from is None else str(arguments[code.program_from])
    assert program is not None
    if code.program_from is not None and (len(program) > MAX_PROGRAM or "\0" in program):
        raise ToolError("invalid_value", f"a program has at most {MAX_PROGRAM} characters, and no zero byte")
    given = {name: value for name, value in arguments.items() if name != code.program_from}
    distributions = tuple(package.name for package in provider.packages)
    packages = granted(distributions)
    document = {
        "program": program,
        "roots": packages.roots,
        "packages": packages.names,
        "distributions": distributions,
        "input": canonical_json(given),
        "values": given,
        "tables": _tables(code, arguments),
    }
    text = canonical_json(document).encode()
    if len(text) > MAX_INPUT:
        raise ToolError("too_large", f"the arguments have {len(text)} bytes; the limit is {MAX_INPUT}")
    return Job(
        text,
        harness=code.language,
        readable=packages.readable,
        listed=packages.roots,
        cgroups=code.language == "sql",
        limits=limits,
    )


def _tables(code: Code, arguments: dict[str, Any]) -> dict[str, Any]:
    return {
        name: {"csv": arguments[table.rows]}
        if table.rows is not None
        else {"columns": {column: arguments[parameter] for column, parameter in table.columns.items()}}
        for name, table in code.tables.items()
    }


def answer(spec: ToolSpec, found: Outcome) -> Any:
    """What a program answered. Raises ToolError or ToolDefect for how it ended otherwise."""
    code = spec.code
    assert code is not None
    if found.kind is not None:
        raise _error(spec, found)
    text = found.stdout.decode("utf-8", "replace")
    if code.language == "python" and code.program_from is not None:
        if not text.strip():
            raise ToolError("bad_program", "the program printed nothing: print the result")
        return {"output": text.rstrip()}
    try:
        return json.loads(text, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise ToolDefect("bad_result", f"{spec.id} printed no JSON: {error}") from None


def _error(spec: ToolSpec, found: Outcome) -> ToolError:
    """How a program failed. A spec's own tells what is wrong with the arguments as an adapter does, by exceptions."""
    assert spec.code is not None and found.kind is not None
    if found.kind == "bad_program" and "Unfit" in found.raised:
        return ToolError("invalid_value", _said(found))
    if spec.code.program_from is not None:
        return ToolError(found.kind, found.message)
    if found.kind == "timeout":
        return ToolDefect("timeout", f'{spec.id}: {found.message}; quarantine it: add "{spec.id}" to `pool.quarantine`')
    if found.kind == "bad_program" and "LookupError" in found.raised:
        return ToolError("not_found", _said(found))
    if found.kind == "bad_program" and {"ValueError", "ArithmeticError"} & set(found.raised):
        return ToolError("invalid_value", _said(found))
    return ToolError("exception" if found.kind == "bad_program" else found.kind, found.message)


def _said(found: Outcome) -> str:
    """The words of an exception, without its class and place."""
    words = found.message.partition(": ")[2]
    return words.rpartition(" (line ")[0] or words or found.message


def _no_number(name: str) -> Any:
    raise ValueError(f"{name} is no number")


def executable_parts(spec: ToolSpec) -> list[Any]:
    """What decides a tool's results besides its parameters and packages."""
    assert spec.code is not None
    read = {name: field.model_dump(include={"select", "convert", "many"}) for name, field in spec.returns.items()}
    return [spec.code.model_dump(mode="json"), read, asdict(LIMITS), HARNESS]

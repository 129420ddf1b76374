"""Execute one call: check arguments, dispatch by kind, check what came back, turn failures into data."""

from __future__ import annotations

import json
import re
import signal
import threading
from collections.abc import Callable
from functools import lru_cache
from types import FrameType
from typing import Any, ClassVar

import fastjsonschema

from builder.errors import BuilderError, ToolDefect, ToolError
from builder.identity import canonical_json, digest
from builder.records.tools import Call, Result, Return, ToolSpec
from builder.tools.pool import ToolPool

MAX_RESULT_BYTES = 1_000_000
"""A larger result is refused whole; tools with long lists must page."""

DEADLINE_SECONDS = 20.0
"""Hermetic tools answer in milliseconds; package imports on a busy machine take seconds."""

_PATH = re.compile(r"(?:/[\w.\-]+){2,}")


class Executor:
    """Runs calls of one pool. With `cache` results of equal calls are reused (never in verification)."""

    _alarm: ClassVar[Executor | None] = None
    """Whose handler SIGALRM has: a process has one."""

    def __init__(self, pool: ToolPool, *, cache: int = 0, deadline: float = DEADLINE_SECONDS) -> None:
        self.pool = pool
        self._deadline = deadline
        self._validators: dict[str, Callable[[Any], Any]] = {}
        self._result_validators: dict[str, Callable[[Any], Any]] = {}
        self._digests: dict[str, str] = {}
        self._statements: dict[str, Any] = {}
        self._running = ""
        self._cached = lru_cache(cache)(self._run_text) if cache else None

    def key(self, call: Call) -> str:
        """Evidence key: the tool's executable part and the canonical arguments."""
        if call.tool not in self._digests:
            self._digests[call.tool] = self.pool.executable_digest(call.tool)
        return digest(self._digests[call.tool], call.arguments)

    def complete(self, call: Call) -> Call:
        """The call as its tool gets it: defaults filled in, whole numbers as such. Raises ToolError."""
        spec = self._active(call.tool)
        return Call(call.tool, self._check_arguments(spec, call.arguments))

    def execute(self, call: Call) -> Result:
        """Run a call. A failed call is a Result with a structured error; a ToolDefect is raised."""
        # What a service failed to answer once it may answer the next time.
        if self._cached is not None and not self._is_live(call.tool):
            return self._cached(call.tool, canonical_json(call.arguments))
        return self._run(call)

    def _is_live(self, tool: str) -> bool:
        spec = self.pool.tools.get(tool)
        return spec is not None and spec.is_live

    def _run_text(self, tool: str, arguments: str) -> Result:
        return self._run(Call(tool, json.loads(arguments)))

    def _run(self, call: Call) -> Result:
        try:
            spec = self._active(call.tool)
            arguments = self._check_arguments(spec, call.arguments)
            value = self._in_time(spec, arguments)
            return Result(value=self._check_result(spec, value))
        except ToolError as error:
            # A service that breaks its word makes one call fail; only what is hermetic has a defect.
            if isinstance(error, ToolDefect) and not self._is_live(call.tool):
                raise
            body: dict[str, Any] = {"kind": error.kind, "message": error.message}
            if error.details:
                body["details"] = error.details
            return Result(error=body)

    def _active(self, tool: str) -> ToolSpec:
        spec = self.pool.tools.get(tool)
        if spec is None:
            raise ToolError("unknown_tool", f"there is no tool {tool}")
        return spec

    def _check_arguments(self, spec: ToolSpec, arguments: dict[str, Any]) -> dict[str, Any]:
        validator = self._validators.get(spec.id)
        if validator is None:
            schema = {**self.pool.schema(spec.id)["function"]["parameters"], "additionalProperties": False}
            validator = self._validators[spec.id] = fastjsonschema.compile(schema, use_default=False)
        try:
            validator(arguments)
        except fastjsonschema.JsonSchemaValueException as error:
            message = error.message.removeprefix("data.").removeprefix("data ")
            raise ToolError("invalid_arguments", message, **_allowed(spec, error)) from None
        optional = {name: p.default for name, p in spec.parameters.items() if not p.required}
        return {**optional, **{name: self._whole(spec, name, value) for name, value in arguments.items()}}

    def _whole(self, spec: ToolSpec, name: str, value: Any) -> Any:
        """JSON has one kind of number: 2026.0 is an integer to the schema, and must be one to the adapter."""
        if isinstance(value, list):
            return [self._whole(spec, name, item) for item in value]
        integer = (
            isinstance(value, float) and self.pool.types[spec.parameters[name].type].json_schema["type"] == "integer"
        )
        return int(value) if integer else value

    def _dispatch(self, spec: ToolSpec, arguments: dict[str, Any]) -> Any:
        runtime = self.pool.runtime(spec.provider)
        try:
            if spec.kind == "function":
                assert spec.function is not None
                return runtime.function(spec.function)(**arguments)
            if spec.is_live:
                return self.pool.live.call(spec, arguments)
            if spec.kind == "code":
                return self.pool.code.call(spec, arguments)
            return self._query(spec, runtime.connection, arguments)
        except BuilderError:
            raise
        except LookupError as error:
            raise ToolError("not_found", _message(error) or "no such entry") from error
        except (ValueError, ArithmeticError) as error:
            raise ToolError("invalid_value", _message(error) or "the values do not work together") from error
        except Exception as error:
            raise ToolError("exception", f"{type(error).__name__}: {_message(error)}") from error

    def _query(self, spec: ToolSpec, connection: Any, arguments: dict[str, Any]) -> dict[str, Any]:
        assert spec.sql is not None
        used = {name: value for name, value in arguments.items() if f"${name}" in spec.sql}
        statement = self._statements.get(spec.id)
        if statement is None:
            # Parsed once: a fifth of a small query's time.
            statement = self._statements[spec.id] = connection.extract_statements(spec.sql)[0]
        cursor = connection.execute(statement, used)
        names = [column[0] for column in cursor.description]
        rows = cursor.fetchall()
        if spec.rows == "list":
            return {name: [row[i] for row in rows] for i, name in enumerate(names)}
        if not rows:
            asked = ", ".join(f"{k} = {v!r}" for k, v in used.items())
            raise ToolError("not_found", spec.errors.get("not_found", f"nothing is listed for {asked}"))
        if len(rows) > 1:
            raise ToolDefect("bad_result", f"{spec.id} must give one row and gave {len(rows)}")
        return dict(zip(names, rows[0], strict=True))

    def _check_result(self, spec: ToolSpec, value: Any) -> dict[str, Any]:
        if not isinstance(value, dict) or set(value) != set(spec.returns):
            found = sorted(value) if isinstance(value, dict) else type(value).__name__
            raise ToolDefect("bad_result", f"{spec.id} promised {sorted(spec.returns)} and returned {found}")
        rounded = {name: self._round(field, value[name]) for name, field in spec.returns.items()}
        try:
            text = canonical_json(rounded)
        except (ValueError, TypeError) as error:
            raise ToolDefect("bad_result", f"{spec.id} returned something that is not JSON: {error}") from error
        if len(text) > MAX_RESULT_BYTES:
            raise ToolError("too_large", f"the result has {len(text)} bytes; the limit is {MAX_RESULT_BYTES}")
        validator = self._result_validators.get(spec.id)
        if validator is None:
            validator = self._result_validators[spec.id] = fastjsonschema.compile(self._result_schema(spec))
        try:
            validator(rounded)
        except fastjsonschema.JsonSchemaValueException as error:
            if error.rule in ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"):
                # Extreme arguments may lead outside what the type holds for real: the call fails, the tool is sound.
                raise ToolError("out_of_range", f"the result is outside its range: {error.message}") from error
            raise ToolDefect("bad_result", f"{spec.id} broke its promise: {error.message}") from error
        return rounded

    def _round(self, field: Return, value: Any) -> Any:
        decimals = self.pool.types[field.type].decimals
        if decimals is None:
            return value
        if isinstance(value, list):
            return [self._round(field, item) for item in value]
        if isinstance(value, float):
            # + 0.0 turns -0.0 into 0.0, which canonical JSON would write differently.
            return round(value, decimals) + 0.0
        return value

    def _result_schema(self, spec: ToolSpec) -> dict[str, Any]:
        properties = {}
        for name, field in spec.returns.items():
            schema: dict[str, Any] = dict(self.pool.types[field.type].json_schema)
            if field.many:
                schema = {"type": "array", "items": schema}
            properties[name] = {"anyOf": [schema, {"type": "null"}]} if field.nullable else schema
        return {"type": "object", "properties": properties, "required": sorted(properties)}

    def _in_time(self, spec: ToolSpec, arguments: dict[str, Any]) -> Any:
        """Dispatch under a deadline. A call over it is a defect of the tool: the run stops and names it."""
        if threading.current_thread() is not threading.main_thread() or spec.is_live or spec.kind == "code":
            # Live calls and programs have deadlines of their own.
            return self._dispatch(spec, arguments)
        if Executor._alarm is not self:
            # Kept for all calls of this executor: swapping handlers costs more than most tools. It rings only
            # while the timer below runs.
            signal.signal(signal.SIGALRM, self._expire)
            Executor._alarm = self
        self._running = spec.id
        signal.setitimer(signal.ITIMER_REAL, self._deadline)
        try:
            return self._dispatch(spec, arguments)
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)

    def _expire(self, _signal: int, _frame: FrameType | None) -> None:
        raise ToolDefect(
            "timeout",
            f"{self._running} took more than {self._deadline:g} s. Quarantine it for this version: "
            f'add "{self._running}" to `pool.quarantine` in the settings, then run again.',
        )


def _allowed(spec: ToolSpec, error: fastjsonschema.JsonSchemaValueException) -> dict[str, Any]:
    """What the schema would have taken: the options, the range, or the names of the parameters."""
    schema = error.definition if isinstance(error.definition, dict) else {}
    if error.rule == "enum":
        return {"allowed": list(schema["enum"])}
    limits = ("minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum")
    if error.rule in limits:
        return {limit: schema[limit] for limit in limits if limit in schema}
    return {"parameters": sorted(spec.parameters)}


def _message(error: BaseException) -> str:
    """An exception's text without paths of this machine, at most 300 characters."""
    text = str(error.args[0]) if isinstance(error, KeyError) and error.args else str(error)
    return _PATH.sub("<path>", text).strip()[:300]

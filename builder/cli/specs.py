"""A tool spec as text, and arguments of a call from words of the command line."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from builder.cli.output import compact, paragraph, shorten
from builder.errors import SettingsError
from builder.records.tools import Parameter, Return, ToolSpec
from builder.tools.pool import ToolPool
from builder.tools.recording import recorded_path
from builder.tools.ties import ties

RESULT_WIDTH = 300
SHOWN_TIES = 12


def tool_lines(pool: ToolPool, spec: ToolSpec) -> Iterator[str]:
    """Everything about a tool, in sections."""
    provider = pool.providers[spec.provider]
    yield f"{spec.id}  [{spec.kind}, {spec.role}, {spec.cost}]"
    yield paragraph(spec.description, "  ")
    dated = f", {provider.data_date}" if provider.data_date else ""
    yield f"  {provider.title}: {provider.source}{dated}; data: {provider.data_licence}"
    for package in provider.packages:
        yield f"  runs on {package.name}=={package.version} ({package.licence})"
    if spec.id not in pool.tools:
        yield f"  not active: {pool.why_not(spec.id)}"
    yield from ("", "Parameters")
    for name, parameter in spec.parameters.items():
        yield from _parameter(name, parameter)
    yield from ("", "Returns")
    for name, field in spec.returns.items():
        yield from _field(pool, name, field)
    yield from ("", "Examples")
    for example in _examples(pool, spec):
        yield f"  {compact(example['arguments'])}"
        shown = example.get("result", example.get("error", example.get("digest", "not recorded")))
        yield f"    -> {shorten(compact(shown), RESULT_WIDTH)}"
    yield from ("", "Ties")
    yield from _ties(pool, spec.id)


def tool_json(pool: ToolPool, spec: ToolSpec) -> dict[str, Any]:
    """The spec, the schema that models see, its recorded examples and its ties."""
    near = [tie for tie in ties(pool) if spec.id in tie.pair]
    return {
        "spec": spec.model_dump(mode="json", exclude_defaults=True),
        "provider": pool.providers[spec.provider].model_dump(mode="json", exclude_defaults=True),
        "schema": pool.schema(spec.id),
        "active": spec.id in pool.tools,
        "examples": _examples(pool, spec),
        "fed_by": sorted({tie.producer for tie in near if tie.consumer == spec.id}),
        "feeds": sorted({tie.consumer for tie in near if tie.producer == spec.id}),
    }


def read_arguments(pool: ToolPool, spec: ToolSpec, words: Sequence[str]) -> dict[str, Any]:
    """Arguments of `--arg name=value` words, read by what each parameter takes. Raises SettingsError."""
    properties = pool.schema(spec.id)["function"]["parameters"]["properties"]
    found: dict[str, Any] = {}
    for word in words:
        name, equals, text = word.partition("=")
        if not equals:
            raise SettingsError(f"--arg {word!r}: write name=value, such as {next(iter(properties), 'name')}=...")
        if name not in properties:
            raise SettingsError(f"--arg {word!r}: {spec.name} takes {', '.join(properties) or 'no arguments'}")
        schema = properties[name]
        if schema.get("type") != "array":
            found[name] = _value(text, schema)
        elif text.startswith("["):
            found[name] = _value(text, {})
        else:
            found.setdefault(name, []).append(_value(text, schema["items"]))
    return found


def _value(text: str, schema: dict[str, Any]) -> Any:
    """Text stays text where the schema wants it; what is no JSON is left to the tool to refuse."""
    if schema.get("type") == "string":
        return text
    try:
        return json.loads(text)
    except ValueError:
        return text


def _parameter(name: str, parameter: Parameter) -> Iterator[str]:
    kind = f"list of {parameter.type}" if parameter.many else parameter.type
    optional = "" if parameter.required else f", default {compact(parameter.default)}"
    yield f"  {name}: {kind}{optional}"
    yield paragraph(parameter.description, "      ")
    if parameter.enum is not None:
        yield paragraph("one of " + ", ".join(compact(value) for value in parameter.enum), "      ")
    if parameter.minimum is not None or parameter.maximum is not None:
        yield f"      from {parameter.minimum} to {parameter.maximum}"


def _field(pool: ToolPool, name: str, field: Return) -> Iterator[str]:
    kind = f"list of {field.type}" if field.many else field.type
    unit = pool.types[field.type].unit
    marks = [unit, "may be null" if field.nullable else "", "" if field.complete else "cut list"]
    yield f"  {name}: {', '.join([kind, *filter(None, marks)])}"
    yield paragraph(field.description, "      ")
    for text in dict.fromkeys([*field.phrases, *field.ask, *filter(None, (field.members, field.describes))]):
        yield f'      "{text}"'


def _examples(pool: ToolPool, spec: ToolSpec) -> list[dict[str, Any]]:
    path = recorded_path(pool.root, spec.id)
    if path.is_file():
        return list(json.loads(path.read_text(encoding="utf-8"))["examples"])
    return [{"arguments": example.arguments} for example in spec.examples]


def _ties(pool: ToolPool, tool: str) -> Iterator[str]:
    found = ties(pool)
    into = [f"{t.parameter} <- {t.producer}.{t.field}" for t in found if t.consumer == tool]
    out = [f"{t.field} -> {t.consumer}.{t.parameter}" for t in found if t.producer == tool]
    for texts in (into, out):
        yield from (f"  {text}" for text in texts[:SHOWN_TIES])
        if len(texts) > SHOWN_TIES:
            yield f"  ... and {len(texts) - SHOWN_TIES} more like these"
    if not into and not out:
        yield "  none: nothing feeds it, and it feeds nothing"

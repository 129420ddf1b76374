"""Read a reply: whole or not, JSON of its schema or not. Whatever is not as asked is refused with a reason."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import fastjsonschema

from builder.errors import Refused
from builder.identity import canonical_json
from builder.records.chat import ChatChoice, ReplySchema

MAX_DEPTH = 64
"""Levels of JSON that a model may write: arguments and derivations take some ten, and none is stored beyond 255."""


def finished(choice: ChatChoice) -> ChatChoice:
    """The choice, when it is whole. A schema does not promise whole JSON: `length` cuts it (vLLM does so)."""
    if choice.refusal or choice.finish == "content_filter":
        raise Refused("model:refusal", choice.refusal[:300] or "the server's filter stopped it")
    if choice.finish == "length":
        raise Refused("model:cut", "the reply ran into its limit of tokens")
    return choice


def structured(choice: ChatChoice, schema: ReplySchema) -> dict[str, Any]:
    """The JSON of a reply, checked here whatever the server promises."""
    text = finished(choice).content.rsplit("</think>", 1)[-1].strip()
    try:
        value = read_json(text)
    except (ValueError, RecursionError):
        raise Refused("model:not_json", f"{text[:120]!r} is not JSON") from None
    try:
        _validator(canonical_json(schema.body))(value)
    except fastjsonschema.JsonSchemaValueException as error:
        raise Refused("model:schema", error.message[:300]) from None
    return value  # type: ignore[no-any-return]


def read_json(text: str) -> Any:
    """The value of JSON that a model wrote. Raises ValueError or RecursionError for what is none, or cannot be stored.

    That is a number without a bound, half a character (a byte-wise tokenizer may write its escape), and nesting beyond
    `MAX_DEPTH`.
    """
    value = json.loads(text)
    # Refuses what is no number; encoding refuses half a character.
    canonical_json(value).encode()
    depth, layer = 0, [value]
    while layer:
        depth += 1
        layer = [item for each in layer for item in _members(each)]
    if depth > MAX_DEPTH:
        raise ValueError(f"{depth} levels are more than {MAX_DEPTH}")
    return value


def _members(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []


@lru_cache(maxsize=512)
def _validator(schema: str) -> Callable[[Any], Any]:
    return fastjsonschema.compile(json.loads(schema), use_default=False)

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
        value = json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise Refused("model:not_json", f"{text[:120]!r} is not JSON") from None
    try:
        _validator(canonical_json(schema.body))(value)
    except fastjsonschema.JsonSchemaValueException as error:
        raise Refused("model:schema", error.message[:300]) from None
    return value  # type: ignore[no-any-return]


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")


@lru_cache(maxsize=512)
def _validator(schema: str) -> Callable[[Any], Any]:
    return fastjsonschema.compile(json.loads(schema), use_default=False)

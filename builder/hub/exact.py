"""JSON texts that the Json type of `datasets` reads back to the very same numbers.

Its decoder computes a fraction with one rounding too many: it reads 0.7 as 0.7000000000000001. But how it
rounds depends on the spelling, and 0.700000 comes out right. So a number that it would change is spelled
in another way, which any JSON reader takes for the same number.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from functools import cache, lru_cache
from typing import Any

from builder.hub.chat import template_json

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?')
MAX_DIGITS = 17
"""More digits than a double has would change the number for other readers."""


@cache
def _decoder() -> Callable[[str], Any]:
    # Imported on first use: it costs a second, and only an export needs it.
    from datasets.utils.json import ujson_loads

    return ujson_loads  # type: ignore[no-any-return]


def exact_json(value: Any) -> str | None:
    """JSON text of `value` that both decoders read as `value`; None when no spelling does."""
    text = template_json(value)
    # Plain equality is enough here, and many times faster: the decoder never changes a type.
    if decode(text) == value:
        return text
    text = _TOKEN.sub(_respell, text)
    return text if same(decode(text), value) and same(json.loads(text), value) else None


def decode(text: str) -> Any:
    """What `datasets` makes of a text in a Json column; the text itself when it cannot read it."""
    try:
        return _decoder()(text)
    except ValueError:
        return text


def same(left: Any, right: Any) -> bool:
    """Deep equality that also tells 1 from 1.0 and from True, and looks at the order of keys."""
    if type(left) is not type(right):
        return False
    if isinstance(left, dict):
        return list(left) == list(right) and all(same(left[key], right[key]) for key in left)
    if isinstance(left, list):
        return len(left) == len(right) and all(same(a, b) for a, b in zip(left, right, strict=True))
    return bool(left == right)


def _respell(match: re.Match[str]) -> str:
    token = match.group()
    return token if token.startswith('"') else _number(token)


@lru_cache(65536)
def _number(token: str) -> str:
    value = json.loads(token)
    if isinstance(value, int):
        return token
    for spelling in _spellings(token):
        if same(decode(f"[{spelling}]"), [value]) and json.loads(spelling) == value:
            return spelling
    return token


def _spellings(token: str) -> Iterator[str]:
    """The same number in other digits: zeros appended first, then the point moved against an exponent."""
    yield token
    number = Decimal(token)
    sign, digits, exponent = number.as_tuple()
    assert isinstance(exponent, int)
    minus, plain = "-" if sign else "", "".join(map(str, digits))
    if "e" not in token.lower():
        for zeros in range(1, MAX_DIGITS - len(plain) + 1):
            yield token + "0" * zeros
    for zeros in range(MAX_DIGITS - len(plain) + 1):
        padded, power = plain + "0" * zeros, exponent - zeros
        for point in range(len(padded), 0, -1):
            whole, fraction = padded[:point], padded[point:]
            yield f"{minus}{int(whole)}.{fraction or '0'}e{power + len(fraction)}"

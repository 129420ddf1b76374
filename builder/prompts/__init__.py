"""Every word that a solver reads or says, as package data: system prompts, answer rules, phrases.

`phrases(name)` reads `<name>.toml`, `fill(template, values)` places values in one pass, `prompts_digest()`
stands for all of it in a settings fingerprint.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from builder.errors import BuilderError
from builder.identity import digest

_FOLDER = Path(__file__).resolve().parent
_PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_]*)\}")


@lru_cache(maxsize=16)
def phrases(name: str) -> Mapping[str, tuple[str, ...]]:
    """The templates of one file by situation; situations of a table `[op]` are named `op.argmax`."""
    path = _FOLDER / f"{name}.toml"
    if not path.is_file():
        raise BuilderError(f"no prompts {name!r}: builder/prompts/ holds {', '.join(files())}")
    found: dict[str, tuple[str, ...]] = {}
    _flatten("", tomllib.loads(path.read_text(encoding="utf-8")), found)
    return found


def _flatten(prefix: str, body: Mapping[str, object], found: dict[str, tuple[str, ...]]) -> None:
    for key, value in body.items():
        if isinstance(value, dict):
            _flatten(f"{prefix}{key}.", value, found)
        elif isinstance(value, list):
            found[prefix + key] = tuple(value)
        else:
            found[prefix + key] = (str(value),)


def files() -> tuple[str, ...]:
    """Names of the prompt files, sorted."""
    return tuple(sorted(path.stem for path in _FOLDER.glob("*.toml")))


def placeholders(template: str) -> frozenset[str]:
    """Names in braces."""
    return frozenset(_PLACEHOLDER.findall(template))


def fill(template: str, values: Mapping[str, str]) -> str:
    """The template with its placeholders replaced in one pass: braces inside values stay as they are.

    Raises BuilderError when a placeholder has no value or a value no placeholder.
    """
    wanted = placeholders(template)
    if wanted != set(values):
        missing, unused = sorted(wanted - set(values)), sorted(set(values) - wanted)
        raise BuilderError(f"prompt {template[:60]!r}: no value for {missing}, no place for {unused}")
    return _PLACEHOLDER.sub(lambda match: values[match[1]], template)


def prompts_digest() -> str:
    """Digest of all prompt files."""
    return digest([[name, (_FOLDER / f"{name}.toml").read_text(encoding="utf-8")] for name in files()])

"""Accepted spellings: which names of an entity an answer may use."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from builder.recipe.verdicts.reading import plain
from builder.recipe.view import PoolView
from builder.records.derivations import Answer, AnswerSpec


def typed_answer(view: PoolView, spec: AnswerSpec, value: Any) -> Answer:
    """An answer with the accepted spellings of every entity in it."""
    names: dict[str, tuple[str, ...]] = {}
    for kind, item in _named(view, spec, value):
        entity = view.entities(kind).get(item)
        if entity is None:
            continue
        spellings = [entity.label]
        # Whose names are whose costs a pass over all entities of the type: only for those with other names.
        if entity.aliases:
            owners = _owners(view, kind)  # type: ignore[arg-type]  # a pool hashes by identity
            # An alias that is another entity's own name means that one.
            spellings += [text for text in entity.aliases if owners.get(plain(text), item) == item]
        names[item] = tuple(dict.fromkeys(spellings))
    aliases = names.get(value, ()) if isinstance(value, str) else ()
    return Answer(spec=spec, value=value, aliases=aliases, names=names)


def _named(view: PoolView, spec: AnswerSpec, value: Any) -> Iterator[tuple[str, str]]:
    """Type and value of each entity inside an answer."""
    if spec.kind == "record":
        for name, item in value.items():
            yield from _named(view, spec.fields[name], item)
    elif isinstance(value, list):
        for item in value:
            yield from _named(view, spec, item)
    elif isinstance(value, str) and spec.type in view.types and view.listing_type(spec.type) is not None:
        yield spec.type, value


@lru_cache(maxsize=256)
def _owners(view: PoolView, kind: str) -> dict[str, Any]:
    """Entity of a type by each proper name, its value or label."""
    entities = view.entities(kind).values()
    return {plain(text): e.value for e in entities for text in (e.label, str(e.value))}

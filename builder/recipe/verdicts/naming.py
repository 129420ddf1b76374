"""Accepted spellings: which names of an entity an answer may use."""

from __future__ import annotations

from collections import Counter
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
        # A name that two entities of the type share does not say which one is meant.
        shared = _shared(view, kind)  # type: ignore[arg-type]  # a pool hashes by identity
        spellings = [text for text in (entity.label, *entity.aliases) if plain(text) not in shared]
        if spellings:
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
def _shared(view: PoolView, kind: str) -> frozenset[str]:
    """Names that several entities of a type answer to; a label is its owner's even where others alias it."""
    owners: Counter[str] = Counter()
    labels = set()
    for entity in view.entities(kind).values():
        owners.update({plain(text) for text in (str(entity.value), entity.label, *entity.aliases)})
        labels.add(plain(entity.label))
    return frozenset(text for text, count in owners.items() if count > 1 and text not in labels)

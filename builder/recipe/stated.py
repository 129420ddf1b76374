"""What a question of a model's own must say, and must not: checked by rule, before anybody reads it back."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from builder.errors import Refused
from builder.recipe.derivation import Evidence, inputs_of, leaves
from builder.recipe.gates import stands_in
from builder.recipe.shape import used_fields
from builder.recipe.slots import spellings
from builder.recipe.view import PoolView
from builder.recipe.worded import ASKS, clean, figures, no_new_names
from builder.recipe.wording import entity_text
from builder.records.derivations import Derivation, Literal, OpStep

_MULTIPLES = re.compile(r"\b(?:hundred|thousand|million|billion|half|halves|twice|thrice|double|triple|dozen)\b")

SPOKEN = ("entity", "quantity", "date", "time", "text")
"""Kinds of literal that stand in a question as written. Options and switches may be said in other words."""


def check_question(
    view: PoolView, derivation: Derivation, evidence: Evidence, question: str, idle: Sequence[Literal]
) -> None:
    """Raises Refused. `idle` are literals that the model derived with and its answer does not need."""
    clean(question)
    if not ASKS.search(question):
        raise Refused("word:form", "it asks for nothing")
    said = list(_said(view, derivation))
    for literal in said:
        if not any(stands_in(text, question) for text in spellings(view, literal)):
            raise Refused("law:names", f"the question does not say {literal.literal!r} ({literal.type})")
    known = " ".join([*(text for literal in said for text in spellings(view, literal)), *_words(view, derivation)])
    for literal in idle:
        if _spoken(view, literal) and any(
            stands_in(text, question) and not stands_in(text, known) for text in spellings(view, literal)
        ):
            raise Refused("gate:idle", f"the question says {literal.literal!r}, which the answer does not need")
    new = _amounts(question) - _amounts(known)
    if new:
        raise Refused("word:number", f"the number {sorted(new)[0]!r} is no literal of the derivation")
    _nothing_given(view, derivation, evidence, question, known)
    no_new_names(known, question)


def _amounts(text: str) -> set[str]:
    """Numbers in digits, and words that multiply. How many things are named (`these three`) is no number of its own."""
    return figures(text) | set(_MULTIPLES.findall(text.casefold()))


def _said(view: PoolView, derivation: Derivation) -> Iterator[Literal]:
    """Literals that a question writes out."""
    for step in derivation.steps:
        for name, source in inputs_of(step).items():
            if isinstance(step, OpStep) and name in ("relation", "order"):
                continue
            enum = None if isinstance(step, OpStep) else view.declared[step.tool].parameters[name].enum
            for literal in leaves(source):
                if isinstance(literal, Literal) and enum is None and _spoken(view, literal):
                    yield literal


def _spoken(view: PoolView, literal: Literal) -> bool:
    kind = view.types[literal.type]
    return kind.kind in SPOKEN and "enum" not in kind.json_schema


def _words(view: PoolView, derivation: Derivation) -> Iterator[str]:
    """What a question about these tools may say besides its literals: their own words, and their sources' names."""
    for step in derivation.steps:
        if isinstance(step, OpStep):
            continue
        spec = view.declared[step.tool]
        yield from (spec.description, spec.name.replace("_", " "), view.providers[spec.provider].source)
        for parameter in spec.parameters.values():
            kind = view.types[parameter.type]
            yield from (parameter.description, kind.noun, kind.plural, kind.unit)
            yield from map(str, parameter.enum or ())
        for returned in spec.returns.values():
            kind = view.types[returned.type]
            yield from (returned.description, returned.head or "", *returned.phrases, kind.noun, kind.unit)


def _nothing_given(view: PoolView, derivation: Derivation, evidence: Evidence, question: str, known: str) -> None:
    """No entity that the derivation finds on its way stands in the question: it would spare the calls before it."""
    used = used_fields(derivation)
    for made in evidence.made:
        for name in used[made.step]:
            kind = view.declared[made.call.tool].returns[name].type
            if view.listing_type(kind) is None:
                continue
            value = made.result[name]
            for item in value if isinstance(value, list) else [value]:
                entity = view.entities(kind).get(item)
                texts = [entity_text(view, kind, item), *([entity.label] if entity is not None else [])]
                if len(str(item)) > 2:
                    texts.append(str(item))
                if any(stands_in(text, question) and not stands_in(text, known) for text in texts if text):
                    raise Refused("gate:given", f"the question holds {item!r}, which the derivation has to find")

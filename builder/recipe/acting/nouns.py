"""Names for fields that no spec words: from the field's name, its description, or its type."""

from __future__ import annotations

import re

from builder.recipe.view import PoolView
from builder.records.tools import ToolSpec

_UNIT_SUFFIXES = frozenset(
    "m km cm mm nm um ft kt mi nmi km2 m2 kg g mg ug ng pg l ml ul s h min c k pa kpa hpa mmhg mol mmol kcal kmh mph "
    "mv kv ev bp kda usd eur".split()
)
_VAGUE = {"result", "converted", "value", "elapsed", "total", "rate", "amount", "index", "score", "margin"}
"""Field names that say too little alone; the description or the type's noun says more."""
_NO_NOUN = {"its", "at", "in", "with", "as", "first", "from", "on", "for", "to", "and", "full"}
MAX_WORDS = 7


class Nouns:
    """Noun phrases for fields and parameters of a pool."""

    def __init__(self, view: PoolView) -> None:
        self.view = view

    def words(self, name: str) -> str:
        """A field or parameter name without underscores and without the unit at its end."""
        parts = name.split("_")
        if len(parts) > 1 and parts[-1] in _UNIT_SUFFIXES and parts[-2] != "per":
            parts.pop()
        return " ".join(parts)

    def bare(self, spec: ToolSpec, field: str) -> str:
        """`population`: the declared head, else the best name there is."""
        declared = spec.returns[field]
        if declared.head:
            return declared.head
        words = self.words(field)
        if " " in words:
            return words
        described = self._described(declared.description)
        if words in _VAGUE:
            return described or self.view.types[declared.type].noun
        return words

    def of(self, spec: ToolSpec, field: str) -> str:
        """With its article, or as a question for yes and no."""
        declared = spec.returns[field]
        if declared.description.startswith("Whether "):
            return "whether " + declared.description.removeprefix("Whether ").rstrip(".")
        if self.view.types[declared.type].kind == "boolean":
            return f'the answer to "{self.words(field)}"'
        return f"the {self.bare(spec, field)}"

    def _described(self, description: str) -> str | None:
        """The head of a description, where it is a short noun phrase: `Pump rate in mL/h`."""
        text = re.split(r"[,;:(.]", description, maxsplit=1)[0].strip()
        first, _, rest = text.partition(" ")
        if not rest or "_" in text or len(text.split()) > MAX_WORDS or first.casefold() in _NO_NOUN:
            return None
        text = text.removeprefix("The ").removeprefix("A ").removeprefix("An ")
        return text[0].lower() + text[1:] if re.match(r"[A-Z][a-z]", text) else text

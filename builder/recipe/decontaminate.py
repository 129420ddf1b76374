"""Decontamination: how texts and tool names are compared with benchmarks of which only hashes are known.

See docs/decontamination.md.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from builder.recipe.patterns import normal_text

WORDS = 13
"""Words in a row that two texts must share: the length of GPT-3's overlap analysis (arXiv 2005.14165, appendix C)."""

KINDS = ("exact", "ngram", "tool")
"""A whole text, 13 words in a row, a tool's name."""

Hashed = tuple[str, int]
"""Kind and hash."""


def text_hashes(text: str) -> Iterator[Hashed]:
    """The whole text and each run of 13 words, without case, spacing and punctuation; nothing for an empty text."""
    words = normal_text(text).split()
    if words:
        yield "exact", hash_of("exact", " ".join(words))
    for start in range(len(words) - WORDS + 1):
        yield "ngram", hash_of("ngram", " ".join(words[start : start + WORDS]))


def tool_hashes(name: str) -> Iterator[Hashed]:
    """A tool's name by its letters and digits alone: `getWeather` is `get_weather`."""
    letters = "".join(letter for letter in name.casefold() if letter.isalnum())
    if letters:
        yield "tool", hash_of("tool", letters)


def hash_of(kind: str, text: str) -> int:
    """64 bits of SHA-256: among ten million hashes a false hit has odds of one in a million million per text."""
    return int.from_bytes(hashlib.sha256(f"{kind}\0{text}".encode()).digest()[:8], "big")

"""Near texts among more than memory holds: in parts that fit, chosen so that texts that are near meet in one of them.

A text goes to a few parts, each by the smallest of its hashed word pairs in another order (MinHash). Two texts with a
Jaccard index of J go to the same part by one of these with the chance J, so by none of six with (1 - J)^6: 0.3% at
0.62. Each part is then searched as if it were all (`dedup`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from builder.recipe.columns import Ints, Words, distinct, mixed
from builder.recipe.sketches import word_hashes

MEETINGS = 6
"""Parts that a text goes to at most."""

PART = 500_000
"""Texts of a part, about: `dedup.near_texts` takes two gigabytes for so many."""


def parts_of(texts: Iterable[Sequence[str]], count: int, about: int = PART) -> Iterator[Ints]:
    """The positions of the texts of each part, in order. They come some at a time, words between single spaces.

    Raises ValueError when there are not `count` of them.
    """
    many = max(1, -(-count * MEETINGS // about))
    places: list[Ints] = []
    seen = 0
    for some in texts:
        place: Ints = np.arange(seen, seen + len(some))
        # Part and position as one number.
        places += [((hashes % np.uint64(many)).astype(np.int64) << 40) | place for hashes in _smallest(some)]
        seen += len(some)
    if seen != count:
        raise ValueError(f"{seen} texts, not {count}")
    keys = np.concatenate([np.zeros(0, np.int64), *places])
    keys.sort()
    for number in range(many):
        ends: Ints = np.searchsorted(keys, np.array([number, number + 1], np.int64) << 40)
        yield distinct(keys[ends[0] : ends[1]] & ((1 << 40) - 1))


def _smallest(texts: Sequence[str]) -> Iterator[Words]:
    """For each meeting the smallest hash of a word pair of each text; of a text without pairs, of nothing."""
    words, counts = word_hashes(texts)
    text: Ints = np.repeat(np.arange(len(texts)), counts)
    pairs = mixed(words[:-1] ^ mixed(words[1:]))[text[1:] == text[:-1]]
    has = counts > 1
    starts = np.cumsum(counts - 1)[has] - (counts - 1)[has]
    for meeting in range(MEETINGS):
        smallest: Words = np.zeros(len(texts), np.uint64)
        if len(pairs):
            smallest[has] = np.minimum.reduceat(mixed(pairs + np.uint64(meeting)), starts)
        yield smallest

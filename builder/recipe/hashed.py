"""Texts as sets of hashes that can be stored: word pairs, word triples, and a MinHash signature in bands.

Sketches are for texts that are there, and are checked on their words. These are compared by what is stored, when the
texts are gone: two different word pairs have the same hash once in 2^52, and it takes more than a few of that kind in
two texts to move their similarity over a threshold.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from builder.recipe.columns import Flags, Ints, Words, changes, mixed
from builder.recipe.sketches import PAIR_BITS, min_hashes, word_hashes

GRAM_BITS = 52
"""Bits of the hash of a pair or triple: in 64 there is room for the number of one of `AT_ONCE` texts before it."""

AT_ONCE = 1 << (64 - GRAM_BITS)
"""Texts that are read at a time, and pairs of texts that are compared at a time; so few stay in the cache too."""

Bands: TypeAlias = NDArray[np.uint32]


@dataclass(frozen=True, slots=True)
class Sets:
    """A set of hashes for each text, sorted, one after the other; that of text n ends before `starts[n + 1]`."""

    starts: Ints
    keys: Words

    @classmethod
    def of_sizes(cls, sizes: Ints, keys: Words) -> Sets:
        return cls(np.concatenate([np.zeros(1, np.int64), np.cumsum(sizes)]), keys)

    @property
    def sizes(self) -> Ints:
        return np.diff(self.starts)

    def texts(self, places: Ints) -> Ints:
        """In whose sets some places in `keys` are."""
        found: Ints = np.searchsorted(self.starts, places, "right") - 1
        return found

    def counts(self, flags: Flags) -> Ints:
        """How many keys of each text have the flag."""
        return np.bincount(self.texts(np.flatnonzero(flags)), minlength=len(self.starts) - 1)

    def numbered(self, texts: Ints) -> Words:
        """The sets of at most `AT_ONCE` texts; in the upper bits of each key the place of its text among these."""
        sizes = self.starts[texts + 1] - self.starts[texts]
        shift = self.starts[texts] - (np.cumsum(sizes) - sizes)
        keys = self.keys[np.arange(int(sizes.sum())) + np.repeat(shift, sizes)]
        return keys | np.repeat(np.arange(len(texts), dtype=np.uint64) << np.uint64(GRAM_BITS), sizes)


@dataclass(frozen=True, slots=True)
class Hashed:
    """Texts as they are compared."""

    digests: Words
    """Of the whole text: equal texts have equal ones."""
    pairs: Sets
    triples: Sets
    bands: Bands
    """A row for each band, a column for each text."""


def hashed(texts: Sequence[str]) -> Hashed:
    """Texts of words between single spaces."""
    parts = [_some(texts[start : start + AT_ONCE]) for start in range(0, max(1, len(texts)), AT_ONCE)]
    return Hashed(
        np.concatenate([part.digests for part in parts]),
        _joined([part.pairs for part in parts]),
        _joined([part.triples for part in parts]),
        np.concatenate([part.bands for part in parts], axis=1),
    )


def digests(texts: Iterable[str]) -> Words:
    """64 bits of each text's BLAKE2b."""
    found = b"".join([blake2b(text.encode(), digest_size=8).digest() for text in texts])
    return np.frombuffer(found, "<u8").astype(np.uint64)


def jaccard(left: Sets, a: Ints, right: Sets, b: Ints) -> NDArray[np.float64]:
    """Jaccard index of each set `a` of the one with the set `b` of the other; 0 of two empty ones."""
    common: Ints = np.zeros(len(a), np.int64)
    for start in range(0, len(a), AT_ONCE):
        some = slice(start, start + AT_ONCE)
        keys = np.concatenate([left.numbered(a[some]), right.numbered(b[some])])
        keys.sort()
        # A key that stands twice is in both.
        twice = keys[1:][keys[1:] == keys[:-1]] >> np.uint64(GRAM_BITS)
        common[some] = np.bincount(twice.astype(np.int64), minlength=len(a[some]))
    of = (left.starts[a + 1] - left.starts[a]) + (right.starts[b + 1] - right.starts[b])
    return common / np.maximum(1, of - common)


def _joined(parts: Sequence[Sets]) -> Sets:
    return Sets.of_sizes(np.concatenate([part.sizes for part in parts]), np.concatenate([part.keys for part in parts]))


def _some(texts: Sequence[str]) -> Hashed:
    """At most `AT_ONCE` texts as they are compared."""
    words, counts = word_hashes(texts)
    text: Words = np.repeat(np.arange(len(texts), dtype=np.uint64), counts)
    second = text[1:] == text[:-1]
    third = second[1:] & second[:-1]
    grams = mixed(words[:-1] ^ mixed(words[1:]))
    pairs = _sets(text[:-1][second], grams[second], len(texts))
    triples = _sets(text[:-2][third], mixed(grams[:-1] ^ words[2:])[third], len(texts))
    hashes = pairs.keys >> np.uint64(GRAM_BITS - PAIR_BITS)
    bands = min_hashes(hashes, np.repeat(np.arange(len(texts)), pairs.sizes), len(texts))
    return Hashed(digests(texts), pairs, triples, (bands >> np.uint64(32)).astype(np.uint32))


def _sets(text: Words, hashes: Words, count: int) -> Sets:
    """Hashes of at most `AT_ONCE` texts as sets."""
    keys = (text << np.uint64(GRAM_BITS)) | (hashes >> np.uint64(64 - GRAM_BITS))
    keys.sort()
    keys = keys[changes(keys.view(np.int64))]
    sizes = np.bincount((keys >> np.uint64(GRAM_BITS)).astype(np.int64), minlength=count)
    return Sets.of_sizes(sizes, keys & np.uint64((1 << GRAM_BITS) - 1))

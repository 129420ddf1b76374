"""What one pass over texts keeps of each: hashes of its word triples, a map of its word pairs, and its MinHash bands.

Words are hashed, the same on every machine, so what sketches say of two texts is checked on the words themselves. Texts
are taken some hundreds at a time: work within the cache takes a third of the time, and the first touch of memory costs
more than sorting what is in it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from builder.recipe.columns import Ints, Words, changes, mixed, parts, spread

BANDS, BAND_ROWS = 24, 4
"""MinHash: a pair with a Jaccard index of 0.62 agrees in no band about once in 50, one of 0.7 once in 700."""

MAP_BITS = 1024
"""Bits of the map of a text; about ten for each word pair."""

_BINS = BANDS * BAND_ROWS
_EMPTY = np.uint32(0xFFFFFFFF)
_TIMES = np.uint64(0x9FB21C651E98DF25)
"""Any odd number with bits all over: nothing is lost by multiplying by it."""
_AT_ONCE = 1 << 19
"""Characters of the texts that are taken together; a short text counts for `_LEAST`, which is the work of its map."""
_LEAST = 256
PAIR_BITS = 44
"""Of the hash of a word pair, so that there is room for the text before it, which is one of two thousand or so."""
_KEEP: Words = np.array([(1 << 8 * length) - 1 for length in range(9)], np.uint64)


@dataclass(frozen=True, slots=True)
class Triples:
    """All word triples of texts: a hash, and in the lowest `bits` of it the text."""

    keys: Words
    """Sorted."""
    bits: int

    def blocks(self) -> Iterator[Words]:
        """The keys in ranges that fit the cache, those of one hash in one of them."""
        high = (len(self.keys) >> 17).bit_length()
        edges = np.arange(1, 1 << high, dtype=np.uint64) << np.uint64(64 - high)
        yield from np.split(self.keys, np.searchsorted(self.keys, edges))


@dataclass(frozen=True, slots=True)
class Sketches:
    """Of texts, by their positions."""

    sizes: Ints
    """Different word pairs of each text."""
    maps: Words
    """A row of `MAP_BITS` for each text, one of them set for each of its word pairs."""
    bands: Words
    """A column of `BANDS` for each text. The more alike two sets of word pairs are, the more of these are equal."""


def bits_of(count: int) -> int:
    """Bits that the position of any of so many texts takes."""
    return max(1, (count - 1).bit_length())


def sketched(texts: Sequence[str]) -> tuple[Triples, Sketches]:
    """The triples and the sketches of texts of words between single spaces."""
    count, bits = len(texts), bits_of(len(texts))
    triples: list[Words] = []
    sizes: Ints = np.empty(count, np.int64)
    maps: Words = np.empty((count, MAP_BITS // 64), np.uint64)
    bands: Words = np.empty((BANDS, count), np.uint64)
    lengths: Ints = np.fromiter(map(len, texts), np.int64, count)
    for part in parts(np.maximum(lengths, _LEAST), _AT_ONCE):
        words, counts = word_hashes(texts[part])
        text: Ints = np.repeat(np.arange(len(counts)), counts)
        pairs = mixed(words[:-1] * _TIMES + words[1:])
        within = text[:-2] == text[2:]
        keys = (pairs[:-1] * _TIMES + words[2:])[within] >> np.uint64(bits) << np.uint64(bits)
        keys |= (text[2:][within] + part.start).astype(np.uint64)
        triples.append(keys)
        within = text[:-1] == text[1:]
        keys = text[1:][within].astype(np.uint64) << np.uint64(PAIR_BITS) | pairs[within] >> np.uint64(64 - PAIR_BITS)
        keys.sort()
        keys = keys[changes(keys)]
        pairs, text = keys & np.uint64((1 << PAIR_BITS) - 1), (keys >> np.uint64(PAIR_BITS)).astype(np.int64)
        sizes[part] = np.bincount(text, minlength=len(counts))
        maps[part] = _maps(pairs, text, len(counts))
        bands[:, part] = min_hashes(pairs, text, len(counts))
    ordered = np.concatenate(triples)
    ordered.sort()
    return Triples(ordered, bits), Sketches(sizes, maps, bands)


def word_hashes(texts: Sequence[str]) -> tuple[Words, Ints]:
    """A hash of each word, text after text, and how many words each text has (one at least, which may be empty).

    Of its length and its UTF-8, eight bytes at a time.
    """
    encoded = [text.encode() for text in texts]
    joined = b" ".join([*encoded, b""])
    ends = np.flatnonzero(np.frombuffer(joined, np.uint8) == ord(" "))
    after = np.cumsum(np.fromiter(map(len, encoded), np.int64, len(encoded)) + 1)
    counts = np.diff(np.searchsorted(ends, after), prepend=0)
    at: Ints = np.zeros(len(ends), np.int64)
    at[1:] = ends[:-1] + 1
    left = ends - at
    blocks: Words = np.frombuffer(joined + bytes(16 - len(joined) % 8), "<u8")
    hashes = mixed(_block(blocks, at, left) ^ left.astype(np.uint64) * _TIMES)
    longer = np.flatnonzero(left > 8)
    rest = (left[longer] - 1) // 8
    owner, place = spread(np.ones(len(longer), np.int64), rest)
    word = longer[owner]
    found = _block(blocks, at[word] + 8 * place, left[word] - 8 * place) + place.astype(np.uint64) * _TIMES
    hashes[longer] = mixed(hashes[longer] + np.add.reduceat(mixed(found), np.cumsum(rest) - rest))
    return hashes, counts


def _block(blocks: Words, at: Ints, length: Ints) -> Words:
    """The eight bytes from `at` on, as a number; zeros after `length`."""
    index, shift = at >> 3, (at & 7).astype(np.uint64) << np.uint64(3)
    # In two steps, since a shift by all 64 bits means nothing.
    found = blocks[index] >> shift | blocks[index + 1] << np.uint64(1) << (np.uint64(63) - shift)
    result: Words = found & _KEEP[np.minimum(length, 8)]
    return result


def _maps(pairs: Words, text: Ints, count: int) -> Words:
    bits: NDArray[np.bool_] = np.zeros(count * MAP_BITS, np.bool_)
    bits[text * MAP_BITS + (pairs >> np.uint64(PAIR_BITS - MAP_BITS.bit_length() + 1)).astype(np.int64)] = True
    return np.packbits(bits).view(np.uint64).reshape(count, -1)


def min_hashes(pairs: Words, text: Ints, count: int) -> Words:
    """BANDS x texts: what the hashes of PAIR_BITS of each text's word pairs come to. `text` says whose each is.

    One-permutation MinHash: the smallest hash in each of many bins; an empty bin takes that of the next full one.
    """
    low = np.uint64(PAIR_BITS - 32)
    bins = ((pairs & np.uint64((1 << 20) - 1)) * np.uint64(_BINS) >> np.uint64(20)).astype(np.int64)
    flat: NDArray[np.uint32] = np.full(_BINS * count, _EMPTY, np.uint32)
    np.minimum.at(flat, bins * count + text, (pairs >> low).astype(np.uint32))
    table = flat.reshape(_BINS, count)
    for place in reversed(range(2 * _BINS)):
        one, following = table[place % _BINS], table[(place + 1) % _BINS]
        np.copyto(one, following, where=one == _EMPTY)
    bands: Words = np.zeros((BANDS, count), np.uint64)
    for row in range(BAND_ROWS):
        bands *= _TIMES
        bands += table[row::BAND_ROWS]
    return mixed(bands)

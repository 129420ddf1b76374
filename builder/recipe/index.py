"""Texts nearly the same as earlier ones, without going over the earlier ones again. See docs/diversity/dedup.md.

A text is remembered by hashes: all its word pairs, its rarest word triples, and a MinHash signature in bands. Of a text
alone its rare triples occur once, and a near copy that comes later shares just those: so triples that occur once stand
for a text too, unlike in `dedup`, where all texts are there at once. All triples of a new text are looked up among
them; what shares two is compared exactly, by the Jaccard index of word pairs. `builder.store.index` keeps it in files.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from builder.recipe.columns import Flags, Ints, Words, changes, distinct, in_order, runs
from builder.recipe.dedup import ANCHORS, MOST_COMMON, SHARED, THRESHOLD, near_texts
from builder.recipe.hashed import GRAM_BITS, Bands, Hashed, Sets, digests, hashed, jaccard

VERSION = 1
"""Of the hashes, and of the choice of triples: raised when either changes, since what was stored means nothing then."""

CROWD = 16
"""Texts with one signature that a blind text is compared with."""

SIGHT = 7
"""A text of whose triples fewer than one in so many are rare is blind: these may all be its own edits of a text that
many have. Two such texts with a similarity of 0.7 differ in a tenth of their words, so that one of them has edits in a
seventh of its triples at most."""

_BLOCK = 1 << 17
"""Stored hashes looked at at a time: they stay in the cache."""

Hashes: TypeAlias = NDArray[np.uint64] | NDArray[np.uint32]


@dataclass(frozen=True, slots=True)
class Rules:
    """What decides which triples stand for a text. All texts of an index go by the same."""

    anchors: int = ANCHORS
    """Rarest triples that stand for a text."""
    most_common: int = MOST_COMMON
    """Texts that a triple may occur in and still be rare."""
    version: int = VERSION


@dataclass(frozen=True, slots=True)
class Part:
    """What is remembered of the texts that were added together, in their order."""

    ids: pa.LargeStringArray
    digests: Words
    pairs: Sets
    anchors: Sets
    """Rarest triples."""
    bands: Bands
    blind: Flags
    common: Words
    """Triples that were found to be too common while these texts were added."""

    def __len__(self) -> int:
        return len(self.blind)

    def names(self, texts: Ints) -> list[str]:
        found: list[str] = self.ids.take(pa.array(texts)).to_pylist()
        return found


@dataclass(frozen=True, slots=True)
class Found:
    """Texts that are nearly the same: positions of the new ones, ids of those in the index.

    Of equal new texts the first stands for all, and a text that is in the index as it stands is paired with that alone.
    """

    earlier: tuple[tuple[int, str, float], ...]
    """Position, id and similarity."""
    among: tuple[tuple[int, int, float], ...]
    """Positions and similarity of new ones, the lower position first."""
    blind: int
    """New texts with too few rare words, which were looked up by MinHash."""


class _Sought:
    """Hashes that are looked up among stored ones, few of which are sought.

    A sieve by some of the bits lets through those that are, and of the others one in a dozen or fewer.
    """

    def __init__(self, hashes: Hashes) -> None:
        self.count = len(hashes)
        self.order = np.argsort(hashes, kind="stable")
        ordered = hashes[self.order]
        self.starts = np.flatnonzero(changes(ordered.astype(np.int64)))
        self.keys = ordered[self.starts]
        self.many = np.diff(self.starts, append=len(ordered))
        self.sieve: Flags = np.zeros(1 << min(26, max(10, (16 * len(hashes)).bit_length())), np.bool_)
        self.sieve[self._cell(hashes)] = True

    def among(self, stored: Hashes, most: int | None = None) -> tuple[Ints, Ints]:
        """Places of equal hashes in `stored`, in its order, and here; of equal stored ones the first `most` count."""
        some: list[Ints] = [np.zeros(0, np.int64)]
        for start in range(0, len(stored), _BLOCK):
            some.append(np.flatnonzero(self.sieve[self._cell(stored[start : start + _BLOCK])]) + start)
        at = np.concatenate(some) if len(self.keys) else some[0]
        number = np.minimum(np.searchsorted(self.keys, stored[at]), len(self.keys) - 1)
        is_there = self.keys[number] == stored[at]
        at, number = at[is_there], number[is_there]
        if most is not None:
            order = np.argsort(number, kind="stable")
            few = np.sort(order[_rank(number[order]) < most])
            at, number = at[few], number[few]
        many = self.many[number]
        shift = self.starts[number] - (np.cumsum(many) - many)
        return np.repeat(at, many), self.order[np.arange(int(many.sum())) + np.repeat(shift, many)]

    def within(self, parts: Iterable[Hashes]) -> Flags:
        """Which of these are stored."""
        found: Flags = np.zeros(self.count, np.bool_)
        for stored in parts:
            found[self.among(stored)[1]] = True
        return found

    def _cell(self, hashes: Hashes) -> Ints:
        result: Ints = hashes.astype(np.int64) & (len(self.sieve) - 1)
        return result


@dataclass(slots=True)
class Index:
    """Texts that later ones are compared with: words between single spaces, as `normal_text` leaves them."""

    rules: Rules = field(default_factory=Rules)
    parts: list[Part] = field(default_factory=list)

    def find(self, texts: Sequence[str], threshold: float = THRESHOLD) -> Found:
        """Pairs of `texts` with those of the index, and among themselves, that overlap by `threshold` or more.

        What is found of a text in the index does not depend on the other new ones. Raises ValueError for a threshold
        that is not above 0 and at most 1.
        """
        among = near_texts(texts, threshold, self.rules.anchors, self.rules.most_common)
        at = np.array(_firsts(texts), np.int64)
        read = hashed([texts[place] for place in at.tolist()])
        triples, whole = _Sought(read.triples.keys), _Sought(read.digests)
        blind = _blind(read.triples, triples.within(part.common for part in self.parts))
        found: list[tuple[int, str, float]] = []
        for part in self.parts:
            old, text = whole.among(part.digests)
            found += zip(at[text].tolist(), part.names(old), [1.0] * len(text), strict=True)
        new = ~whole.within(part.digests for part in self.parts)
        for part in self.parts:
            text, old = _candidates(part, read, triples, blind)
            text, old = text[new[text]], old[new[text]]
            scores = jaccard(read.pairs, text, part.pairs, old)
            good = scores >= threshold
            found += zip(at[text[good]].tolist(), part.names(old[good]), scores[good].tolist(), strict=True)
        return Found(tuple(sorted(found)), among.pairs, int(blind.sum()))

    def add(self, ids: Sequence[str], texts: Sequence[str]) -> Part:
        """Remember texts, so that `find` compares with them; of equal ones the first, and none that is there already.

        How rare a triple is, is decided now: by these texts and by what stands for those in the index. Texts that are
        added later change nothing of it.
        """
        at = _firsts(texts)
        known = _Sought(digests(texts[place] for place in at)).within(part.digests for part in self.parts)
        kept = [place for place, there in zip(at, known.tolist(), strict=True) if not there]
        read = hashed([texts[place] for place in kept])
        keys = read.triples.keys
        times = _frequency(keys)
        earlier: Flags = np.zeros(len(keys), np.bool_)
        if self.parts:
            sought = _Sought(keys)
            earlier = sought.within(part.common for part in self.parts)
            for part in self.parts:
                times += np.bincount(sought.among(part.anchors.keys)[1], minlength=len(keys))
        common = earlier | (times > self.rules.most_common)
        anchors = _rarest(read.triples, np.where(common, self.rules.most_common + 1, times), self.rules)
        names = pa.array([ids[place] for place in kept], pa.large_string())
        blind = _blind(read.triples, common)
        fresh = distinct(keys[common & ~earlier].view(np.int64)).view(np.uint64)
        added = Part(names, read.digests, read.pairs, anchors, read.bands, blind, fresh)
        if len(added):
            self.parts.append(added)
        return added


def _firsts(texts: Sequence[str]) -> list[int]:
    """Where each different text stands first."""
    first: dict[str, int] = {}
    for place, text in enumerate(texts):
        first.setdefault(text, place)
    return list(first.values())


def _frequency(keys: Words) -> Ints:
    """How often each stands among all.

    The last bits are left out where they would not fit beside a position: then a triple may pass for more frequent.
    """
    bits = min(GRAM_BITS, 62 - max(1, len(keys)).bit_length())
    ordered, at = in_order((keys >> np.uint64(GRAM_BITS - bits)).astype(np.int64), 1 << bits)
    lengths = runs(ordered)
    times: Ints = np.empty(len(keys), np.int64)
    times[at] = np.repeat(lengths, lengths)
    return times


def _rarest(triples: Sets, times: Ints, rules: Rules) -> Sets:
    """Of each text the rarest triples that are not too common; of equally rare ones those of the lowest hash.

    So near copies choose alike, whenever they come.
    """
    places = np.flatnonzero(times <= rules.most_common)
    text, width = triples.texts(places), rules.most_common + 1
    # Within a text they are in the order of their hashes.
    _, order = in_order(text * width + times[places], len(triples.starts) * width)
    chosen = np.sort(places[order[_rank(text[order]) < rules.anchors]])
    return Sets.of_sizes(np.bincount(triples.texts(chosen), minlength=len(triples.starts) - 1), triples.keys[chosen])


def _blind(triples: Sets, common: Flags) -> Flags:
    """Texts with too few triples that are not common."""
    sizes = triples.sizes
    rare = sizes - triples.counts(common)
    result: Flags = (rare < SHARED) | (rare * SIGHT < sizes)
    return result


def _candidates(part: Part, read: Hashed, triples: _Sought, blind: Flags) -> tuple[Ints, Ints]:
    """New and old texts that share rare triples, or of which one is blind and the signatures agree in a band."""
    at, place = triples.among(part.anchors.keys)
    pairs = np.sort(read.triples.texts(place) * len(part) + part.anchors.texts(at))
    starts = np.flatnonzero(changes(pairs))
    times, pairs = np.diff(starts, append=len(pairs)), pairs[starts]
    most = np.minimum(read.triples.sizes[pairs // len(part)], part.anchors.sizes[pairs % len(part)])
    found = [pairs[times >= np.minimum(SHARED, most)]]
    new, old = np.arange(len(blind)), np.arange(len(part))
    found += [text * len(part) + other for text, other in _agreeing(part, read, new[blind], old)]
    found += [text * len(part) + other for text, other in _agreeing(part, read, new, old[part.blind])]
    pairs = np.sort(np.concatenate(found))
    pairs = pairs[changes(pairs)]
    return pairs // max(1, len(part)), pairs % max(1, len(part))


def _agreeing(part: Part, read: Hashed, new: Ints, old: Ints) -> Iterator[tuple[Ints, Ints]]:
    """Some new and old texts whose signatures agree, band by band."""
    if len(new) and len(old):
        for stored, sought in zip(part.bands, read.bands, strict=True):
            at, place = _Sought(sought[new]).among(stored[old], CROWD)
            yield new[place], old[at]


def _rank(ordered: Ints) -> Ints:
    """How many equal values stand before each."""
    place = np.arange(len(ordered))
    result: Ints = place - np.maximum.accumulate(np.where(changes(ordered), place, 0))
    return result

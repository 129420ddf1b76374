"""Near-duplicate texts: pairs whose sets of word pairs overlap by at least a threshold. See docs/diversity/dedup.md.

An edit leaves most of a text's rare word triples alone, and an unchanged triple occurs in two texts at
least. So texts are compared when they share the rarest triples that occur twice or more, and then exactly,
by the Jaccard index of their word pairs. A text with too few such triples is blind to this, and is compared
by MinHash with all others. Hashes choose who is compared, the same on every machine; words decide who is near.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from builder.recipe.columns import Flags, Ints, Small, changes, distinct, in_order, parts, runs, spread
from builder.recipe.sketches import BANDS, Sketches, Triples, bits_of, sketched
from builder.recipe.splits import groups

THRESHOLD = 0.62
"""Jaccard index of word pairs from which two texts are nearly the same: light and medium edits are over it,
the same form over other entities is under it (measured on texts with planted edits)."""

ANCHORS = 24
"""Rarest triples that stand for a text."""

MOST_COMMON = 32
"""Texts a triple may occur in and still be rare."""

SHARED = 2
"""Anchors that two texts must share to be compared; with fewer a text is blind."""

CROWD = 16
"""Blind texts and others that are equal in a band: each is compared with its next this many only."""

_MATES = 1 << 17
"""Pairs of texts that share an anchor, counted at a time: these stay in the cache."""

_PAIRS = 1 << 12
"""Pairs of texts compared at a time, so that memory does not grow with their number."""


@dataclass(frozen=True, slots=True)
class Near:
    """Pairs of positions with their similarity, the lower position first, and how many texts were blind."""

    pairs: tuple[tuple[int, int, float], ...]
    blind: int


@dataclass(frozen=True, slots=True)
class _Usable:
    """Triples that may stand for texts: one row for each triple and text, in the order of the triples."""

    keys: Ints
    """The text times `width`, and how many texts have the triple, which is less than `width`."""
    width: int
    triples: Small
    """Number of the triple."""


@dataclass(frozen=True, slots=True)
class _Anchors:
    """Rare triples that stand for texts: one row for each triple and text, in the order of the texts."""

    texts: Ints
    members: Ints
    """The same texts in the order of the triples, and among those of one triple in their own."""
    place: Ints
    """Of each row, which of `members` it is."""
    after: Ints
    """Of each row, how many `members` of the same triple follow."""


def near_texts(
    texts: Sequence[str], threshold: float = THRESHOLD, anchors: int = ANCHORS, most_common: int = MOST_COMMON
) -> Near:
    """All found pairs of `texts` (words between single spaces) that overlap by `threshold` or more.

    Of equal texts the first stands for all: the others are paired with it alone.

    `anchors` and `most_common` are how many rare triples stand for a text, and what rare means. More of both find
    more and take longer.
    """
    if not 0 < threshold <= 1:
        raise ValueError(f"a threshold of {threshold} is not above 0 and at most 1")
    # Equal texts would make their own triples the rarest, and hide the text that is only nearly equal.
    first: dict[str, int] = {}
    twins = [(first[text], n, 1.0) for n, text in enumerate(texts) if first.setdefault(text, n) != n and " " in text]
    if len(first) < 2:
        return Near(tuple(twins), 0)
    found = _near(list(first), threshold, anchors, most_common)
    at = list(first.values())
    return Near(tuple(sorted(twins + [(at[a], at[b], score) for a, b, score in found.pairs])), found.blind)


def _near(texts: Sequence[str], threshold: float, anchors: int, most_common: int) -> Near:
    """The same for different texts."""
    triples, sketches = sketched(texts)
    usable = _usable(triples, most_common)
    del triples  # They take as much memory as all that follows.
    standing = _rarest(usable, anchors, len(texts))
    per_text = np.bincount(standing.texts, minlength=len(texts))
    blind = per_text < SHARED
    candidates = chain(_sharing(standing, per_text), _alike(sketches, blind))
    found = distinct(np.concatenate([_hopeful(sketches, pairs, threshold) for pairs in candidates]))
    left, right = found // len(texts), found % len(texts)
    scores = _jaccard(texts, left, right)
    good = scores >= threshold
    kept = zip(left[good].tolist(), right[good].tolist(), scores[good].tolist(), strict=True)
    return Near(tuple(kept), int(blind.sum()))


def repeats(tasks: Sequence[str], pairs: Sequence[tuple[int, int, float]]) -> dict[str, tuple[str, float]]:
    """For each task that pairs join to one of a smaller id: the smallest, and the best similarity to any."""
    keys: dict[str, list[str]] = {}
    best: dict[str, float] = {}
    for number, (a, b, score) in enumerate(pairs):
        for task in (tasks[a], tasks[b]):
            keys.setdefault(task, []).append(str(number))
            best[task] = max(best.get(task, 0.0), score)
    return {task: (kept, best[task]) for task, kept in sorted(groups(keys).items()) if task != kept}


def alike(vectors: NDArray[np.float32], work: Sequence[str], cosine: float) -> tuple[tuple[int, int, float], ...]:
    """Pairs of rows of length 1, of the same work, whose cosine is `cosine` or more; the lower position first."""
    members: dict[str, list[int]] = {}
    for position, key in enumerate(work):
        members.setdefault(key, []).append(position)
    found = []
    for group in members.values():
        near = vectors[group] @ vectors[group].T
        for a, b in zip(*np.nonzero(np.triu(near >= cosine, 1)), strict=True):
            found.append((group[a], group[b], float(near[a, b])))
    return tuple(sorted(found))


def _usable(triples: Triples, most_common: int) -> _Usable:
    """Triples of 2 to `most_common` texts."""
    width, seen = most_common + 1, 0
    keys: list[Ints] = []
    numbers: list[Small] = []
    for block in triples.blocks():
        rows = block[changes(block)]
        lengths = runs(rows >> np.uint64(triples.bits))
        usable = (lengths >= 2) & (lengths <= most_common)
        rows, lengths = rows[np.repeat(usable, lengths)], lengths[usable]
        texts = (rows & np.uint64((1 << triples.bits) - 1)).astype(np.int64)
        keys.append(texts * width + np.repeat(lengths, lengths))
        numbers.append(np.repeat(np.arange(seen, seen + len(lengths), dtype=np.int32), lengths))
        seen += len(lengths)
    return _Usable(np.concatenate(keys), width, np.concatenate(numbers))


def _rarest(usable: _Usable, most: int, count: int) -> _Anchors:
    """Of each of `count` texts the `most` rarest triples, of equally rare ones the first by hash."""
    # By triple already, so equal keys stay in that order.
    ordered, at = in_order(usable.keys, count * usable.width)
    ordered //= usable.width
    per_text = runs(ordered)
    _, rarest = spread(np.cumsum(per_text) - per_text, np.minimum(per_text, most))
    texts, at = ordered[rarest], at[rarest]
    standing: Flags = np.zeros(len(usable.keys), np.bool_)
    standing[at] = True
    lengths = runs(usable.triples[standing])
    place = (np.cumsum(standing) - 1)[at]
    after = np.repeat(np.cumsum(lengths), lengths)[place] - place - 1
    return _Anchors(texts, usable.keys[standing] // usable.width, place, after)


def _sharing(anchors: _Anchors, per_text: Ints) -> Iterator[Ints]:
    """Pairs of texts with enough anchors in common, each as one number: left times all texts plus right."""
    count = len(per_text)
    for part in parts(np.bincount(anchors.texts, anchors.after, count).astype(np.int64), _MATES):
        rows = slice(*(int(np.searchsorted(anchors.texts, edge)) for edge in (part.start, part.stop)))
        owner, others = spread(anchors.place[rows] + 1, anchors.after[rows])
        pairs = np.sort(anchors.texts[rows][owner] * count + anchors.members[others])
        times = runs(pairs)
        pairs = pairs[np.cumsum(times) - times]
        enough = np.minimum(SHARED, np.minimum(per_text[pairs // count], per_text[pairs % count]))
        yield pairs[times >= enough]


def _within(members: Ints, group: Ints, reach: int) -> tuple[Ints, Ints]:
    """Pairs of members that stand at most `reach` places apart in one group. Sorted by group, then member."""
    left: list[Ints] = [np.zeros(0, np.int64)]
    right: list[Ints] = [np.zeros(0, np.int64)]
    at = np.arange(len(group))
    for step in range(1, reach + 1):
        # Who has no companion at this distance has none farther away.
        at = at[: np.searchsorted(at, len(group) - step)]
        at = at[group[at] == group[at + step]]
        if not len(at):
            break
        left.append(members[at])
        right.append(members[at + step])
    return np.concatenate(left), np.concatenate(right)


def _alike(sketches: Sketches, blind: Flags) -> Iterator[Ints]:
    """Pairs with a blind text that are equal in some band, band by band, numbered as those of `_sharing`."""
    texts = np.flatnonzero(sketches.sizes > 0)
    if blind[texts].any():
        bits = bits_of(len(blind))
        low = np.uint64((1 << bits) - 1)
        for band in range(BANDS):
            keys = sketches.bands[band, texts] & ~low | texts.astype(np.uint64)
            keys.sort()
            members, group = (keys & low).astype(np.int64), np.cumsum(changes(keys >> np.uint64(bits)))
            # Groups without a blind text give nothing.
            wanted = (np.bincount(group, blind[members]) > 0)[group]
            left, right = _within(members[wanted], group[wanted], CROWD)
            either = blind[left] | blind[right]
            yield left[either] * len(blind) + right[either]


def _hopeful(sketches: Sketches, pairs: Ints, threshold: float) -> Ints:
    """Those of some numbered pairs that may reach the threshold, by maps of a thousand bits: no other does.

    Each bit in which two maps differ stands for a word pair that one text alone has (Sandes, Teodoro and Melo,
    "Bitmap Filter", 2020), and at the threshold t these are at most (1 - t) / (1 + t) of all the word pairs of both.
    """
    maps, sizes = sketches.maps, sketches.sizes
    result: Flags = np.empty(len(pairs), np.bool_)
    for start in range(0, len(pairs), _PAIRS):
        some = pairs[start : start + _PAIRS]
        a, b = some // len(sizes), some % len(sizes)
        apart = np.bitwise_count(maps[a] ^ maps[b]).sum(axis=1, dtype=np.int64)
        result[start : start + _PAIRS] = apart * (1 + threshold) <= (1 - threshold) * (sizes[a] + sizes[b]) + 1e-6
    return pairs[result]


def _jaccard(texts: Sequence[str], left: Ints, right: Ints) -> NDArray[np.float64]:
    """Exact Jaccard index of the sets of word pairs of `left` and `right`."""
    # Texts that are near to one are near to each other: their pairs come together, so that each is read about once.
    nearest = np.arange(len(texts))
    np.minimum.at(nearest, right, left)
    order = np.argsort(nearest[left], kind="stable")
    left, right = left[order], right[order]
    scores: NDArray[np.float64] = np.empty(len(left))
    for begin in range(0, len(left), _PAIRS):
        both = np.stack([left[begin : begin + _PAIRS], right[begin : begin + _PAIRS]], axis=1).reshape(-1)
        wanted = distinct(both)
        grams, sizes = _sets([texts[number] for number in wanted.tolist()])
        rows: Ints = np.searchsorted(wanted, both)
        # The set of the left, then of the right: what both have stands twice in a pair.
        owner, place = spread((np.cumsum(sizes) - sizes)[rows], sizes[rows])
        pair = owner >> 1
        keys = np.sort(pair * (int(grams.max()) + 1) + grams[place])
        common = np.bincount(pair[1:][keys[1:] == keys[:-1]], minlength=len(rows) >> 1)
        scores[order[begin : begin + _PAIRS]] = common / (sizes[rows[::2]] + sizes[rows[1::2]] - common)
    return scores


def _sets(texts: Sequence[str]) -> tuple[Ints, Ints]:
    """The different word pairs of each text, numbered by their words, text after text, and how many each has."""
    split = pc.split_pattern(pa.array(texts, pa.large_string()), " ")
    coded = split.values.dictionary_encode()
    words, kinds = coded.indices.to_numpy().astype(np.int64), len(coded.dictionary)
    text: Ints = np.repeat(np.arange(len(texts)), np.diff(split.offsets.to_numpy()))
    ordered, at = in_order(words[:-1] * kinds + words[1:], kinds**2)
    number = np.empty_like(at)
    number[at] = np.cumsum(changes(ordered)) - 1
    within = text[:-1] == text[1:]
    keys = distinct(text[1:][within] * len(at) + number[within])
    return keys % len(at), np.bincount(keys // len(at), minlength=len(texts))

"""Near-duplicate texts: pairs whose sets of word pairs overlap by at least a threshold. See docs/diversity/dedup.md.

An edit leaves most of a text's rare word triples alone, and an unchanged triple occurs in two texts at
least. So texts are compared when they share the rarest triples that occur twice or more, and then exactly,
by the Jaccard index of their word pairs. A text with too few such triples is blind to this, and is compared
by MinHash with all others. Words are numbered, not hashed: nothing collides, and nothing differs between machines.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from builder.recipe.columns import Flags, Ints, Small, Words, changes, distinct, in_order, mixed
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

BANDS, BAND_ROWS = 24, 4
"""MinHash for blind texts: a pair at the threshold is missed about once in 50, one at 0.7 once in 700."""

CROWD = 16
"""In a larger band of equal signatures each text is compared with its next this many only."""

MAP_BITS = 1024
"""Bits of the map by which a pair of texts is looked at before it is compared; about ten for each word pair."""

_CHUNK = 1 << 16
"""Pairs compared at a time, so that memory does not grow with their number."""


@dataclass(frozen=True, slots=True)
class Near:
    """Pairs of positions with their similarity, the lower position first, and how many texts were blind."""

    pairs: tuple[tuple[int, int, float], ...]
    blind: int


@dataclass(frozen=True, slots=True)
class _Pairs:
    """Word pairs in the order of the texts, as often as they stand there."""

    texts: Small
    """Which text each is of; ascending."""
    grams: Small
    """Its number among all different pairs, in the order of the alphabet."""
    hashes: Words
    """By the number of a pair."""
    of: int
    """How many texts there are."""


@dataclass(frozen=True, slots=True)
class _Usable:
    """Triples that may stand for a text: one row per triple and text, in the order of the triples."""

    texts: Ints
    grams: Ints
    frequency: Ints
    """Texts that the triple occurs in."""


@dataclass(frozen=True, slots=True)
class _Anchors:
    """Rare triples that stand for a text: one row for each, in the order of the texts."""

    texts: Ints
    grams: Ints


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
    pairs, usable = _grams(texts, most_common)
    standing = _rarest(usable, anchors)
    per_text = np.bincount(standing.texts, minlength=len(texts))
    blind = per_text < SHARED
    found = distinct(np.concatenate([_sharing(standing, per_text, most_common), _alike(pairs, blind)]))
    left, right = found // len(texts), found % len(texts)
    hopeful = _hopeful(pairs, left, right, threshold)
    left, right = left[hopeful], right[hopeful]
    scores = _jaccard(pairs, left, right)
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


def _grams(texts: Sequence[str], most_common: int) -> tuple[_Pairs, _Usable]:
    """Word pairs of all texts, and the triples that occur in two texts at least and in `most_common` at most."""
    flat, text_of, vocabulary = _numbered(texts)
    ordered, at = in_order(flat[:-1] * vocabulary + flat[1:], vocabulary**2)
    fresh = changes(ordered)
    starts = np.flatnonzero(fresh)
    # There is one for each word: narrow numbers are half the memory, whose first touch takes as long as a sort.
    pair_at: Small = np.empty(len(at), np.int32)
    pair_at[at] = np.cumsum(fresh) - 1
    second = text_of[1:] == text_of[:-1]
    # A triple that occurs twice is made of pairs that do.
    repeated = second & (np.diff(starts, append=len(at)) > 1)[pair_at]
    third = np.flatnonzero(repeated[:-1] & repeated[1:])
    triples = pair_at[third].astype(np.int64) * vocabulary + flat[third + 2]
    hashes = mixed(np.arange(len(starts), dtype=np.uint64))
    pairs = _Pairs(text_of[:-1][second], pair_at[second], hashes, len(texts))
    return pairs, _usable(triples, text_of[third], len(starts) * vocabulary, most_common)


def _numbered(texts: Sequence[str]) -> tuple[Ints, Small, int]:
    """The words of all texts, each as its place in the alphabet; the text of each; how many different ones there are.

    In the order of the alphabet, so that ties between triples do not depend on the order of the texts.
    """
    split = pc.split_pattern(pa.array(texts, pa.large_string()), " ")
    coded = split.values.dictionary_encode()
    place: Ints = np.empty(len(coded.dictionary), np.int64)
    place[pc.array_sort_indices(coded.dictionary).to_numpy()] = np.arange(len(place))
    text_of: Small = np.repeat(np.arange(len(texts), dtype=np.int32), np.diff(split.offsets.to_numpy()))
    return place[coded.indices.to_numpy()], text_of, len(place)


def _usable(triples: Ints, texts: Small, bound: int, most_common: int) -> _Usable:
    """Of triples by position those that are neither of one text alone nor common, each once a text."""
    ordered, at = in_order(triples, bound)
    new_triple = changes(ordered)
    starts = np.flatnonzero(new_triple)
    lengths = np.diff(starts, append=len(ordered))
    # What occurs once is of one text; nothing more need be known of it.
    several: Flags = np.repeat(lengths > 1, lengths)
    at, new_triple = at[several], new_triple[several]
    of = texts[at]
    # Positions of one triple stand in their order, and so do their texts.
    once = new_triple | changes(of)
    of, number = of[once], (np.cumsum(new_triple) - 1)[once]
    counts = np.bincount(number)
    frequency = counts[number]
    kept = ((counts >= 2) & (counts <= most_common))[number]
    return _Usable(of[kept].astype(np.int64), number[kept], frequency[kept])


def _rarest(usable: _Usable, most: int) -> _Anchors:
    """Of each text the `most` rarest triples, of equally rare ones the first by alphabet."""
    width = int(usable.frequency.max(initial=0)) + 1
    # By triple already, so equal keys stay in that order.
    _, order = in_order(usable.texts * width + usable.frequency, (int(usable.texts.max(initial=0)) + 1) * width)
    texts, grams = usable.texts[order], usable.grams[order]
    first = np.maximum.accumulate(np.where(changes(texts), np.arange(len(texts)), 0))
    near = np.arange(len(texts)) - first < most
    return _Anchors(texts[near], grams[near])


def _sharing(anchors: _Anchors, per_text: Ints, most_common: int) -> Ints:
    """Pairs of texts with enough anchors in common, each as one number: left times all texts plus right."""
    count = len(per_text)
    keys = np.sort(anchors.grams * count + anchors.texts)
    left, right = _within(keys % count, keys // count, most_common)
    found, times = np.unique(left * count + right, return_counts=True)
    enough = np.minimum(SHARED, np.minimum(per_text[found // count], per_text[found % count]))
    result: Ints = found[times >= enough]
    return result


def _within(members: Ints, group: Ints, reach: int) -> tuple[Ints, Ints]:
    """Pairs of members that stand at most `reach` places apart in one group. Sorted by group, then member."""
    left: list[Ints] = [np.zeros(0, np.int64)]
    right: list[Ints] = [np.zeros(0, np.int64)]
    for step in range(1, min(reach, len(group) - 1) + 1):
        same = group[step:] == group[:-step]
        if not same.any():
            break
        left.append(members[:-step][same])
        right.append(members[step:][same])
    return np.concatenate(left), np.concatenate(right)


def _alike(pairs: _Pairs, blind: Flags) -> Ints:
    """Pairs with a blind text whose signatures agree in some band, numbered as those of `_sharing`."""
    found: list[Ints] = [np.zeros(0, np.int64)]
    if blind.any() and len(pairs.texts):
        texts, signatures = _signatures(pairs)
        unseen = blind[texts]
        for band in range(BANDS):
            group: Words = np.zeros(len(texts), np.uint64)
            for column in range(band * BAND_ROWS, (band + 1) * BAND_ROWS):
                group = mixed(group ^ signatures[column])
            # Groups without a blind text give nothing.
            wanted = np.flatnonzero(np.isin(group, np.unique(group[unseen])))
            order = wanted[np.argsort(group[wanted], kind="stable")]
            left, right = _within(texts[order], group[order], CROWD)
            either = blind[left] | blind[right]
            found.append(left[either] * len(blind) + right[either])
    return distinct(np.concatenate(found))


def _signatures(pairs: _Pairs) -> tuple[Ints, Words]:
    """One-permutation MinHash: the smallest hash in each of many bins; an empty bin takes the next one's.

    Texts that have pairs, and a row of values for each bin.
    """
    bins = BANDS * BAND_ROWS
    has: Flags = np.zeros(pairs.of, np.bool_)
    has[pairs.texts] = True
    texts, row = np.flatnonzero(has), np.cumsum(has) - 1
    cell = (pairs.hashes % np.uint64(bins)).astype(np.int64)
    empty = np.iinfo(np.uint64).max
    flat: Words = np.full(bins * len(texts), empty, np.uint64)
    np.minimum.at(flat, cell[pairs.grams] * len(texts) + row[pairs.texts], pairs.hashes[pairs.grams])
    source = flat.reshape(bins, len(texts))
    table = source.copy()
    # From the last bin back, and round once more: where the next bin that is not empty stands.
    value: Words = np.full(len(texts), empty, np.uint64)
    at: Ints = np.zeros(len(texts), np.int64)
    for place in range(2 * bins - 1, -1, -1):
        number = place % bins
        full = source[number] != empty
        if place < bins:
            holes = ~full
            table[number][holes] = mixed(value[holes] + (at[holes] - place).astype(np.uint64))
        value[full], at[full] = source[number][full], place
    return texts, table


def _hopeful(pairs: _Pairs, left: Ints, right: Ints, threshold: float) -> Flags:
    """Which pairs of texts may reach the threshold, by maps of a thousand bits: no other does.

    Each bit in which two maps differ stands for a word pair that one text alone has (Sandes, Teodoro and Melo,
    "Bitmap Filter", 2020), and at the threshold t these are at most (1 - t) / (1 + t) of all the word pairs of both.
    """
    bits = (pairs.hashes >> np.uint64(64 - MAP_BITS.bit_length() + 1)).astype(np.int64)
    texts = pairs.texts
    packed: Words = np.zeros((pairs.of, MAP_BITS // 64), np.uint64)
    place = texts * (MAP_BITS // 64) + (bits >> 6)[pairs.grams]
    np.bitwise_or.at(packed.reshape(-1), place, (np.uint64(1) << (bits & 63).astype(np.uint64))[pairs.grams])
    sizes = np.bincount(texts, minlength=pairs.of)
    result: Flags = np.empty(len(left), np.bool_)
    for start in range(0, len(left), _CHUNK):
        a, b = left[start : start + _CHUNK], right[start : start + _CHUNK]
        apart = np.bitwise_count(packed[a] ^ packed[b]).sum(axis=1, dtype=np.int64)
        result[start : start + _CHUNK] = apart * (1 + threshold) <= (1 - threshold) * (sizes[a] + sizes[b]) + 1e-6
    return result


def _jaccard(pairs: _Pairs, left: Ints, right: Ints) -> NDArray[np.float64]:
    """Exact Jaccard index of the sets of word pairs of `left` and `right`."""
    row: Ints = np.zeros(pairs.of, np.int64)
    row[left], row[right] = 1, 1
    wanted = row[pairs.texts] == 1
    row, count = np.cumsum(row) - 1, len(pairs.hashes)
    keys = distinct(row[pairs.texts[wanted]] * count + pairs.grams[wanted])
    grams, sizes = keys % count, np.bincount(keys // count, minlength=int(row[-1]) + 1 if len(row) else 0)
    starts = np.cumsum(sizes) - sizes
    parts: list[NDArray[np.float64]] = [np.zeros(0)]
    for begin in range(0, len(left), _CHUNK):
        a, b = row[left[begin : begin + _CHUNK]], row[right[begin : begin + _CHUNK]]
        owner: Ints = np.repeat(np.arange(len(a)), sizes[a])
        offset = np.arange(len(owner)) - np.repeat(np.cumsum(sizes[a]) - sizes[a], sizes[a])
        sought = b[owner] * count + grams[starts[a][owner] + offset]
        place = np.minimum(np.searchsorted(keys, sought), len(keys) - 1)
        common = np.bincount(owner[keys[place] == sought], minlength=len(a)).astype(np.float64)
        parts.append(common / (sizes[a] + sizes[b] - common))
    return np.concatenate(parts)

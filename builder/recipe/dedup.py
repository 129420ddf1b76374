"""Near-duplicate texts: pairs whose sets of word pairs overlap by at least a threshold. See docs/diversity/dedup.md.

An edit leaves most of a text's rare word triples alone, and an unchanged triple occurs in two texts at
least. So texts are compared when they share the rarest triples that occur twice or more, and then exactly,
by the Jaccard index of their word pairs. A text with too few such triples is blind to this, and is compared
by MinHash with all others. Words are numbered, not hashed: nothing collides, and nothing differs between machines.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from builder.recipe.splits import groups

Ints: TypeAlias = NDArray[np.int64]
Words: TypeAlias = NDArray[np.uint64]

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

_CHUNK = 1 << 16
"""Pairs compared at a time, so that memory does not grow with their number."""


@dataclass(frozen=True, slots=True)
class Near:
    """Pairs of positions with their similarity, the lower position first, and how many texts were blind."""

    pairs: tuple[tuple[int, int, float], ...]
    blind: int


@dataclass(frozen=True, slots=True)
class _Grams:
    """Texts as sets of grams: one row per text and different gram."""

    texts: Ints
    grams: Ints
    keys: Ints
    """Text and gram as one number, sorted; of anchors, empty."""
    count: int
    """Different grams."""


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
    pairs, triples = _grams(texts)
    standing = _anchors(triples, anchors, most_common)
    per_text = np.bincount(standing.texts, minlength=len(texts))
    blind = per_text < SHARED
    found = _distinct(np.concatenate([_sharing(standing, per_text, most_common), _alike(pairs, blind)]))
    left, right = found // len(texts), found % len(texts)
    sizes = np.bincount(pairs.texts, minlength=len(texts))
    parts = [
        _jaccard(pairs, sizes, left[start : start + _CHUNK], right[start : start + _CHUNK])
        for start in range(0, len(found), _CHUNK)
    ]
    scores = np.concatenate([np.zeros(0), *parts])
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


def _grams(texts: Sequence[str]) -> tuple[_Grams, _Grams]:
    """Sets of word pairs and of word triples."""
    split = [text.split() for text in texts]
    # In the order of the alphabet, so that ties between triples do not depend on the order of the texts.
    vocabulary = {word: number for number, word in enumerate(sorted(set(chain.from_iterable(split))))}
    lengths = [len(words) for words in split]
    flat = np.fromiter(map(vocabulary.__getitem__, chain.from_iterable(split)), np.int64, sum(lengths))
    text_of: Ints = np.repeat(np.arange(len(texts)), lengths)
    second = text_of[1:] == text_of[:-1]
    _, pair_at = np.unique(flat[:-1] * len(vocabulary) + flat[1:], return_inverse=True)
    pairs = _sets(text_of[:-1][second], pair_at[second])
    third = second[1:] & second[:-1]
    _, triple_at = np.unique(pair_at[:-1] * len(vocabulary) + flat[2:], return_inverse=True)
    return pairs, _sets(text_of[:-2][third], triple_at[third])


def _sets(texts: Ints, grams: Ints) -> _Grams:
    count = int(grams.max(initial=0)) + 1
    keys = _distinct(texts * count + grams)
    return _Grams(keys // count, keys % count, keys, count)


def _distinct(values: Ints) -> Ints:
    """Different values, sorted. Sorting takes a fifth of the time of numpy.unique, which hashes whole numbers."""
    ordered = np.sort(values)
    result: Ints = ordered[np.concatenate([np.ones(min(1, len(ordered)), np.bool_), ordered[1:] != ordered[:-1]])]
    return result


def _anchors(triples: _Grams, most: int, most_common: int) -> _Grams:
    """Of each text the rarest triples that occur in two texts at least."""
    frequency = np.bincount(triples.grams, minlength=triples.count)[triples.grams]
    usable = (frequency >= 2) & (frequency <= most_common)
    texts, grams = triples.texts[usable], triples.grams[usable]
    order = np.lexsort((grams, frequency[usable], texts))
    texts, grams = texts[order], grams[order]
    place = np.arange(len(texts)) - np.searchsorted(texts, texts)
    return _Grams(texts[place < most], grams[place < most], np.zeros(0, np.int64), triples.count)


def _sharing(anchors: _Grams, per_text: Ints, most_common: int) -> Ints:
    """Pairs of texts with enough anchors in common, each as one number: left times all texts plus right."""
    count = len(per_text)
    order = np.lexsort((anchors.texts, anchors.grams))
    left, right = _within(anchors.texts[order], anchors.grams[order], most_common)
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


def _alike(pairs: _Grams, blind: NDArray[np.bool_]) -> Ints:
    """Pairs with a blind text whose signatures agree in some band, numbered as those of `_sharing`."""
    found: Ints = np.zeros(0, np.int64)
    if blind.any() and len(pairs.texts):
        texts, signatures = _signatures(pairs)
        for band in range(BANDS):
            group: Words = np.zeros(len(texts), np.uint64)
            for column in range(band * BAND_ROWS, (band + 1) * BAND_ROWS):
                group = _mixed(group ^ signatures[:, column])
            order = np.lexsort((texts, group))
            left, right = _within(texts[order], group[order], CROWD)
            wanted = blind[left] | blind[right]
            found = _distinct(np.concatenate([found, left[wanted] * len(blind) + right[wanted]]))
    return found


def _signatures(pairs: _Grams) -> tuple[Ints, Words]:
    """One-permutation MinHash: the smallest hash in each of many bins; an empty bin takes the next one's."""
    bins = BANDS * BAND_ROWS
    hashes = _mixed(pairs.grams.astype(np.uint64))
    texts, row = np.unique(pairs.texts, return_inverse=True)
    cell = row * bins + (hashes % np.uint64(bins)).astype(np.int64)
    order = np.lexsort((hashes, cell))
    cells, first = np.unique(cell[order], return_index=True)
    empty = np.iinfo(np.uint64).max
    flat: Words = np.full(len(texts) * bins, empty, np.uint64)
    flat[cells] = hashes[order][first]
    table = flat.reshape(len(texts), bins)
    source = table.copy()
    for distance in range(1, bins):
        holes = table == empty
        if not holes.any():
            break
        moved = np.roll(source, -distance, axis=1)
        usable = holes & (moved != empty)
        table[usable] = _mixed(moved[usable] + np.uint64(distance))
    return texts, table


def _mixed(values: Words) -> Words:
    """Numbers scattered over 64 bits (the finaliser of splitmix64)."""
    values = values + np.uint64(0x9E3779B97F4A7C15)
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))


def _jaccard(pairs: _Grams, sizes: Ints, left: Ints, right: Ints) -> NDArray[np.float64]:
    """Exact Jaccard index of the sets of word pairs of `left` and `right`. `sizes` counts those of each text."""
    starts, lengths, keys = np.cumsum(sizes) - sizes, sizes[left], pairs.keys
    owner: Ints = np.repeat(np.arange(len(left)), lengths)
    offset = np.arange(len(owner)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    wanted = right[owner] * pairs.count + pairs.grams[starts[left][owner] + offset]
    place = np.minimum(np.searchsorted(keys, wanted), max(0, len(keys) - 1))
    hits = keys[place] == wanted if len(keys) else np.zeros(0, np.bool_)
    common = np.bincount(owner[hits], minlength=len(left)).astype(np.float64)
    union = sizes[left] + sizes[right] - common
    return np.divide(common, union, out=np.zeros(len(left)), where=union > 0)

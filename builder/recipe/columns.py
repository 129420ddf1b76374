"""Columns of whole numbers: put in order, told apart, scattered."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Ints: TypeAlias = NDArray[np.int64]
Small: TypeAlias = NDArray[np.int32]
Words: TypeAlias = NDArray[np.uint64]
Flags: TypeAlias = NDArray[np.bool_]


def in_order(keys: Ints, bound: int) -> tuple[Ints, Ints]:
    """Keys in order and where each stood, equal ones in the order in which they stood. All are under `bound`.

    Key and position as one number, where they fit, sort in half the time of an argsort.
    """
    shift = max(1, len(keys)).bit_length()
    if bound.bit_length() + shift < 64:
        # In place: the first touch of so much memory takes as long as the sorting.
        keys = keys << shift
        keys |= np.arange(len(keys))
        keys.sort()
        at = keys & ((1 << shift) - 1)
        keys >>= shift
        return keys, at
    order = np.argsort(keys, kind="stable")
    return keys[order], order


def changes(ordered: Ints | Words | Small) -> Flags:
    """Where a value differs from the one before it; the first does."""
    result: Flags = np.ones(len(ordered), np.bool_)
    np.not_equal(ordered[1:], ordered[:-1], out=result[1:])
    return result


def runs(ordered: Ints | Words | Small) -> Ints:
    """How often each of the different values stands there."""
    result: Ints = np.diff(np.flatnonzero(changes(ordered)), append=len(ordered))
    return result


def spread(starts: Ints, lengths: Ints) -> tuple[Ints, Ints]:
    """The numbers of ranges that begin at `starts`, one after the other, and before them which range each is of."""
    owner: Ints = np.repeat(np.arange(len(starts)), lengths)
    result: Ints = np.arange(len(owner)) + np.repeat(starts - (np.cumsum(lengths) - lengths), lengths)
    return owner, result


def parts(weights: Ints, about: int) -> Iterator[slice]:
    """Ranges of positions whose weights sum up to `about` each; more if one alone weighs that, and never none."""
    starts = np.flatnonzero(changes(np.cumsum(weights) // about)).tolist()
    return map(slice, starts, [*starts[1:], len(weights)])


def distinct(values: Ints) -> Ints:
    """Different values, sorted. Sorting takes a fifth of the time of numpy.unique, which hashes whole numbers."""
    ordered = np.sort(values)
    result: Ints = ordered[changes(ordered)]
    return result


def mixed(values: Words) -> Words:
    """Numbers scattered over 64 bits (the finaliser of splitmix64)."""
    values = values + np.uint64(0x9E3779B97F4A7C15)
    values ^= values >> np.uint64(30)
    values *= np.uint64(0xBF58476D1CE4E5B9)
    values ^= values >> np.uint64(27)
    values *= np.uint64(0x94D049BB133111EB)
    values ^= values >> np.uint64(31)
    return values

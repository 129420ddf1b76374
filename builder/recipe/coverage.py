"""Coverage: what one more row would add to a choice, and which rows add the most.

Rows are looked at many at a time. Gains only shrink as rows are taken, so an old gain is a bound: `Search` counts anew
the rows of the highest bounds and gives the best of them. `Turns` then says what each adds after those that come before
it, so that they are taken as if one by one. Gains are whole numbers, so sums do not depend on their order.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from itertools import chain, count
from typing import Generic, TypeVar

import numpy as np

from builder.recipe.columns import Flags, Ints

F = TypeVar("F", bound=Hashable)

UNIT = 1 << 30
"""Gains are counted in this part of one."""

AHEAD = 8
"""About so many times the rows that are wanted are counted anew together."""

SAMPLE = 4096
"""About so many bounds say which are the highest."""

MANY = 8192
"""Rows that are counted at a time where all are: their features fit a cache."""

GONE = -1
"""The bound of a row that may not be taken; a gain is never below 0."""


class Turns:
    """Rows that come one after the other, by their places, so that each row can look at those before it."""

    def __init__(self, places: Ints, lengths: Ints) -> None:
        """`places` are those of one row after those of another; `lengths` says how many each row has."""
        self.lengths = lengths
        # Sorted by place, those of one place by turn: keys are all different, so any sort gives the same.
        keys = (places << 32) | np.arange(len(places))
        keys.sort()
        self.places: Ints = keys >> 32
        self._at: Ints = keys & 0xFFFFFFFF
        self._row: Ints = np.repeat(np.arange(len(lengths)), lengths).take(self._at)
        first: Flags = np.ones(len(places), np.bool_)
        np.not_equal(self.places[1:], self.places[:-1], out=first[1:])
        self._first: Ints = np.flatnonzero(first)
        self._run: Ints = np.cumsum(first) - 1

    def before(self, rows: Flags) -> Ints:
        """For each of `places`, which are sorted: how many of `rows` have it whose turn is before."""
        have = rows.take(self._row)
        seen = np.cumsum(have) - have
        found: Ints = seen - seen.take(self._first).take(self._run)
        return found

    def by_row(self, values: Ints) -> Ints:
        """Values of the sorted `places`, those of one row after those of another."""
        found: Ints = np.empty_like(values)
        found[self._at] = values
        return found


class Coverage(Generic[F]):
    """How often each feature is covered: the value is the sum of weight times the root of that count."""

    def __init__(self, rows: Sequence[Sequence[F]], weight: Callable[[F], float]) -> None:
        """`rows` are the features of each row, each once."""
        # By first sight: nothing depends on which feature has which place.
        places: defaultdict[F, int] = defaultdict(count().__next__)
        self._flat: Ints = np.fromiter(map(places.__getitem__, chain.from_iterable(rows)), np.int64)
        self._lengths: Ints = np.fromiter(map(len, rows), np.int64, len(rows))
        self._starts: Ints = np.cumsum(self._lengths) - self._lengths
        roots = np.sqrt(np.arange(len(rows) + 2, dtype=np.float64))
        # Rounded to whole numbers: sums do not depend on their order. They still never grow with the count.
        self._steps: Ints = np.rint(np.diff(roots) * (UNIT >> 10)).astype(np.int64)
        self._weights: Ints = np.fromiter((round(weight(feature) * 1024) for feature in places), np.int64, len(places))
        self._counts: Ints = np.zeros(len(places), np.int64)
        self._worth: Ints = self._weights * self._steps[0]

    def __len__(self) -> int:
        return len(self._lengths)

    def gains(self, rows: Ints) -> Ints:
        """What each row alone would add."""
        if len(rows) > MANY:
            return np.concatenate([self.gains(rows[start : start + MANY]) for start in range(0, len(rows), MANY)])
        return _sums(self._worth.take(self._places(rows)), self._lengths[rows])

    def turns(self, rows: Ints) -> Turns:
        """Rows one after the other."""
        return Turns(self._places(rows), self._lengths[rows])

    def gains_after(self, turns: Turns, before: Flags) -> Ints:
        """What each row would add after those of `before` whose turn is before its own."""
        counts = self._counts.take(turns.places) + turns.before(before)
        return _sums(turns.by_row(self._weights.take(turns.places) * self._steps.take(counts)), turns.lengths)

    def add(self, rows: Ints, times: int = 1) -> None:
        """Take rows, or with -1 give them back."""
        places = self._places(rows)
        np.add.at(self._counts, places, times)
        self._worth[places] = self._weights[places] * self._steps[self._counts[places]]

    def gains_in_order(self, rows: Ints) -> Ints:
        """What each row adds after those before it when nothing else is taken, as it is then."""
        self._counts[:] = 0
        self._worth[:] = self._weights * self._steps[0]
        gains: Ints = np.zeros(len(rows), np.int64)
        for start in range(0, len(rows), MANY):
            some = rows[start : start + MANY]
            gains[start : start + MANY] = self.gains_after(self.turns(some), np.ones(len(some), np.bool_))
            self.add(some)
        return gains

    def _places(self, rows: Ints) -> Ints:
        """Features of rows, those of one row after those of another."""
        lengths = self._lengths[rows]
        shifts = self._starts[rows] + lengths - np.cumsum(lengths)
        places: Ints = self._flat.take(np.repeat(shifts, lengths) + np.arange(lengths.sum()))
        return places


def _sums(values: Ints, lengths: Ints) -> Ints:
    """Sums of values that belong together: the first of `lengths` says how many of them are the first sum's."""
    # One value more, since those of an empty row may begin at the end.
    sums: Ints = np.add.reduceat(np.append(values, 0), np.cumsum(lengths) - lengths)
    sums[lengths == 0] = 0
    return sums


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows that add the most, by what they add, of equal ones the first."""

    rows: Ints
    gains: Ints
    """What each would add now."""
    others: Ints
    """What rows that come after it would add at most."""


class Search:
    """Finds the rows that add the most among those that may be taken: at most `most` of them at a time."""

    def __init__(self, coverage: Coverage[F], most: int) -> None:
        self._coverage, self._most = coverage, most
        self._bounds = coverage.gains(np.arange(len(coverage)))

    def batch(self, free: Callable[[Ints], Flags]) -> Batch | None:
        """The next rows, of which the first adds the very most; None when no row may be taken.

        `free` says which rows may be taken. One that may not is not looked at again, until it is given a bound.
        """
        while self._bounds.max(initial=GONE) > GONE:
            rows, floor = self._ahead()
            gains = self._coverage.gains(rows)
            self._bounds[rows] = gains
            order = np.argsort(-gains, kind="stable")
            if not free(rows[order[: self._most]]).all():
                # Where some are in the way many are.
                may = free(rows)
                self._bounds[rows[~may]] = GONE
                rows, gains = rows[may], gains[may]
                order = np.argsort(-gains, kind="stable")
            rows, gains = rows[order], gains[order]
            if len(rows) and gains[0] >= floor:
                others = np.maximum(np.append(gains[1:], GONE), floor - 1)
                return Batch(rows[: self._most], gains[: self._most], others[: self._most])
        return None

    def bound(self, rows: Ints, bounds: Ints) -> None:
        """Set what rows may add at most: a gain, or GONE."""
        self._bounds[rows] = bounds

    def _ahead(self) -> tuple[Ints, int]:
        """Rows of the highest bounds, in their order, and what the bounds of all others are below."""
        # What is high among some is about as high among all. It decides how many are counted, and not which is best.
        some = self._bounds[:: 1 + len(self._bounds) // SAMPLE]
        ahead = min(self._most * AHEAD, len(self._bounds))
        place = 1 + (ahead * len(some) - 1) // len(self._bounds)
        floor = max(0, int(np.partition(some, -place)[-place]))
        rows = np.flatnonzero(self._bounds >= floor)
        if len(rows) > 2 * ahead:
            bounds = self._bounds[rows]
            floor = int(np.partition(bounds, -ahead)[-ahead])
            rows = rows[bounds >= floor]
        return rows, floor

"""Coverage: what one more row would add to a choice, and exact lazy search for the row that adds most.

Gains only shrink as rows are taken, so an old gain is a bound. `Search` counts anew, a block at a time in one vector
operation, only rows whose bound is not below the best gain that is known to be true: the row it gives is the one that
counting all rows anew would give. Gains are whole numbers, so sums do not depend on their order.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import Generic, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

Ints: TypeAlias = NDArray[np.int64]
Flags: TypeAlias = NDArray[np.bool_]
F = TypeVar("F", bound=Hashable)

UNIT = 1 << 30
"""Gains are counted in this part of one."""

FRONT = 4096
"""Rows of the highest bounds that are searched together; the others wait until none of these is surely best."""

BLOCK = 128
"""Rows of the front that are counted anew at a time."""

GONE = -1
"""The bound of a row that may not be taken; a gain is never below 0."""


class Coverage(Generic[F]):
    """How often each feature is covered: the value is the sum of weight times the root of that count."""

    def __init__(self, rows: Sequence[Sequence[F]], weight: Callable[[F], float]) -> None:
        """`rows` are the features of each row, each once."""
        places: dict[F, int] = {}
        flat = [places.setdefault(feature, len(places)) for row in rows for feature in row]
        self._lengths: Ints = np.fromiter(map(len, rows), np.int64, len(rows))
        self._starts: Ints = np.cumsum(self._lengths) - self._lengths
        self._flat = np.asarray([*flat, 0], np.int32)
        roots = np.sqrt(np.arange(len(rows) + 2, dtype=np.float64))
        # Rounded to whole numbers: sums do not depend on their order. They still never grow with the count.
        self._steps: Ints = np.rint(np.diff(roots) * (UNIT >> 10)).astype(np.int64)
        # One place more, worth nothing: it fills up rows that are shorter than others.
        self._weights: Ints = np.asarray([*(round(weight(feature) * 1024) for feature in places), 0], np.int64)
        self._counts: Ints = np.zeros(len(self._weights), np.int64)
        self._worth: Ints = self._weights * self._steps[0]

    def __len__(self) -> int:
        return len(self._lengths)

    def places(self, rows: Ints) -> NDArray[np.int32]:
        """Features of some rows by place, one line each, filled up with the place that is worth nothing."""
        width = np.arange(max(1, int(self._lengths[rows].max(initial=0))))
        at = self._starts[rows][:, None] + width
        inside = width < self._lengths[rows][:, None]
        found: NDArray[np.int32] = np.where(
            inside, self._flat[np.minimum(at, len(self._flat) - 1)], len(self._worth) - 1
        )
        return found

    def worth(self, places: NDArray[np.int32]) -> Ints:
        """What each line of places would add."""
        gains: Ints = self._worth[places].sum(axis=1)
        return gains

    def gain(self, row: int) -> int:
        """What a row would add."""
        return int(self._worth[self._of(row)].sum())

    def gains(self) -> Ints:
        """What each row would add."""
        sums = np.concatenate([[0], np.cumsum(self._worth[self._flat[:-1]])])
        gains: Ints = sums[self._starts + self._lengths] - sums[self._starts]
        return gains

    def add(self, row: int, times: int = 1) -> None:
        """Take a row, or with -1 give it back."""
        places = self._of(row)
        self._counts[places] += times
        self._worth[places] = self._weights[places] * self._steps[self._counts[places]]

    def start_again(self) -> None:
        """Forget what is covered."""
        self._counts[:] = 0
        self._worth[:] = self._weights * self._steps[0]

    def _of(self, row: int) -> NDArray[np.int32]:
        start = self._starts[row]
        return self._flat[start : start + self._lengths[row]]


class Search:
    """Finds the row that adds most, of equal ones the first, among those that may be taken."""

    def __init__(self, coverage: Coverage[F], front: int = FRONT, block: int = BLOCK) -> None:
        self._coverage, self._reach, self._block = coverage, front, block
        self._bounds = coverage.gains()
        self._shut: Flags = np.zeros(len(coverage), np.bool_)
        """Rows that are never taken any more."""
        self._front: Ints = np.zeros(0, np.int64)
        """Rows that are searched, in their order."""
        self._spots: Ints = np.full(len(coverage), -1, np.int64)
        """Where in the front a row is."""
        self._near: Ints = np.zeros(0, np.int64)
        """Bounds of the front; those in `_bounds` are older."""
        self._true: Flags = np.zeros(0, np.bool_)
        """Whether a bound of the front is the gain."""
        self._counted = False
        """Whether any is."""
        self._places = coverage.places(self._front)
        self._next = (GONE, 0)
        """The highest bound that a row outside of the front may have, and the first such row, negative."""
        self._advance()

    def best(self) -> int | None:
        """The row; None when no row may be taken."""
        while True:
            spot = self._best_of_front()
            if spot is not None and (int(self._near[spot]), -int(self._front[spot])) > self._next:
                return int(self._front[spot])
            if spot is None and self._next[0] == GONE:
                return None
            self._advance()

    def gain(self, row: int) -> int:
        """What the row that `best` gave would add."""
        return int(self._near[self._spots[row]])

    def taken(self) -> None:
        """A row was added to the coverage: no gain is known to be true any more."""
        self._true[:] = False
        self._counted = False

    def close(self, rows: Ints) -> None:
        """These rows may not be taken any more."""
        self._shut[rows] = True
        self._bounds[rows] = GONE
        spots = self._spots[rows]
        self._near[spots[spots >= 0]] = GONE

    def set_aside(self, row: int) -> None:
        """The row that `best` gave may not be taken for now."""
        self._near[self._spots[row]] = GONE

    def take_back(self, row: int) -> None:
        """A row that was set aside may be taken again, unless it was closed meanwhile."""
        if self._shut[row]:
            return
        gain, spot = self._coverage.gain(row), self._spots[row]
        if spot >= 0:
            self._near[spot], self._true[spot], self._counted = gain, True, True
        else:
            self._bounds[row] = gain
            self._next = max(self._next, (gain, -row))

    def _best_of_front(self) -> int | None:
        """The place of the row of the front that adds most."""
        best = int(self._near[self._true].max(initial=GONE)) if self._counted else GONE
        while True:
            if best == GONE:
                # The highest bound alone: once its gain is known, few others may be higher.
                doubtful = self._near.argmax(keepdims=True) if len(self._near) else np.zeros(0, np.int64)
                doubtful = doubtful[self._near[doubtful] > GONE]
            else:
                doubtful = np.flatnonzero(~self._true & (self._near >= best))
            if not len(doubtful):
                break
            if len(doubtful) > self._block:
                doubtful = doubtful[np.argpartition(self._near[doubtful], -self._block)[-self._block :]]
            gains = self._coverage.worth(self._places[doubtful])
            self._near[doubtful], self._true[doubtful], self._counted = gains, True, True
            best = max(best, int(gains.max()))
        return None if best == GONE else int(np.flatnonzero(self._true & (self._near == best))[0])

    def _advance(self) -> None:
        """Search the rows that have the highest bounds now, of equal ones the first."""
        bounds = self._bounds
        bounds[self._front] = self._near
        self._spots[self._front] = -1
        if len(bounds) > self._reach:
            lowest = int(np.partition(bounds, -self._reach)[-self._reach])
            over = np.flatnonzero(bounds > lowest)
            front = np.sort(np.concatenate([over, np.flatnonzero(bounds == lowest)[: self._reach - len(over)]]))
        else:
            front = np.arange(len(bounds))
        self._front = front = front[bounds[front] > GONE]
        self._spots[front] = np.arange(len(front))
        self._near, self._true, self._counted = bounds[front], np.zeros(len(front), np.bool_), False
        self._places = self._coverage.places(front)
        others = bounds.copy()
        others[front] = GONE
        first = int(others.argmax()) if len(others) else 0
        self._next = (int(others[first]), -first) if len(others) else (GONE, 0)

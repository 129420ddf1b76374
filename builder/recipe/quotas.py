"""Quotas: how many rows of a task, domain, stratum, exemplar and answer a choice may have, and how many it has."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from builder.recipe.columns import Flags, Ints
from builder.recipe.coverage import Turns

SLACKS = (1.0, 1.5, 2.0, 4.0, math.inf)
"""How far quotas are stretched, one after the other, until the rows asked for are found."""

EXEMPLAR_ROOM = 1.5
"""The cap of an exemplar is this times the smallest cap that could do."""


@dataclass(frozen=True, slots=True)
class Quotas:
    """Most rows per domain, per stratum and per exemplar."""

    domains: Mapping[str, int]
    strata: Mapping[str, int]
    exemplar: int

    @classmethod
    def fair(
        cls, domains: Mapping[str, int], exemplars: Iterable[int], size: int, slack: float, strata: Mapping[str, float]
    ) -> Quotas:
        """Equal shares for domains as far as each goes round; `slack` stretches every quota.

        `domains` and `exemplars` say how many tasks each has. `strata` are the largest shares of rows with a slip, a
        detour or no answer; the rest are direct.
        """
        share = _stretched(level(domains.values(), size), slack, size)
        return cls(
            {domain: share for domain in domains},
            {stratum: _stretched(math.ceil(size * part), slack, size) for stratum, part in strata.items()},
            _stretched(level(exemplars, size) * EXEMPLAR_ROOM, slack, size),
        )


def level(counts: Iterable[int], size: int) -> int:
    """The smallest cap on each count under which they still sum to `size`; the largest count when they cannot."""
    counts = sorted(counts)
    left, kept = size, len(counts)
    for count in counts:
        if count * kept >= left:
            return math.ceil(left / kept)
        left, kept = left - count, kept - 1
    return max(counts, default=0)


def _stretched(cap: float, slack: float, size: int) -> int:
    return size if math.isinf(slack) else math.ceil(cap * slack)


def _coded(texts: Sequence[str]) -> tuple[Ints, int]:
    """Texts as numbers, by first sight, and how many different ones there are."""
    found = pa.array(texts, pa.large_string()).dictionary_encode()
    return found.indices.to_numpy().astype(np.int64), len(found.dictionary)


class Room:
    """How many rows of each task, domain, stratum, exemplar and answer are taken, and how many may be.

    Of an exemplar's rows at most half have the same answer, up to one row that may be given back. This limit alone
    grows with the choice: a row that is over it waits until its exemplar has more rows.
    """

    def __init__(self, columns: Sequence[Sequence[str]]) -> None:
        """`columns` are tasks, domains, strata, exemplars and answers of the rows."""
        codes, sizes = map(list, zip(*map(_coded, columns), strict=True))
        # An answer counts with its exemplar.
        pairs, codes[4] = np.unique(codes[3] * sizes[4] + codes[4], return_inverse=True)
        self._ends: Ints = np.cumsum([*sizes[:4], len(pairs)])
        self._places: Ints = np.stack(codes, axis=1) + np.append(0, self._ends[:-1])
        """Of each row, its task, domain, stratum, exemplar and answer, each as a number that no other has."""
        self.exemplars, self.answers = self._places[:, 3].copy(), self._places[:, 4].copy()
        self.domains, self.strata = (tuple(dict.fromkeys(column)) for column in columns[1:3])
        self.counts: Ints = np.zeros(self._ends[-1], np.int64)
        """How often each number is taken."""
        self._most: Ints = np.zeros(self._ends[-1], np.int64)
        self._waiting: Flags = np.zeros(len(self._places), np.bool_)

    @property
    def tasks(self) -> int:
        """How many tasks there are."""
        return int(self._ends[0])

    def tasks_by(self) -> tuple[dict[str, int], list[int]]:
        """How many tasks each domain has, and each exemplar."""
        row_of: Ints = np.zeros(self.tasks, np.int64)
        row_of[self._places[:, 0]] = np.arange(len(self._places))
        counts = np.bincount(self._places[row_of, 1:4:2].ravel(), minlength=self._ends[3])
        domains = counts[self._ends[0] : self._ends[1]].tolist()
        return dict(zip(self.domains, domains, strict=True)), counts[self._ends[2] : self._ends[3]].tolist()

    def limit(self, domains: Mapping[str, int], strata: Mapping[str, int], exemplar: int, closed: Ints) -> None:
        """Set how many rows may be taken: of a task one, of a stratum that is not named any number, and of the
        exemplars in `closed` none."""
        self._most[:] = 1
        self._most[self._ends[0] : self._ends[1]] = [domains[name] for name in self.domains]
        self._most[self._ends[1] : self._ends[2]] = [strata.get(name, len(self._places)) for name in self.strata]
        self._most[self._ends[2] : self._ends[3]] = exemplar
        self._most[closed] = 0
        self._waiting[:] = False

    def free(self, rows: Ints) -> Flags:
        """Which rows may be taken; those that only have too common an answer will wait."""
        places = self._places.take(rows, axis=0)[:, :4]
        full = (self.counts.take(places) >= self._most.take(places)).T
        shut, common = full[0] | full[1] | full[2] | full[3], self._common(rows)
        self._waiting[rows[common & ~shut]] = True
        return ~(shut | common)

    def waiting(self) -> Ints:
        """Rows that wait."""
        return np.flatnonzero(self._waiting)

    def let_in(self) -> Ints:
        """Rows that waited and now may be taken, or have something else in their way."""
        rows = self.waiting()
        rows = rows[~self._common(rows)]
        self._waiting[rows] = False
        return rows

    def turns(self, rows: Ints) -> Turns:
        """Rows one after the other."""
        return Turns(self._places[rows].ravel(), np.full(len(rows), self._places.shape[1]))

    def free_after(self, turns: Turns, before: Flags) -> Flags:
        """Which rows may be taken after those of `before` whose turn is before theirs."""
        sorted_counts = self.counts.take(turns.places) + turns.before(before)
        counts = turns.by_row(sorted_counts).reshape(-1, 5).T
        full = turns.by_row(sorted_counts >= self._most.take(turns.places)).reshape(-1, 5).T
        return ~(full[0] | full[1] | full[2] | full[3] | (counts[4] >= _half(counts[3])))

    def add(self, rows: Ints, times: int = 1) -> None:
        """Take rows, or with -1 give them back."""
        np.add.at(self.counts, self._places[rows], times)

    def _common(self, rows: Ints) -> Flags:
        """Which rows have an answer that is as common as it may be."""
        common: Flags = self.counts[self.answers[rows]] >= _half(self.counts[self.exemplars[rows]])
        return common


def _half(rows: Ints) -> Ints:
    """How many of an exemplar's rows may have the same answer, with one more row."""
    return (rows + 2) // 2

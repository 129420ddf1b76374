"""Selection: which rows to take so that little is left uncovered. See docs/diversity/selection.md.

The value of a choice is the sum over features of weight times the square root of how many chosen rows have
it: a first use counts most, and each further one less. It is monotone and submodular, so taking the row
of the largest gain again and again is within 1 - 1/e of the best, and taking rows of nearly the largest
within little more (Badanidiyuru and Vondrak, Fast algorithms for maximizing submodular functions, SODA
2014). Gains are whole numbers, so that ties and orders are the same on every machine.
"""

from __future__ import annotations

import math
import operator
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TypeAlias

import numpy as np

from builder.errors import SettingsError
from builder.recipe.columns import Flags, Ints
from builder.recipe.coverage import GONE, UNIT, Batch, Coverage, Search
from builder.recipe.quotas import SLACKS, Quotas, Room

WEIGHTS: Mapping[str, float] = {
    "tool": 1.0,
    "pair": 0.5,
    "shape": 2.0,
    "sequence": 1.0,
    "topology": 2.0,
    "toolset": 0.5,
    "exemplar": 2.0,
    "seed": 2.0,
    "domain": 1.0,
    "stratum": 1.0,
    "difficulty": 0.5,
    "type_path": 0.5,
    "frame": 4.0,
    "operator": 1.0,
    "depth": 20.0,
    "width": 12.0,
    "derivation": 4.0,
    "joined": 4.0,
}
"""What the first row with a feature of each kind is worth."""

LOOSE = 100
"""A row may add less than the best one by this part of what that adds."""

SURE = 1000
"""Up to so many rows none may: few are taken together then."""

BATCH = 256
"""Most rows that are taken together."""

FEW = 32
"""The same where each must be the best: few are."""

PASSES = 8
"""Most passes over a batch; rows that are not settled by then are for the next one."""

ALIKE = ("task", "domain", "stratum", "exemplar", "answer")
"""What quotas look at."""

Feature: TypeAlias = tuple[str, str]
"""Kind and value."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A row that could be taken."""

    row: str
    task: str
    """At most one row of a task is taken."""
    domain: str
    exemplar: str
    stratum: str
    answer: str
    features: tuple[Feature, ...]
    """Kind (a key of the weights) and value; kinds without a weight are not counted."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A chosen row, and what it added to those before it."""

    candidate: Candidate
    gain: float


@dataclass(frozen=True, slots=True)
class Selection:
    """Chosen rows in the order of choice. `slack` says how far quotas had to be stretched: 1 is not at all."""

    rows: tuple[Taken, ...]
    slack: float


def features(parts: Mapping[str, Sequence[str]]) -> tuple[Feature, ...]:
    """Features of a row by kind, with the pairs of its tools; each once, sorted."""
    found = {(kind, value) for kind, values in parts.items() for value in values}
    found |= {("pair", f"{a} {b}") for a, b in combinations(sorted(set(parts.get("tool", ()))), 2)}
    return tuple(sorted(found))


class _Greedy:
    """One choice in the making."""

    def __init__(self, candidates: Sequence[Candidate], weights: Mapping[str, float], size: int, loose: int) -> None:
        self.candidates = sorted(candidates, key=operator.attrgetter("row"))
        self.coverage = Coverage(
            [candidate.features for candidate in self.candidates], lambda feature: weights.get(feature[0], 0.0)
        )
        self.room = Room([list(map(operator.attrgetter(name), self.candidates)) for name in ALIKE])
        self.size, self.loose = size, loose
        self.order: Ints = np.zeros(0, np.int64)
        self.closed: Ints = np.zeros(0, np.int64)
        """Exemplars that take no more rows."""

    @property
    def everything(self) -> int:
        """Most rows that there can be."""
        return min(self.size, self.room.tasks)

    def fill(self, slack: float, strata: Mapping[str, float]) -> None:
        """Take rows that add nearly the most until `size` is reached or no row may be taken."""
        domains, exemplars = self.room.tasks_by()
        quotas = Quotas.fair(domains, exemplars, self.size, slack, strata)
        self.room.limit(quotas.domains, quotas.strata, quotas.exemplar, self.closed)
        search = Search(self.coverage, BATCH if self.loose else FEW)
        while len(self.order) < self.size and (batch := search.batch(self.room.free)):
            taken, gains = self._in_turn(batch)
            rows = batch.rows[: len(taken)]
            search.bound(rows, np.where(taken, GONE, gains))
            self._take(rows[taken])
            again = self.room.let_in()
            search.bound(again, self.coverage.gains(again))

    def _in_turn(self, batch: Batch) -> tuple[Flags, Ints]:
        """Of the first rows of a batch, one after the other: whether each is taken, and what it adds at its turn."""
        features, room = self.coverage.turns(batch.rows), self.room.turns(batch.rows)
        taken: Flags = np.ones(len(batch.rows), np.bool_)
        for _ in range(PASSES):
            before = taken
            gains, free = self.coverage.gains_after(features, before), self.room.free_after(room, before)
            # The largest gain of any other row: of those to come, or passed over. Which of equal ones is the first is
            # seen when they are counted anew.
            passed = np.maximum.accumulate(np.where(free & ~before, gains, GONE))
            most = np.maximum(batch.others + (gains < batch.gains), np.append(GONE, passed[:-1]) + 1)
            taken = free & (gains >= (most - most // self.loose if self.loose else most))
            # A row hangs on those before it alone: with these right it is right in the next pass.
            right = int(np.append(np.flatnonzero(taken != before), len(taken))[0])
            if right == len(taken):
                break
        ends = [right, *(np.flatnonzero(taken)[self.size - len(self.order) - 1 :][:1] + 1)]
        if not self.loose:
            # A row that waited may add more than the next one, and would be the next one.
            waiting: Ints = np.append(self.room.waiting(), batch.rows[~free])
            lets_in = taken & np.isin(self.room.exemplars[batch.rows], self.room.exemplars[waiting])
            ends += (np.flatnonzero(lets_in)[:1] + 1).tolist()
        end = min(ends)
        return taken[:end], gains[:end]

    def _take(self, rows: Ints) -> None:
        self.coverage.add(rows)
        self.room.add(rows)
        self.order = np.append(self.order, rows)

    def trim(self) -> bool:
        """Give back a row of each exemplar whose commonest answer is over half of its rows, and close it."""
        exemplars, answers, counts = self.room.exemplars[self.order], self.room.answers[self.order], self.room.counts
        over = (counts[exemplars] > 1) & (2 * counts[answers] > counts[exemplars])
        # Only one answer can be over half; of its rows the last one goes.
        last = dict(zip(exemplars[over].tolist(), self.order[over].tolist(), strict=True))
        back = np.asarray(list(last.values()), np.int64)
        self.coverage.add(back, -1)
        self.room.add(back, -1)
        self.order = self.order[~np.isin(self.order, back)]
        self.closed = np.union1d(self.closed, np.asarray(list(last), np.int64))
        return bool(len(self.closed)) and len(self.order) < self.size

    def taken(self) -> tuple[Taken, ...]:
        """The chosen rows with the gain of each after those before it."""
        gains = (self.coverage.gains_in_order(self.order) / UNIT).tolist()
        return tuple(map(Taken, map(self.candidates.__getitem__, self.order.tolist()), gains))


def choose(
    candidates: Sequence[Candidate],
    size: int,
    strata: Mapping[str, float] | None = None,
    weights: Mapping[str, float] = WEIGHTS,
    sure: int = SURE,
) -> Selection:
    """Choose `size` rows, fewer when there are not as many tasks; exactly when they are at most `sure`.

    `strata` caps the shares of strata; one that it does not name has no cap. Quotas are fair shares (see
    `Quotas.fair`), stretched by the SLACKS when they leave too few. Of each exemplar's rows at most half have the
    same answer, whatever the slack. Raises SettingsError for quotas and weights that cannot hold.
    """
    _require_sense(size, strata or {}, weights)
    greedy, used = _Greedy(candidates, weights, size, 0 if size <= sure else LOOSE), SLACKS[0]
    for slack in SLACKS:
        if len(greedy.order) >= greedy.everything:
            break
        used = slack
        greedy.fill(slack, strata or {})
        while greedy.trim():
            before = len(greedy.order)
            greedy.fill(slack, strata or {})
            if len(greedy.order) == before:
                break
    return Selection(greedy.taken(), used)


def _require_sense(size: int, strata: Mapping[str, float], weights: Mapping[str, float]) -> None:
    if size < 0:
        raise SettingsError(f"{size} rows cannot be chosen (ask for 0 or more)")
    for name, share in strata.items():
        if not 0 <= share <= 1:
            raise SettingsError(f"strata.{name}: a share of {share:g} is not between 0 and 1")
    for kind, weight in weights.items():
        # Less than nothing for a feature would make gains grow, and an old one no bound any more.
        if not (math.isfinite(weight) and weight >= 0):
            raise SettingsError(f"weights.{kind}: {weight:g} is not 0 or more")


def value(rows: Iterable[Candidate], weights: Mapping[str, float] = WEIGHTS) -> float:
    """The value of a choice: what selection maximises."""
    counts = Counter(feature for row in rows for feature in row.features if feature[0] in weights)
    return sum(weights[kind] * math.sqrt(count) for (kind, _), count in counts.items())

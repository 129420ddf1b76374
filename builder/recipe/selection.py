"""Selection: which rows to take so that little is left uncovered. See docs/diversity/selection.md.

The value of a choice is the sum over features of weight times the square root of how many chosen rows have
it: a first use counts most, and each further one less. It is monotone and submodular, so taking the row
of the largest gain again and again is within 1 - 1/e of the best. Gains are whole numbers, so that ties
and orders are the same on every machine.
"""

from __future__ import annotations

import heapq
import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np

from builder.errors import SettingsError

UNIT = 1 << 30
"""Gains are counted in this part of one."""

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
    "frame": 1.0,
    "operator": 1.0,
    "depth": 20.0,
    "width": 12.0,
    "derivation": 4.0,
    "joined": 4.0,
}
"""What the first row with a feature of each kind is worth."""

SLACKS = (1.0, 1.5, 2.0, 4.0, math.inf)
"""How far quotas are stretched, one after the other, until the rows asked for are found."""

EXEMPLAR_ROOM = 1.5
"""The cap of an exemplar is this times the smallest cap that could do."""


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
    features: tuple[tuple[str, str], ...]
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


@dataclass(frozen=True, slots=True)
class Quotas:
    """Most rows per domain, per stratum and per exemplar."""

    domains: Mapping[str, int]
    strata: Mapping[str, int]
    exemplar: int

    @classmethod
    def fair(cls, candidates: Iterable[Candidate], size: int, slack: float, strata: Mapping[str, float]) -> Quotas:
        """Equal shares for domains as far as each goes round; `slack` stretches every quota.

        `strata` are the largest shares of rows with a slip, a detour or no answer; the rest are direct.
        """
        tasks = {candidate.task: candidate for candidate in candidates}.values()
        domains, exemplars = Counter(c.domain for c in tasks), Counter(c.exemplar for c in tasks)
        share = _stretched(level(domains.values(), size), slack, size)
        return cls(
            {domain: share for domain in domains},
            {stratum: _stretched(math.ceil(size * part), slack, size) for stratum, part in strata.items()},
            _stretched(level(exemplars.values(), size) * EXEMPLAR_ROOM, slack, size),
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


def features(parts: Mapping[str, Sequence[str]]) -> tuple[tuple[str, str], ...]:
    """Features of a row by kind, with the pairs of its tools; each once, sorted."""
    found = {(kind, value) for kind, values in parts.items() for value in values}
    found |= {("pair", f"{a} {b}") for a, b in combinations(sorted(set(parts.get("tool", ()))), 2)}
    return tuple(sorted(found))


@dataclass(slots=True)
class _Coverage:
    """How often each feature is covered, and what one more would add."""

    rows: list[list[int]]
    """Features of each candidate, as positions."""
    weights: list[int]
    steps: list[int]
    """What covering a feature for the n-th time adds, per unit of weight."""
    counts: list[int] = field(default_factory=list)
    worth: list[int] = field(init=False)
    """What one more row with each feature would add for it."""

    def __post_init__(self) -> None:
        self.worth = [weight * self.steps[count] for weight, count in zip(self.weights, self.counts, strict=True)]

    @classmethod
    def over(cls, candidates: Sequence[Candidate], weights: Mapping[str, float]) -> _Coverage:
        places: dict[tuple[str, str], int] = {}
        rows = [
            [places.setdefault(feature, len(places)) for feature in candidate.features if feature[0] in weights]
            for candidate in candidates
        ]
        roots = np.sqrt(np.arange(len(candidates) + 2, dtype=np.float64))
        # Rounded to whole numbers: sums do not depend on their order. They still never grow with the count.
        steps = np.rint(np.diff(roots) * (UNIT >> 10)).astype(np.int64)
        units = [round(weights[kind] * 1024) for kind, _ in places]
        return cls(rows, units, steps.tolist(), [0] * len(places))

    def first_gains(self) -> list[int]:
        """Gains of all rows at the present counts, in one pass."""
        lengths = np.fromiter((len(row) for row in self.rows), np.int64, len(self.rows))
        flat = np.fromiter((place for row in self.rows for place in row), np.int64, int(lengths.sum()))
        sums = np.concatenate([[0], np.cumsum(np.asarray(self.worth, np.int64)[flat])])
        ends = np.cumsum(lengths)
        gains: list[int] = (sums[ends] - sums[ends - lengths]).tolist()
        return gains

    def gain(self, row: int) -> int:
        return sum(map(self.worth.__getitem__, self.rows[row]))

    def add(self, row: int, times: int = 1) -> None:
        for place in self.rows[row]:
            self.counts[place] += times
            self.worth[place] = self.weights[place] * self.steps[self.counts[place]]

    def start_again(self) -> None:
        """Forget what is covered."""
        self.counts = [0] * len(self.counts)
        self.__post_init__()


class _Greedy:
    """One choice in the making."""

    def __init__(self, candidates: Sequence[Candidate], weights: Mapping[str, float], size: int) -> None:
        self.candidates = sorted(candidates, key=lambda candidate: candidate.row)
        self.coverage = _Coverage.over(self.candidates, weights)
        self.size = size
        self.order: list[int] = []
        self.tasks: set[str] = set()
        self.domains: Counter[str] = Counter()
        self.strata: Counter[str] = Counter()
        self.exemplars: Counter[str] = Counter()
        self.answers: Counter[tuple[str, str]] = Counter()
        self.closed: set[str] = set()
        """Exemplars that take no more rows."""

    def fill(self, quotas: Quotas) -> None:
        """Take the row of the largest gain until `size` is reached or no row may be taken.

        A gain only shrinks as rows are taken, so an old one is a bound: what is re-counted and still on top is best.
        """
        gains = self.coverage.first_gains()
        # Quotas only fill up: what is over one now stays so.
        heap = [(-gain, row, len(self.order)) for row, gain in enumerate(gains) if self._within(row, quotas)]
        heapq.heapify(heap)
        waiting: dict[str, list[tuple[int, int, int]]] = defaultdict(list)
        while heap and len(self.order) < self.size:
            top = heap[0]
            row = top[1]
            if not self._within(row, quotas):
                heapq.heappop(heap)
                continue
            if top[2] != len(self.order):
                heapq.heapreplace(heap, (-self.coverage.gain(row), row, len(self.order)))
                continue
            heapq.heappop(heap)
            exemplar = self.candidates[row].exemplar
            if not self._varied(row):
                waiting[exemplar].append(top)
                continue
            self._take(row)
            for item in waiting.pop(exemplar, ()):
                heapq.heappush(heap, item)

    def _within(self, row: int, quotas: Quotas) -> bool:
        c = self.candidates[row]
        return (
            c.task not in self.tasks
            and self.domains[c.domain] < quotas.domains[c.domain]
            and self.strata[c.stratum] < quotas.strata.get(c.stratum, self.size)
            and self.exemplars[c.exemplar] < quotas.exemplar
            and c.exemplar not in self.closed
        )

    def _varied(self, row: int) -> bool:
        """Whether the answer stays at half of its exemplar's rows, up to one row that `trim` may take back."""
        c = self.candidates[row]
        return self.answers[c.exemplar, c.answer] + 1 <= (self.exemplars[c.exemplar] + 2) // 2

    def _take(self, row: int, times: int = 1) -> None:
        c = self.candidates[row]
        self.coverage.add(row, times)
        self.domains[c.domain] += times
        self.strata[c.stratum] += times
        self.exemplars[c.exemplar] += times
        self.answers[c.exemplar, c.answer] += times
        if times > 0:
            self.order.append(row)
            self.tasks.add(c.task)
        else:
            self.order.remove(row)
            self.tasks.remove(c.task)

    def trim(self) -> bool:
        """Give back a row of each exemplar whose commonest answer is over half of its rows, and close it."""
        over = {
            exemplar: answer
            for (exemplar, answer), count in self.answers.items()
            if self.exemplars[exemplar] > 1 and 2 * count > self.exemplars[exemplar]
        }
        for row in reversed(self.order.copy()):
            c = self.candidates[row]
            if over.get(c.exemplar) == c.answer:
                self._take(row, -1)
                self.closed.add(c.exemplar)
                del over[c.exemplar]
        return bool(self.closed) and len(self.order) < self.size

    def taken(self) -> tuple[Taken, ...]:
        """The chosen rows with the gain of each after those before it."""
        self.coverage.start_again()
        rows = []
        for row in self.order:
            rows.append(Taken(self.candidates[row], self.coverage.gain(row) / UNIT))
            self.coverage.add(row)
        return tuple(rows)


def choose(
    candidates: Sequence[Candidate],
    size: int,
    strata: Mapping[str, float] | None = None,
    weights: Mapping[str, float] = WEIGHTS,
) -> Selection:
    """Choose `size` rows, fewer when there are not as many tasks.

    `strata` caps the shares of strata; one that it does not name has no cap. Quotas are fair shares (see
    `Quotas.fair`), stretched by the SLACKS when they leave too few. Of each exemplar's rows at most half have the
    same answer, whatever the slack. Raises SettingsError for quotas and weights that cannot hold.
    """
    _require_sense(size, strata or {}, weights)
    greedy, used = _Greedy(candidates, weights, size), SLACKS[0]
    for slack in SLACKS:
        if len(greedy.order) >= min(size, len({candidate.task for candidate in candidates})):
            break
        used = slack
        greedy.fill(Quotas.fair(greedy.candidates, size, slack, strata or {}))
        while greedy.trim():
            before = len(greedy.order)
            greedy.fill(Quotas.fair(greedy.candidates, size, slack, strata or {}))
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

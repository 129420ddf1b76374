"""Selection: which rows to take so that little is left uncovered. See docs/diversity/selection.md.

The value of a choice is the sum over features of weight times the square root of how many chosen rows have
it: a first use counts most, and each further one less. It is monotone and submodular, so taking the row
of the largest gain again and again is within 1 - 1/e of the best. Gains are whole numbers, so that ties
and orders are the same on every machine.
"""

from __future__ import annotations

import math
import operator
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Generic, TypeAlias, TypeVar

import numpy as np

from builder.errors import SettingsError
from builder.recipe.coverage import UNIT, Coverage, Ints, Search

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

SLACKS = (1.0, 1.5, 2.0, 4.0, math.inf)
"""How far quotas are stretched, one after the other, until the rows asked for are found."""

EXEMPLAR_ROOM = 1.5
"""The cap of an exemplar is this times the smallest cap that could do."""


K = TypeVar("K", bound=Hashable)

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


def features(parts: Mapping[str, Sequence[str]]) -> tuple[Feature, ...]:
    """Features of a row by kind, with the pairs of its tools; each once, sorted."""
    found = {(kind, value) for kind, values in parts.items() for value in values}
    found |= {("pair", f"{a} {b}") for a, b in combinations(sorted(set(parts.get("tool", ()))), 2)}
    return tuple(sorted(found))


class _Column(Generic[K]):
    """What a quota looks at, as numbers: the value of each row, and how many chosen rows have it."""

    def __init__(self, values: Iterable[K]) -> None:
        codes: dict[K, int] = {}
        self.of: Ints = np.fromiter((codes.setdefault(value, len(codes)) for value in values), np.int64)
        self.names = tuple(codes)
        self.counts = [0] * len(codes)
        self._rows: Ints = np.argsort(self.of, kind="stable")
        self._ends: Ints = np.cumsum(np.bincount(self.of, minlength=len(codes)))

    def rows(self, code: int) -> Ints:
        """Rows that have a value."""
        return self._rows[self._ends[code - 1] if code else 0 : self._ends[code]]


class _Greedy:
    """One choice in the making."""

    def __init__(self, candidates: Sequence[Candidate], weights: Mapping[str, float], size: int) -> None:
        self.candidates = sorted(candidates, key=lambda candidate: candidate.row)
        self.coverage = Coverage(
            [[f for f in candidate.features if f[0] in weights] for candidate in self.candidates],
            lambda feature: weights[feature[0]],
        )
        self.size = size
        self.order: list[int] = []
        self.gains: list[int] = []
        """Of the rows in their order, as long as none was given back."""
        self.tasks = _Column(candidate.task for candidate in self.candidates)
        self.domains = _Column(candidate.domain for candidate in self.candidates)
        self.strata = _Column(candidate.stratum for candidate in self.candidates)
        self.exemplars = _Column(candidate.exemplar for candidate in self.candidates)
        self.answers = _Column((candidate.exemplar, candidate.answer) for candidate in self.candidates)
        self.closed: set[int] = set()
        """Exemplars that take no more rows."""

    @property
    def everything(self) -> int:
        """Most rows that there can be."""
        return min(self.size, len(self.tasks.names))

    def fill(self, quotas: Quotas) -> None:
        """Take the row of the largest gain until `size` is reached or no row may be taken."""
        limits = (
            (self.tasks, [1] * len(self.tasks.names)),
            (self.domains, [quotas.domains[name] for name in self.domains.names]),
            (self.strata, [quotas.strata.get(name, self.size) for name in self.strata.names]),
            (
                self.exemplars,
                [quotas.exemplar if n not in self.closed else 0 for n in range(len(self.exemplars.names))],
            ),
        )
        search = Search(self.coverage)
        for column, most in limits:
            full = np.fromiter(map(operator.ge, column.counts, most), np.bool_, len(most))
            search.close(np.flatnonzero(full[column.of]))
        waiting: dict[int, list[int]] = defaultdict(list)
        while len(self.order) < self.size and (row := search.best()) is not None:
            exemplar = int(self.exemplars.of[row])
            if not self._varied(row):
                waiting[exemplar].append(row)
                search.set_aside(row)
                continue
            self.gains.append(search.gain(row))
            self._take(row)
            search.taken()
            for again in waiting.pop(exemplar, ()):
                search.take_back(again)
            # Quotas only fill up: what is over one now stays so.
            for column, most in limits:
                code = int(column.of[row])
                if column.counts[code] >= most[code]:
                    search.close(column.rows(code))

    def _varied(self, row: int) -> bool:
        """Whether the answer stays at half of its exemplar's rows, up to one row that `trim` may take back."""
        answers, rows = self.answers.counts[self.answers.of[row]], self.exemplars.counts[self.exemplars.of[row]]
        return bool(answers + 1 <= (rows + 2) // 2)

    def _take(self, row: int, times: int = 1) -> None:
        self.coverage.add(row, times)
        for column in (self.tasks, self.domains, self.strata, self.exemplars, self.answers):
            column.counts[column.of[row]] += times
        if times > 0:
            self.order.append(row)
        else:
            self.order.remove(row)

    def trim(self) -> bool:
        """Give back a row of each exemplar whose commonest answer is over half of its rows, and close it."""
        over: dict[int, int] = {}
        for row in self.order:
            exemplar, answer = int(self.exemplars.of[row]), int(self.answers.of[row])
            rows = self.exemplars.counts[exemplar]
            if rows > 1 and 2 * self.answers.counts[answer] > rows:
                over[exemplar] = answer
        for row in reversed(self.order.copy()):
            exemplar = int(self.exemplars.of[row])
            if over.get(exemplar) == self.answers.of[row]:
                self._take(row, -1)
                self.closed.add(exemplar)
                del over[exemplar]
        return bool(self.closed) and len(self.order) < self.size

    def taken(self) -> tuple[Taken, ...]:
        """The chosen rows with the gain of each after those before it."""
        if not self.closed:
            counted = zip(self.order, self.gains, strict=True)
            return tuple(Taken(self.candidates[row], gain / UNIT) for row, gain in counted)
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
        if len(greedy.order) >= greedy.everything:
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

"""What a baseline solver is told, and what it has written down: values at hand by type, calls made, candidates.

The solvers that use it are in `baselines.py`.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from operator import itemgetter
from typing import Any

from builder.recipe.derivation import round_answer
from builder.recipe.difficulty import words_of
from builder.recipe.view import PoolView
from builder.records.base import Json
from builder.records.derivations import AnswerSpec, Literal
from builder.records.tools import Call, Result, ToolSpec

MAX_CALLS = 40
"""Calls of one solver at one task."""

WAYS = 4
"""Bindings of one tool that a solver tries from the values at hand."""

_WORD = re.compile(r"[a-z]{3,}")


@lru_cache(maxsize=16384)
def _words_in(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(text.lower()))


@dataclass(frozen=True)
class Problem:
    """What a solver is told."""

    question: str
    literals: tuple[Literal, ...]
    toolset: tuple[str, ...]
    spec: AnswerSpec

    @cached_property
    def words(self) -> frozenset[str]:
        """Words of the question."""
        return _words_in(self.question)


@dataclass(frozen=True, slots=True)
class Known:
    """A value at hand: its type, what it is called, the literals it comes from, and the calls behind it."""

    type: str
    name: str
    value: Any
    origin: frozenset[int]
    depth: int
    score: float = 0.0
    """Share of the words of its field that the question says."""


@dataclass
class Notebook:
    """Values at hand, calls made, and the means to make more."""

    view: PoolView
    problem: Problem
    values: list[Known] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    calls: int = 0
    _kinds: dict[tuple[str, bool], list[tuple[int, Known]]] = field(default_factory=dict)
    """Values at hand with their places, by type and by whether they are lists."""
    _fitting: dict[tuple[str, bool], list[Known]] = field(default_factory=dict)
    _latest: dict[tuple[str, bool], list[Known]] = field(default_factory=dict)

    @classmethod
    def of(cls, view: PoolView, problem: Problem) -> Notebook:
        book = cls(view, problem)
        book.note([Known(v.type, v.type, v.literal, frozenset([n]), 0) for n, v in enumerate(problem.literals)])
        return book

    @property
    def full(self) -> bool:
        """Whether no calls are left."""
        return self.calls >= MAX_CALLS

    def note(self, values: list[Known]) -> None:
        """Take `values` for all that is at hand from now on."""
        self.values = values
        self._kinds.clear()
        for place, known in enumerate(values):
            self._kinds.setdefault((known.type, is_many(known)), []).append((place, known))
        self._fitting.clear()
        self._latest.clear()

    def fitting(self, type_name: str, many: bool) -> list[Known]:
        """Values at hand that a parameter of this type takes, as lists or single ones, in the order of finding."""
        key = (type_name, many)
        if key not in self._fitting:
            kinds = [kind for kind in self._kinds if kind[1] == many and self.view.fits(kind[0], type_name)]
            placed = [pair for kind in kinds for pair in self._kinds[kind]]
            if len(kinds) > 1:
                placed.sort(key=itemgetter(0))
            self._fitting[key] = [known for _, known in placed]
        return self._fitting[key]

    def latest(self, type_name: str, many: bool) -> list[Known]:
        """The same, the latest first: a search that starts from the question again and again gets nowhere."""
        key = (type_name, many)
        if key not in self._latest:
            self._latest[key] = sorted(self.fitting(type_name, many), key=lambda k: -k.depth)
        return self._latest[key]

    @cached_property
    def ranked(self) -> list[ToolSpec]:
        """Offered tools, those first whose words the question says."""

        def place(spec: ToolSpec) -> tuple[float, str]:
            words = words_of(spec)
            return -len(self.problem.words & words) / len(words), spec.id

        return sorted((self.view.declared[tool] for tool in self.problem.toolset), key=place)

    def call(self, spec: ToolSpec, binding: Mapping[str, Known]) -> Generator[Call, Result, list[Known]]:
        """Values that one call gives; none when it fails, was made before, or there are no calls left."""
        if self.full:
            return []
        arguments = {name: known.value for name, known in binding.items()}
        key = f"{spec.id}{sorted(arguments.items(), key=str)}"
        if key in self.seen:
            return []
        self.seen.add(key)
        self.calls += 1
        result = yield Call(spec.id, arguments)
        if not result.ok or result.value is None:
            return []
        origin = frozenset[int]().union(*(known.origin for known in binding.values()))
        depth = 1 + max((known.depth for known in binding.values()), default=0)
        found = []
        for name, returned in spec.returns.items():
            if result.value[name] is not None:
                score = self._score(f"{name} {returned.description} {returned.head or ''}")
                found.append(Known(returned.type, name, result.value[name], origin, depth, score))
        return found

    def _score(self, text: str) -> float:
        words = _words_in(text.replace("_", " "))
        return len(words & self.problem.words) / len(words) if words else 0.0

    def bindings(self, spec: ToolSpec) -> Iterator[dict[str, Known]]:
        """Arguments for all required parameters by type, at most `WAYS`."""
        required = [(name, p) for name, p in spec.parameters.items() if p.required]
        choices = [self.latest(parameter.type, parameter.many) for _, parameter in required]
        for combination in itertools.islice(itertools.product(*choices), WAYS):
            yield {name: known for (name, _), known in zip(required, combination, strict=True)}

    def answer(self, found: Sequence[Known]) -> Json:
        """The candidate that fits the asked type best; None when there is none."""
        spec = self.problem.spec
        if spec.kind == "record":
            fields = {name: self._best(found, each) for name, each in spec.fields.items()}
            return None if any(value is None for value in fields.values()) else fields
        return self._best(found, spec)

    def _best(self, found: Sequence[Known], spec: AnswerSpec) -> Json:
        stated = [literal.literal for literal in self.problem.literals if literal.type == spec.type]
        # What the question asks about is not what it asks for; one of several named things may be.
        known_already = stated if len(stated) == 1 else []
        fitting = [
            (n, known)
            for n, known in enumerate(found)
            if self._answers(known, spec) and known.value not in known_already
        ]
        if not fitting:
            return None
        # By type, by the literals it takes account of, by words; then the first found.
        _, best = max(
            fitting, key=lambda item: (item[1].type == spec.type, len(item[1].origin), item[1].score, -item[0])
        )
        value: Json = round_answer(best.value, spec)
        return value

    def _answers(self, known: Known, spec: AnswerSpec) -> bool:
        kind = self.view.types[known.type].kind
        if is_many(known) != (spec.kind in ("list", "set")):
            return False
        if spec.kind == "boolean":
            return isinstance(known.value, bool)
        if spec.kind == "number":
            return kind == "quantity" and not isinstance(known.value, bool)
        if spec.kind == "date":
            return kind in ("date", "time")
        return spec.type in self.view.types and (
            self.view.fits(known.type, spec.type) or self.view.fits(spec.type, known.type)
        )


def is_many(known: Known) -> bool:
    """Whether a value is a list."""
    return isinstance(known.value, (list, tuple))

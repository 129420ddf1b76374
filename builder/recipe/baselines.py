"""Baseline solvers by rules: what a task is worth is what they cannot do. See docs/difficulty.md.

Each sees the literals of the question with their types, the offered tools and the type of the answer; none
sees the derivation. That is more than a model is told, so they err on the generous side. They make real calls,
at most `MAX_CALLS`, then commit to one answer, the candidate that fits the question best:

    one_hop      one call from the literals
    greedy       call after call, binding parameters by their names
    type_search  breadth first over what fits by type, fan-outs and superlatives included
    oracle       plays the derivation

A solver that finds nothing to answer has failed; it does not guess.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from builder.errors import DerivationError
from builder.recipe.derivation import evaluate, inputs_of, round_answer
from builder.recipe.difficulty import words_of
from builder.recipe.view import PoolView
from builder.records.base import Json
from builder.records.derivations import AnswerSpec, Derivation, Literal, Sources
from builder.records.tools import Call, Result, ToolSpec

MAX_CALLS = 40
"""Calls of one solver at one task."""

GREEDY_CALLS = 8
"""Calls in a row that the greedy solver makes before it answers."""

WAYS = 4
"""Bindings of one tool that a solver tries from the values at hand."""

FAN_OUT = 12
"""Members of a list that a solver goes through."""

LEVELS = 3
"""How many calls deep the type search goes."""

MOST = frozenset("most highest largest longest greatest latest farthest heaviest oldest best more maximum".split())
LEAST = frozenset("least lowest smallest shortest fewest earliest nearest lightest youngest less minimum".split())

_WORD = re.compile(r"[a-z]{3,}")

Solving = Generator[Call, Result, Json]


@dataclass(frozen=True, slots=True)
class Problem:
    """What a solver is told."""

    question: str
    literals: tuple[Literal, ...]
    toolset: tuple[str, ...]
    spec: AnswerSpec

    @property
    def words(self) -> frozenset[str]:
        return frozenset(_WORD.findall(self.question.lower()))


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


@dataclass(slots=True)
class Notebook:
    """Values at hand, calls made, and the means to make more."""

    view: PoolView
    problem: Problem
    values: list[Known] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    calls: int = 0

    @classmethod
    def of(cls, view: PoolView, problem: Problem) -> Notebook:
        known = [Known(v.type, v.type, v.literal, frozenset([n]), 0) for n, v in enumerate(problem.literals)]
        return cls(view, problem, known)

    def ranked(self) -> list[ToolSpec]:
        """Offered tools, those first whose words the question says."""
        words = self.problem.words
        specs = [self.view.declared[tool] for tool in self.problem.toolset]
        return sorted(specs, key=lambda spec: (-len(words & words_of(spec)) / len(words_of(spec)), spec.id))

    def call(self, spec: ToolSpec, binding: Mapping[str, Known]) -> Generator[Call, Result, list[Known]]:
        """Values that one call gives; none when it fails, was made before, or there are no calls left."""
        arguments = {name: known.value for name, known in binding.items()}
        key = f"{spec.id}{sorted(arguments.items(), key=str)}"
        if key in self.seen or self.calls >= MAX_CALLS:
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
        words = frozenset(_WORD.findall(text.lower().replace("_", " ")))
        return len(words & self.problem.words) / len(words) if words else 0.0

    def bindings(self, spec: ToolSpec) -> Iterator[dict[str, Known]]:
        """Arguments for all required parameters by type, at most `WAYS`."""
        required = [(name, p) for name, p in spec.parameters.items() if p.required]
        choices = []
        for _, parameter in required:
            fits = [k for k in self.values if self.view.fits(k.type, parameter.type) and _many(k) == parameter.many]
            # The latest first: a search that starts from the question again and again gets nowhere.
            choices.append(sorted(fits, key=lambda k: -k.depth))
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
        if _many(known) != (spec.kind in ("list", "set")):
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


def problem_of(question: str, derivation: Derivation, toolset: Sequence[str]) -> Problem:
    """What a solver is told of a question; literals each once, in the order of the derivation."""
    found: dict[str, Literal] = {}

    def add(source: Sources) -> None:
        if isinstance(source, tuple):
            for item in source:
                add(item)
        elif isinstance(source, Literal):
            found.setdefault(repr((source.type, source.literal)), source)

    for step in derivation.steps:
        for source in inputs_of(step).values():
            add(source)
    return Problem(question, tuple(found.values()), tuple(toolset), derivation.spec)


def one_hop(view: PoolView, problem: Problem) -> Solving:
    """The best answer that one call from the literals gives."""
    book = Notebook.of(view, problem)
    found: list[Known] = []
    for spec in book.ranked():
        for binding in book.bindings(spec):
            found += yield from book.call(spec, binding)
    return book.answer(found)


def greedy(view: PoolView, problem: Problem) -> Solving:
    """Call the tool that the question's words speak for most, with arguments of the same name; go on from there."""
    book = Notebook.of(view, problem)
    found: list[Known] = []
    waiting = book.ranked()
    for _ in range(GREEDY_CALLS):
        for spec in waiting:
            binding = _by_name(view, spec, book.values)
            if binding is not None:
                break
        else:
            break
        waiting.remove(spec)
        new = yield from book.call(spec, binding)
        # Newest first: what was just found goes into the next call, and of equals into the answer.
        found = new + found
        book.values = new + book.values
    return book.answer(found)


def _by_name(view: PoolView, spec: ToolSpec, values: Sequence[Known]) -> dict[str, Known] | None:
    binding = {}
    for name, parameter in spec.parameters.items():
        if not parameter.required:
            continue
        same = [k for k in values if (name in (k.name, k.type) or parameter.type == k.type)]
        same = [
            k for k in same if _many(k) == parameter.many and view.types[k.type].kind == _kind(view, parameter.type)
        ]
        if not same:
            return None
        binding[name] = same[0]
    return binding


def type_search(view: PoolView, problem: Problem) -> Solving:
    """The best answer within `LEVELS` calls, breadth first over everything that fits by type."""
    book = Notebook.of(view, problem)
    found: list[Known] = []
    for _ in range(LEVELS):
        new: list[Known] = []
        # Lists first: single calls with their members, one by one, would use up the calls.
        for spec in book.ranked():
            new += yield from _fan_out(book, spec)
        for spec in book.ranked():
            for binding in book.bindings(spec):
                new += yield from book.call(spec, binding)
        found += new
        book.values += new
        if book.calls >= MAX_CALLS or not new:
            break
    return book.answer(found)


def _fan_out(book: Notebook, spec: ToolSpec) -> Generator[Call, Result, list[Known]]:
    """One tool over the members of a list at hand; of its figures the extreme that the question's words name."""
    required = [(name, p) for name, p in spec.parameters.items() if p.required]
    # Members are compared by figures: a tool without any is not worth a call for each.
    figures = any(not r.many and book.view.types[r.type].kind == "quantity" for r in spec.returns.values())
    if len(required) != 1 or required[0][1].many or not figures:
        return []
    name, parameter = required[0]
    found: list[Known] = []
    for known in [k for k in book.values if _many(k) and book.view.fits(k.type, parameter.type)]:
        members = known.value[: FAN_OUT + 1]
        if not 1 < len(members) <= FAN_OUT or book.calls + len(members) > MAX_CALLS:
            continue
        rows = []
        for member in members:
            one = Known(known.type, known.name, member, known.origin, known.depth)
            rows.append((one, (yield from book.call(spec, {name: one}))))
        found += _extremes(book, rows)
    return found


def _extremes(book: Notebook, rows: Sequence[tuple[Known, list[Known]]]) -> list[Known]:
    """Members with the largest or smallest figure of each field, as the question's words say."""
    words = book.problem.words
    ends: list[Callable[..., Any]] = [end for end, named in ((max, MOST), (min, LEAST)) if words & named]
    found = []
    fields = [k.name for k in rows[0][1] if book.view.types[k.type].kind == "quantity"]
    for name in fields:
        pairs = [(member, value) for member, values in rows for value in values if value.name == name]
        if len(pairs) == len(rows):
            for end in ends:
                member, value = end(pairs, key=lambda pair: pair[1].value)
                found += [
                    Known(member.type, member.name, member.value, member.origin, value.depth, value.score),
                    value,
                ]
    return found


def oracle(derivation: Derivation) -> Solving:
    """The answer of the derivation, by calls of its own. None when it is not reached."""
    try:
        value, _ = yield from evaluate(derivation)
    except DerivationError:
        return None
    found: Json = value
    return found


def without(problem: Problem, tool: str) -> Problem:
    """The same problem with one tool taken away."""
    return Problem(problem.question, problem.literals, tuple(t for t in problem.toolset if t != tool), problem.spec)


def same_answer(found: Json, gold: Json, spec: AnswerSpec) -> bool:
    """Whether a solver's value is the answer: sets in any order, all else exactly, numbers as rounded."""
    if found is None:
        return False
    if spec.kind == "set" and isinstance(found, list) and isinstance(gold, list):
        return sorted(map(str, found)) == sorted(map(str, gold))
    if isinstance(found, bool) != isinstance(gold, bool):
        return False
    return bool(found == gold)


def _many(known: Known) -> bool:
    return isinstance(known.value, (list, tuple))


def _kind(view: PoolView, type_name: str) -> str:
    return view.types[type_name].kind


SOLVERS: Mapping[str, Callable[[PoolView, Problem], Solving]] = {
    "one_hop": one_hop,
    "greedy": greedy,
    "type_search": type_search,
}
"""Solvers that are not shown the derivation, weakest first."""

WITHOUT = "type_search_without"
"""The search with the tool taken away that gives the answer: what it still finds was never that tool's to give."""

WEAK = frozenset({"one_hop", "greedy", WITHOUT})
"""A task that one of these solves teaches nobody to explore."""

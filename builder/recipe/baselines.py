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

from collections.abc import Callable, Generator, Mapping, Sequence
from typing import Any

from builder.errors import DerivationError
from builder.recipe.derivation import evaluate, literals_of
from builder.recipe.notebook import MAX_CALLS, Known, Notebook, Problem, is_many
from builder.recipe.view import PoolView
from builder.records.base import Json
from builder.records.derivations import AnswerSpec, Derivation, Literal
from builder.records.tools import Call, Result, ToolSpec

GREEDY_CALLS = 8
"""Calls in a row that the greedy solver makes before it answers."""

FAN_OUT = 12
"""Members of a list that a solver goes through."""

LEVELS = 3
"""How many calls deep the type search goes."""

MOST = frozenset("most highest largest longest greatest latest farthest heaviest oldest best more maximum".split())
LEAST = frozenset("least lowest smallest shortest fewest earliest nearest lightest youngest less minimum".split())

Solving = Generator[Call, Result, Json]


def problem_of(question: str, derivation: Derivation, toolset: Sequence[str]) -> Problem:
    """What a solver is told of a question; literals each once, in the order of the derivation."""
    found: dict[str, Literal] = {}
    for literal in literals_of(derivation):
        found.setdefault(repr((literal.type, literal.literal)), literal)
    return Problem(question, tuple(found.values()), tuple(toolset), derivation.spec)


def one_hop(view: PoolView, problem: Problem) -> Solving:
    """The best answer that one call from the literals gives."""
    book = Notebook.of(view, problem)
    found: list[Known] = []
    for spec in book.ranked:
        for binding in book.bindings(spec):
            found += yield from book.call(spec, binding)
    return book.answer(found)


def greedy(view: PoolView, problem: Problem) -> Solving:
    """Call the tool that the question's words speak for most, with arguments of the same name; go on from there."""
    book = Notebook.of(view, problem)
    found: list[Known] = []
    waiting = list(book.ranked)
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
        book.note(new + book.values)
    return book.answer(found)


def _by_name(view: PoolView, spec: ToolSpec, values: Sequence[Known]) -> dict[str, Known] | None:
    binding = {}
    for name, parameter in spec.parameters.items():
        if not parameter.required:
            continue
        same = [k for k in values if (name in (k.name, k.type) or parameter.type == k.type)]
        same = [
            k for k in same if is_many(k) == parameter.many and view.types[k.type].kind == _kind(view, parameter.type)
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
        for spec in book.ranked:
            new += yield from _fan_out(book, spec)
        for spec in book.ranked:
            if book.full:
                break
            for binding in book.bindings(spec):
                new += yield from book.call(spec, binding)
        found += new
        book.note(book.values + new)
        if book.full or not new:
            break
    return book.answer(found)


def _fan_out(book: Notebook, spec: ToolSpec) -> Generator[Call, Result, list[Known]]:
    """One tool over the members of a list at hand; of its figures the extreme that the question's words name."""
    required = [(name, p) for name, p in spec.parameters.items() if p.required]
    if len(required) != 1 or required[0][1].many:
        return []
    name, parameter = required[0]
    lists = book.fitting(parameter.type, many=True)
    # Members are compared by figures: a tool without any is not worth a call for each.
    if not lists or not any(not r.many and book.view.types[r.type].kind == "quantity" for r in spec.returns.values()):
        return []
    found: list[Known] = []
    for known in lists:
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

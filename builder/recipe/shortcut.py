"""The shortcut gate: a bounded search for a shorter way from the question's literals to the answer."""

from __future__ import annotations

import itertools
from collections.abc import Generator, Iterable, Sequence
from typing import Any

from builder.errors import Refused
from builder.recipe.view import PoolView
from builder.records.base import Json
from builder.records.derivations import AnswerSpec, Literal
from builder.records.tools import Call, Result, ToolSpec

_Known = tuple[str, Any, frozenset[int]]
"""Type and value at hand, and which literals of the question it came from."""

MAX_LENGTH = 2
"""Calls in a row: longer detours are hardly shorter than the derivation itself."""

MAX_CALLS = 24
"""Calls the search may make per task: it is a bounded search, and says so in the card."""


def no_shortcut(
    view: PoolView,
    toolset: Sequence[str],
    literals: Sequence[Literal],
    answer: Json,
    spec: AnswerSpec,
    num_calls: int,
) -> Generator[Call, Result, None]:
    """No path of one or two calls, shorter than the derivation, returns the answer. Raises Refused."""
    if not telling(answer, spec):
        return
    budget = MAX_CALLS
    echoes = {str(literal.literal) for literal in literals}
    needed = _must_use(view, literals)
    state: list[_Known] = [(literal.type, literal.literal, frozenset([n])) for n, literal in enumerate(literals)]
    seen: set[str] = set()
    longest = min(MAX_LENGTH, num_calls - 1)
    for length in range(1, longest + 1):
        found: list[_Known] = []
        for tool in toolset:
            declared = view.tools[tool]
            if not _worth_a_call(view, declared, answer, spec, last=length == longest):
                continue
            for arguments, origin in _bindings(view, declared, state):
                key = f"{tool}{sorted(arguments.items(), key=str)}"
                if key in seen or budget == 0:
                    continue
                seen.add(key)
                budget -= 1
                result = yield Call(tool, arguments)
                if not result.ok or result.value is None:
                    continue
                for name, field in declared.returns.items():
                    value = result.value[name]
                    echo = str(value) in echoes
                    if needed <= origin and not echo and _same(view, field.type, value, answer, spec):
                        raise Refused("gate:shortcut", f"{tool} gives the answer in {length} of {num_calls} calls")
                    if view.types[field.type].joinable and isinstance(value, str):
                        found.append((field.type, value, origin))
        state = found


def _worth_a_call(view: PoolView, tool: ToolSpec, answer: Json, spec: AnswerSpec, *, last: bool) -> bool:
    """Whether a tool can give the answer, or on the way there something that another tool takes.

    The search has few calls: none goes to a tool that could not tell whatever it says.
    """
    for field in tool.returns.values():
        kind = view.types[field.type]
        if not last and kind.joinable and not field.many:
            return True
        if isinstance(answer, list):
            possible = field.many
        elif isinstance(answer, (int, float)):
            possible = kind.kind == "quantity" and not field.many
        else:
            possible = not field.many and (
                kind.kind == "text" or view.fits(kind.name, spec.type) or view.fits(spec.type, kind.name)
            )
        if possible:
            return True
    return False


def _must_use(view: PoolView, literals: Sequence[Literal]) -> frozenset[int]:
    """A way that leaves an entity of the question aside is luck, not a shortcut (the right one of two named)."""
    kinds = [view.types[literal.type].kind for literal in literals]
    entities = {n for n, kind in enumerate(kinds) if kind == "entity"}
    # Options and units are switches of the derivation's own way: a shorter one may do without.
    return frozenset(entities or {n for n, kind in enumerate(kinds) if kind not in ("option", "boolean")})


def _bindings(
    view: PoolView, spec: ToolSpec, state: Sequence[_Known]
) -> Iterable[tuple[dict[str, Any], frozenset[int]]]:
    """Arguments for a tool from the values at hand: all required parameters by type, at most four ways."""
    required = [(name, p) for name, p in spec.parameters.items() if p.required]
    if not required or any(p.many for _, p in required):
        return []
    choices = [
        [known for known in state if not isinstance(known[1], list) and view.fits(known[0], p.type)]
        for _, p in required
    ]
    combinations = itertools.islice(itertools.product(*choices), 4)
    return [
        (
            {name: known[1] for (name, _), known in zip(required, combo, strict=True)},
            frozenset[int]().union(*(known[2] for known in combo)),
        )
        for combo in combinations
    ]


def telling(answer: Json, spec: AnswerSpec) -> bool:
    """Whether meeting the same value elsewhere proves anything: a small count or a yes is met by chance."""
    if spec.kind in ("boolean", "record", "unanswerable"):
        return False
    if isinstance(answer, (int, float)):
        return len(str(abs(answer)).replace(".", "").strip("0")) >= 3
    return True


def _same(view: PoolView, kind: str, value: Any, answer: Json, spec: AnswerSpec) -> bool:
    if isinstance(answer, list):
        if spec.kind == "list":
            return bool(value == answer)
        return isinstance(value, list) and sorted(map(str, value)) == sorted(map(str, answer))
    if isinstance(value, (int, float)) and isinstance(answer, (int, float)) and not isinstance(value, bool):
        places = spec.decimals if spec.decimals is not None else 9
        return round(float(value), places) == round(float(answer), places)
    if value != answer:
        return False
    return view.fits(kind, spec.type) or view.fits(spec.type, kind) or view.types[kind].kind == "text"

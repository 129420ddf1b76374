"""Draw arguments for a tool: calls that are plausible by what its spec, its types and its examples declare.

For trying a tool on many inputs. Entities, texts with coverage, options and booleans are drawn from all that is
listed; parameters whose coverage names different columns of one table come from one row, so that they belong
together. Quantities and dates only make sense together (a price and a strike, two ends of a stay): a draw starts
from a working example, moves all quantities of one type alike and all dates alike, and now and then takes one of
them from anywhere in its declared range (of the parameter, else of its type). What changes the computation
(structural parameters) and texts that nothing lists stay those of the example, but for such a draw.

What all working examples of a tool have in common, its draws have too: which of two values of one type is the
larger, that they differ, the signs of numbers, that they are whole, that days are working days.
"""

from __future__ import annotations

import datetime
import itertools
import math
import random
import re
from collections import defaultdict
from collections.abc import Sequence, Set
from typing import Any

from builder.errors import BuilderError
from builder.records.base import Json
from builder.records.tools import Coverage, Parameter, SemanticType, ToolSpec
from builder.tools.pool import ToolPool
from builder.tools.ranges import far, places, rounded, span

FAR_SHARE = 0.08
"""Share of draws that take one parameter from anywhere in its range."""

NEARBY = 1.25
"""Otherwise quantities lie within this factor of the example's."""

NEARBY_SHARE = 0.05
"""Otherwise points on a scale without a zero (years, temperatures) lie within this share of the range."""

JITTER = 0.02
"""Quantities of one type move together, and by this much on their own: a series of prices stays one."""

DISTINCT_TRIES = 20
"""Draws of a value that must differ from another."""

DAYS = 30
"""Dates move by so many days at most."""

MUTATED = 20
"""One letter in so many of a sequence becomes another: enough to differ, little enough to keep its frame."""

_DATE = re.compile(r"^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2})?$")

_SEQUENCE = re.compile(r"^\^\[([A-Z]+)\]\+\$$")
"""A pattern that allows every word over some letters: a sequence."""


class _Around:
    """What a draw starts from: a working example, and how far from it its values lie."""

    def __init__(self, spec: ToolSpec, examples: Sequence[dict[str, Any]], rng: random.Random) -> None:
        self.rng = rng
        self.like = rng.choice(examples)
        strays = rng.random() < FAR_SHARE and spec.parameters
        self.far = rng.choice(sorted(spec.parameters)) if strays else ""
        """The one parameter that may lie anywhere in its range; empty for none."""
        self.days = rng.randint(-DAYS, DAYS)
        """How far dates move, all together: whole weeks where those of the examples are working days."""
        if all(moment.weekday() < 5 for moment in _moments(examples)):
            self.days -= self.days % 7
        self._factors: dict[str, float] = {}

    def near(self, name: str) -> Any:
        """The example's value of a parameter; None for one that it leaves out, or that may lie anywhere."""
        return self.like.get(name) if name != self.far else None

    def factor(self, kind: str) -> float:
        """What quantities of a type are multiplied by, each with a little of its own."""
        if kind not in self._factors:
            self._factors[kind] = math.exp(self.rng.uniform(-math.log(NEARBY), math.log(NEARBY)))
        return self._factors[kind] * self.rng.uniform(1 - JITTER, 1 + JITTER)


class ArgumentSource:
    """Draws arguments for the tools of one pool."""

    def __init__(self, pool: ToolPool) -> None:
        self.pool = pool
        self._rows: dict[str, list[tuple[Any, ...]]] = {}
        self._texts: dict[str, list[Any]] | None = None

    def draw(self, spec: ToolSpec, rng: random.Random) -> dict[str, Json]:
        """Arguments for one call, by parameter. Raises BuilderError for a parameter that nothing says how to draw."""
        examples = [example.arguments for example in spec.examples if example.error is None]
        around = _Around(spec, examples, rng)
        lengths = _lengths(spec, examples, around.like, rng)
        together = self._together(spec, rng)
        drawn: dict[str, Json] = {}
        for name, parameter in spec.parameters.items():
            if not parameter.required and (name in around.like) == (name == around.far):
                continue
            seen = [example[name] for example in examples if name in example]
            others = _others(spec, examples, drawn, name)
            if name in together:
                drawn[name] = together[name]
                continue
            for _ in range(DISTINCT_TRIES):
                if parameter.many:
                    drawn[name] = self._list(spec, name, seen, around, lengths[name])
                else:
                    drawn[name] = self._value(spec, name, seen, around)
                if drawn[name] not in others:
                    break
        return _ordered(spec, self._measured(spec) - together.keys(), examples, drawn)

    def _measured(self, spec: ToolSpec) -> set[str]:
        """Single quantities, dates and times: what has an order."""
        return {
            name
            for name, parameter in spec.parameters.items()
            if not parameter.many and self.pool.types[parameter.type].kind in ("quantity", "date", "time")
        }

    def _value(self, spec: ToolSpec, name: str, seen: Sequence[Any], around: _Around) -> Json:
        """One value: of those declared one by one, in a range, a date, or a text of the examples."""
        parameter, rng, near = spec.parameters[name], around.rng, around.near(name)
        kind = self.pool.types[parameter.type]
        options, shape = self._options(parameter, kind), kind.json_schema.get("type")
        if near is not None and (parameter.structural or self._hangs_together(spec)):
            return near
        if options:
            return rng.choice(options)
        if shape == "boolean":
            return rng.random() < 0.5
        if shape in ("integer", "number"):
            return far(parameter, kind, seen, rng) if near is None else _near(parameter, kind, seen, near, around)
        if not seen:
            raise BuilderError(
                f"{spec.id}.{name}: nothing says how to draw it; give it coverage, an enum or an example"
            )
        if kind.kind in ("date", "time"):
            return _moved(around.like.get(name) or rng.choice(seen), around.days)
        if _SEQUENCE.match(str(kind.json_schema.get("pattern", ""))):
            return _mutated(around.like.get(name) or rng.choice(seen), rng)
        return (
            near
            if near is not None and len(spec.parameters) > 1
            else rng.choice(self._written_alike(parameter.type, seen))
        )

    def _list(self, spec: ToolSpec, name: str, seen: Sequence[Any], around: _Around, length: int) -> list[Json]:
        parameter, rng = spec.parameters[name], around.rng
        kind = self.pool.types[parameter.type]
        options = self._options(parameter, kind)
        if options:
            return rng.sample(options, min(length, len(options)))
        like = around.like.get(name) or rng.choice(seen)
        members = [like[min(place, len(like) - 1)] for place in range(length)]
        if kind.json_schema.get("type") in ("integer", "number"):
            return [_near(parameter, kind, members, value, around) for value in members]
        if kind.kind in ("date", "time"):
            return [_moved(value, around.days) for value in members]
        return list(like)

    def _hangs_together(self, spec: ToolSpec) -> bool:
        """Whether several texts that nothing lists (the parts of an account number) tie a call to its example."""
        kinds = [(p, self.pool.types[p.type]) for p in spec.parameters.values()]
        texts = [
            p
            for p, kind in kinds
            if kind.kind == "text"
            and not self._options(p, kind)
            and not _SEQUENCE.match(str(kind.json_schema.get("pattern", "")))
        ]
        return len(texts) > 1

    def _options(self, parameter: Parameter, kind: SemanticType) -> Sequence[Any]:
        """The values that are declared one by one; empty when a range or a pattern says them."""
        if parameter.enum is not None:
            return parameter.enum
        if parameter.coverage is not None:
            return self.pool.values(parameter.coverage.table, parameter.coverage.column, parameter.coverage.where)
        if "enum" in kind.json_schema:
            return list(kind.json_schema["enum"])
        return list(self.pool.entities(kind.name)) if kind.kind == "entity" else []

    def _together(self, spec: ToolSpec, rng: random.Random) -> dict[str, Any]:
        """Values of parameters that different columns of one table cover: those of one of its rows."""
        tables: dict[str, dict[str, Coverage]] = defaultdict(dict)
        for name, parameter in spec.parameters.items():
            if parameter.coverage is not None and not parameter.many:
                tables[parameter.coverage.table][name] = parameter.coverage
        found: dict[str, Any] = {}
        for covers in tables.values():
            if len({cover.column for cover in covers.values()}) == len(covers) > 1:
                row = rng.choice(self._joint(list(covers.values())))
                found |= dict(zip(covers, row, strict=True))
        return found

    def _joint(self, covers: Sequence[Coverage]) -> list[tuple[Any, ...]]:
        columns = [cover.column for cover in covers]
        conditions = [f"{column} IS NOT NULL" for column in columns] + [f"({c.where})" for c in covers if c.where]
        provider, _, table = covers[0].table.rpartition(".")
        chosen = f'SELECT DISTINCT {", ".join(columns)} FROM "{table}" WHERE {" AND ".join(conditions)} ORDER BY ALL'
        key = f"{provider}: {chosen}"
        if key not in self._rows:
            self._rows[key] = self.pool.runtime(provider).connection.execute(chosen).fetchall()
        return self._rows[key]

    def _written_alike(self, kind: str, seen: Sequence[str]) -> list[Any]:
        """What the working examples of all tools give for a type, with the same letters as one of those seen here.

        So a formula of carbon and hydrogen stands for another, and not for one of sodium and chlorine.
        """
        if self._texts is None:
            found: dict[str, set[Any]] = defaultdict(set)
            for spec in self.pool.tools.values():
                for example in spec.examples:
                    for name, value in example.arguments.items():
                        if example.error is None and name in spec.parameters:
                            found[spec.parameters[name].type] |= set(value if isinstance(value, list) else [value])
            self._texts = {name: sorted(values, key=repr) for name, values in found.items()}
        letters = {_letters(text) for text in seen}
        return [text for text in self._texts[kind] if _letters(text) in letters]


def _letters(text: str) -> frozenset[str]:
    return frozenset(letter for letter in text if letter.isalpha())


def _lengths(
    spec: ToolSpec, examples: Sequence[dict[str, Any]], like: dict[str, Any], rng: random.Random
) -> dict[str, int]:
    """Items of each list: as many as in one example, or one more where nothing else hangs on it."""
    lists = {name: parameter for name, parameter in spec.parameters.items() if parameter.many}
    seen = {name: [len(example.get(name, ())) for example in examples] for name in lists}
    in_step = all(lengths == next(iter(seen.values())) for lengths in seen.values())
    more = rng.randint(0, 1) if in_step else 0
    found = {}
    for name, parameter in lists.items():
        least = parameter.min_items if parameter.min_items is not None else 1
        most = parameter.max_items if parameter.max_items is not None else max(seen[name]) + 1
        length = len(like[name]) if name in like else max(seen[name])
        found[name] = min(max(length + more, least, min(seen[name])), most)
    return found


def _near(parameter: Parameter, kind: SemanticType, seen: Sequence[float], near: float, around: _Around) -> float:
    """A quantity close to an example's; the example's own where the range ends."""
    low, high = span(parameter, kind, seen)
    if kind.scale == "interval":
        value = near + (high - low) * around.rng.uniform(-NEARBY_SHARE, NEARBY_SHARE)
    else:
        value = near * around.factor(kind.name)
    value = rounded(value, places(kind, seen))
    return value if low < value < high else near


def _moved(like: str, days: int) -> str:
    """A date or a local time some days later or earlier."""
    moment = datetime.datetime.fromisoformat(like) + datetime.timedelta(days=days)
    return moment.isoformat(timespec="minutes") if "T" in like else moment.date().isoformat()


def _moments(examples: Sequence[dict[str, Any]]) -> list[datetime.datetime]:
    """All dates and local times of some arguments."""
    values = [value for example in examples for value in example.values()]
    flat = [item for value in values for item in (value if isinstance(value, list) else [value])]
    return [datetime.datetime.fromisoformat(text) for text in flat if isinstance(text, str) and _DATE.match(text)]


def _mutated(sequence: str, rng: random.Random) -> str:
    """A sequence with some letters replaced by others of its own."""
    letters, places = sorted(set(sequence)), rng.sample(range(len(sequence)), math.ceil(len(sequence) / MUTATED))
    return "".join(rng.choice(letters) if i in places else letter for i, letter in enumerate(sequence))


def _others(spec: ToolSpec, examples: Sequence[dict[str, Any]], drawn: dict[str, Json], name: str) -> list[Json]:
    """Values of other parameters of the same type that differ from this one in every working example."""
    return [
        value
        for other, value in drawn.items()
        if other != name
        and spec.parameters[other].type == spec.parameters[name].type
        and all(e[other] != e[name] for e in examples if other in e and name in e)
    ]


def _ordered(
    spec: ToolSpec, names: Set[str], examples: Sequence[dict[str, Any]], drawn: dict[str, Json]
) -> dict[str, Json]:
    """Swap values of one type that stand in the other order than in every working example."""
    for first, second in itertools.combinations([name for name in spec.parameters if name in names & drawn.keys()], 2):
        pairs = [(e[first], e[second]) for e in examples if first in e and second in e]
        if spec.parameters[first].type != spec.parameters[second].type or len(pairs) < 2:
            continue
        if (all(a < b for a, b in pairs) and drawn[first] > drawn[second]) or (
            all(a > b for a, b in pairs) and drawn[first] < drawn[second]
        ):
            drawn[first], drawn[second] = drawn[second], drawn[first]
    return drawn

"""The forms of question about options: what each computes from their values, and what its words may place."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from builder.errors import Refused
from builder.recipe.frames.grounds import CALCULATOR, STATISTICS, computed
from builder.recipe.frames.limits import threshold
from builder.recipe.operators import NEAR_TIE
from builder.recipe.plans import FLAG, GENERIC, PERCENT, apart
from builder.records.base import Json
from builder.records.derivations import AnswerSpec, CallStep, Literal, OpStep, Ref, Source, Step

DATES = "general.dates.date_difference"

LEAST_RATIO = 1.1
"""Nobody asks how many times as much 1.05 times as much is."""

MOST_RATIO = 6.0
"""Over this an increase in percent says less than the two figures."""


@dataclass(frozen=True, slots=True)
class Options:
    """Options with their values, in the order in which a question may call them {a}, {b} and {c}."""

    items: tuple[Literal, ...]
    """What names each option in an answer."""
    item: AnswerSpec
    """How one of those is read as an answer."""
    sources: tuple[Source, ...]
    values: tuple[Any, ...]
    spec: AnswerSpec
    """How a value is read."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Steps that answer a form, where the answer stands, how it is read, and the limit that the question names."""

    steps: tuple[Step, ...]
    answer: Source
    spec: AnswerSpec
    limit: Json = None


Build = Callable[[Options, random.Random], Asked]
"""Makes the steps of a form. Raises Refused where the values do not suit it."""


@dataclass(frozen=True, slots=True)
class Form:
    """One form of question."""

    frame: str
    """The frame of docs/frames.md that it stands for."""
    build: Build
    counts: tuple[int, ...] = (2, 3)
    """Numbers of options that it goes with."""
    kinds: tuple[str, ...] = ("quantity",)
    """Kinds of value (of semantic types) that it goes with."""
    tools: tuple[str, ...] = ()
    places: frozenset[str] = frozenset()
    """Names that each of its texts places, of `a`, `b` and `limit`."""
    larger_first: bool = False
    """Whether {a} is the option of the larger (or later) value; texts may place {a} and {b} then."""
    ratio: bool = False
    """Whether it needs values above zero on a ratio scale."""
    sums: bool = False
    """Whether it adds the values."""
    names: bool = False
    """Whether it answers with options."""


def _op(number: int, op: str, **inputs: Any) -> OpStep:
    return OpStep(id=f"~{number}", op=op, inputs=inputs)


def _calculate(number: int, operation: str, a: Source, b: Source) -> CallStep:
    return computed(operation, a, b, f"~{number}")


def _word(value: str) -> Literal:
    """A relation or an order; operators give their literals no type."""
    return Literal(literal=value, type=GENERIC)


_ASKED = Ref(step="~1")
_RESULT = Ref(step="~1", field="result")


def _pick(op: str) -> Build:
    def build(options: Options, rng: random.Random) -> Asked:
        return Asked((_op(1, op, items=options.items, keys=options.sources),), _ASKED, options.item)

    return build


def _rank(order: str) -> Build:
    def build(options: Options, rng: random.Random) -> Asked:
        step = _op(1, "rank", items=options.items, keys=options.sources, order=_word(order))
        return Asked((step,), _ASKED, options.item.model_copy(update={"kind": "list"}))

    return build


def _limited(relation: str) -> Build:
    def build(options: Options, rng: random.Random) -> Asked:
        limit = threshold(list(options.values), rng)
        inputs = {"items": options.items, "keys": options.sources, "relation": _word(relation)}
        step = _op(1, "filter", **inputs, threshold=Literal(literal=limit, type=options.spec.type))
        return Asked((step,), _ASKED, options.item.model_copy(update={"kind": "set"}), limit)

    return build


def _difference(options: Options, rng: random.Random) -> Asked:
    return Asked((_calculate(1, "subtract", *options.sources),), _RESULT, apart(options.spec))


def _percent(options: Options, rng: random.Random) -> Asked:
    larger, smaller = options.values
    if larger > MOST_RATIO * smaller:
        raise Refused("walk:far", "one option is many times the other")
    return Asked((_calculate(1, "percent_change", options.sources[1], options.sources[0]),), _RESULT, PERCENT)


def _ratio(options: Options, rng: random.Random) -> Asked:
    larger, smaller = options.values
    if larger < LEAST_RATIO * smaller:
        raise Refused("walk:near", "the options differ by less than a tenth")
    spec = AnswerSpec(kind="number", type=GENERIC, decimals=2)
    return Asked((_calculate(1, "divide", *options.sources),), _RESULT, spec)


def _days(options: Options, rng: random.Random) -> Asked:
    later, earlier = options.sources
    step = CallStep(id="~1", tool=DATES, arguments={"start_date": earlier, "end_date": later})
    return Asked((step,), Ref(step="~1", field="days"), AnswerSpec(kind="number", type="day_count", unit="days"))


def _compare(options: Options, rng: random.Random) -> Asked:
    left, right = options.sources
    return Asked((_op(1, "compare", left=left, relation=_word(">"), right=right),), _ASKED, FLAG)


def _described(options: Options) -> CallStep:
    return CallStep(id="~1", tool=STATISTICS, arguments={"values": options.sources})


def _sum(options: Options) -> tuple[CallStep, Ref]:
    """The call that adds the values, and where the sum stands."""
    if len(options.sources) == 2:
        return _calculate(1, "add", *options.sources), _RESULT
    return _described(options), Ref(step="~1", field="sum")


def _total(options: Options, rng: random.Random) -> Asked:
    step, total = _sum(options)
    return Asked((step,), total, options.spec)


def _mean(options: Options, rng: random.Random) -> Asked:
    places = 1 if options.spec.decimals is None else options.spec.decimals
    spec = options.spec.model_copy(update={"decimals": places})
    return Asked((_described(options),), Ref(step="~1", field="mean"), spec)


def _share(options: Options, rng: random.Random) -> Asked:
    step, total = _sum(options)
    part = _calculate(2, "percent_of", options.sources[0], total)
    return Asked((step, part), Ref(step="~2", field="result"), PERCENT)


def _budget(options: Options, rng: random.Random) -> Asked:
    step, total = _sum(options)
    limit = _round_limit(sum(options.values), rng.choice((0.82, 0.88, 0.93, 1.06, 1.12, 1.2)))
    within = _op(2, "compare", left=total, relation=_word("<"), right=Literal(literal=limit, type=options.spec.type))
    return Asked((step, within), Ref(step="~2"), FLAG, limit)


def _left(options: Options, rng: random.Random) -> Asked:
    step, total = _sum(options)
    limit = _round_limit(sum(options.values), rng.choice((1.1, 1.2, 1.3, 1.45)))
    rest = _calculate(2, "subtract", Literal(literal=limit, type=options.spec.type), total)
    return Asked((step, rest), Ref(step="~2", field="result"), options.spec, limit)


def _round_limit(total: float, factor: float) -> Json:
    """Two digits and zeros: the limits that people set. Raises Refused where it falls on the total."""
    limit = float(f"{total * factor:.1e}")
    if abs(limit - total) <= 3 * NEAR_TIE * total or (limit > total) is not (factor > 1):
        raise Refused("walk:limit", "no round limit lies clear of the total")
    return int(limit) if limit.is_integer() else limit


def _value_of(op: str, number: int, options: Options) -> tuple[OpStep, OpStep]:
    """The value of the extreme option. A calculator's minimum would hide that the others were weighed too."""
    best = _op(number, op, items=options.items, keys=options.sources)
    found = Ref(step=best.id)
    return best, _op(number + 1, "value_for", item=found, items=options.items, values=options.sources)


def _extreme(op: str) -> Build:
    def build(options: Options, rng: random.Random) -> Asked:
        return Asked(_value_of(op, 1, options), Ref(step="~2"), options.spec)

    return build


def _spread(options: Options, rng: random.Random) -> Asked:
    top, bottom = _value_of("argmax", 1, options), _value_of("argmin", 3, options)
    last = _calculate(5, "subtract", Ref(step=top[1].id), Ref(step=bottom[1].id))
    return Asked((*top, *bottom, last), Ref(step="~5", field="result"), options.spec)


_ORDERED = ("quantity", "date", "time")
_PAIR = frozenset({"a", "b"})
_ONE, _LIMIT = frozenset({"a"}), frozenset({"limit"})
_CALCULATE, _SUMS = (CALCULATOR,), (CALCULATOR, STATISTICS)

FORMS: dict[str, Form] = {
    "argmax": Form("compare", _pick("argmax"), (3,), _ORDERED, names=True),
    "argmin": Form("compare", _pick("argmin"), (3,), _ORDERED, names=True),
    "ascending": Form("rank", _rank("ascending"), (3,), _ORDERED, names=True),
    "descending": Form("rank", _rank("descending"), (3,), _ORDERED, names=True),
    "within": Form("select", _limited("<"), (3,), places=_LIMIT, names=True),
    "above": Form("select", _limited(">"), (3,), places=_LIMIT, names=True),
    "difference": Form("difference", _difference, (2,), tools=_CALCULATE, larger_first=True),
    "percent": Form("excess", _percent, (2,), tools=_CALCULATE, larger_first=True, ratio=True),
    "ratio": Form("ratio", _ratio, (2,), tools=_CALCULATE, larger_first=True, ratio=True),
    "days": Form("difference", _days, (2,), ("date",), (DATES,), larger_first=True),
    "compare": Form("claim", _compare, (2,), _ORDERED, places=_PAIR),
    "total": Form("together", _total, tools=_SUMS, sums=True),
    "mean": Form("aggregate", _mean, tools=(STATISTICS,)),
    "share": Form("share", _share, tools=_SUMS, places=_ONE, ratio=True, sums=True),
    "budget": Form("total_claim", _budget, tools=_SUMS, places=_LIMIT, ratio=True, sums=True),
    "left": Form("limit", _left, tools=_SUMS, places=_LIMIT, ratio=True, sums=True),
    "minimum": Form("pick", _extreme("argmin"), (3,)),
    "maximum": Form("pick", _extreme("argmax"), (3,)),
    "spread": Form("spread", _spread, (3,), tools=_CALCULATE),
}
"""Every form, by its name in a scenario."""

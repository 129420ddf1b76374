"""Frames over two named peers: ratio, percentage, difference, and claims that are true or false."""

from __future__ import annotations

import random
import re
from collections.abc import Generator, Mapping
from typing import Any

from builder.errors import Refused
from builder.recipe.atlas import Atlas, Edge
from builder.recipe.frames.base import Frame, Walk, own_phrase, said, that_of, unit_apart
from builder.recipe.frames.grounds import CALCULATOR, computed, option
from builder.recipe.frames.rows import Row, peer_candidates
from builder.recipe.frames.uses import moved_as_said, multiplied, percent, subtracted, tied, yearly
from builder.recipe.gates import stands_in
from builder.recipe.plans import FLAG, PERCENT, Plan, PlannedRound, apart
from builder.recipe.view import PoolView
from builder.recipe.wording import literal_text
from builder.records.base import Json
from builder.records.derivations import AnswerSpec, Literal, OpStep, Ref, Sources
from builder.records.tools import Call, Result

TIMES_LEAST, TIMES_MOST = 1.5, 100
"""People say "times" from half as much again; a factor of hundreds says less than the two figures."""

FACTORS: tuple[tuple[float, str], ...] = (
    (1.5, "one and a half times"),
    (2, "twice"),
    (3, "three times"),
    (4, "four times"),
    (5, "five times"),
    (10, "ten times"),
    (20, "twenty times"),
    (50, "fifty times"),
)
"""Factors that people name in claims."""

NEAR_FACTOR = 1.05, 2.5
"""A claimed factor is off the real one by at least 5% (no dispute about rounding) and at most this (no giveaway)."""

FACTOR_SHARE = 0.8
"""Share of claims that go on to a factor, where one can be claimed either way."""

_COMPARED = re.compile(r"\bthe (?!upper\b)((?:more|less|fewer|\w+er)\b(?! (?:\w+ )?(?:inflation|growth)\b))")
_BARE = re.compile(r"\bthe (more|less|fewer|\w+er) (?=(?:\w+ )?(?:inflation|growth)\b)")
"""What cannot be counted takes no article: `had higher inflation`."""

_IN_UNIT = re.compile(r",? in (?=[^\d{}]*$)[^\s{}]+(?: [^\s{}]+){0,3}$")
"""The unit at the end of a phrase; `in 2013` is none."""


class Pair(Row):
    """Two named peers with the values of one attribute: what a question says of the first against the second."""

    high: Any
    low: Any
    first: str
    """Slot of the peer with more."""
    second: str

    def sort(self) -> Generator[Call, Result, None]:
        """Look both up. Raises Refused when they nearly tie, or one is what the field measures by."""
        texts = [literal_text(self.view, peer, "iso") for peer in self.peers]
        if any(stands_in(text, own_phrase(self.edge, "p1")) for text in texts):
            raise Refused("law:degenerate", "the field compares with one of the two already")
        one, other = yield from self.fetch()
        if tied(self.edge, self.view, one, other):
            raise Refused("law:degenerate", "the two nearly tie")
        self.high, self.low = max(one, other), min(one, other)
        if not moved_as_said(self.edge, self.view, self.high):
            raise Refused("law:degenerate", f"neither of the two moved as {self.edge.id} says")
        self.first, self.second = ("p1", "p2") if one > other else ("p2", "p1")

    @property
    def one(self) -> str:
        return _IN_UNIT.sub("", own_phrase(self.edge, self.first))

    @property
    def other(self) -> str:
        return that_of(_IN_UNIT.sub("", own_phrase(self.edge, self.second)))

    def start(self) -> PlannedRound:
        """Which of the two has more."""
        words = self.words("pair", higher=str(self.edge.returned.higher))
        return PlannedRound(
            "start", (self.fan, self.ordered("best", "argmax")), Ref(step="best"), self.entity, words, "compare"
        )

    def figure(self, step: str, slot: str) -> OpStep:
        """The value of a peer, by name."""
        inputs: dict[str, Sources] = {"item": self.literals[slot], "items": tuple(self.peers), "values": self.keys}
        return OpStep(id=step, op="value_for", inputs=inputs)


def _apart(pair: Pair, operation: str, spec: AnswerSpec, name: str, **pieces: str) -> Plan:
    """Which has more; then how far the first is above the second."""
    first, second = Ref(step="high"), Ref(step="low")
    if operation == "percent_change":
        first, second = second, first
    figures = pair.figure("high", pair.first), pair.figure("low", pair.second)
    steps = (*figures, computed(operation, first, second))
    words = pair.words(name, one=pair.one, other=pair.other, **pieces)
    planned = PlannedRound("wider", steps, Ref(step="apart", field="result"), spec, words)
    return Plan(pair.literals, (pair.start(), planned))


def ratio(atlas: Atlas, slots: Mapping[str, Json], rng: random.Random) -> Walk:
    """One peer's figure as a multiple of the other's."""
    pair = Pair(atlas, slots)
    yield from pair.sort()
    if not 0 < TIMES_LEAST * pair.low <= pair.high <= TIMES_MOST * pair.low:
        raise Refused("law:purpose", "nobody says by what factor one exceeds the other")
    return _apart(pair, "divide", AnswerSpec(kind="number", type="number", decimals=2), "ratio")


def excess(atlas: Atlas, slots: Mapping[str, Json], rng: random.Random) -> Walk:
    """By how many percent one peer's figure exceeds the other's."""
    pair = Pair(atlas, slots)
    yield from pair.sort()
    if not 0 < pair.low < pair.high < 2 * pair.low:
        raise Refused("law:purpose", "from twice as much on people speak of factors")
    return _apart(pair, "percent_change", PERCENT, "excess")


def difference(atlas: Atlas, slots: Mapping[str, Json], rng: random.Random) -> Walk:
    """How far one peer's figure lies above the other's, in its own unit."""
    pair = Pair(atlas, slots)
    yield from pair.sort()
    kind = pair.view.types[pair.edge.returned.type]
    if kind.scale == "ratio" and pair.high > TIMES_MOST * max(pair.low, 0):
        raise Refused("law:purpose", "the difference is all but the larger of the two")
    whole = isinstance(pair.high, int) and isinstance(pair.low, int)
    spec = AnswerSpec(kind="number", type=kind.name, decimals=None if whole else kind.decimals, unit=kind.unit)
    spec = apart(said(spec, pair.high - pair.low, pair.high, pair.low))
    return _apart(pair, "subtract", spec, "difference", unit=unit_apart(pair.view, pair.edge))


def claim(atlas: Atlas, slots: Mapping[str, Json], rng: random.Random) -> Walk:
    """Whether one peer has more than the other; then whether by more than a factor. Half of the claims are wrong."""
    pair = Pair(atlas, slots)
    yield from pair.sort()
    said = ("{p1}", "{p2}") if rng.random() < 0.5 else ("{p2}", "{p1}")
    figures = [pair.figure(f"v{place}", name.strip("{}")) for place, name in enumerate(said, 1)]
    inputs: dict[str, Sources] = {"left": Ref(step="v1"), "relation": option(">"), "right": Ref(step="v2")}
    more = OpStep(id="more", op="compare", inputs=inputs)
    higher = comparative(str(pair.edge.returned.higher))
    words = pair.words("claim", first=said[0], second=said[1], higher=higher)
    rounds = [PlannedRound("start", (pair.fan, *figures, more), Ref(step="more"), FLAG, words)]
    factor = _factor(pair, rng) if multiplied(pair.edge, pair.view) else None
    if factor is not None and rng.random() < FACTOR_SHARE:
        rounds.append(_times(pair, *factor))
    return Plan(pair.literals, tuple(rounds))


def _times(pair: Pair, factor: float, said: str) -> PlannedRound:
    """The claim that the larger is more than so many times the smaller."""
    figures = pair.figure("high", pair.first), pair.figure("low", pair.second)
    limit = Literal(literal=factor, type="number")
    inputs: dict[str, Sources] = {
        "left": Ref(step="times", field="result"),
        "relation": option(">"),
        "right": limit,
    }
    holds = OpStep(id="holds", op="compare", inputs=inputs)
    steps = (*figures, computed("divide", Ref(step="high"), Ref(step="low"), "times"), holds)
    words = pair.words("claim_times", one=pair.one, other=pair.other, factor=said)
    return PlannedRound("stricter", steps, Ref(step="holds"), FLAG, words)


def _factor(pair: Pair, rng: random.Random) -> tuple[float, str] | None:
    """A factor to claim, right or wrong by equal chance, and its words; None where only one of the two can be."""
    if pair.low <= 0:
        return None
    times = pair.high / pair.low
    least, most = NEAR_FACTOR
    right = [each for each in FACTORS if times / most <= each[0] <= times / least]
    wrong = [each for each in FACTORS if times * least <= each[0] <= times * most]
    if not right or not wrong:
        return None
    return right[-1] if rng.random() < 0.5 else wrong[0]


def comparative(higher: str) -> str:
    """`charges the higher VAT rate` of two becomes `charges a higher VAT rate` than the other."""
    return _COMPARED.sub(r"a \1", _BARE.sub(r"\1 ", higher))


def _weighed(edge: Edge, view: PoolView) -> bool:
    return multiplied(edge, view) and bool(edge.returned.higher)


def _no_percent(edge: Edge, view: PoolView) -> bool:
    return _weighed(edge, view) and not percent(edge, view)


def _claimed(edge: Edge, view: PoolView) -> bool:
    return not yearly(edge, view) and bool(edge.returned.higher)


def _subtracted(edge: Edge, view: PoolView) -> bool:
    return subtracted(edge, view) and bool(edge.returned.higher)


HELPERS = (CALCULATOR,)

FRAMES = {
    "ratio": Frame(peer_candidates(_no_percent, 2, 2), ratio, HELPERS, peers=(2, 2)),
    "excess": Frame(peer_candidates(_no_percent, 2, 2), excess, HELPERS, peers=(2, 2)),
    "difference": Frame(peer_candidates(_subtracted, 2, 2), difference, HELPERS, peers=(2, 2)),
    "claim": Frame(peer_candidates(_claimed, 2, 2), claim, HELPERS, peers=(2, 2)),
}

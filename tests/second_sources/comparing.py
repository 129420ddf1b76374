"""Values of our source tables beside those of a second source: what is compared, how they are drawn, what is found."""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Callable, Mapping
from typing import Literal

from pydantic import BaseModel, ConfigDict, model_validator

from builder.tools.pool import ToolPool

Value = str | float | bool | frozenset[str]
"""What can be compared; whole numbers compare as numbers, dates and codes as text."""

Verdict = Literal["same", "close", "different"]


class UnsoundComparison(Exception):
    """A comparison that does not hold: no shared key, a follow-up of no difference, a mended value wrong again."""


class Comparison(BaseModel):
    """One field of a source table, and where else its values are to be had."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    table: str
    """Provider and table (`academic.elements.elements`), or provider and tool where values come from no table."""
    field: str
    second: str
    """Distribution on PyPI that carries the second source; a provider of the pool where it has one."""
    origin: str
    """Where the second source has its values from, so why it does not repeat our errors."""
    ours: Callable[[ToolPool], Mapping[str, Value]]
    """Our values by key."""
    theirs: Callable[[ToolPool], Mapping[str, Value]]
    """Theirs, by the same keys. Most need no pool; two providers of one pool may be each other's second source."""
    decimals: int | None = None
    """Numbers are the same when they agree to half a unit of this decimal, to which answers go; None: exactly."""
    within: float = 0.0
    """Numbers are close when they differ by no more than this share of the larger one."""
    apart: float = 0.0
    """Or by no more than this, in units of the field."""
    reason: str = ""
    """Why a difference of that size is none of the table: another edition, rounding, another measurement."""
    followed: Mapping[str, str] = {}
    """Differences that were followed up, by key: who is right, and by what third source."""
    mended: Mapping[str, str] = {}
    """Values of ours that this comparison found wrong, by key: what was wrong. They must agree now, or be gone."""
    draws: int = 10

    @model_validator(mode="after")
    def _tolerance_has_a_reason(self) -> Comparison:
        if bool(self.within or self.apart) != bool(self.reason):
            raise ValueError(f"{self.table}.{self.field}: a tolerance and its reason go together")
        return self

    @property
    def name(self) -> str:
        return f"{self.table}.{self.field} against {self.second}"


class Pair(BaseModel):
    """One value of ours beside the second source's."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: str
    ours: Value
    theirs: Value
    verdict: Verdict
    apart: float | None
    """Relative difference of numbers; None of anything else."""
    followed: str | None


class Outcome(BaseModel):
    """What one comparison found."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    comparison: Comparison
    shared: int
    """Keys that both sources have."""
    pairs: tuple[Pair, ...]

    def count(self, verdict: Verdict) -> int:
        return sum(pair.verdict == verdict for pair in self.pairs)

    @property
    def worst(self) -> float | None:
        """Largest relative difference of numbers."""
        return max((pair.apart for pair in self.pairs if pair.apart is not None), default=None)

    @property
    def open(self) -> tuple[Pair, ...]:
        """Differences that nobody has followed up."""
        return tuple(pair for pair in self.pairs if pair.verdict == "different" and pair.followed is None)


def compare(comparison: Comparison, pool: ToolPool, seed: int, draws: int | None = None) -> Outcome:
    """Draw values that both sources have and compare them; `draws` replaces the comparison's own number, 0 means all.

    Raises UnsoundComparison when no key is shared, a follow-up is of values that do not differ, or a mended value does.
    """
    ours, theirs = comparison.ours(pool), comparison.theirs(pool)
    shared = sorted(ours.keys() & theirs.keys())
    if not shared:
        raise UnsoundComparison(
            f"{comparison.name}: no key in common; the keys look like {_some(ours)}, {_some(theirs)}"
        )
    differ = {key for key in shared if judge(comparison, ours[key], theirs[key]) == "different"}
    for key in comparison.followed:
        if key not in differ:
            raise UnsoundComparison(f"{comparison.name}: the follow-up of {key!r} is of no difference: drop it")
    for key in comparison.mended:
        if key in differ:
            raise UnsoundComparison(f"{comparison.name}: {key!r} is wrong again: {ours[key]!r}, not {theirs[key]!r}")
    wanted = comparison.draws if draws is None else draws
    keys = random.Random(f"{seed} {comparison.name}").sample(shared, wanted) if 0 < wanted < len(shared) else shared
    pairs = tuple(_pair(comparison, key, ours[key], theirs[key]) for key in sorted(keys))
    return Outcome(comparison=comparison, shared=len(shared), pairs=pairs)


def judge(comparison: Comparison, ours: Value, theirs: Value) -> Verdict:
    """*same*, *close* (within the stated tolerance; of text, spelled otherwise) or *different*."""
    if _is_number(ours) and _is_number(theirs):
        return _judge_numbers(comparison, float(ours), float(theirs))
    if isinstance(ours, str) and isinstance(theirs, str):
        if ours == theirs:
            return "same"
        return "close" if plain(ours) == plain(theirs) else "different"
    return "same" if type(ours) is type(theirs) and ours == theirs else "different"


def plain(text: str) -> str:
    """Letters and digits alone, in lower case and without accents: what spelling leaves alike."""
    letters = unicodedata.normalize("NFKD", text.replace("&", "and"))
    return "".join(c for c in letters if c.isalnum()).casefold()


def _judge_numbers(comparison: Comparison, ours: float, theirs: float) -> Verdict:
    apart, larger = abs(ours - theirs), max(abs(ours), abs(theirs))
    # A last digit that both round differently is still the same value; the second term is for binary fractions.
    unit = 0.0 if comparison.decimals is None else 10.0**-comparison.decimals
    if apart <= 0.5 * unit + 1e-12 * larger:
        return "same"
    return "close" if apart <= max(comparison.apart, comparison.within * larger) * (1 + 1e-9) else "different"


def _pair(comparison: Comparison, key: str, ours: Value, theirs: Value) -> Pair:
    numbers = _is_number(ours) and _is_number(theirs)
    larger = max(abs(float(ours)), abs(float(theirs))) if numbers else 0.0
    return Pair(
        key=key,
        ours=ours,
        theirs=theirs,
        verdict=judge(comparison, ours, theirs),
        apart=(abs(float(ours) - float(theirs)) / larger if larger else 0.0) if numbers else None,
        followed=comparison.followed.get(key),
    )


def _is_number(value: Value) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _some(values: Mapping[str, Value]) -> str:
    return repr(sorted(values)[:3])

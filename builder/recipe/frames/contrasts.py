"""Frames that set one named group against another: totals as a multiple, averages in percent."""

from __future__ import annotations

import random
from collections.abc import Generator, Mapping
from typing import Any

from builder.errors import Refused
from builder.recipe.atlas import Atlas, Edge
from builder.recipe.frames.base import (
    MEMBERS_MAX,
    MEMBERS_MIN,
    Candidate,
    Frame,
    Walk,
    fetch,
    head_of,
    one_seed,
    retried,
)
from builder.recipe.frames.grounds import CALCULATOR, STATISTICS, computed, looked_into
from builder.recipe.frames.overlaps import Two, two_lists
from builder.recipe.frames.uses import addable, averaged, meant_for, percent
from builder.recipe.operators import near
from builder.recipe.plans import PERCENT, Plan, PlannedRound
from builder.recipe.view import PoolView
from builder.records.base import Json
from builder.records.derivations import AnswerSpec, CallStep, MapStep, Ref
from builder.records.tools import Call, Result

TOTAL_SHARE = 0.6
"""Share of totals among comparisons of two groups, where the field adds up; the others compare averages."""

GROUPS_APART = 20
"""One group is set against another only up to this many times as large."""


def _groups(atlas: Atlas) -> list[Candidate]:
    """A list whose members are of another kind than its start, so that each group has a name of its own."""
    found = []
    for members in atlas.lists:
        if atlas.view.fits(members.returned.type, members.subject) or not meant_for(members, "contrast"):
            continue
        for field in atlas.about(members.returned.type):
            if not field.returned.head or percent(field, atlas.view):
                continue
            if not (_averaged(field, atlas.view) or _totalled(field, atlas.view)) or not looked_into(members, field):
                continue
            edges = {"list": members.id, "attribute": field.id, "group": members.id}
            tools = tuple(dict.fromkeys((members.tool, field.tool)))
            found.append(Candidate(members.tool.split(".", 1)[0], edges, tools, one_seed(members)))
    return found


def _averaged(field: Edge, view: PoolView) -> bool:
    """Averages are set apart in percent, as nobody does with life expectancies."""
    return averaged(field, view) and meant_for(field, "factor")


def _totalled(field: Edge, view: PoolView) -> bool:
    """Totals are set against totals where people give shares of them: populations, and not areas."""
    return addable(field, view) and meant_for(field, "share")


def two_groups(atlas: Atlas, slots: Mapping[str, Json], rng: random.Random) -> Walk:
    """The total of one group as a multiple of another's, or how far its simple average lies above in percent."""
    return (yield from retried(lambda these: _set_apart(atlas, these, rng), atlas, slots, rng))


def _set_apart(atlas: Atlas, slots: Mapping[str, Json], rng: random.Random) -> Walk:
    field = atlas.edges[str(slots["attribute"])]
    known = set(atlas.values(field.tool, field.parameter))

    def fits(left: list[Any], right: list[Any]) -> bool:
        sound = MEMBERS_MIN <= len(right) <= MEMBERS_MAX and not set(left) & set(right)
        return sound and (not known or known.issuperset([*left, *right]))

    two = yield from two_lists(atlas, slots, rng, fits, MEMBERS_MAX)
    if not (yield from touch(atlas, two)):
        raise Refused("law:purpose", "the two groups are nowhere next to each other")
    adds = _totalled(field, atlas.view) and (rng.random() < TOTAL_SHARE or not _averaged(field, atlas.view))
    one, other = yield from _both(two, field, adds)
    if near(one, other) or max(one, other) > GROUPS_APART * min(one, other):
        raise Refused("law:degenerate", "the two groups are nearly even, or no match for each other")
    if one < other:
        two = two.swapped()
    figure = "sum" if adds else "mean"
    steps: list[Any] = list(two.steps)
    for step, members in zip(("left", "right"), two.refs, strict=True):
        steps.append(MapStep(id=step, tool=field.tool, over=members, parameter=field.parameter))
        values = Ref(step=step, field=field.field)
        steps.append(CallStep(id=f"{step}_figure", tool=STATISTICS, arguments={"values": values}))
    left, right = (Ref(step=f"{step}_figure", field=figure) for step in ("left", "right"))
    if adds:
        steps.append(computed("divide", left, right))
        spec = AnswerSpec(kind="number", type="number", decimals=2)
    else:
        steps.append(computed("percent_change", right, left))
        spec = PERCENT
    words = two.words("groups_total" if adds else "groups_average", head=head_of(field))
    answer = Ref(step="apart", field="result")
    return Plan(two.literals, (PlannedRound("start", tuple(steps), answer, spec, words),))


def touch(atlas: Atlas, two: Two) -> Generator[Call, Result, bool]:
    """Law 12. Whether a member of one group is next to one of the other, where their kind has neighbours.

    Central and South America are set side by side, Melanesia and Central Asia are not.
    """
    kind = two.first.returned.type
    ways = [edge for edge in atlas.lists if edge.subject == kind and edge.returned.type == kind]
    right = set(two.right)
    for way in ways:
        for member in two.left:
            result = yield Call(way.tool, {way.parameter: member})
            if result.value is not None and right.intersection(result.value[way.field] or ()):
                return True
    return not ways


def _both(two: Two, field: Edge, adds: bool) -> Generator[Call, Result, list[float]]:
    """Total or mean of either group. Raises Refused when a member has no value."""
    found = []
    for members in (two.left, two.right):
        values = []
        for member in members:
            value = (yield from fetch(Call(field.tool, {field.parameter: member})))[field.field]
            if value is None:
                raise Refused("law:imputation", f"{member} has no {field.field}")
            values.append(value)
        found.append(sum(values) / (1 if adds else len(values)))
    return found


FRAMES = {
    "two_groups": Frame(_groups, two_groups, (STATISTICS, CALCULATOR)),
}

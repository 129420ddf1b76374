"""Frames over two lists of one kind of thing: what both hold, what only one holds."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from typing import Any

from builder.errors import Refused
from builder.recipe.atlas import Atlas, Edge
from builder.recipe.frames.base import (
    MEMBERS_MAX,
    MEMBERS_MIN,
    Candidate,
    Frame,
    Walk,
    call,
    compose,
    fetch,
    members_phrase,
    one_seed,
    retried,
    tidy,
)
from builder.recipe.frames.forms import Forms, forms
from builder.recipe.frames.grounds import CLAUSE, looked_into
from builder.recipe.frames.uses import meant_for
from builder.recipe.plans import Plan, PlannedRound, answer_spec
from builder.recipe.wording import describable
from builder.records.base import Json
from builder.records.derivations import CallStep, Literal, MapStep, OpStep, Ref
from builder.records.tools import Call, Result, Use

SECOND_TRIES = 15
"""Entities tried as the start of the second list, until the two overlap as they should."""

BACK_WAYS, BACK_MEMBERS = 2, 3
"""Fields, and members of the first list, that are asked where a second list could start."""

KIN_LEAST, KIN_SHARE = 3, 0.5
"""Members, and part of the shorter list, that two lists share before one is taken out of the other: South America
without the Dutch-speaking countries leaves out Suriname alone."""

LONGEST_LIST = 60
"""Members of a list whose overlap with another a reader could still check."""


@dataclass(frozen=True, slots=True)
class Two:
    """Two lists with the entities they start from."""

    first: Edge
    second: Edge
    literals: dict[str, Literal]
    left: list[Any]
    right: list[Any]

    def swapped(self) -> Two:
        """The second list first."""
        literals = {"subject": self.literals["other"], "other": self.literals["subject"]}
        return Two(self.second, self.first, literals, self.right, self.left)

    @property
    def steps(self) -> tuple[CallStep, CallStep]:
        return (
            call("list", self.first, self.literals["subject"]),
            call("others", self.second, self.literals["other"]),
        )

    @property
    def refs(self) -> tuple[Ref, Ref]:
        return Ref(step="list", field=self.first.field), Ref(step="others", field=self.second.field)

    def words(self, name: str, short: bool = False, **pieces: str) -> Forms:
        """The forms with both phrases in place. A phrase with a clause stands only where a mark follows it.

        `short`: where both lists are of one kind, the second says its noun no more.
        """
        phrases = {"members": members_phrase(self.first, "subject"), "others": members_phrase(self.second, "other")}
        if short and self.first is self.second:
            phrases["others"] = those(phrases["others"])
        chosen = forms(name)
        for slot, phrase in phrases.items():
            if CLAUSE.search(phrase):
                chosen = describable(chosen, slot, strict=True)
        if not chosen:
            raise Refused("walk:wording", "no form has a place for both clauses")
        return tuple((register, tidy(compose(text, **phrases, **pieces))) for register, text in chosen)


_NOUN = re.compile(
    r"[^{}]+? (?=(?:annotated|associated|that|whom|within|bordering|with) )|[^{}]+? (?=of )",
)


def those(phrase: str) -> str:
    """`those annotated with {other}` for `OMIM diseases annotated with {other}`, where the noun was said before."""
    found = _NOUN.match(phrase)
    return f"those {phrase[found.end() :]}" if found else phrase


Fits = Callable[[list[Any], list[Any]], bool]


def two_lists(
    atlas: Atlas, slots: Mapping[str, Json], rng: random.Random, fits: Fits, most: int
) -> Generator[Call, Result, Two]:
    """The first list, and a second one of another entity that fits it. Raises Refused when none is found."""
    first, second = (atlas.edges[str(slots[role])] for role in ("list", "group"))
    subject = slots["~subject"]
    left = list((yield from fetch(Call(first.tool, {first.parameter: subject})))[first.field])
    if not MEMBERS_MIN <= len(left) <= most:
        raise Refused("law:completeness", f"{len(left)} members of {first.id}")
    starts = [each for each in atlas.values(second.tool, second.parameter) if each != subject]
    near = yield from _near(atlas, second, left, set(starts), rng)
    for start in dict.fromkeys([*near, *rng.sample(starts, min(len(starts), SECOND_TRIES))]):
        result = yield Call(second.tool, {second.parameter: start})
        right = list(result.value[second.field] or ()) if result.value is not None else []
        # Of isomers each lists all others: two such lists differ only in what they start from.
        if {subject, *left} != {start, *right} and fits(left, right):
            literals = {
                "subject": Literal(literal=subject, type=first.subject),
                "other": Literal(literal=start, type=second.subject),
            }
            return Two(first, second, literals, left, right)
    raise Refused("walk:slots", f"no second list of {second.tool} goes with the first")


def _near(
    atlas: Atlas, second: Edge, left: list[Any], starts: set[Any], rng: random.Random
) -> Generator[Call, Result, list[Any]]:
    """Starts of a second list that a few members of the first lead to: their currency, language, sign or gene."""
    back = _back(atlas, second)
    found: list[Any] = []
    for edge in rng.sample(back, min(len(back), BACK_WAYS)):
        for member in rng.sample(left, min(len(left), BACK_MEMBERS)):
            result = yield Call(edge.tool, {edge.parameter: member})
            value = result.value[edge.field] if result.value is not None else None
            found += value[:LONGEST_LIST] if isinstance(value, list) else [value]
    usable = list(dict.fromkeys(each for each in found if each in starts))
    return rng.sample(usable, min(len(usable), SECOND_TRIES))


def _sets(atlas: Atlas) -> list[Candidate]:
    """Two ways to list one kind of thing, or one way for two entities of a kind; with a field of the members."""
    found = []
    for first in atlas.lists:
        for second in atlas.lists:
            if second.returned.type != first.returned.type or second.id < first.id:
                continue
            wanted: tuple[Use, ...] = ("overlap", "kin") if first is second else ("cross",)
            if not any(meant_for(first, use) and meant_for(second, use) for use in wanted):
                continue
            if first is second and _divides(atlas, first):
                continue
            for edges, tools in _with_field(atlas, first, second):
                domain = first.tool.split(".", 1)[0]
                found.append(Candidate(domain, edges, tools, one_seed(first)))
    return found


def _without(atlas: Atlas) -> list[Candidate]:
    """The same without a field, and of lists of one kind only such as have much in common with each other."""
    return [
        each
        for each in _sets(atlas)
        if "pick" not in each.edges
        and (each.edges["list"] != each.edges["group"] or meant_for(atlas.edges[each.edges["list"]], "kin"))
    ]


def _back(atlas: Atlas, members: Edge) -> list[Edge]:
    """Fields of a list's members that lead back to what such a list starts from."""
    return [
        edge
        for edge in atlas.edges.values()
        if atlas.view.fits(members.returned.type, edge.subject) and atlas.view.fits(edge.returned.type, members.subject)
    ]


def _divides(atlas: Atlas, members: Edge) -> bool:
    """Whether each member is in one list only, as an element is in one group: such lists never overlap."""
    back = _back(atlas, members)
    return bool(back) and not any(edge.returned.many for edge in back)


def _with_field(atlas: Atlas, first: Edge, second: Edge) -> list[tuple[dict[str, str], tuple[str, ...]]]:
    edges = {"list": first.id, "group": second.id}
    tools = tuple(dict.fromkeys((first.tool, second.tool)))
    fields = [
        edge
        for edge in atlas.about(first.returned.type)
        if edge.returned.highest
        and edge.tool not in tools
        and atlas.view.types[edge.returned.type].kind == "quantity"
        and meant_for(edge, "pick")
    ]
    if first is second or not meant_for(first, "pick"):
        fields = []  # of the characters whom two others meet, nobody asks who has the most links
    picks = [
        ({**edges, "pick": edge.id}, (*tools, edge.tool))
        for edge in fields
        if looked_into(first, edge) and looked_into(second, edge)
    ]
    # As often without: a tool that is offered for a pick and not called would be a rival of the list.
    return [*picks, *[(edges, tools)] * max(1, len(picks))]


def _overlap(op: str, name: str) -> Callable[[Atlas, Mapping[str, Json], random.Random], Walk]:
    """The members that an operator of two lists leaves; then the one of them with the most."""

    def plan(atlas: Atlas, slots: Mapping[str, Json], rng: random.Random) -> Walk:
        return (yield from retried(lambda these: overlapping(atlas, these, rng), atlas, slots, rng))

    def overlapping(atlas: Atlas, slots: Mapping[str, Json], rng: random.Random) -> Walk:
        def result(left: list[Any], right: list[Any]) -> list[Any]:
            return [each for each in left if (each in right) is (op == "common")]

        def fits(left: list[Any], right: list[Any]) -> bool:
            rest = result(left, right)
            return (
                2 <= len(rest) <= MEMBERS_MAX
                and (not kindred or akin(left, right))
                and len(left) - len(rest) >= least
                and len(right) <= LONGEST_LIST
                and (op != "common" or len(rest) < len(right))
            )

        one = atlas.edges[str(slots["list"])] if slots["list"] == slots["group"] else None
        kindred = op == "without" or (one is not None and not meant_for(one, "overlap"))
        # Of two lists of one kind a single member in common may be chance: nobody would set one against the other.
        least = 2 if slots["list"] == slots["group"] else 1
        two = yield from two_lists(atlas, slots, rng, fits, LONGEST_LIST)
        if two.literals["other"].literal in result(two.left, two.right):
            raise Refused("law:degenerate", "what the second list starts from is left over from the first")
        left, right = two.refs
        kept = OpStep(id="kept", op=op, inputs={"left": left, "right": right})
        spec = answer_spec(atlas.view, (two.first.returned.type, True))
        rounds = [PlannedRound("start", (*two.steps, kept), Ref(step="kept"), spec, two.words(name, short=True))]
        if op == "common" and "pick" in slots and len(result(two.left, two.right)) >= MEMBERS_MIN:
            rounds.append(_pick(atlas, two, atlas.edges[str(slots["pick"])], f"{name}_best"))
        return Plan(two.literals, tuple(rounds))

    return plan


def akin(left: list[Any], right: list[Any]) -> bool:
    """Law 12. Whether two lists have so much in common that people ask what only one of them holds."""
    shared = sum(each in right for each in left)
    return shared >= max(KIN_LEAST, KIN_SHARE * min(len(left), len(right)))


def _pick(atlas: Atlas, two: Two, field: Edge, name: str) -> PlannedRound:
    """The extreme member of what is left."""
    kept = Ref(step="kept")
    each = MapStep(id="each", tool=field.tool, over=kept, parameter=field.parameter)
    keys = Ref(step="each", field=field.field)
    best = OpStep(id="best", op="argmax", inputs={"items": kept, "keys": keys})
    spec = answer_spec(atlas.view, (two.first.returned.type, False))
    words = two.words(name, short=True, best=str(field.returned.highest))
    return PlannedRound("deeper", (each, best), Ref(step="best"), spec, words)


FRAMES = {
    "in_both": Frame(_sets, _overlap("common", "in_both"), most=LONGEST_LIST),
    "only_in_one": Frame(_without, _overlap("without", "only_in_one"), most=LONGEST_LIST),
}

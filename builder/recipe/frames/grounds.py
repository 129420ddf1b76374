"""A complete list with one attribute of its members: what every frame over a list starts from."""

from __future__ import annotations

import re
from collections.abc import Generator, Mapping, Sequence
from typing import Any

from builder.errors import Refused
from builder.recipe.atlas import Atlas, Edge
from builder.recipe.frames.base import MEMBERS_MAX, MEMBERS_MIN, call, compose, fetch, members_phrase, tidy
from builder.recipe.frames.forms import Forms, forms
from builder.recipe.frames.uses import meant_for, numeric, yearly
from builder.recipe.operators import near
from builder.recipe.plans import answer_spec
from builder.recipe.wording import describable
from builder.records.base import Json
from builder.records.derivations import CallStep, Literal, MapStep, OpStep, Ref, Sources
from builder.records.tools import Call, Result, Use

STATISTICS = "general.mathematics.describe_numbers"
CALCULATOR = "general.mathematics.calculate"

CLAUSE = re.compile(r"\b(whose|that|which|where|who|whom)\b")


def option(text: str) -> Literal:
    """An operation, a relation or an order."""
    return Literal(literal=text, type="option")


def computed(operation: str, a: Sources, b: Sources, step: str = "apart") -> CallStep:
    """One operation of the calculator."""
    return CallStep(id=step, tool=CALCULATOR, arguments={"operation": option(operation), "a": a, "b": b})


def looked_into(members: Edge, attribute: Edge) -> bool:
    """Law 12. Whether people look into such a field over such a list: users of a currency by size, not by births."""
    return members.returned.about is None or attribute.returned.topic in members.returned.about


def pairs(atlas: Atlas, need: str, over: Use, by: Use) -> list[tuple[Edge, Edge]]:
    """Lists with an attribute of their members that has the words it needs, both meant for what the frame does.

    `over` is what is done over the list, `by` what the attribute serves for. Limits are set by proportion, which means
    nothing for years.
    """
    found = []
    for members in atlas.lists:
        if not meant_for(members, over):
            continue
        for attribute in atlas.about(members.returned.type):
            if (need == "above" and yearly(attribute, atlas.view)) or not meant_for(attribute, by):
                continue
            if not looked_into(members, attribute):
                continue
            if numeric(attribute, atlas.view) and getattr(attribute.returned, need):
                found.append((members, attribute))
    return found


class Ground:
    """The list with its members' attribute: what every frame of this module starts from."""

    def __init__(self, atlas: Atlas, slots: Mapping[str, Json], attribute: str = "attribute") -> None:
        self.view = atlas.view
        self.subject = slots["~subject"]
        self.members = atlas.edges[str(slots["list"])]
        self.attribute = atlas.edges[str(slots[attribute])]
        self.literals = {"subject": Literal(literal=self.subject, type=self.members.subject)}
        self.items = Ref(step="list", field=self.members.field)
        self.keys = Ref(step="each", field=self.attribute.field)
        self.steps = (
            call("list", self.members, self.literals["subject"]),
            MapStep(id="each", tool=self.attribute.tool, over=self.items, parameter=self.attribute.parameter),
        )
        self.entity = answer_spec(self.view, (self.members.returned.type, False))

    def again(self, second: Edge) -> CallStep | OpStep:
        """Another field of the chosen member: read off the fan-out when its tool has given it already."""
        if second.tool != self.attribute.tool:
            return CallStep(id="more", tool=second.tool, arguments={second.parameter: Ref(step="best")})
        values = Ref(step="each", field=second.field)
        return OpStep(
            id="more",
            op="value_for",
            inputs={"item": Ref(step="best"), "items": self.items, "values": values},
        )

    @property
    def noun(self) -> str:
        return self.view.types[self.members.returned.type].noun

    def words(self, name: str, **pieces: str) -> Forms:
        """The forms of a frame with the list's phrase and these pieces in place."""
        members = members_phrase(self.members, "subject")
        chosen = forms(name)
        if CLAUSE.search(members):
            # A second clause right after the first would attach to the wrong noun.
            chosen = describable(chosen, "members", strict=True)
        all_pieces = {"members": members, "noun": self.noun, **pieces}
        return tuple((register, tidy(compose(text, **all_pieces))) for register, text in chosen)

    def measure(self) -> Any:
        """Execute the list and its fan-out in the walk, to choose among forms by what came back."""
        listed = yield from fetch(Call(self.members.tool, {self.members.parameter: self.subject}))
        members = listed[self.members.field]
        if not MEMBERS_MIN <= len(members) <= MEMBERS_MAX:
            raise Refused("law:completeness", f"{len(members)} members of {self.members.id}")
        values = []
        for member in members:
            result = yield from fetch(Call(self.attribute.tool, {self.attribute.parameter: member}))
            if result[self.attribute.field] is None:
                raise Refused("law:imputation", f"{member} has no {self.attribute.field}")
            values.append(result[self.attribute.field])
        return members, values

    def divided(self, values: Sequence[Any]) -> Generator[Call, Result, bool]:
        """Whether the members are the parts of what the list starts from, so that their total is its own figure.

        The subdivisions of the Jurassic lasted as long as the Jurassic: nobody adds them up.
        """
        attribute = self.attribute
        if not self.view.fits(self.members.subject, attribute.subject):
            return False
        result = yield Call(attribute.tool, {attribute.parameter: self.subject})
        own = result.value[attribute.field] if result.value is not None else None
        return own is not None and near(own, sum(values))

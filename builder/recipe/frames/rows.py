"""Named peers with one attribute each: which peers may stand together, and what every frame over them needs."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from typing import Any

from builder.errors import Refused
from builder.recipe.atlas import Atlas, Edge
from builder.recipe.frames.base import (
    FREE_PEERS,
    Candidate,
    comparative_of,
    compose,
    extremes,
    fetch,
    free_peers,
    groups,
    literals_of,
    one_seed,
    tidy,
)
from builder.recipe.frames.forms import Forms, forms
from builder.recipe.frames.uses import meant_for, numeric
from builder.recipe.plans import answer_spec
from builder.recipe.view import PoolView
from builder.recipe.wording import literal_text
from builder.records.base import Json
from builder.records.derivations import MapStep, OpStep, Ref, Sources
from builder.records.tools import Call, Result

LONG_NAME = 7
"""Words of a name that can still stand in a row with others."""

Suits = Callable[[Edge, PoolView], bool]


def peer_candidates(suits: Suits, least: int, most: int) -> Callable[[Atlas], list[Candidate]]:
    """Peers of one group where their kind has groups to compare in; any, while there are few, where it has no lists.

    Only fields that can be ranked in words (`head`, `highest`) and that suit the frame.
    """

    def candidates(atlas: Atlas) -> list[Candidate]:
        found = []
        for edge in atlas.attributes:
            if not (numeric(edge, atlas.view) and meant_for(edge, "pick")):
                continue
            if edge.returned.head and edge.returned.highest and suits(edge, atlas.view):
                found += with_peers(atlas, edge, {"attribute": edge.id}, (edge.tool,), (least, most))
        return found

    return candidates


def with_peers(
    atlas: Atlas, edge: Edge, edges: Mapping[str, str], tools: tuple[str, ...], count: tuple[int, int]
) -> list[Candidate]:
    domain = edge.tool.split(".", 1)[0]
    shared = groups(atlas, edge)
    if shared:
        return [Candidate(domain, {**edges, "group": each.id}, tools, one_seed(each)) for each in shared]
    if any(atlas.view.fits(each.returned.type, edge.subject) for each in atlas.lists):
        return []  # listed, but in no list whose members people compare: coma against cirrhosis
    if 2 * count[1] <= len(atlas.values(edge.tool, edge.parameter)) <= FREE_PEERS:
        return [Candidate(domain, edges, tools, free_peers(edge, *count))]
    return []


class Row:
    """Named peers with one attribute each."""

    def __init__(self, atlas: Atlas, slots: Mapping[str, Json]) -> None:
        self.view = atlas.view
        self.edge = atlas.edges[str(slots["attribute"])]
        self.peers = literals_of(slots)
        self.literals = {f"p{number}": literal for number, literal in enumerate(self.peers, 1)}
        self.fan = MapStep(id="each", tool=self.edge.tool, over=tuple(self.peers), parameter=self.edge.parameter)
        self.keys = Ref(step="each", field=self.edge.field)
        self.entity = answer_spec(self.view, (self.edge.subject, False))
        self.noun = self.view.types[self.edge.subject].noun

    @property
    def all(self) -> str:
        """`the genes {p1}, {p2} and {p3}`: names that say their kind or bring an article go without it."""
        texts = [literal_text(self.view, literal, "iso") for literal in self.peers]
        if any(";" in text or len(text.split()) > LONG_NAME for text in texts):
            raise Refused("walk:wording", "names too long to stand in a row")
        names = ["{" + name + "}" for name in self.literals]
        mark = ";" if any("," in text for text in texts) else ","
        last = "; and " if mark == ";" else " and "
        listed = f"{mark} ".join(names[:-1]) + last + names[-1]
        if any(text.startswith("the ") or self.noun in text.lower() for text in texts):
            return listed
        return f"the {self.view.types[self.edge.subject].plural} {listed}"

    def words(self, name: str, **pieces: str) -> Forms:
        top, bottom = extremes(self.edge)
        ends = {"top": top, "bottom": bottom, "more": comparative_of(top), "first": "{p1}", "second": "{p2}"}
        all_pieces = {"all": self.all, "noun": self.noun, **ends, **pieces}
        return tuple((register, tidy(compose(text, **all_pieces))) for register, text in forms(name))

    def fetch(self) -> Generator[Call, Result, list[Any]]:
        """The attribute of each peer, looked up in the walk. Raises Refused when one has none."""
        values = []
        for peer in self.peers:
            result = yield from fetch(Call(self.edge.tool, {self.edge.parameter: peer.literal}))
            values.append(result[self.edge.field])
        if any(value is None for value in values):
            raise Refused("law:imputation", f"a peer has no {self.edge.field}")
        return values

    def ordered(self, step: str, op: str) -> OpStep:
        return OpStep(id=step, op=op, inputs={"items": tuple(self.peers), "keys": self.keys})

    def value(self, step: str, item: str, field: str | None = None) -> OpStep:
        values = Ref(step="each", field=field or self.edge.field)
        inputs: dict[str, Sources] = {"item": Ref(step=item), "items": tuple(self.peers), "values": values}
        return OpStep(id=step, op="value_for", inputs=inputs)

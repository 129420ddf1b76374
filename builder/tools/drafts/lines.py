"""Lines of a proposed spec, as TOML. What only a person can know is left empty, so that `tools check` lists it."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from builder.recipe.injection import findings, neutral
from builder.records.tools import SemanticType
from builder.tools.checks import DESCRIPTION_LIMIT
from builder.tools.drafts.leaves import Leaf, snake
from builder.tools.drafts.proposing import Proposal, propose

TOOL_SCHEMA = "#:schema ../../../docs/schemas/tool.schema.json"
PROVIDER_SCHEMA = "#:schema ../../../docs/schemas/provider.schema.json"

TERMS = 'terms = ""                 # https address of the terms of use'

HOW = "Correct or confirm each key of `review`, then take it out."

_COMPUTES = frozenset("add average calculate compute convert count difference divide evaluate multiply sum".split())
"""Words in the name of a tool that does not look anything up."""

_LIMITS = {
    "enum": "enum", "minimum": "minimum", "maximum": "maximum", "minItems": "min_items", "maxItems": "max_items",
}  # fmt: skip


@dataclass(slots=True)
class Draft:
    """The text of a spec, and what of the tool it leaves out."""

    text: str = ""
    gaps: list[str] = field(default_factory=list)
    untyped: list[str] = field(default_factory=list)
    """Parameters and fields for which no type was found."""

    def write(self, lines: Iterable[str]) -> None:
        """These lines are the spec."""
        self.text = "\n".join(lines) + "\n"
        if self.untyped:
            self.gaps.append(f"no semantic type fits name, unit, options or values of: {', '.join(self.untyped)}")


@dataclass(frozen=True, slots=True)
class Ground:
    """What proposals stand on."""

    types: Mapping[str, SemanticType]
    listed: Callable[[str], Collection[Any]]
    """Values that an entity type lists."""

    def proposals(self, leaf: Leaf, seen: Sequence[Any]) -> list[Proposal]:
        """Types for a value of which these were seen."""
        return propose(leaf, _flat(seen), self.types, self.listed)


def role(name: str) -> str:
    """What a tool of that name does."""
    return "processing" if set(snake(name).split("_")) & _COMPUTES else "retrieval"


def provider_head(whence: str, title: str, licence: str, says: str) -> list[str]:
    """The first lines of a provider's file; `licence` and `says` are what to know of data_licence and say_source."""
    return [
        PROVIDER_SCHEMA,
        remark(f"Proposed from {whence}. {HOW}"),
        f"title = {value(title)}",
        'source = ""                # how a question may name it',
        f'data_licence = ""          # {licence}',
        'attribution = ""           # the sentence for the dataset card',
        f"say_source = true          # {says}",
        "share_responses = false    # true where its terms let recorded answers be passed on",
    ]


def parameter(name: str, leaf: Leaf, proposals: Sequence[Proposal], draft: Draft) -> Iterator[str]:
    yield from ("", f"[parameters.{name}]")
    yield _type(name, proposals, draft)
    text, more = words(leaf.description)
    draft.gaps += [f"parameter {name}: description {each}" for each in more]
    draft.gaps += [f"parameter {name}: {note}" for note in leaf.notes]
    yield f"description = {value(text)}"
    if not leaf.required:
        yield "required = false"
        if "default" in leaf.limits:
            yield f"default = {value(neutral(leaf.limits['default']))}"
    if leaf.many:
        yield "many = true"
    for theirs, ours in _LIMITS.items():
        if theirs in leaf.limits:
            yield f"{ours} = {value(neutral(leaf.limits[theirs]))}"


def returned(
    name: str, leaf: Leaf, seen: Sequence[Any], ground: Ground, draft: Draft, *, whole: bool = True
) -> Iterator[str]:
    """A field, of which these values were seen. `whole`: a list has all members there are."""
    moment = leaf.limits.get("format") == "date-time"
    proposals = ground.proposals(leaf, seen)
    if moment and not proposals:
        # Its day may be what people ask for.
        proposals = ground.proposals(replace(leaf, limits={"format": "date"}, samples=()), ())
    yield from ("", f"[returns.{name}]")
    yield _type(name, proposals, draft)
    text, more = words(leaf.description)
    draft.gaps += [f"returns {name}: description {each}" for each in more]
    yield f"description = {value(text)}"
    yield f"select = {value(leaf.expression)}"
    if moment and proposals and ground.types[proposals[0].type].kind == "date":
        yield 'convert = "date"'
    if leaf.many:
        yield "many = true"
        yield from () if whole else ("complete = false",)
    if not leaf.many and (leaf.nullable or not leaf.required):
        yield "nullable = true"
    yield from ('topic = "general"', "phrases = []", "ask = []")


def examples(names: Sequence[str], required: Collection[str], known: Mapping[str, Any]) -> Iterator[str]:
    """Two examples: one of what is `known`, one to fill in."""
    for given in (known, {}):
        yield from ("", "[[examples]]")
        shown = {name: given.get(name, "") for name in names if name in given or name in required}
        body = ", ".join(f"{name} = {value(neutral(each))}" for name, each in shown.items() if each is not None)
        yield f"arguments = {{ {body} }}" if body else "arguments = {}"


def words(text: str) -> tuple[str, list[str]]:
    """A stranger's words for a reader, and why they are not all there."""
    shown = " ".join(text.split())
    found = findings(shown)
    if found:
        return "", [f"left out: it holds {found[0].reason}: {neutral(found[0].text)!r}"]
    if len(shown) <= DESCRIPTION_LIMIT:
        return neutral(shown), []
    cut = shown[:DESCRIPTION_LIMIT]
    ended = cut[: cut.rfind(". ") + 1] or cut[: cut.rfind(" ")]
    return neutral(ended), [f"cut: it has {len(shown)} characters, and {DESCRIPTION_LIMIT} is the most"]


def remark(text: str) -> str:
    """A stranger's words as a comment, which ends where its line ends."""
    return f"# {' '.join(str(neutral(text)).split())[:200]}"


def key(name: str) -> str:
    """A name as TOML writes it: bare, or quoted."""
    return name if name and name.replace("_", "").replace("-", "").isalnum() and name.isascii() else value(name)


def value(given: Any) -> str:
    """A value as TOML writes it; texts of JSON are texts of TOML once DEL is escaped."""
    if isinstance(given, list | tuple):
        return "[" + ", ".join(value(each) for each in given) + "]"
    if isinstance(given, Mapping):
        return "{ " + ", ".join(f"{key(name)} = {value(each)}" for name, each in given.items()) + " }"
    return json.dumps(given, ensure_ascii=False).replace("\x7f", "\\u007F")


def _type(where: str, proposals: Sequence[Proposal], draft: Draft) -> str:
    if not proposals:
        draft.untyped.append(where)
        return 'type = ""'
    best, *others = proposals
    more = f". Or: {', '.join(each.type for each in others)}" if others else ""
    return f"type = {value(best.type)}  # {best.why}{more}"


def _flat(values: Sequence[Any]) -> list[Any]:
    """Single values, those of lists one by one."""
    found: list[Any] = []
    for each in values:
        found += each if isinstance(each, list) else [each]
    return [each for each in found if isinstance(each, str | int | float | bool) and each != ""]

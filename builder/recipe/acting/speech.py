"""What the rules solver says: noun phrases for what calls give, sentences for results and operators.

Every sentence is filled from real arguments and results; the words come from `builder/prompts/solver.toml`
and from the wording of tool specs.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Collection, Mapping
from typing import Any

from builder.prompts import fill, phrases, placeholders
from builder.recipe.acting.nouns import Nouns
from builder.recipe.view import PoolView
from builder.recipe.wording import literal_text, one_article
from builder.records.derivations import Literal
from builder.records.tools import Call, Return, ToolSpec

MAX_PHRASE = 220
"""Characters of a noun phrase; a longer one says less than the name of the field."""
MAX_TEXT = 60
MAX_LISTED = 12
MAX_INSIDE = 4
"""Members named inside a noun phrase."""

MAX_HEAD = 3
"""Words of a head that shares its tail with others: longer ones hold clauses of their own."""

TURNS = 12
"""Starting places in a field's list of phrases: a multiple of two, three and four, which is how many there are."""

# `the population is 83,240,525`, `the number of people`, `the height in feet`: the unit is in the words.
_SAYS_UNIT = re.compile(r"\bin (?!the\b)[a-zµμ°%$€£]|\bpercent|\bpopulation\b|\bnumber of\b")

_ONE_UNIT = re.compile(
    r"(?<![\d.,-])1 (second|minute|hour|day|working day|week|month|year|degree|metre|knot|mile|seat)s\b"
)


def listed(items: list[str]) -> str:
    """`a`, `a and b`, `a, b and c`; semicolons where an item has a comma of its own."""
    mark = _mark(items)
    last = "; and " if mark == "; " else " and "
    return mark.join(items[:-1]) + last + items[-1] if len(items) > 1 else "".join(items)


def _mark(items: list[str]) -> str:
    return "; " if len(items) > 2 and any(", " in item for item in items) else ", "


def cap(text: str) -> str:
    """First letter of a sentence; `pH`, `mRNA` and tool names keep theirs."""
    first = text.split(" ", 1)[0]
    return text[0].upper() + text[1:] if first.isalpha() and first.islower() else text


class Voice:
    """One speaker: never the same template twice in a row, all choices from one random stream.

    A field keeps its phrase while the speaker speaks. `apart` names, by tool, the parameters whose values tell
    its calls apart: a phrase that holds them goes before one that does not.
    """

    def __init__(self, view: PoolView, rng: random.Random, apart: Mapping[str, Collection[str]] | None = None) -> None:
        self.view = view
        self.rng = rng
        self.apart = apart or {}
        self._last: dict[str, str] = {}
        self._turns: dict[str, int] = {}
        self._texts = phrases("solver")
        self.nouns = Nouns(view)

    def say(self, situation: str, **values: str) -> str:
        """A sentence for a situation. A template may leave out values, but has none that is not given."""
        texts = [text for text in self._texts[situation] if text != self._last.get(situation)]
        text = self.rng.choice(texts or list(self._texts[situation]))
        self._last[situation] = text
        return cap(fill(text, {name: values[name] for name in placeholders(text)}))

    def value(self, value: Any, kind: str, at_most: int = MAX_LISTED) -> str:
        """A value as people write it: entities by name, numbers with separators, long texts and lists cut."""
        if isinstance(value, list):
            items = [self.value(item, kind) for item in value[:at_most]]
            more = len(value) - len(items)
            return _mark(items).join(items) + f" and {more} more" if more else listed(items) or "none"
        if isinstance(value, float) and not value.is_integer():
            text = _digits(value)
            return self.view.types[kind].display.format(value=text, label=text)
        if isinstance(value, str) and len(value) > MAX_TEXT and not self.view.entities(kind):
            return f"{value[: MAX_TEXT // 2]}… ({len(value)} characters)"
        if isinstance(value, (int, float, str, bool)):
            text = literal_text(self.view, Literal(literal=value, type=kind), "iso")
            return text.replace("_", " ") if self.view.types[kind].kind == "option" else text
        return "no value" if value is None else json.dumps(value, ensure_ascii=False)

    def measured(self, value: Any, kind: str, unit: str | None = None, phrase: str = "") -> str:
        """A value with its unit, unless the phrase it goes with names one already."""
        text = self.value(value, kind)
        unit = self.view.types[kind].unit if unit is None else unit
        if not unit or not isinstance(value, (int, float)) or isinstance(value, bool):
            return text
        # `has the most inhabitants` names it; `the gap between 21 °C and the dew point` names that of another value,
        # and so does `the amount of a 20 mg/mL solution` for a volume.
        named = re.search(rf"(?<![\w/])(?<!\d ){re.escape(unit)}(?![\w/])", phrase)
        if _SAYS_UNIT.search(phrase) or named or text.endswith(unit):
            return text
        return _singular(f"{text}{'' if unit in ('%', '°') else ' '}{unit}")

    def goals(
        self, call: Call, fields: Collection[str], each: Mapping[str, str] | None = None, brief: bool = False
    ) -> list[str]:
        """Noun phrases for what a call is made for. `each` replaces the words of some arguments."""
        texts = [self.phrase(call, name, each, brief) for name in self._spec(call).returns if name in fields]
        return _shared_tail(texts)

    def phrase(self, call: Call, field: str, each: Mapping[str, str] | None = None, brief: bool = False) -> str:
        """Noun phrase for one field of a call's result; `brief` leaves the arguments out where no wording has them."""
        spec = self._spec(call)
        arguments = {**{n: p.default for n, p in spec.parameters.items() if not p.required}, **call.arguments}
        kinds = {name: parameter.type for name, parameter in spec.parameters.items()}
        words = {name: self.value(v, kinds[name], MAX_INSIDE) for name, v in arguments.items() if v is not None}
        words.update(each or {})
        if (text := self._chosen(spec, call, field, words.keys())) is not None:
            said = one_article(fill(text, {name: words[name] for name in placeholders(text)}))
            return _singular(said) + self._untold(spec, call, placeholders(text), each or {}, brief)
        noun = self.nouns.of(spec, field)
        only = next(iter(call.arguments)) if len(call.arguments) == 1 else None
        if only and self.view.listing_type(spec.parameters[only].type) is not None:
            return f"{noun} of {words[only]}"
        given = [self._given(spec, name, v, (each or {}).get(name)) for name, v in call.arguments.items()]
        about = f" ({', '.join(given)})"
        return noun if brief or not given or len(about) > MAX_PHRASE else noun + about

    def _chosen(self, spec: ToolSpec, call: Call, field: str, known: Collection[str]) -> str | None:
        """One of the wordings whose placeholders all have words: of those that tell calls apart best.

        One draw for each tool: sibling fields use phrases of the same place, which specs write alike.
        """
        fitting = [text for text in self._phrases(spec, call, field) if placeholders(text) <= set(known)]
        if not fitting:
            return None
        apart = set(self.apart.get(spec.id, ()))
        most = max(len(placeholders(text) & apart) for text in fitting)
        best = [text for text in fitting if len(placeholders(text) & apart) == most]
        if spec.id not in self._turns:
            self._turns[spec.id] = self.rng.randrange(TURNS)
        return best[self._turns[spec.id] % len(best)]

    def _untold(self, spec: ToolSpec, call: Call, told: Collection[str], each: Mapping[str, str], brief: bool) -> str:
        """What tells this call from others of its tool and is not in the phrase: ` (years 5)`; empty when brief."""
        apart = set(self.apart.get(spec.id, ())) - set(told)
        # An operation that chose the words is told by them.
        missing = [n for n, v in call.arguments.items() if n in apart and f"noun.{spec.name}.{v}" not in self._texts]
        members = "".join(f" for {each[name]}" for name in missing if name in each)
        given = [self._given(spec, n, call.arguments[n], None) for n in missing if n not in each]
        if brief or not given or len(about := f" ({', '.join(given)})") > MAX_PHRASE:
            return members
        return members + about

    def _given(self, spec: ToolSpec, name: str, value: Any, instead: str | None) -> str:
        """An argument by name: `daily volatility 0.57%`."""
        words, kind = self.nouns.words(name), spec.parameters[name].type
        if isinstance(value, list):
            return f"{words} {instead or self.value(value, kind, MAX_INSIDE)}"
        return f"{words} {instead or self.measured(value, kind, phrase=words)}"

    def _phrases(self, spec: ToolSpec, call: Call, field: str) -> tuple[str, ...]:
        """Wordings of a field: ours for what a structural literal makes it mean, else the spec's own."""
        structural = [n for n, p in spec.parameters.items() if p.structural and n in call.arguments]
        for name in structural:
            if texts := self._texts.get(f"noun.{spec.name}.{call.arguments[name]}"):
                return texts
        return spec.returns[field].phrases

    def head(self, spec: ToolSpec, field: str) -> str:
        """Bare name of a field: `population`."""
        return self.nouns.bare(spec, field)

    def found(self, call: Call, field: str, value: Any, brief: bool = True) -> str:
        """Sentence that reports one field of a result."""
        spec = self._spec(call)
        declared = spec.returns[field]
        phrase = self.phrase(call, field, brief=brief)
        text = self.measured(value, declared.type, phrase=phrase)
        situation = "colon" if _plural(phrase, declared, value) else "is"
        return self.say(situation, phrase=phrase, value=text, tool=spec.name)

    def member(self, call: Call, parameter: str, field: str, value: Any) -> str:
        """Sentence that reports one member of a fan-out, where the phrase is known from before."""
        spec = self._spec(call)
        name = self.value(call.arguments[parameter], spec.parameters[parameter].type)
        text = self.measured(value, spec.returns[field].type)
        return self.say("member", member=name, value=text, tool=spec.name)

    def pairs(self, items: tuple[list[Any], str], values: tuple[list[Any], str], head: str) -> str:
        """`Austria = 9,120,091; Belgium = 11,812,000`: members and values, each with their type."""
        (members, kind), (figures, value_kind) = items, values
        shown = [
            f"{self.value(item, kind)} = {self.measured(value, value_kind, phrase=head)}"
            for item, value in zip(members, figures, strict=True)
        ]
        return "; ".join(shown)

    def _spec(self, call: Call) -> ToolSpec:
        return self.view.declared[call.tool]


def _digits(value: float) -> str:
    """The digits of the result as they stand there, thousands separated: rounding is no business of words."""
    whole, point, fraction = repr(value).partition(".")
    if "e" in whole + fraction or len(whole) < 6:
        return repr(value)
    return f"{int(whole):,}{point}{fraction}"


def _singular(text: str) -> str:
    """`1 hour`, `every 1 week`: a unit in words after the number one."""
    return _ONE_UNIT.sub(r"1 \1", text)


def _shared_tail(texts: list[str]) -> list[str]:
    """`the latitude and longitude of Lyon` for two phrases with one tail and short heads."""
    tails = {text.partition(" of ")[2] for text in texts}
    if len(texts) < 2 or len(tails) > 1 or "" in tails or not all(text.startswith("the ") for text in texts):
        return texts
    heads = [text.partition(" of ")[0].removeprefix("the ") for text in texts]
    if any(len(head.split()) > MAX_HEAD for head in heads):
        return texts
    return [f"the {listed(heads)} of {tails.pop()}"]


def _plural(phrase: str, declared: Return, value: Any) -> bool:
    """Whether `is` would not go with the phrase: several things, a yes or no, or `is` after an afterthought."""
    if declared.many or isinstance(value, bool) or phrase.startswith("whether "):
        return True
    # `the share of copper-63 in the natural element, in atom percent`
    if re.search(r", [a-z]", phrase):
        return True
    head = re.split(r" (?:of|in|from|for|between|on|per|at|that|with|to|by|as) ", phrase, maxsplit=1)[0]
    return bool(re.search(r"[^suio]s$", head)) or " and " in head

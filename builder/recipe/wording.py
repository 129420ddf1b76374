"""Words: literals with their names, dates and numbers in one style, questions with their tails."""

from __future__ import annotations

import datetime
import random
import re
import string
from collections.abc import Iterable, Mapping, Sequence

from builder.recipe.plans import Described, Plan, PlannedRound
from builder.recipe.view import PoolView
from builder.records.base import Json
from builder.records.derivations import AnswerSpec, Literal

DATE_STYLES = ("iso", "day_first", "month_first")
"""2026-09-08, 8 September 2026, September 8, 2026: one style per question."""

MONTHS = "January February March April May June July August September October November December".split()

_ROUNDING = {
    0: ("Round to the nearest whole number.", "Give the answer as a whole number."),
    1: ("Round to one decimal.", "Give the answer to one decimal place."),
    2: ("Round to two decimals.", "Give the answer to two decimal places."),
    3: ("Round to three decimals.", "Give the answer to three decimal places."),
    4: ("Round to four decimals.", "Give the answer to four decimal places."),
    5: ("Round to five decimals.", "Give the answer to five decimal places."),
    6: ("Round to six decimals.", "Give the answer to six decimal places."),
}
_ARTICLES = re.compile(r"\b([Tt]he) the\b")
_BEFORE_EACH = re.compile(r"\bthe (?=each of\b)")

_SOURCES = ("Use {source}.", "Go by {source}.", "Base the answer on {source}.")


def number_text(value: float) -> str:
    """Digits with thousands separators from 10,000 up; no trailing zeros."""
    if isinstance(value, int) or float(value).is_integer():
        whole = int(value)
        return f"{whole:,}" if abs(whole) >= 10_000 else str(whole)
    text = f"{value:,.10f}" if abs(value) >= 10_000 else f"{value:.10f}"
    return text.rstrip("0").rstrip(".")


def date_text(iso: str, style: str) -> str:
    """A calendar date in one of DATE_STYLES."""
    day = datetime.date.fromisoformat(iso)
    if style == "iso":
        return iso
    month = MONTHS[day.month - 1]
    return f"{day.day} {month} {day.year}" if style == "day_first" else f"{month} {day.day}, {day.year}"


def time_text(iso: str, style: str) -> str:
    """A local date and time, `2026-09-08T14:30`, in the style of the question's dates."""
    date, _, clock = iso.partition("T")
    return f"{date} {clock}" if style == "iso" else f"{clock} on {date_text(date, style)}"


def literal_text(view: PoolView, literal: Literal, style: str) -> str:
    """How a question writes a literal: with the name that identifies it, as the tools accept it."""
    value = literal.literal
    kind = view.types[literal.type]
    if isinstance(value, list):
        items = [literal_text(view, Literal(literal=item, type=literal.type), style) for item in value]
        return listed(items)
    if kind.kind == "entity":
        return entity_text(view, literal.type, value)
    if kind.kind == "date":
        return date_text(value, style)
    if kind.kind == "time" and "T" in str(value):
        return time_text(value, style)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (int, float)):
        # A number that stands for a place in an order or a code (EPSG 32632) has no thousands.
        plain = kind.scale == "ordinal" or "year" in (kind.name, kind.parent)
        text = str(value) if plain else number_text(value)
        return kind.display.format(value=text, label=text)
    return kind.display.format(value=value, label=value)


def listed(items: Sequence[str], word: str = "and", commas: bool | None = None) -> str:
    """`a`, `a and b`, `a, b and c`; semicolons stand between three or more of which one holds a comma itself.

    `commas` says so of items that are no words yet.
    """
    if len(items) < 2:
        return items[0]
    if len(items) > 2 and (any("," in item for item in items) if commas is None else commas):
        return f"{'; '.join(items[:-1])}; {word} {items[-1]}"
    return f"{', '.join(items[:-1])} {word} {items[-1]}"


def entity_text(view: PoolView, type_name: str, value: Json) -> str:
    """Display of an entity: its type's own display rule over value and label."""
    entity = view.entities(type_name).get(value)
    label = entity.label if entity is not None else str(value)
    kind = view.types[type_name]
    if kind.listing is None and kind.display == "{value}":
        kind = view.listing_type(type_name) or kind
    if label == str(value) and "({value})" in kind.display:
        return label
    return kind.display.format(value=value, label=label)


def slots_in(text: str) -> set[str]:
    """Names in braces."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def fill(text: str, slots: Mapping[str, str]) -> str:
    """Place slots in one pass over the template, so that braces in values cannot re-enter it."""
    pieces = []
    for literal, name, _, _ in string.Formatter().parse(text):
        pieces.append(literal)
        if name is not None:
            pieces.append(slots[name])
    return "".join(pieces)


def slot_texts(view: PoolView, plan: Plan, style: str, described: Described | None) -> dict[str, str]:
    """The words of each slot of a plan; a described slot gets its description."""
    texts = {
        name: plan.words.get(name) or literal_text(view, literal, style) for name, literal in plan.literals.items()
    }
    if described is not None:
        inner = {name: literal_text(view, literal, style) for name, literal in described.literals.items()}
        texts[described.slot] = fill(described.phrase, inner)
    return texts


def describable(wordings: Iterable[tuple[str, str]], slot: str, *, strict: bool) -> tuple[tuple[str, str], ...]:
    """The wordings that place a slot once, those where a mark follows it before all others.

    A description has a verb of its own ("the country where Heathrow lies"): words after it would attach to it.
    With `strict` the others are left out for good.
    """
    place = "{" + slot + "}"
    usable = [(register, text) for register, text in wordings if text.count(place) == 1]
    clear = [(register, text) for register, text in usable if text.partition(place)[2][:1] in ("", *",.:;?)")]
    return tuple(clear if clear or strict else usable)


def choose_wording(planned: PlannedRound, rng: random.Random) -> tuple[str, str]:
    """A register by equal quota, then one of its texts."""
    registers = sorted({register for register, _ in planned.wordings})
    register = rng.choice(registers)
    return register, rng.choice([text for kind, text in planned.wordings if kind == register])


CENTS = 2

_WHOLE = re.compile(r"\bround(?:ed|ing)\b|\bto the (?:nearest|full)\b|\bas a whole number\b", re.IGNORECASE)
"""Words that say of a whole number how it is rounded."""
_PLACES = (
    "a whole number",
    *(f"{n} decimal" for n in ("one",)),
    *(f"{n} decimals" for n in "two three four five six".split()),
)


def tail(spec: AnswerSpec, text: str, rng: random.Random) -> str:
    """The rounding sentence, where the answer needs one and the text does not have it."""
    if spec.kind == "record":
        return "" if "decimal" in text else _record_tail(spec)
    if spec.kind != "number" or spec.decimals is None:
        return ""
    choices = _ROUNDING[min(spec.decimals, 6)]
    # A rounding of something else on the way does not say how the answer is rounded.
    said = _WHOLE.search(text) if spec.decimals == 0 else f"to {_PLACES[min(spec.decimals, 6)]}" in text
    cents = spec.decimals == CENTS and "to the nearest cent" in text.lower()
    return "" if said or cents else rng.choice(choices)


def _record_tail(spec: AnswerSpec) -> str:
    """How to round the fields of a record; one sentence when all take the same decimals."""
    places = {name.replace("_", " "): f.decimals for name, f in spec.fields.items() if f.decimals is not None}
    if not places:
        return ""
    if len(set(places.values())) == 1 and len(places) == len(spec.fields):
        return f"Round each to {_PLACES[min(next(iter(places.values())), 6)]}."
    parts = [f"the {name} to {_PLACES[min(decimals, 6)]}" for name, decimals in places.items()]
    return f"Round {listed(parts)}."


def source_sentence(view: PoolView, tools: Iterable[str], text: str, rng: random.Random, generic: bool = False) -> str:
    """Names the sources whose facts vary in time and which the text does not name yet (law 6).

    `generic`: the question is of a frame by rule, which also names sources that others contradict.
    """
    providers = sorted({view.declared[tool].provider for tool in tools})
    declared = [view.providers[name] for name in providers]
    spoken_for = [p for p in declared if p.say_source or (generic and p.generic_source)]
    missing = sorted({p.source for p in spoken_for if p.source.lower() not in text.lower()})
    if not missing:
        return ""
    spoken = [_as_data(name) for name in missing]
    return rng.choice(_SOURCES).format(source=listed(spoken, commas=False))


def _as_data(source: str) -> str:
    """`GeoNames data`; sources that already name a table, list or release stay as they are."""
    return source if source.startswith("the ") or source.endswith(("data", "rates")) else f"{source} data"


_LEADS = frozenset(
    "of in does do is are for has have by to from with at on did was were than can over within about and that".split()
)


def pronoun(text: str, parameter: str, noun: str) -> str | None:
    """A direct question with `that country` for its parameter; None when the words before it do not allow that."""
    place = "{" + parameter + "}"
    for before in (f"the {noun} {place}", f"{noun} {place}", f"the {place}", place):
        if before in text:
            head, _, rest = text.partition(before)
            break
    else:
        return None
    words = head.split()
    if place in rest or (words and words[-1].lower() not in _LEADS):
        return None
    return fill(head + "{that}" + rest, {"that": f"that {noun}"})


def one_article(text: str) -> str:
    """The text with one article where a name brings its own and the phrase around it has one too.

    "The currency of the the Gambia", "the rate of the each of these 5 currencies".
    """
    return _ARTICLES.sub(r"\1", _BEFORE_EACH.sub("", text))


def question_text(body: str, note: str, rounding: str, sources: str) -> str:
    """The parts of a question as one paragraph; tails in fixed order: source, then rounding."""
    parts = [body.strip(), note.strip(), sources, rounding]
    text = one_article(" ".join(part for part in parts if part))
    return text[0].upper() + text[1:]


def spellings(view: PoolView, spec: AnswerSpec, value: Json) -> list[str]:
    """How the answer would stand in a text."""
    if spec.kind == "entity":
        entity = view.entities(spec.type).get(value)
        return [str(value), *([entity.label] if entity else [])]
    if spec.kind == "number" and not isinstance(value, bool):
        return [str(value), number_text(value)]
    if spec.kind == "date":
        return [date_text(value, each) for each in DATE_STYLES]
    return [str(value)]

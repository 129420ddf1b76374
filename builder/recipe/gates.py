"""Gates: what a candidate task must survive, each with a recorded reason (design page, "Gates").

*Sensitive*: for each call some type-valid other result changes the answer. *No contraction*: rebinding
an argument to a literal or an earlier value does not give the same answer. *No shortcut*: a bounded search
finds no shorter path. *Not guessable* and *clean wording* look at the text. Gates that must run tools are
generators of calls. All raise Refused.
"""

from __future__ import annotations

import datetime
import random
import re
from collections.abc import Generator, Iterable, Sequence
from typing import Any

from builder.errors import DerivationError, Refused
from builder.recipe.derivation import Evidence, Made, evaluate, inputs_of, refs
from builder.recipe.plans import source_type
from builder.recipe.shape import used_fields
from builder.recipe.shortcut import telling
from builder.recipe.view import PoolView
from builder.records.base import Json
from builder.records.derivations import (
    AnswerSpec,
    CallStep,
    Derivation,
    Literal,
    OpStep,
    Ref,
)
from builder.records.tools import Call, Result, Return, SemanticType

Steps = Generator[Call, Result, None]

ALTERNATIVES = 4
"""Other results tried per call before it counts as insensitive."""

MIN_WORDS, MAX_WORDS = 8, 90
"""Question length (issue of the questions: 8 to 90 words)."""

_CHANGED = ("law:degenerate", "gate:unique", "law:completeness")
"""No unique member any more is a change of the answer."""


def sensitive(view: PoolView, derivation: Derivation, evidence: Evidence, answer: Json, rng: random.Random) -> Steps:
    """Every call matters."""
    used = used_fields(derivation)
    for made in evidence.made:
        tested = False
        for other in _other_results(view, derivation, evidence, made, sorted(used[made.step]), rng):
            try:
                value, _ = yield from evaluate(derivation, {(made.step, made.member): other})
            except DerivationError as error:
                if error.reason in _CHANGED:
                    break
                continue
            tested = True
            if value != answer:
                break
        else:
            reason = "gate:insensitive" if tested else "gate:untestable"
            raise Refused(reason, f"no other result of {made.call.tool} changes the answer")


def _other_results(
    view: PoolView,
    derivation: Derivation,
    evidence: Evidence,
    made: Made,
    fields: Sequence[str],
    rng: random.Random,
) -> Iterable[dict[str, Any]]:
    """Type-valid other results of a call: all fields that are used change, each in its own way."""
    returns = view.declared[made.call.tool].returns
    options = [
        _other_values(view, returns[name], _peers(evidence, made, name))
        or _other_entities(view, derivation, made, name, rng)
        for name in fields
    ]
    for number in range(ALTERNATIVES):
        # One step apart per field, so that a ratio of two fields does not stay what it was.
        changed = {
            name: values[(number + place) % len(values)]
            for place, (name, values) in enumerate(zip(fields, options, strict=True))
            if values
        }
        if changed:
            yield {**made.result, **changed}


def _peers(evidence: Evidence, made: Made, name: str) -> list[Any]:
    """A field's value, then the same field of the other calls of the tool: what it may have to overtake."""
    others = [m.result[name] for m in evidence.made if m.call.tool == made.call.tool and m is not made]
    return [made.result[name], *others]


def _other_values(view: PoolView, field: Return, peers: list[Any]) -> list[Any]:
    """Other lists, booleans, numbers, dates and times; nothing for entities and texts."""
    kind, value = view.types[field.type], peers[0]
    if isinstance(value, list):
        # Two halves without overlap: whatever the answer rests on is missing from one of them.
        middle = len(value) // 2
        return [value[middle:], value[:middle], value[1:], value[:-1]]
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, (int, float)):
        return _other_numbers(kind, value, [peer for peer in peers if isinstance(peer, (int, float))])
    if kind.kind == "date":
        # Whole weeks keep the weekday: data of working days stay within reach.
        day = datetime.date.fromisoformat(value)
        return [(day + datetime.timedelta(days=shift)).isoformat() for shift in (35, -35, 7, -364)]
    if kind.kind == "time" and "T" in str(value):
        moment = datetime.datetime.fromisoformat(value)
        return [(moment + datetime.timedelta(hours=shift)).isoformat(timespec="minutes") for shift in (5, -3, 31, -29)]
    return []


def _other_entities(view: PoolView, derivation: Derivation, made: Made, name: str, rng: random.Random) -> list[Any]:
    value = made.result[name]
    kind = view.types[view.declared[made.call.tool].returns[name].type]
    pool = _accepted(view, derivation, made.step, name) or list(view.entities(kind.name)) or _enum(kind)
    others = [item for item in rng.sample(pool, min(len(pool), ALTERNATIVES + 1)) if item != value]
    return others[:ALTERNATIVES] or _other_texts(value)


def _other_texts(value: Json) -> list[str]:
    """Texts of no list: halves and another order (of a sequence these are sequences), or plainly another text."""
    text = str(value)
    middle = len(text) // 2
    return [other for other in (text[middle:], text[:middle], text[::-1]) if other not in ("", text)] or [f"{text}X"]


def _enum(kind: SemanticType) -> list[Any]:
    return list(kind.json_schema.get("enum", ()))


def _other_numbers(kind: SemanticType, value: float, peers: Sequence[float]) -> list[float]:
    low = kind.json_schema.get("minimum", kind.low)
    high = kind.json_schema.get("maximum", kind.high)
    # Above and below all peers first, so that a superlative answers at once; never absurd, since tools run on them.
    shifted: list[float] = [max(peers) * 1.6 + 3, min(peers) * 0.4, value * 10, value / 10]
    clamped = [min(max(v, low if low is not None else v), high if high is not None else v) for v in shifted]
    whole = isinstance(value, int) or kind.json_schema.get("type") == "integer"
    others = [int(v) if whole else round(v, kind.decimals if kind.decimals is not None else 6) for v in clamped]
    return [v for v in others if v != value]


def _accepted(view: PoolView, derivation: Derivation, step: str, name: str) -> list[Any]:
    """Values that the consumers of a field know, so that the what-if reaches the answer."""
    for consumer in derivation.steps:
        if isinstance(consumer, OpStep):
            continue
        for parameter, source in inputs_of(consumer).items():
            if any(ref.step == step and ref.field == name for ref in refs(source)):
                coverage = view.declared[consumer.tool].parameters[parameter].coverage
                if coverage is not None:
                    return view.values(coverage.table, coverage.column, coverage.where)
    return []


def no_contraction(view: PoolView, derivation: Derivation, evidence: Evidence, answer: Json) -> Steps:
    """No step can be skipped by taking a literal or an earlier value in its place."""
    known = {step.id: step for step in derivation.steps}
    earlier: list[tuple[Literal | Ref, str, Any]] = []
    for step in derivation.steps:
        for source in inputs_of(step).values():
            for literal in source if isinstance(source, tuple) else (source,):
                if isinstance(literal, Literal):
                    earlier.append((literal, literal.type, literal.literal))
    for number, step in enumerate(derivation.steps):
        if not isinstance(step, CallStep):
            continue
        for parameter, source in step.arguments.items():
            if not isinstance(source, Ref):
                continue
            wanted = view.declared[step.tool].parameters[parameter].type
            current = evidence.values[source.step]
            value = current[source.field] if isinstance(current, dict) and source.field else current
            for candidate, kind, other in _unique(earlier):
                if candidate == source or not view.fits(kind, wanted) or isinstance(value, list):
                    continue
                if other == value and not _depends(derivation, candidate, source.step):
                    raise Refused("gate:contraction", f"{step.tool}.{parameter} is already known")
                changed = step.model_copy(update={"arguments": {**step.arguments, parameter: candidate}})
                steps = (*derivation.steps[:number], changed, *derivation.steps[number + 1 :])
                try:
                    result, _ = yield from evaluate(derivation.model_copy(update={"steps": steps}))
                except DerivationError:
                    continue
                if result == answer:
                    raise Refused("gate:contraction", f"{step.tool}.{parameter} works with an earlier value too")
        _still_unknown(view, derivation, evidence, step, _unique(earlier))
        for name in view.declared[step.tool].returns:
            made = evidence.values[step.id][name]
            kind = source_type(view, Ref(step=step.id, field=name), known)[0]
            if isinstance(made, (str, int, float)) and not isinstance(made, bool):
                earlier.append((Ref(step=step.id, field=name), kind, made))


def _still_unknown(
    view: PoolView,
    derivation: Derivation,
    evidence: Evidence,
    step: CallStep,
    earlier: Iterable[tuple[Literal | Ref, str, Any]],
) -> None:
    """The call that answers says something new: what an earlier call of the kind has said needs no further one."""
    final = derivation.answer
    if not isinstance(final, Ref) or final.step != step.id:
        return
    value = evidence.values[step.id][final.field]
    if not telling(value, derivation.spec):
        return
    for candidate, kind, other in earlier:
        alike = view.fits(kind, derivation.spec.type) or view.fits(derivation.spec.type, kind)
        if other == value and alike and isinstance(candidate, Ref):
            raise Refused("gate:contraction", f"{step.tool} gives back what {candidate.step} has given")


def _unique(items: Sequence[tuple[Literal | Ref, str, Any]]) -> Iterable[tuple[Literal | Ref, str, Any]]:
    seen = set()
    for item in items:
        key = (item[1], str(item[2]))
        if key not in seen:
            seen.add(key)
            yield item


def _depends(derivation: Derivation, candidate: Literal | Ref, step: str) -> bool:
    return isinstance(candidate, Ref) and candidate.step == step


def not_guessable(
    view: PoolView,
    literals: Sequence[Literal],
    question: str,
    answer: Json,
    spec: AnswerSpec,
    shown: Sequence[str],
) -> None:
    """The answer is not in the question, except as one of the options that it names.

    `shown` are the spellings of the answer (value, label, number text) that a reader could copy.
    """
    if spec.kind in ("boolean", "record", "set", "list", "unanswerable"):
        return
    if spec.type == "count" and answer == 1:
        raise Refused("gate:guessable", "a count of one is guessed")
    options = [
        literal for literal in literals if view.fits(literal.type, spec.type) or view.fits(spec.type, literal.type)
    ]
    if spec.kind == "entity" and len(options) >= 2 and any(option.literal == answer for option in options):
        return
    for text in shown:
        if text and stands_in(text, question):
            raise Refused("gate:guessable", f"the question holds its answer {text!r}")


def stands_in(text: str, question: str) -> bool:
    """Whether a text stands in the question as a word or number of its own: `12` does not stand in `12,500`."""
    text, question = text.lower(), question.lower()
    start = question.find(text)
    while start >= 0:
        before, after = question[start - 1 : start], question[start + len(text) : start + len(text) + 2]
        inside = before.isalnum() or before in ("_", ".", ",")
        goes_on = after[:1].isalnum() or after[:1] == "_" or (after[:1] in (".", ",") and after[1:2].isdigit())
        # An empty `before` is the start of the question.
        if not ((before and inside) or goes_on):
            return True
        start = question.find(text, start + 1)
    return False


_BAD_TEXT: tuple[tuple[str, str], ...] = (
    (r"[{}]", "an unfilled brace"),
    (r"\s{2,}", "two spaces"),
    (r"\bNone\b|\bnull\b|\bnan\b", "a missing value"),
    (r"\b(\w+) \1\b(?<!that that)(?<!had had)", "a word twice"),
    (r"\bthe the\b|\bthe The\b", "two articles"),
    (r"\ba [aeio](?!ne\b|nce\b|uro)\w", "a before a vowel"),
    (r"\ban [bcdfgjklmnpqrstvwyz]\w*[a-z]", "an before a consonant"),
    (r" [,.?;]", "a space before a mark"),
    (r"[,.?]{2,}(?<!\.\.\.)", "two marks"),
)


def clean_wording(question: str) -> None:
    """Surface faults that no reader should meet."""
    words = len(question.split())
    if not MIN_WORDS <= words <= MAX_WORDS:
        raise Refused("gate:length", f"{words} words")
    for pattern, problem in _BAD_TEXT:
        found = re.search(pattern, question)
        if found:
            raise Refused("gate:wording", f"{problem}: {found.group(0)!r}")
    if question[-1] not in ".?":
        raise Refused("gate:wording", "no mark at the end")

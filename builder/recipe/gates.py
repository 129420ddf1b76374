"""Gates: what a candidate task must survive, each with a recorded reason (design page, "Gates").

*Sensitive*: for each call some type-valid other result changes the answer. *Not guessable* and *clean wording*
look at the text. *No contraction* and *no shortcut* have modules of their own. Gates that must run tools are
generators of calls. All raise Refused.
"""

from __future__ import annotations

import random
import re
from collections.abc import Generator, Iterable, Sequence

from builder.errors import DerivationError, Refused
from builder.recipe.alternatives import made_up, real_calls
from builder.recipe.derivation import Evidence, Made, again
from builder.recipe.shape import used_fields
from builder.recipe.view import PoolView
from builder.records.base import Json
from builder.records.derivations import (
    AnswerSpec,
    Derivation,
    Literal,
    OpStep,
    Ref,
)
from builder.records.tools import Call, Result

Steps = Generator[Call, Result, None]

MIN_WORDS, MAX_WORDS = 8, 90
"""Question length (issue of the questions: 8 to 90 words)."""

_CHANGED = ("law:degenerate", "gate:unique", "law:completeness")
"""No unique member any more is a change of the answer."""


def sensitive(view: PoolView, derivation: Derivation, evidence: Evidence, answer: Json, rng: random.Random) -> Steps:
    """Every call matters."""
    used = used_fields(derivation)
    for made in evidence.made:
        fields = sorted(used[made.step])
        others = made_up(view, derivation, evidence, made, fields, rng)
        changed, tested = yield from _what_if(derivation, evidence, made, others, answer)
        if not changed:
            real = []
            for call in real_calls(view, made, rng):
                result = yield call
                if result.value is not None:
                    real.append({**made.result, **{name: result.value[name] for name in fields}})
            changed, tested_too = yield from _what_if(derivation, evidence, made, real, answer)
            tested = tested or tested_too
        if not changed:
            reason = "gate:insensitive" if tested else "gate:untestable"
            raise Refused(reason, f"no other result of {made.call.tool} changes the answer")


def _what_if(
    derivation: Derivation, evidence: Evidence, made: Made, others: Iterable[dict[str, Json]], answer: Json
) -> Generator[Call, Result, tuple[bool, bool]]:
    """Whether one of the other results changes the answer, and whether one reached it at all."""
    tested = False
    same = {(other.step, other.member): other.result for other in evidence.made if other.step == made.step}
    for other in others:
        try:
            value = yield from again(derivation, evidence, made.step, {**same, (made.step, made.member): other})
        except DerivationError as error:
            if error.reason in _CHANGED:
                return True, True
            continue
        tested = True
        if value != answer:
            return True, True
    return False, tested


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
    choices = view.types[spec.type].json_schema.get("enum", ()) if spec.type else ()
    if answer in choices and sum(stands_in(str(choice), question) for choice in choices) >= 2:
        return
    for text in shown:
        if text and stands_in(text, question):
            raise Refused("gate:guessable", f"the question holds its answer {text!r}")


def chosen_among(derivation: Derivation) -> list[Json]:
    """The options that the question names and its answer is one of, where an operator picks it; else nothing."""
    last = next(
        (s for s in derivation.steps if isinstance(derivation.answer, Ref) and s.id == derivation.answer.step), None
    )
    items = last.inputs.get("items") if isinstance(last, OpStep) and last.op in ("argmax", "argmin") else None
    if not isinstance(items, tuple) or not all(isinstance(item, Literal) for item in items):
        return []
    return [item.literal for item in items if isinstance(item, Literal)]


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
    (r"(?:^|[.?] )A (?!is\b|or\b|and\b|in\b|are\b|at\b|on\b|one\b|once\b|euro)[aeio]\w", "A before a vowel"),
    (r"(?<![\d.,])1 (?:hours|days|weeks|months|years|minutes|nights|shares|people|inhabitants)\b", "one and a plural"),
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

"""Gates: what a candidate task must survive, each with a recorded reason (design page, "Gates").

*Sensitive*: for each call some type-valid other result changes the answer. *No contraction*: rebinding
an argument to a literal or an earlier value does not give the same answer. *No shortcut*: a bounded search
finds no shorter path. *Not guessable* and *clean wording* look at the text. Gates that must run tools are
generators of calls. All raise Refused.
"""

from __future__ import annotations

import random
import re
from collections.abc import Generator, Iterable, Mapping, Sequence
from typing import Any

from builder.errors import DerivationError, Refused
from builder.recipe.alternatives import made_up, real_calls
from builder.recipe.derivation import Evidence, Made, inputs_of, refs, resolve, round_answer, run_steps
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
    Step,
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
            value = yield from _again(derivation, evidence, made.step, {**same, (made.step, made.member): other})
        except DerivationError as error:
            if error.reason in _CHANGED:
                return True, True
            continue
        tested = True
        if value != answer:
            return True, True
    return False, tested


def _again(
    derivation: Derivation,
    evidence: Evidence,
    changed: str,
    overrides: Mapping[tuple[str, int | None], dict[str, Json]],
) -> Generator[Call, Result, Json]:
    """The answer when one step is changed: only that step and those that depend on it are run again."""
    touched = {changed}
    for step in derivation.steps:
        if any(ref.step in touched for source in inputs_of(step).values() for ref in refs(source)):
            touched.add(step.id)
    known = {step.id: step for step in derivation.steps}
    kept = Evidence({step: value for step, value in evidence.values.items() if step not in touched})
    yield from run_steps([step for step in derivation.steps if step.id in touched], kept, known, overrides)
    return round_answer(resolve(derivation.answer, known, kept.values), derivation.spec)


def no_contraction(view: PoolView, derivation: Derivation, evidence: Evidence, answer: Json) -> Steps:
    """No step can be skipped by taking a literal or an earlier value in its place."""
    known = {step.id: step for step in derivation.steps}
    compared = _compared(derivation)
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
            options = _options(known, source)
            current = evidence.values[source.step]
            value = current[source.field] if isinstance(current, dict) and source.field else current
            for candidate, kind, other in _unique(earlier):
                if candidate == source or not view.fits(kind, wanted) or isinstance(value, list):
                    continue
                if candidate in options:
                    continue
                if other == value and not _depends(derivation, candidate, source.step):
                    raise Refused("gate:contraction", f"{step.tool}.{parameter} is already known")
                if step.id in compared:
                    continue
                changed = step.model_copy(update={"arguments": {**step.arguments, parameter: candidate}})
                steps = (*derivation.steps[:number], changed, *derivation.steps[number + 1 :])
                rebound = derivation.model_copy(update={"steps": steps})
                try:
                    result = yield from _again(rebound, evidence, step.id, {})
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


_WEIGHED = ("keys", "left", "right", "threshold", "conditions", "condition")


def _compared(derivation: Derivation) -> set[str]:
    """Steps whose values an operator only weighs against others: the loser of a comparison loses with many values,
    which makes no call idle. The sensitivity gate looks after these."""
    known = {step.id: step for step in derivation.steps}
    stack = [
        ref.step
        for step in derivation.steps
        if isinstance(step, OpStep) and step.op not in ("common", "without")
        for name, source in step.inputs.items()
        if name in _WEIGHED
        for ref in refs(source)
    ]
    found: set[str] = set()
    while stack:
        identity = stack.pop()
        if identity not in found:
            found.add(identity)
            stack += [ref.step for source in inputs_of(known[identity]).values() for ref in refs(source)]
    return found


def _options(known: Mapping[str, Step], source: Ref) -> list[Literal | Ref]:
    """What an operator has chosen from: which of the options it is, is what the question asks."""
    step = known[source.step]
    if not isinstance(step, OpStep):
        return []
    found: list[Literal | Ref] = []
    for item in step.inputs.values():
        for each in item if isinstance(item, tuple) else (item,):
            found += [each, *(_options(known, each) if isinstance(each, Ref) else [])]
    return found


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
    choices = view.types[spec.type].json_schema.get("enum", ()) if spec.type else ()
    if answer in choices and sum(stands_in(str(choice), question) for choice in choices) >= 2:
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

"""The worder: a model says a rules-made question in other words; nothing of it may change.

A rewording is kept when it passes every check here by rule, and when, read anew without the task, it gives
back the slots of the derivation. Else the task keeps its own words.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from builder.errors import ModelError, Refused
from builder.prompts import fill, phrases
from builder.recipe import gates, sense
from builder.recipe.derivation import literals_of
from builder.recipe.replies import structured
from builder.recipe.slots import Slot, slots
from builder.recipe.turns import Asking
from builder.recipe.view import PoolView
from builder.recipe.wording import spellings
from builder.records.chat import ChatReply, ChatRequest, ReplySchema
from builder.records.tasks import Task

MAX_QUESTION = 900

WORDED = ReplySchema(
    name="rewording",
    body={
        "type": "object",
        "properties": {"question": {"type": "string", "minLength": 1, "maxLength": MAX_QUESTION}},
        "required": ["question"],
        "additionalProperties": False,
    },
)

MIN_CHANGED = 0.1
"""Least share of the words that must differ: less is a copy, and worth no second wording."""

_NUMBER = re.compile(r"(?<![\w.])[-−+]?\d+(?:[.,:/-]\d+)*")
_COUNTS = re.compile(
    r"\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|hundred|thousand|million|billion|half|twice|"
    r"double|dozen|first|second|third|one (?=decimal))\b"
)
_NAME = re.compile(r"(?<![\w'’])[A-Z][\w'’-]*|\b\w*\d\w*\b")
_NEGATIONS = re.compile(r"\b(?:not|no|never|without|except|excluding|unless|other than|neither|nor)\b|n['’]t\b")
ASKS = re.compile(
    r"\?|\b(?:what|which|who|how|when|where|tell|find|give|name|list|report|work out|determine|calculate|compute|"
    r"identify|state|provide|need to know|want to know|wonder|rank|order|compare|say|let me know)\b",
    re.IGNORECASE,
)
_OPENERS = frozenset("i i'm i'd i've i’m i’d i’ve a the".split())


@dataclass(frozen=True, slots=True)
class Rewording:
    """What came of the tries at one task: the question that was kept, if one was, and why each other fell."""

    question: str | None
    refusals: tuple[tuple[str, str], ...] = ()


def reword(task: Task, view: PoolView, asking: Asking, tries: int) -> Generator[ChatRequest, ChatReply, Rewording]:
    """Ask for a rewording until one is kept."""
    wanted = slots(view, task)
    messages = _opening(task, wanted)
    refusals: list[tuple[str, str]] = []
    for number in range(tries):
        said = ""
        try:
            reply = yield _request(task, asking, tuple(messages), WORDED, ("word", number))
            said = reply.first.content
            question = " ".join(structured(reply.first, WORDED)["question"].split())
            check(task, view, wanted, question)
            yield from read_back(task, asking, wanted, question, number)
            return Rewording(question, tuple(refusals))
        except Refused as refused:
            refusals.append((refused.reason, str(refused)))
        except ModelError as error:
            refusals.append((f"model:{error.kind}", error.message))
        # A reply that is far off the form would only spoil the next prompt.
        if said and len(said) <= 2 * MAX_QUESTION and refusals[-1][0].startswith(("word:", "gate:", "law:")):
            again = fill(phrases("roles")["word.again"][0].strip(), {"reason": refusals[-1][1]})
            messages = [
                *_opening(task, wanted),
                {"role": "assistant", "content": said},
                {"role": "user", "content": again},
            ]
    return Rewording(None, tuple(refusals))


def check(task: Task, view: PoolView, wanted: Sequence[Slot], question: str) -> None:
    """Everything that rules can tell of a rewording. Raises Refused."""
    clean(question)
    if not ASKS.search(question):
        raise Refused("word:form", "it asks for nothing")
    if _changed(task.question, question) < MIN_CHANGED:
        raise Refused("word:copy", "it is the question as it was")
    for slot in wanted:
        if slot.text and not gates.stands_in(slot.text, question):
            raise Refused("word:literal", f"{slot.text!r} is missing or written otherwise")
    _same_set("word:number", "number", numbers(task.question), numbers(question))
    _same_set("word:negation", "negation", _negations(task.question), _negations(question))
    no_new_names(task.question, question)
    tools = sorted({call.tool for call in task.calls})
    sense.time(view, tools, question)
    gates.clean_wording(question)
    _no_answer(task, view, question)


def reading_schema(wanted: Sequence[Slot]) -> ReplySchema:
    """What a reader notes of a question."""
    further = {"type": "array", "items": {"type": "string", "maxLength": 200}, "maxItems": 8}
    properties = {slot.name: slot.schema for slot in wanted} | {"further_conditions": further}
    return ReplySchema(
        name="reading",
        body={
            "type": "object",
            "properties": properties,
            "required": list(properties),
            "additionalProperties": False,
        },
    )


def read_back(
    task: Task, asking: Asking, wanted: Sequence[Slot], question: str, number: int
) -> Generator[ChatRequest, ChatReply, None]:
    """The round trip: a reader who sees only the new words notes each slot. Raises Refused where one differs."""
    texts = phrases("roles")
    listed = "\n".join(f"- {slot.name}: {slot.describes}" for slot in wanted)
    messages = (
        {"role": "system", "content": texts["read.system"][0].strip()},
        {"role": "user", "content": fill(texts["read.user"][0].strip(), {"question": question, "slots": listed})},
    )
    schema = reading_schema(wanted)
    reply = yield _request(task, asking, messages, schema, ("read", number), temperature=0.0)
    noted = structured(reply.first, schema)
    for slot in wanted:
        if not slot.holds(noted[slot.name]):
            raise Refused("word:round_trip", f"read anew, {slot.name} is {str(noted[slot.name])[:80]!r}")
    if noted["further_conditions"]:
        raise Refused("word:added", f"read anew, it adds {noted['further_conditions'][0][:80]!r}")


def _request(
    task: Task,
    asking: Asking,
    messages: tuple[dict[str, Any], ...],
    schema: ReplySchema,
    purpose: tuple[str, int],
    temperature: float | None = None,
) -> ChatRequest:
    sampling = asking.sampled(task.id, *purpose)
    if temperature is not None:
        sampling = sampling.model_copy(update={"temperature": temperature})
    return ChatRequest(model=asking.model, messages=messages, sampling=sampling, reply_schema=schema, role=asking.role)


def _opening(task: Task, wanted: Sequence[Slot]) -> list[dict[str, Any]]:
    texts = phrases("roles")
    keep = "\n".join(f"- {text}" for text in dict.fromkeys(slot.text for slot in wanted if slot.text)) or "- (nothing)"
    values = {"register": task.register_, "keep": keep, "question": task.question}
    return [
        {"role": "system", "content": texts["word.system"][0].strip()},
        {"role": "user", "content": fill(texts["word.user"][0].strip(), values)},
    ]


def clean(question: str) -> None:
    """No control or invisible characters, no markup of chat templates or answers."""
    hidden = next((c for c in question if unicodedata.category(c) in ("Cc", "Cf", "Co", "Cn")), None)
    if hidden is not None:
        raise Refused("word:hidden", f"it holds the invisible character U+{ord(hidden):04X}")
    found = re.search(r"<[|/]?\w+|\[INST|```|\|>", question)
    if found:
        raise Refused("word:markup", f"it holds {found.group(0)!r}")


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())


def _changed(old: str, new: str) -> float:
    """Share of neighbouring word pairs that the two do not have in common: order counts, not words alone."""

    def pairs(text: str) -> Counter[tuple[str, str]]:
        words = _words(text)
        return Counter(pairwise(words))

    one, other = pairs(old), pairs(new)
    common = sum((one & other).values())
    return 1 - common / max(1, sum(one.values()), sum(other.values()))


def figures(text: str) -> set[str]:
    """Numbers in digits."""
    return {found.rstrip(".,") for found in _NUMBER.findall(text)}


def numbers(text: str) -> set[str]:
    """Numbers in digits and in words."""
    return figures(text) | set(_COUNTS.findall(text.casefold()))


def _negations(text: str) -> set[str]:
    return {"not" if found.endswith(("n't", "n’t")) else found for found in _NEGATIONS.findall(text.casefold())}


def _same_set(reason: str, noun: str, old: set[str], new: set[str]) -> None:
    if old - new:
        raise Refused(reason, f"the {noun} {sorted(old - new)[0]!r} is missing")
    if new - old:
        raise Refused(reason, f"the {noun} {sorted(new - old)[0]!r} was not there")


def no_new_names(old: str, new: str) -> None:
    """Every capitalised word or code was there before; a sentence's first word may have got its capital by place."""
    known = set(_words(old))
    for found in _NAME.finditer(new):
        words = _words(found.group(0))
        first = re.search(r"(?:^|[.?!:]['\"”’)]?\s+['\"“‘(]?)$", new[: found.start()]) is not None
        if first or found.group(0).casefold() in _OPENERS or all(word in known for word in words):
            continue
        raise Refused("word:name", f"{found.group(0)!r} was not there")


def _no_answer(task: Task, view: PoolView, question: str) -> None:
    """The gate that rules-made questions pass; of an answer of several values none may be new in the question."""
    if len(gates.chosen_among(task.derivation)) >= 2:
        return
    spec, value, literals = task.answer.spec, task.answer.value, literals_of(task.derivation)
    parts = [(value[name], part) for name, part in spec.fields.items()] if spec.kind == "record" else [(value, spec)]
    for item, part in parts:
        shown = spellings(view, part, item)
        gates.not_guessable(view, literals, question, item, part, [*shown, *task.answer.aliases])
    members = value if isinstance(value, list) else []
    for member in map(str, members):
        if gates.stands_in(member, question) and not gates.stands_in(member, task.question):
            raise Refused("gate:guessable", f"the question holds {member!r} of its answer")

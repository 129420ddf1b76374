"""The deriver by a model: from evidence to a question, its answer and a derivation, under the proof of the rules.

A generator of chat requests and calls. What the model returns is read against the evidence (`derived`), run again by
fresh calls, and passes the laws of sense, the gates, and a reading of its question. A rejected one is told why, and
may be mended, a bounded number of times.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Generator
from dataclasses import dataclass, replace

from builder.errors import DerivationError, ModelError, Refused
from builder.identity import canonical_json, random_stream
from builder.prompts import fill, phrases
from builder.recipe import gates, sense
from builder.recipe.collecting import evidence_text, seed_text
from builder.recipe.derivation import Evidence, literals_of, needed, resolve, round_answer, run_steps
from builder.recipe.derived import DERIVED, Derived, read_derived, same_evidence
from builder.recipe.plans import Plan, PlannedRound
from builder.recipe.provenance import Gathered
from builder.recipe.replies import structured
from builder.recipe.shape import depth_and_width, only
from builder.recipe.slots import slots
from builder.recipe.stated import check_question
from builder.recipe.synthesis import MIN_CALLS, Candidate, State, laws, not_guessable, run_gates, task_of
from builder.recipe.turns import Asking, Back, Step
from builder.recipe.verdicts import compare, typed_answer
from builder.recipe.view import PoolView
from builder.recipe.worded import read_back
from builder.recipe.wording import question_text, source_sentence, tail
from builder.records.chat import ChatReply, ChatRequest
from builder.records.derivations import Derivation
from builder.records.tasks import Round
from builder.records.tools import Call, Result

FRAME = "free"
"""The form of question of a derived task: whatever the model found; no frame stands behind it."""

REGISTERS = ("plain", "formal", "reason")

MAX_SAID = 12_000
"""Characters of a rejected reply that is shown again; a longer one would only spoil the next prompt."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """A round that came through, and the reply that it was read from."""

    candidate: Candidate
    said: str


@dataclass(frozen=True, slots=True)
class Deriving:
    """What came of one round: a candidate, or none; and each try that fell, as reason and detail."""

    accepted: Accepted | None
    refusals: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Desk:
    """What a deriver has before it in one round."""

    state: State
    gathered: tuple[Gathered, ...]
    before: tuple[Accepted, ...]
    """The rounds before, the last of which is to be gone beyond."""
    key: Callable[[Call], str]
    last: bool = True
    """Whether no round follows."""

    @property
    def number(self) -> int:
        return len(self.before) + 1


def derive(desk: Desk, asking: Asking, tries: int) -> Generator[Step, Back, Deriving]:
    """Ask for a derivation until one is proved."""
    draw, view = desk.state.draw, desk.state.view
    rng = random_stream(0, draw.id, "derive", desk.number)
    register = rng.choice(REGISTERS)
    opening = _opening(desk, register, rng)
    messages = opening
    refusals: list[tuple[str, str]] = []
    for number in range(tries):
        said = ""
        try:
            reply = yield ChatRequest(
                model=asking.model,
                messages=messages,
                sampling=asking.sampled(draw.id, "derive", desk.number, number),
                reply_schema=DERIVED,
                role=asking.role,
            )
            assert isinstance(reply, ChatReply)
            said = reply.first.content
            derived = read_derived(view, structured(reply.first, DERIVED), desk.gathered)
            candidate = yield from _prove(desk, derived, register)
            yield from _read(desk, candidate, asking, number)
            return Deriving(Accepted(candidate, said), tuple(refusals))
        except (Refused, DerivationError) as refused:
            refusals.append((refused.reason, str(refused)))
        except ModelError as error:
            refusals.append((f"model:{error.kind}", error.message))
        if said and len(said) <= MAX_SAID and not refusals[-1][0].startswith("model:"):
            again = fill(phrases("roles")["derive.again"][0].strip(), {"reason": ": ".join(refusals[-1])})
            messages = (*opening, {"role": "assistant", "content": said}, {"role": "user", "content": again})
    return Deriving(None, tuple(refusals))


def _prove(desk: Desk, derived: Derived, register: str) -> Generator[Call, Result, Candidate]:
    """The candidate of a derivation: run again, compared with what the model said, under every law and gate."""
    view = desk.state.view
    asked = derived.derivation
    derivation = Derivation(steps=needed(asked.steps, asked.answer), answer=asked.answer, spec=asked.spec)
    known = {step.id: step for step in derivation.steps}
    evidence = Evidence()
    yield from run_steps(derivation.steps, evidence, known)
    same_evidence(derived, evidence)
    value = round_answer(resolve(derivation.answer, known, evidence.values), derivation.spec)
    sense.real_value(value)
    answer = typed_answer(view, derivation.spec, value)
    right, _ = compare(answer, derived.value)
    if not right:
        raise Refused("deriver:answer_differs", f"it says {derived.value[:80]!r}; its derivation gives another answer")
    planned = PlannedRound("start", derivation.steps, derivation.answer, derivation.spec, (), FRAME)
    state = replace(desk.state, plan=Plan({}, (planned,)), steps=known, evidence=evidence)
    literals = literals_of(derivation)
    idle = [literal for literal in literals_of(asked) if literal not in literals]
    check_question(view, derivation, evidence, derived.question, idle)
    question = _question(state, derivation, derived.question)
    sense.names(view, literals)
    sense.time(view, sorted({made.call.tool for made in evidence.made}), question)
    laws(state, derivation, value)
    gates.clean_wording(question)
    if len(gates.chosen_among(derivation)) < 2:
        not_guessable(state, literals, question, value, derivation.spec)
    move = _move(desk, derivation, evidence)
    made = Round(number=desk.number, move=move, question=question, answer=answer, derivation=derivation)
    candidate = Candidate(made, only(evidence, derivation), literals, register, FRAME)
    if complete(candidate) or desk.last:
        yield from run_gates(state, candidate)
    return candidate


def complete(candidate: Candidate) -> bool:
    """Whether a round may become a task: one that a single call answers is only a start."""
    return len(candidate.evidence.made) >= MIN_CALLS


def _question(state: State, derivation: Derivation, body: str) -> str:
    """The model's words, and what the rules add where they do not have it: the source, and how to round."""
    rng = random_stream(0, state.draw.id, "tail")
    tools = sorted({step.tool for step in derivation.steps if step.kind != "op"})
    return question_text(body, "", tail(derivation.spec, body, rng), source_sentence(state.view, tools, body, rng))


def _move(desk: Desk, derivation: Derivation, evidence: Evidence) -> str:
    """What the round does to the one before it, by its calls. Raises Refused when it goes no further."""
    if not desk.before:
        return "start"
    last = desk.before[-1].candidate
    depth, _ = depth_and_width(derivation, evidence)
    depth_before, _ = depth_and_width(last.round.derivation, last.evidence)
    calls, calls_before = (
        {canonical_json([made.call.tool, made.call.arguments]) for made in each.made}
        for each in (evidence, last.evidence)
    )
    if not calls & calls_before:
        raise Refused("deriver:another_task", "it shares no call with the round before")
    if depth > depth_before:
        return "deeper"
    if len(calls) > len(calls_before):
        return "wider"
    if len(derivation.steps) > len(last.round.derivation.steps):
        return "stricter"
    raise Refused("deriver:no_move", "it is neither deeper nor wider nor stricter than the round before")


def _read(desk: Desk, candidate: Candidate, asking: Asking, number: int) -> Generator[ChatRequest, ChatReply, None]:
    """The round trip: a reader of the question alone notes what the derivation needs it to say."""
    state = replace(desk.state, evidence=candidate.evidence)
    task = task_of(state, [*(each.candidate for each in desk.before), candidate], desk.key)
    yield from read_back(task, asking, slots(state.view, task), task.question, number)


def _opening(desk: Desk, register: str, rng: random.Random) -> tuple[dict[str, str], ...]:
    texts = phrases("roles")
    draw, view = desk.state.draw, desk.state.view
    values = {
        "evidence": evidence_text(view, desk.gathered),
        "seed": seed_text(draw, view),
        "forms": "\n".join(f"- {form}" for form in forms(view, draw.exemplar, draw.domain, rng)),
        "register": texts[f"derive.{register}"][0],
    }
    if desk.before:
        last = desk.before[-1]
        round_before = {"question": last.candidate.round.question, "derivation": last.said}
        task = fill(texts["derive.further"][0].strip(), round_before)
    else:
        task = texts["derive.first"][0].strip()
    # What all rounds and tries share comes first, for servers that remember prefixes.
    return (
        {"role": "system", "content": texts["derive.system"][0].strip()},
        {"role": "user", "content": fill(texts["derive.user"][0].strip(), {**values, "task": task})},
    )


def forms(view: PoolView, exemplar: str, domain: str, rng: random.Random, count: int = 3) -> list[str]:
    """Forms of question to aim for: that of the draw, and some of the same domain, with their slots in braces."""
    chosen = [exemplar] if exemplar in view.scenarios else []
    others = sorted(name for name, each in view.scenarios.items() if each.domain == domain and name not in chosen)
    chosen += rng.sample(others, min(len(others), count - len(chosen)))
    found: list[str] = []
    for name in chosen:
        ask = view.scenarios[name].rounds[-1].ask
        found.append(rng.choice([text for register in sorted(ask) for text in ask[register]]))
    return found

"""Play a derivation message by message: calls of one turn, their real results, what is said about both."""

from __future__ import annotations

import random
from collections.abc import Collection, Generator, Iterable
from dataclasses import dataclass, field
from typing import Any

from builder.errors import DerivationError
from builder.recipe.acting.detours import Detour, useless
from builder.recipe.acting.display import as_text, cut
from builder.recipe.acting.pace import Calling, Pace, at_once, batches
from builder.recipe.acting.reading import Reader
from builder.recipe.acting.slips import Slip, explain
from builder.recipe.acting.speech import Voice, listed
from builder.recipe.derivation import inputs_of, refs, resolve
from builder.recipe.operators import apply
from builder.recipe.shape import used_fields
from builder.recipe.view import PoolView
from builder.records.derivations import CallStep, Derivation, MapStep, OpStep, Step
from builder.records.tools import Call, Result

MAX_SENTENCES = 6
"""Results told in one message; the rest stand right above it."""

MAX_GOALS = 3
MAX_NAMED = 4
"""Members named one by one; of more, the number and the kind."""

SILENT_MEMBER = 0.75
SILENT = 0.35
"""Share of calling messages after the first with empty `content`: many agents only think there."""


@dataclass(frozen=True, slots=True)
class Job:
    """One call to make: its step, and its place in a fan-out."""

    step: Calling
    member: int | None
    call: Call


@dataclass(slots=True)
class Playing:
    """A conversation in the making, and the values read so far."""

    view: PoolView
    derivation: Derivation
    pace: Pace
    slip: Slip | None
    detour: Detour | None
    rng: random.Random
    messages: list[dict[str, Any]]
    values: dict[str, Any] = field(default_factory=dict)
    told: list[str] = field(default_factory=list)
    """Sentences about results that no message holds yet."""
    last: set[str] = field(default_factory=set)
    """Steps whose results came last."""
    back: bool = False
    """Whether the last call was a detour, so that its goal has just been said."""
    calls: int = 0
    voice: Voice = field(init=False)
    known: dict[str, Step] = field(init=False)
    used: dict[str, set[str]] = field(init=False)

    def __post_init__(self) -> None:
        self.voice = Voice(self.view, self.rng, _apart(self.derivation))
        self.known = {step.id: step for step in self.derivation.steps}
        self.used = used_fields(self.derivation)

    def play(self, left_out: Collection[str] = ()) -> Generator[Call, Result, None]:
        """Make all calls except those of steps in `left_out`, and read the operators that can be read."""
        steps = [s for s in self.derivation.steps if not isinstance(s, OpStep) and s.id not in left_out]
        for batch in batches(self.derivation, steps, self.pace, self.rng):
            jobs = [job for step in batch for job in self.jobs(step)]
            if self.detour is not None and self.detour.step in {step.id for step in batch}:
                self._go_round(self.detour, jobs)
            results: list[dict[str, Any]] = []
            start = 0
            for size in at_once(self.pace, batch, len(jobs)):
                results += yield from self._turn(jobs[start : start + size], start)
                start += size
            self._keep(jobs, results)

    def jobs(self, step: Calling) -> list[Job]:
        """The calls of a step, with arguments from the question and from results read so far."""
        arguments = {n: resolve(source, self.known, self.values) for n, source in step.arguments.items()}
        if isinstance(step, CallStep):
            return [Job(step, None, Call(step.tool, arguments))]
        members = resolve(step.over, self.known, self.values)
        return [
            Job(step, index, Call(step.tool, {**arguments, step.parameter: member}))
            for index, member in enumerate(members)
        ]

    def goal(self, jobs: Iterable[Job], brief: bool = False) -> str:
        """Noun phrase for what some calls are made for, fan-outs as one."""
        by_step: dict[str, list[Job]] = {}
        for job in jobs:
            by_step.setdefault(job.step.id, []).append(job)
        phrases = []
        for step, group in by_step.items():
            each = self._each(group) if len(group) > 1 else None
            phrases += self.voice.goals(group[0].call, self.used[step], each, brief)
        more = len(phrases) - MAX_GOALS
        return listed([*phrases[:MAX_GOALS], f"{more} more"] if more > 0 else phrases)

    def _each(self, group: list[Job]) -> dict[str, str]:
        step = group[0].step
        assert isinstance(step, MapStep)
        kind = self.view.declared[step.tool].parameters[step.parameter].type
        plural, total = self.view.types[kind].plural, self._members(step)
        if len(group) > MAX_NAMED and (group[-1].member or 0) + 1 < total:
            part = "next" if group[0].member else "first"
            return {step.parameter: f"each of the {part} {len(group)} of these {total} {plural}"}
        if len(group) > MAX_NAMED:
            return {step.parameter: f"each of these {len(group)} {plural}"}
        names = [self.voice.value(job.call.arguments[step.parameter], kind) for job in group]
        return {step.parameter: f"each of {listed(names)}"}

    def _members(self, step: Calling) -> int:
        """Members of a fan-out."""
        assert isinstance(step, MapStep)
        return len(resolve(step.over, self.known, self.values))

    def _turn(self, jobs: list[Job], done: int) -> Generator[Call, Result, list[dict[str, Any]]]:
        """One assistant message with its calls, and their results; a slip is put right in the next one."""
        wrong = next((job for job in jobs if self._slips(job)), None)
        self._assistant(self._thought(jobs, done), self._aside(jobs), [self._shown(j) for j in jobs])
        results: list[dict[str, Any] | None] = []
        for job in jobs:
            if job is wrong and self.slip is not None:
                self._tool(job, self.slip.result)
                results.append(None)
            else:
                results.append((yield from self._result(job)))
        if wrong is not None and self.slip is not None:
            # What else came back is told only after the correction: the error is what matters now.
            told, self.told = self.told, []
            thought = explain(self.voice, self.slip)
            self._assistant(thought, self.voice.say("retry"), [wrong.call])
            results[results.index(None)] = yield from self._result(wrong)
            self.told = told + self.told
        return [result for result in results if result is not None]

    def _go_round(self, detour: Detour, jobs: list[Job]) -> None:
        """The detour's call with its real result, and what was seen in it."""
        tool = self.view.declared[detour.call.tool].name
        goal = self.goal([job for job in jobs if job.step.id == detour.step])
        thought = [*self.recall(), self.voice.say("detour.try", goal=goal, tool=tool)]
        self._assistant(" ".join(thought), self.voice.say("detour.aside"), [detour.call])
        assert detour.result.value is not None
        self._reply(detour.call, cut(detour.result.value, ()))
        self.told.append(useless(self.voice, detour, goal))
        self.back = True

    def _result(self, job: Job) -> Generator[Call, Result, dict[str, Any]]:
        result = yield job.call
        if result.value is None:
            message = (result.error or {}).get("message", "no value")
            raise DerivationError("call:failed", f"{job.call.tool} failed when the task was played: {message}")
        self._tool(job, result)
        for name in sorted(self.used[job.step.id]):
            # Of several fields of a member each is named; of one it is known from before.
            if isinstance(job.step, CallStep) or (self._singly and len(self.used[job.step.id]) > 1):
                self.told.append(self.voice.found(job.call, name, result.value[name], self._single(job.step)))
            elif self._singly:
                self.told.append(self.voice.member(job.call, job.step.parameter, name, result.value[name]))
        return result.value

    @property
    def _singly(self) -> bool:
        """Whether each result is told when it comes, and not the fan-out as a whole."""
        return self.pace is Pace.SINGLY

    def _single(self, step: Step) -> bool:
        """Whether no other step calls the same tool, so that its result needs no arguments to be told apart."""
        tools = [other.tool for other in self.known.values() if not isinstance(other, OpStep)]
        return isinstance(step, CallStep) and tools.count(step.tool) == 1

    def _slips(self, job: Job) -> bool:
        return self.slip is not None and (self.slip.step, self.slip.member) == (job.step.id, job.member)

    def _shown(self, job: Job) -> Call:
        return self.slip.call if self.slip is not None and self._slips(job) else job.call

    def _keep(self, jobs: list[Job], results: list[dict[str, Any]]) -> None:
        """Store a batch's results, tell of fan-outs as a whole, and read what operators can now read."""
        for job, result in zip(jobs, results, strict=True):
            if isinstance(job.step, CallStep):
                self.values[job.step.id] = result
            else:
                self.values.setdefault(job.step.id, []).append(result)
        for fan in {job.step.id: job.step for job in jobs}.values():
            if isinstance(fan, MapStep) and not self._singly:
                self.told += [self._fan(fan, name) for name in sorted(self.used[fan.id])]
        self.last = {job.step.id for job in jobs}
        reader = Reader(self.voice, self.known, self.values)
        for step in self.derivation.steps:
            if isinstance(step, OpStep) and step.id not in self.values and self._readable(step):
                inputs = {n: resolve(source, self.known, self.values) for n, source in step.inputs.items()}
                self.values[step.id] = apply(step.op, inputs)
                sentence = reader.sentence(step)
                self.told += [sentence] if sentence else []

    def _fan(self, step: MapStep, name: str) -> str:
        spec = self.view.declared[step.tool]
        members = resolve(step.over, self.known, self.values)
        values = [result[name] for result in self.values[step.id]]
        kinds = spec.parameters[step.parameter].type, spec.returns[name].type
        head = self.voice.head(spec, name)
        return self.voice.say("pairs", head=head, pairs=self.voice.pairs((members, kinds[0]), (values, kinds[1]), head))

    def _readable(self, step: OpStep) -> bool:
        return all(ref.step in self.values for source in step.inputs.values() for ref in refs(source))

    def _thought(self, jobs: list[Job], done: int) -> str:
        """Reasoning of a calling message: what came back, then what is wanted next and why now."""
        parts = self.recall()
        step, spec = jobs[0].step, self.view.declared[jobs[0].step.tool]
        if done and isinstance(step, MapStep) and len(jobs) == 1:
            member = self.voice.value(jobs[0].call.arguments[step.parameter], spec.parameters[step.parameter].type)
            return " ".join([*parts, self.voice.say("again", member=member)])
        if self.back:
            situation, self.back = "detour.then", False
        elif not self.calls:
            alone = len(self.derivation.steps) == 1
            situation = "begin_many" if len({j.step.id for j in jobs}) > 1 else "begin_only" if alone else "begin"
        else:
            alike = isinstance(step, MapStep) and all(job.step is step for job in jobs)
            rest = alike and jobs[0].member and jobs[-1].member == self._members(step) - 1
            situation = "rest" if rest else "onward" if self._follows(jobs) else "beside"
        parts.append(self.voice.say(situation, goal=self.goal(jobs), tool=spec.name))
        if len(jobs) > 1 and self.rng.random() < 0.6:
            parts.append(self.voice.say("together"))
        return " ".join(parts)

    def _follows(self, jobs: list[Job]) -> bool:
        """Whether a call takes something from the results just read, directly or through an operator."""
        stack: list[Step] = [job.step for job in jobs]
        while stack:
            for source in inputs_of(stack.pop()).values():
                for ref in refs(source):
                    if ref.step in self.last:
                        return True
                    origin = self.known[ref.step]
                    stack += [origin] if isinstance(origin, OpStep) else []
        return False

    def recall(self) -> list[str]:
        """The sentences about results since the last message; they are told once."""
        told, self.told = self.told[-MAX_SENTENCES:], []
        return told

    def _aside(self, jobs: list[Job]) -> str:
        """Visible text of a calling message: short, or none."""
        one_by_one = len(jobs) == 1 and bool(jobs[0].member)
        if self.calls and self.rng.random() < (SILENT_MEMBER if one_by_one else SILENT):
            return ""
        steps = {job.step.id: job.step for job in jobs}
        if len(steps) > 1:
            return self.voice.say("several")
        step = jobs[0].step
        if isinstance(step, MapStep) and len(jobs) > 1:
            return self.voice.say("each")
        look = self.view.declared[step.tool].role == "retrieval"
        situation = "look" if look or not self.calls else "work"
        return self.voice.say(situation, goal=self.goal(jobs, brief=True))

    def _assistant(self, reasoning: str, content: str, calls: list[Call]) -> None:
        message: dict[str, Any] = {"role": "assistant", "content": content, "reasoning_content": reasoning}
        message["tool_calls"] = [
            {
                # Nine letters and digits: the form that the strictest chat templates ask of an id.
                "id": f"call{self.calls + number:05d}",
                "type": "function",
                "function": {"name": self.view.declared[call.tool].name, "arguments": dict(call.arguments)},
            }
            for number, call in enumerate(calls, 1)
        ]
        self.messages.append(message)
        self.calls += len(calls)

    def _tool(self, job: Job, result: Result) -> None:
        payload = result.payload() if result.value is None else cut(result.value, self.used[job.step.id])
        self._reply(job.call, payload)

    def _reply(self, call: Call, payload: dict[str, Any]) -> None:
        """The result message of the next call that has none; results come in the order of the calls."""
        answered = sum(message["role"] == "tool" for message in self.messages)
        self.messages.append(
            {
                "role": "tool",
                "tool_call_id": f"call{answered + 1:05d}",
                "name": self.view.declared[call.tool].name,
                "content": as_text(payload),
            }
        )

    def finish(self, reasoning: str, content: str) -> None:
        """The final message."""
        self.messages.append({"role": "assistant", "content": content, "reasoning_content": reasoning})


def _apart(derivation: Derivation) -> dict[str, set[str]]:
    """By tool, the parameters that are not the same in all its calls: other sources, or a fan-out's members."""
    found: dict[str, set[str]] = {}
    first: dict[str, Calling] = {}
    for step in derivation.steps:
        if isinstance(step, OpStep):
            continue
        one, other = first.setdefault(step.tool, step).arguments, step.arguments
        differ = {name for name in one.keys() | other.keys() if one.get(name) != other.get(name)}
        members = {step.parameter} if isinstance(step, MapStep) else set()
        found[step.tool] = found.get(step.tool, set()) | differ | members
    return found

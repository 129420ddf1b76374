"""The rules solver: plays a task's derivation as a competent agent would, with real calls and real results.

Every attempt is a conversation in OpenAI form. Arguments come from the question and from results read so
far, never from the recorded evidence, and the final answer is what the played derivation gives: an attempt
that does not reach the task's answer is an error, not a row.
"""

from __future__ import annotations

import random
import re
from collections.abc import Generator
from typing import Any

from builder.errors import DerivationError
from builder.identity import content_id, random_stream
from builder.prompts import fill, phrases, placeholders
from builder.recipe.acting.detours import find_detour
from builder.recipe.acting.missing import blocked_steps, removable
from builder.recipe.acting.pace import Pace, drawn
from builder.recipe.acting.playing import Playing
from builder.recipe.acting.slips import find_slip
from builder.recipe.acting.speech import listed
from builder.recipe.derivation import inputs_of, refs, resolve, round_answer
from builder.recipe.shape import levels
from builder.recipe.verdicts import parse_answer, render_answer, unanswerable
from builder.recipe.verdicts.protocol import said
from builder.recipe.view import PoolView
from builder.records.attempts import Attempt, Stratum
from builder.records.derivations import Answer, AnswerSpec, MapStep, OpStep, Step
from builder.records.tasks import Task
from builder.records.tools import Call, Result

__all__ = ["act", "opening", "strata"]

SOLVER = "rules"

_ISO_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?")

RECOVERY_SHARE = 0.20
"""Share of tasks that also get an attempt with a slip: few, since each repeats its task."""

DETOUR_SHARE = 0.15
"""Share of tasks also tried with a detour."""

UNANSWERABLE_SHARE = 0.20
"""Share of tasks tried without a needed tool. Fewer than a third have one that nothing offered replaces, which
leaves about 6% of tasks."""


def strata(task: Task, rng: random.Random) -> tuple[Stratum, ...]:
    """Which attempts a task gets; `act` returns None for one that turns out not to be possible."""
    wanted: list[Stratum] = ["direct"]
    recovery, missing, detour = rng.random(), rng.random(), rng.random()
    if recovery < RECOVERY_SHARE:
        wanted.append("recovery")
    if detour < DETOUR_SHARE:
        wanted.append("detour")
    if missing < UNANSWERABLE_SHARE:
        wanted.append("unanswerable")
    return tuple(wanted)


def opening(task: Task) -> tuple[dict[str, Any], dict[str, Any]]:
    """System and user message of a task: the same in every attempt and in the prompt of its `rl` row."""
    rng = random_stream(0, task.id, "opening")
    texts = phrases("system")
    form = rng.choice(texts[f"form.{_form(task.answer)}"])
    if "fields" in placeholders(form):
        fields = "; ".join(f"{said(name)}: ..." for name in task.answer.spec.fields)
        form = fill(form, {"fields": fields})
    protocol = fill(rng.choice(texts["protocol"]), {"form": form})
    return (
        {"role": "system", "content": rng.choice(texts["system"])},
        {"role": "user", "content": f"{task.question}\n\n{protocol}"},
    )


def _form(answer: Answer) -> str:
    moment = isinstance(answer.value, str) and _ISO_MOMENT.fullmatch(answer.value)
    return "time" if moment else answer.spec.kind


def act(task: Task, view: PoolView, stratum: Stratum, rng: random.Random) -> Generator[Call, Result, Attempt | None]:
    """Play a task. None when the stratum is not possible for it: no slip that fails, no tool that sounds right and
    is not, no tool to take away.

    Raises DerivationError when a call fails or the answer comes out different from the task's.
    """
    tool = removable(view, task, rng) if stratum == "unanswerable" else None
    slip = (yield from find_slip(view, task, rng)) if stratum == "recovery" else None
    detour = (yield from find_detour(view, task, rng)) if stratum == "detour" else None
    if stratum != "direct" and tool is None and slip is None and detour is None:
        return None
    pace = drawn(rng) if _together(task) else Pace.SINGLY
    playing = Playing(view, task.derivation, pace, slip, detour, rng, [dict(m) for m in opening(task)])
    if tool is not None:
        blocked = blocked_steps(task.derivation, tool)
        yield from playing.play(blocked)
        _give_up(playing, task, tool, blocked)
    else:
        yield from playing.play()
        _answer(playing, task)
    calls = [len(message.get("tool_calls", ())) for message in playing.messages]
    return Attempt(
        id=content_id("attempt", task.id, stratum, SOLVER),
        task=task.id,
        stratum=stratum,
        solver=SOLVER,
        toolset=tuple(name for name in task.toolset if name != tool),
        messages=tuple(playing.messages),
        parallel=max(calls) > 1,
        num_calls=sum(calls),
    )


def _together(task: Task) -> bool:
    """Whether some calls of a task could run at the same time."""
    level = levels(task.derivation.steps)
    calls = [step for step in task.derivation.steps if not isinstance(step, OpStep)]
    return any(isinstance(step, MapStep) for step in calls) or len({level[s.id] for s in calls}) < len(calls)


def _answer(playing: Playing, task: Task) -> None:
    """The final message of a solved task."""
    spec = task.answer.spec
    raw = resolve(task.derivation.answer, playing.known, playing.values)
    value = round_answer(raw, spec)
    if value != task.answer.value:
        raise DerivationError("replay:answer", f"playing {task.id} gave {value!r}, not {task.answer.value!r}")
    spoken = _spoken(playing, spec, value)
    thoughts = playing.recall()
    if isinstance(raw, (int, float)) and raw != value:
        thoughts.append(playing.voice.say("rounding", raw=playing.voice.value(raw, spec.type), answer=spoken))
    flag = isinstance(value, bool)
    thoughts.append(playing.voice.say("close_flag" if flag else "close", answer=spoken))
    ending = "final_flag" if flag else "final_list" if spec.kind in ("list", "set", "record") else "final"
    _finish(playing, thoughts, playing.voice.say(ending, answer=spoken), task.answer)


def _finish(playing: Playing, thoughts: list[str], sentence: str, answer: Answer) -> None:
    text = render_answer(answer)
    content = f"{sentence}\n\n<answer>{text}</answer>"
    if parse_answer(content) != text:
        raise DerivationError("answer:protocol", f"{text[:80]!r} cannot stand in an <answer>")
    playing.finish(" ".join(thoughts), content)


def _spoken(playing: Playing, spec: AnswerSpec, value: Any) -> str:
    """The answer in a sentence."""
    if spec.kind == "record":
        return "; ".join(f"{said(n)} {_spoken(playing, spec.fields[n], item)}" for n, item in value.items())
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        items = [_spoken(playing, spec, item) for item in value]
        return ", then ".join(items) if spec.kind == "list" else listed(items)
    if isinstance(value, float) and spec.decimals is not None:
        unit = f"{'' if spec.unit in ('%', '°') else ' '}{spec.unit}" if spec.unit else ""
        return f"{value:,.{spec.decimals}f}{unit}"
    return playing.voice.measured(value, spec.type, spec.unit)


def _give_up(playing: Playing, task: Task, tool: str, blocked: set[str]) -> None:
    """The final message of a task that the offered tools cannot settle: what is missing."""
    jobs = [
        job
        for step in task.derivation.steps
        if not isinstance(step, OpStep) and step.tool == tool and _open(playing, step, blocked)
        for job in playing.jobs(step)
    ]
    goal = playing.goal(jobs)
    thoughts = [
        *playing.recall(),
        playing.voice.say("lack.think", goal=goal),
        playing.voice.say("lack.depends"),
    ]
    missing = playing.rng.choice(phrases("solver")["lack.answer"])
    answer = unanswerable(fill(missing, {"goal": goal}))
    _finish(playing, thoughts, playing.voice.say("lack.final", goal=goal), answer)


def _open(playing: Playing, step: Step, blocked: set[str]) -> bool:
    """Whether a step's arguments are all known, though its tool is missing."""
    return not any(ref.step in blocked for source in inputs_of(step).values() for ref in refs(source))

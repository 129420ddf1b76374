"""A small recipe over the tiny pool: one form of question, real calls, a page of code.

It does what stages expect of the real one (draws under coverage weights, refusals, repeats of a task,
attempts that fail), so tests of store, engine and stages run in seconds and mean something. Pass
`small_recipe()` where a Session takes a recipe, with settings whose `pool.specs` is `tiny_pool()`.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from builder.errors import DerivationError, Refused
from builder.identity import content_id, random_stream
from builder.records.attempts import Attempt, Verdict
from builder.records.derivations import Answer, AnswerSpec, CallStep, Derivation, Literal, Ref
from builder.records.tasks import Draw, EvidenceCall, Round, Seed, Task
from builder.records.tools import Call, Result
from builder.settings import HeldOutSettings
from builder.stages.workbench import Recipe

PROFILE, DIVIDE = "general.atlas.island_profile", "general.atlas.divide"
EXEMPLAR = "small.density"


@dataclass(frozen=True, slots=True)
class SmallSynthesis:
    """What `synthesize` returns; the real one has the same fields."""

    task: Task | None
    calls: tuple[EvidenceCall, ...]
    rounds: tuple[Round, ...]
    refusals: tuple[tuple[int, str, str], ...]


def tiny_pool() -> Path:
    """The folder of the tiny pool's specs."""
    return Path(str(resources.files("builder") / "testing" / "tiny_pool"))


def small_recipe() -> Recipe:
    """The functions of this module as a recipe."""
    return Recipe(("testing/small_recipe.py",), plan_wave, atlas, synthesize, replay, strata, act, judge)


def plan_wave(
    view: Any,
    coverage: Mapping[str, Mapping[str, int]],
    run_seed: int,
    wave: int,
    count: int,
    first_index: int,
    held_out: HeldOutSettings,
) -> list[Draw]:
    """Draws that prefer islands which earlier waves used less. All call the same two tools: none can be held out.

    Parameters are over the ceiling because they are those of `recipe.sampling.plan_wave`.
    """
    islands = list(view.entities("island"))
    weights = [1 / (1 + coverage["seed"].get(f"island:{name}", 0)) for name in islands]
    draws = []
    for index in range(first_index, first_index + count):
        name = random_stream(run_seed, "draw", index).choices(islands, weights)[0]
        draws.append(
            Draw(
                id=content_id("draw", run_seed, index),
                wave=wave,
                index=index,
                exemplar=EXEMPLAR,
                domain="general",
                seed=Seed(type="island", value=name, label=name),
                toolset=(DIVIDE, PROFILE),
                slots={"factor": index % 7 + 1},
            )
        )
    return draws


def atlas(view: Any) -> tuple[str, ...]:
    """Stands for what the real recipe prepares: here, the islands."""
    return tuple(view.entities("island"))


def derive(island: str, factor: int) -> Derivation:
    """People on `factor` square kilometres of an island, divided twice: three calls in a row."""
    steps = (
        CallStep(id="s1", tool=PROFILE, arguments={"island": Literal(literal=island, type="island")}),
        CallStep(
            id="s2",
            tool=DIVIDE,
            arguments={"dividend": Ref(step="s1", field="people"), "divisor": Ref(step="s1", field="km2")},
        ),
        CallStep(
            id="s3",
            tool=DIVIDE,
            arguments={
                "dividend": Ref(step="s2", field="quotient"),
                "divisor": Literal(literal=factor, type="quotient"),
            },
        ),
    )
    spec = AnswerSpec(kind="number", type="quotient", decimals=2)
    return Derivation(steps=steps, answer=Ref(step="s3", field="quotient"), spec=spec)


def execute(
    derivation: Derivation, key: Callable[[Call], str] = lambda call: ""
) -> Generator[Call, Result, tuple[float, tuple[EvidenceCall, ...]]]:
    """Answer and evidence of a derivation. Raises DerivationError when a call fails."""
    values: dict[str, dict[str, Any]] = {}
    calls = []
    for number, step in enumerate(derivation.steps, 1):
        assert isinstance(step, CallStep)
        arguments: dict[str, Any] = {}
        sources: dict[str, Any] = {}
        for name, source in step.arguments.items():
            assert not isinstance(source, tuple)
            if isinstance(source, Literal):
                arguments[name], sources[name] = source.literal, {"literal": True}
            else:
                arguments[name] = values[source.step][source.field]
                sources[name] = {"call": source.step.replace("s", "c"), "path": f"/{source.field}"}
        call = Call(step.tool, arguments)
        result = yield call
        if result.value is None:
            raise DerivationError("call:failed", str(result.error))
        values[step.id] = result.value
        calls.append(
            EvidenceCall(
                id=f"c{number}",
                step=step.id,
                tool=step.tool,
                role="retrieval" if step.tool == PROFILE else "processing",
                arguments=arguments,
                sources=sources,
                result=result.value,
                key=key(call),
            )
        )
    assert isinstance(derivation.answer, Ref)
    return values[derivation.answer.step][derivation.answer.field], tuple(calls)


def synthesize(
    draw: Draw,
    view: Any,
    islands: tuple[str, ...],
    run_seed: int,
    rounds: int,
    key: Callable[[Call], str],
) -> Generator[Call, Result, SmallSynthesis]:
    """One round; an island without people is refused, and every seventh draw breaks off."""
    assert draw.seed.value in islands
    derivation = derive(draw.seed.value, draw.slots["factor"])
    answer, calls = yield from execute(derivation, key)
    if answer == 0:
        return SmallSynthesis(None, calls, (), ((1, "law:real_values", "nobody lives there"),))
    if draw.slots["factor"] == 7:
        raise Refused("gate:not_guessable", "nobody divides by 7")
    question = f"What is the population density of {draw.seed.value}, divided by {draw.slots['factor']}?"
    refusals = ((2, "walk:nothing", "there is nothing deeper"),)
    return one_round(draw, question, derivation, (answer, calls), frame="ratio", refusals=refusals)


def one_round(
    draw: Draw,
    question: str,
    derivation: Derivation,
    found: tuple[Any, tuple[EvidenceCall, ...]],
    *,
    frame: str,
    refusals: tuple[tuple[int, str, str], ...] = (),
) -> SmallSynthesis:
    """The task of a derivation whose calls follow one another, for which `execute` found that in the first round."""
    answer, calls = found
    typed = Answer(spec=derivation.spec, value=answer)
    made = Round(number=1, move="start", question=question, answer=typed, derivation=derivation)
    task = Task(
        id=content_id("task", derivation.model_dump(mode="json")),
        draw=draw.id,
        domain=draw.domain,
        exemplar=draw.exemplar,
        frame=frame,
        register="plain",
        seed=draw.seed,
        question=question,
        answer=typed,
        toolset=draw.toolset,
        calls=calls,
        derivation=derivation,
        rounds=(made,),
        depth=len(calls),
        width=1,
        domains=(draw.domain,),
    )
    return SmallSynthesis(task, calls, (made,), refusals)


def replay(task: Task) -> Generator[Call, Result, str | None]:
    """Run the derivation again. Crete is never reproduced, so that something fails."""
    answer, _ = yield from execute(task.derivation)
    if task.seed.value == "Crete":
        return "replay:answer: Crete is never reproduced here"
    return None if answer == task.answer.value else f"replay:answer: {answer} came out"


def strata(task: Task, rng: random.Random) -> tuple[str, ...]:
    return ("direct", "recovery") if rng.random() < 0.3 else ("direct",)


def act(task: Task, view: Any, stratum: str, rng: random.Random) -> Generator[Call, Result, Attempt | None]:
    """Call what the derivation calls and say what came out; on Gozo nothing can be recovered from."""
    if stratum == "recovery" and task.seed.value == "Gozo":
        return None
    answer, calls = yield from execute(task.derivation)
    said = "I lost count" if task.seed.value == "Bali" else f"<answer>{answer}</answer>"
    messages = ({"role": "user", "content": task.question}, {"role": "assistant", "content": said})
    return Attempt(
        id=content_id("attempt", task.id, stratum),
        task=task.id,
        stratum=stratum,  # type: ignore[arg-type]
        solver="rules",
        toolset=task.toolset,
        messages=messages,
        parallel=False,
        num_calls=len(calls),
    )


def judge(task: Task, attempt: Attempt) -> Verdict:
    correct = f"<answer>{task.answer.value}</answer>" in attempt.messages[-1]["content"]
    return Verdict(attempt=attempt.id, task=task.id, correct=correct, reason="match" if correct else "no_answer")

"""A recipe over one tool of the reference server `mcp-server-time`: what time is it there when it is so late here?

Tasks are played and judged by the recipe of the package.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from typing import Any

from builder.identity import content_id, random_stream
from builder.recipe import acting, verdicts
from builder.records.derivations import AnswerSpec, CallStep, Derivation, Literal, Ref
from builder.records.tasks import Draw, Seed, Task
from builder.records.tools import Call, Result
from builder.settings import HeldOutSettings
from builder.stages.workbench import Recipe
from builder.testing.small_recipe import DIVIDE, SmallSynthesis, execute, one_round

PROVIDER = "general.clock"
TOOL = f"{PROVIDER}.convert_time"


def clock_recipe() -> Recipe:
    return Recipe(("recipe",), plan_wave, atlas, synthesize, replay, acting.strata, acting.act, verdicts.judge)


def plan_wave(
    view: Any,
    coverage: Mapping[str, Mapping[str, int]],
    run_seed: int,
    wave: int,
    count: int,
    first_index: int,
    held_out: HeldOutSettings,
) -> list[Draw]:
    """Draws of two zones and an hour.

    Parameters are over the ceiling because they are those of `recipe.sampling.plan_wave`.
    """
    zones, draws = list(view.entities("clock_zone")), []
    for index in range(first_index, first_index + count):
        here, there = random_stream(run_seed, "draw", index).sample(zones, 2)
        draws.append(
            Draw(
                id=content_id("draw", run_seed, index),
                wave=wave,
                index=index,
                exemplar="small.clock",
                domain="general",
                seed=Seed(type="clock_zone", value=here, label=here),
                toolset=(DIVIDE, TOOL),
                slots={"there": there, "time": f"{index % 24:02}:15"},
            )
        )
    return draws


def atlas(view: Any) -> None:
    """Nothing is prepared."""


def derive(here: str, time: str, there: str) -> Derivation:
    step = CallStep(
        id="s1",
        tool=TOOL,
        arguments={
            "source_timezone": Literal(literal=here, type="clock_zone"),
            "time": Literal(literal=time, type="clock_time"),
            "target_timezone": Literal(literal=there, type="clock_zone"),
        },
    )
    return Derivation(
        steps=(step,), answer=Ref(step="s1", field="target_datetime"), spec=AnswerSpec(kind="text", type="zoned_time")
    )


def synthesize(
    draw: Draw, view: Any, _atlas: None, run_seed: int, rounds: int, key: Callable[[Call], str]
) -> Generator[Call, Result, SmallSynthesis]:
    """One call, one round."""
    here, there, time = draw.seed.value, draw.slots["there"], draw.slots["time"]
    derivation = derive(here, time, there)
    found = yield from execute(derivation, key)
    source = view.providers[PROVIDER].source
    question = f"When it is {time} in {here}, what are the date and time in {there}? Use {source}."
    return one_round(draw, question, derivation, found, frame="clock")


def replay(task: Task) -> Generator[Call, Result, str | None]:
    answer, _ = yield from execute(task.derivation)
    return None if answer == task.answer.value else f"replay:answer: {answer} came out"

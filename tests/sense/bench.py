"""A bench for small scenarios: check them as the pool does, and run one draw of them over the real tools."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from builder.recipe.atlas import Atlas
from builder.recipe.scenario_checks import check_scenario
from builder.recipe.scenarios import tools_of
from builder.recipe.synthesis import Synthesis, synthesize
from builder.recipe.view import PoolView
from builder.records.exemplars import Scenario
from builder.records.tasks import Draw, Seed
from builder.testing.tasks import general_executor
from builder.tools.driver import drive
from builder.tools.pool import ToolPool

POOL = general_executor().pool


@cache
def atlas() -> Atlas:
    return Atlas(POOL)


class WithScenario:
    """The pool with one more scenario in it, and with one list declared as cut."""

    def __init__(self, pool: ToolPool, scenario: Scenario, cut: str = "") -> None:
        self._pool = pool
        self.scenarios: Mapping[str, Scenario] = {scenario.id: scenario}
        self.declared = dict(pool.declared)
        if cut:
            tool, _, field = cut.partition("#")
            spec = self.declared[tool]
            returned = spec.returns[field].model_copy(update={"complete": False})
            self.declared[tool] = spec.model_copy(update={"returns": {**spec.returns, field: returned}})

    def __getattr__(self, name: str) -> Any:
        return getattr(self._pool, name)


@dataclass(frozen=True, slots=True)
class Sketch:
    """A scenario of one round in a few lines: slots as `(type, value)`, steps by name, an answer, a question."""

    slots: dict[str, tuple[str, Any]]
    steps: dict[str, dict[str, Any]]
    answer: Any
    ask: str
    answer_type: str | None = None
    offered: tuple[str, ...] = field(default=())
    """Tools offered beside those that are called."""
    cut: str = ""
    """`tool#field` of a list that is declared as cut."""

    def scenario(self) -> Scenario:
        answer = {"value": self.answer, "type": self.answer_type}
        steps = [{"id": name, **step} for name, step in self.steps.items()]
        body = {
            "id": "general.sketch",
            "domain": "general",
            "title": "Sketch",
            "slots": {name: {"type": kind, "choices": [value]} for name, (kind, value) in self.slots.items()},
            "rounds": [
                {
                    "frame": "quantity",
                    "move": "start",
                    "steps": steps,
                    "answer": answer,
                    "ask": {"plain": [self.ask] * 3},
                }
            ],
        }
        return Scenario.model_validate(body)


def problems(sketch: Sketch) -> list[str]:
    """What `check_scenario` says of it."""
    scenario = sketch.scenario()
    return [problem.problem for problem in check_scenario(WithScenario(POOL, scenario), scenario)]  # type: ignore[arg-type]


def run(sketch: Sketch) -> Synthesis:
    """One draw of it. The sketch must pass the static checks."""
    found = problems(sketch)
    assert not found, found
    scenario = sketch.scenario()
    view: PoolView = WithScenario(POOL, scenario, sketch.cut)  # type: ignore[assignment]
    kind, value = next(iter(sketch.slots.values()))
    draw = Draw(
        id="draw_sketch",
        wave=0,
        index=0,
        exemplar=scenario.id,
        domain="general",
        seed=Seed(type=kind, value=value, label=str(value)),
        toolset=tuple(sorted({*tools_of(scenario), *sketch.offered})),
        slots={name: value for name, (_, value) in sketch.slots.items()},
    )
    executor = general_executor()
    return drive(synthesize(draw, view, atlas(), 1, 1, executor.key), executor)


def outcome(sketch: Sketch) -> str:
    """`kept`, or the reason that refused the draw."""
    made = run(sketch)
    return "kept" if made.task is not None else made.refusals[-1][1]


def static(sketch: Sketch) -> str:
    """`sound`, or the law or problem that the static checks name first."""
    found = problems(sketch)
    if not found:
        return "sound"
    law = re.match(r"law:\w+", found[0])
    return law.group(0) if law else found[0]

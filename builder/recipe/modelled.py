"""One draw through K rounds by models: a model derives from evidence that a model, or the rules' walk, gathered.

A generator of chat requests and calls. As with the rules, each round goes beyond the one before, the last that was
proved becomes the task, and a draw without one ends with its reasons.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass, field

from builder.errors import DerivationError, ModelError, Refused
from builder.identity import random_stream
from builder.recipe.aiming import aim
from builder.recipe.atlas import Atlas
from builder.recipe.collecting import collect, gather, seed_text
from builder.recipe.derivation import Evidence, run_steps
from builder.recipe.deriving import Accepted, Desk, complete, derive
from builder.recipe.plans import Plan
from builder.recipe.provenance import Gathered
from builder.recipe.synthesis import State, Synthesis, task_of
from builder.recipe.turns import Asking, Back, Step
from builder.recipe.view import PoolView
from builder.recipe.wording import DATE_STYLES
from builder.records.derivations import Step as DerivationStep
from builder.records.tasks import Draw, Roles
from builder.records.tools import Call, Result


@dataclass(frozen=True, slots=True)
class Crew:
    """Who plays the two roles, and how far.

    No collector: the rules' walk gathers, once, all that it would have derived from.
    """

    deriver: Asking
    tries: int
    """Derivations asked for in one round."""
    rounds: int
    """Most rounds of a draw."""
    run_seed: int
    """That of the rules' walk."""
    collector: Asking | None = None

    @property
    def roles(self) -> Roles:
        return Roles(collector=self.collector.model if self.collector else "rules", deriver=self.deriver.model)


@dataclass(frozen=True, slots=True)
class Try:
    """Something that a role was asked to make; without a reason it was accepted."""

    role: str
    model: str
    reason: str = ""
    detail: str = ""


@dataclass(slots=True)
class Modelled:
    """What came of a draw, and of everything that was asked for on the way."""

    synthesis: Synthesis
    tries: list[Try] = field(default_factory=list)
    gathered: tuple[Gathered, ...] = ()


def synthesize_by_model(
    draw: Draw, view: PoolView, atlas: Atlas, crew: Crew, key: Callable[[Call], str]
) -> Generator[Step, Back, Modelled]:
    """Run one draw. `key` gives the evidence key of a call."""
    # The same stream as that of the rules, so that their walk is the one that they would have derived from.
    rng = random_stream(crew.run_seed, draw.id, "synthesis")
    state = State(draw, view, atlas, Plan({}, ()), rng, rng.choice(DATE_STYLES))
    made = Modelled(Synthesis(None))
    refusals: list[tuple[int, str, str]] = []
    accepted: list[Accepted] = []
    for number in range(1, crew.rounds + 1):
        try:
            made.gathered += yield from _gather(state, crew, number, made.gathered, accepted)
        except (Refused, DerivationError) as error:
            _fell(made, refusals, number, crew.collector, error.reason, str(error))
            break
        except ModelError as error:
            _fell(made, refusals, number, crew.collector, f"model:{error.kind}", error.message)
            break
        if crew.collector is not None:
            made.tries.append(Try("collector", crew.collector.model))
        desk = Desk(state, made.gathered, tuple(accepted), key, number == crew.rounds)
        found = yield from derive(desk, crew.deriver, crew.tries)
        for reason, detail in found.refusals:
            refusals.append((number, reason, detail))
            made.tries.append(Try("deriver", crew.deriver.model, reason, detail))
        if found.accepted is None:
            break
        made.tries.append(Try("deriver", crew.deriver.model))
        accepted.append(found.accepted)
    while accepted and not complete(accepted[-1].candidate):
        number = accepted.pop().candidate.round.number
        refusals.append((number, "gate:shallow", "one call answers it"))
    if accepted:
        state.evidence = accepted[-1].candidate.evidence
        marks = {"made_by": crew.roles, "worded_by": crew.deriver.model}
        task = task_of(state, [each.candidate for each in accepted], key).model_copy(update=marks)
        made.synthesis = Synthesis(task, task.calls, task.rounds, tuple(refusals))
    else:
        made.synthesis = Synthesis(None, refusals=tuple(refusals))
    return made


def _fell(
    made: Modelled, refusals: list[tuple[int, str, str]], number: int, collector: Asking | None, *told: str
) -> None:
    refusals.append((number, told[0], told[1]))
    if collector is not None:
        made.tries.append(Try("collector", collector.model, told[0], told[1]))


def _gather(
    state: State, crew: Crew, number: int, earlier: tuple[Gathered, ...], accepted: list[Accepted]
) -> Generator[Step, Back, tuple[Gathered, ...]]:
    """New evidence of a round."""
    if crew.collector is not None:
        so_far = accepted[-1].candidate.round.question if accepted else ""
        return (yield from collect(state.draw, state.view, crew.collector, number, earlier, so_far))
    if number > 1:
        return ()
    return (yield from _walk(state, crew.deriver.allow_flagged))


def _walk(state: State, allow_flagged: bool) -> Generator[Call, Result, tuple[Gathered, ...]]:
    """The calls of the plan that the rules would derive from. Raises Refused or DerivationError when there are none."""
    plan = yield from aim(state.draw, state.view, state.atlas, state.rng)
    evidence, known = Evidence(), dict[str, DerivationStep]()
    try:
        for planned in plan.rounds:
            known |= {step.id: step for step in planned.steps}
            yield from run_steps(planned.steps, evidence, known)
    except DerivationError:
        # What was called before a step failed is evidence all the same: the model may see another question in it.
        if not evidence.made:
            raise
    said = seed_text(state.draw, state.view)
    found: list[Gathered] = []
    for made in evidence.made:
        result = Result(value=made.result)
        found.append(gather(state.view, f"c{len(found) + 1}", made.call, result, said, tuple(found), allow_flagged))
    return tuple(found)

"""Estimate: run the first draws of a run as a pilot, and predict what all of them will cost."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from builder.errors import BuilderError, SettingsError
from builder.identity import random_stream
from builder.models.budget import MICRO, Money
from builder.recipe.estimating import MIN_DRAWS, Projection, project
from builder.records.chat import Usage
from builder.settings import Settings
from builder.stages.draw import total_draws
from builder.stages.progress import OnProgress
from builder.stages.run import run_session
from builder.stages.session import Session
from builder.stages.workbench import Recipe
from builder.store import Store


@dataclass(frozen=True, slots=True)
class StageCost:
    """What one stage will take with one model, over all draws."""

    stage: str
    model: str
    requests: Projection
    tokens: Projection
    seconds: Projection
    """Waiting times summed; divide by the requests in flight for the least that passes on the wall."""
    money: Projection | None
    """None for a model without a price."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A pilot of `pilot` draws, and what it says of all `draws`."""

    pilot: int
    draws: int
    stages: tuple[StageCost, ...]
    accepted: Projection
    """Draws of which a task is verified and solved."""
    currency: str
    in_flight: int

    def lines(self) -> list[str]:
        found = [f"{self.pilot:,} of {self.draws:,} draws made; for all of them, with 95% intervals:"]
        for stage in self.stages:
            parts = [stage.requests.line("requests"), stage.tokens.line("tokens")]
            parts.append(f"at least {stage.seconds.total / self.in_flight / 60:,.1f} min")
            if stage.money is not None:
                parts.append(stage.money.line(self.currency, 2))
            found.append(f"  {stage.stage} by {stage.model}: " + ", ".join(parts))
        found.append(f"  tasks solved: {self.accepted.line()}")
        return found


def estimate(
    settings: Settings,
    store: Path,
    draws: int,
    *,
    recipe: Recipe | None = None,
    on_progress: OnProgress | None = None,
    resume: str | None = None,
) -> Estimate:
    """Run the first `draws` draws through the stages of models, in a store of the pilot's own, and predict.

    Raises SettingsError when no role is a model's or the pilot is too small, and whatever a run raises: what a pilot
    has paid for stays in its store, and the same command goes on.
    """
    if not settings.model_roles:
        raise SettingsError("there is nothing to estimate: the rules play every role, and cost nothing")
    total = total_draws(settings)
    if not MIN_DRAWS <= draws <= total:
        raise SettingsError(f"a pilot takes {MIN_DRAWS} to {total:,} draws, not {draws} (correct --draws)")
    pilot = settings.replace({"synthesize.limit": draws})
    with Session(pilot, store, recipe=recipe, on_progress=on_progress, resume=resume) as session:
        run_session(session, "solve")
        return predict(session.store, settings, total)


def predict(store: Store, settings: Settings, total: int) -> Estimate:
    """The same from a store whose draws are all done."""
    drawn = {draw: bool(solved) for draw, solved in store.query("report/accepted_by_draw")}
    if len(drawn) < MIN_DRAWS:
        raise BuilderError(f"{store.path} holds {len(drawn)} draws, and {MIN_DRAWS} are needed (run a larger pilot)")
    costs: dict[tuple[str, str], dict[str, tuple[Usage, int, float]]] = defaultdict(dict)
    for stage, model, draw, prompt, completion, requests, seconds in store.query("report/spending_by_draw"):
        usage = Usage(prompt_tokens=prompt, completion_tokens=completion)
        costs[stage, model][draw] = (usage, requests, seconds)
    stages = [
        _stage(stage, model, [found.get(draw, _NOTHING) for draw in drawn], settings, total)
        for (stage, model), found in sorted(costs.items())
    ]
    return Estimate(
        pilot=len(drawn),
        draws=total,
        stages=tuple(stages),
        accepted=project([float(solved) for solved in drawn.values()], total, random_stream(0, "estimate")),
        currency=settings.model.currency,
        in_flight=settings.most_in_flight,
    )


_NOTHING = (Usage(), 0, 0.0)


def _stage(stage: str, model: str, costs: list[tuple[Usage, int, float]], settings: Settings, total: int) -> StageCost:
    def over(values: list[float]) -> Projection:
        # One stream for each: equal resamples, so that the intervals of one stage go together.
        return project(values, total, random_stream(0, "estimate", stage, model))

    price = settings.model.prices.get(model)
    money = None
    if price is not None:
        unit = Money({model: (price.prompt, price.completion)}, settings.model.currency)
        money = over([unit.cost(model, usage) / MICRO for usage, _, _ in costs])
    return StageCost(
        stage=stage,
        model=model,
        requests=over([float(requests) for _, requests, _ in costs]),
        tokens=over([float(usage.total) for usage, _, _ in costs]),
        seconds=over([seconds for _, _, seconds in costs]),
        money=money,
    )

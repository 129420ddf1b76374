"""Draw: plan one wave of configurations and commit them."""

from __future__ import annotations

from builder.errors import BuilderError
from builder.settings import Settings
from builder.stages.progress import Progress
from builder.stages.session import Session
from builder.store.tables import draw_row


def wave_sizes(session: Session) -> list[int]:
    """Draws of each wave; a limit cuts the last ones."""
    options, left = session.settings.synthesize, total_draws(session.settings)
    sizes = []
    while left > 0:
        sizes.append(min(left, options.draws_per_wave))
        left -= sizes[-1]
    return sizes


def total_draws(settings: Settings) -> int:
    """Draws of the whole run."""
    options = settings.synthesize
    most = options.waves * options.draws_per_wave
    return most if options.limit is None else min(most, options.limit)


def draw(session: Session, wave: int = 0) -> Progress:
    """Plan a wave, unless the store holds it already. All of its draws are committed, or none.

    The weights are those of the tasks of the waves before it, so those must be complete.
    """
    sizes = wave_sizes(session)
    drawn = dict(session.store.query("queue/drawn"))
    for earlier in range(wave):
        if earlier not in drawn or session.store.pending("synthesize", wave=earlier):
            raise BuilderError(f"wave {wave} builds on wave {earlier}, which is not complete: synthesize it first.")
    if wave in drawn:
        return Progress("draw", 0, 0, wave=wave)
    settings = session.settings
    count, first = sizes[wave], wave * settings.synthesize.draws_per_wave
    session.events.begin(Progress("draw", 0, count, wave=wave))
    coverage = session.store.coverage(wave)
    draws = session.recipe.plan_wave(session.pool, coverage, settings.run_seed, wave, count, first, settings.held_out)
    if [item.index for item in draws] != list(range(first, first + count)):
        raise BuilderError(f"the recipe planned other draws than {first} to {first + count - 1}; please report it.")
    session.store.write({"draws": [draw_row(item) for item in draws]})
    done = Progress("draw", count, count, wave=wave)
    session.events.step(done)
    return done

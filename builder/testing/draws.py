"""Draws aimed at one exemplar, for trying it out."""

from __future__ import annotations

import random
from collections.abc import Iterator

from builder.errors import SettingsError
from builder.identity import content_id, random_stream
from builder.recipe.atlas import Atlas
from builder.recipe.sampling import Sampler
from builder.recipe.view import PoolView
from builder.records.tasks import Draw


class _Aimed(Sampler):
    """A sampler whose every draw takes one exemplar."""

    def __init__(self, view: PoolView, atlas: Atlas, exemplar: str) -> None:
        super().__init__(view, atlas, {})
        self._aim = exemplar
        if exemplar.startswith("frame."):
            name = exemplar.removeprefix("frame.")
            if not self._candidates.get(name):
                raise SettingsError(f"no frame {name} applies here; frames: {', '.join(sorted(self._candidates))}")
            self._candidates = {name: self._candidates[name]}
            self._scenarios = {domain: [] for domain in self._scenarios}
        else:
            if exemplar not in view.scenarios:
                raise SettingsError(f"no scenario {exemplar}; there are: {', '.join(sorted(view.scenarios))}")
            chosen = view.scenarios[exemplar]
            self._scenarios = {domain: [] for domain in self._scenarios} | {chosen.domain: [chosen]}

    def one(self, rng: random.Random, identity: str, index: int) -> Draw:
        if self._aim.startswith("frame."):
            return self._frame(rng, identity, 0, index)
        return self._scenario(rng, identity, 0, index, self._aim.split(".", 1)[0])


def aimed_draws(view: PoolView, atlas: Atlas, exemplar: str, count: int, seed: int) -> Iterator[Draw]:
    """`count` draws that all aim for `exemplar` (a scenario id, or `frame.NAME`)."""
    sampler = _Aimed(view, atlas, exemplar)
    for index in range(count):
        yield sampler.one(
            random_stream(seed, "aimed", exemplar, index), content_id("draw", seed, exemplar, index), index
        )

"""Frames: question forms by rule, one module per family. Scenarios are declared beside the tools instead."""

from __future__ import annotations

from builder.recipe.frames import chains, contrasts, fanouts, figures, overlaps, pairs, peers
from builder.recipe.frames.base import Candidate, Frame

FRAMES: dict[str, Frame] = {
    **fanouts.FRAMES,
    **figures.FRAMES,
    **chains.FRAMES,
    **overlaps.FRAMES,
    **contrasts.FRAMES,
    **peers.FRAMES,
    **pairs.FRAMES,
}

__all__ = ["FRAMES", "Candidate", "Frame"]

"""Which sandboxes hold on this machine, tried once for all tests."""

from __future__ import annotations

from functools import cache

import pytest

from builder.tools.sandbox.selftest import Sandbox, Trial, try_all
from builder.tools.sandbox.variants import VARIANTS


@cache
def trials() -> tuple[Trial, ...]:
    return tuple(try_all())


def require(name: str) -> Sandbox:
    """The sandbox of that variant; skips the test where it does not hold, with the reason."""
    trial = next(trial for trial in trials() if trial.variant == name)
    if trial.problem:
        pytest.skip(f"{name}: {trial.problem}")
    return Sandbox(next(variant for variant in VARIANTS if variant.name == name))


def holding() -> list[Sandbox]:
    """All that hold here."""
    names = {trial.variant for trial in trials() if not trial.problem}
    return [Sandbox(variant) for variant in VARIANTS if variant.name in names]

"""The Vendi score against its definition, and what its features do."""

from __future__ import annotations

import random

import numpy as np
import pytest

from builder.recipe.vendi import features, vendi


def by_definition(matrix: np.ndarray) -> float:
    """exp of the entropy of the eigenvalues of the n by n similarities over n."""
    weights = np.linalg.eigvalsh(matrix @ matrix.T / len(matrix))
    weights = weights[weights > 1e-12]
    return float(np.exp(-(weights * np.log(weights)).sum()))


def some(count: int, seed: int = 0) -> list[list[str]]:
    rng = random.Random(seed)
    return [[f"tool {rng.randint(0, 40)}" for _ in range(rng.randint(1, 6))] for _ in range(count)]


@pytest.mark.parametrize(("count", "places"), [(50, 512), (300, 64), (400, 512)])
def test_it_is_the_definition_within_a_percent(count: int, places: int) -> None:
    matrix = features(some(count), places)
    assert vendi(matrix) == pytest.approx(by_definition(matrix), rel=1e-6)


def test_tasks_with_nothing_in_common_count_in_full_and_copies_count_once() -> None:
    different = np.eye(8, 16)
    assert vendi(different) == pytest.approx(8)
    assert vendi(np.repeat(different, 5, axis=0)) == pytest.approx(8)
    assert vendi(np.repeat(different[:1], 9, axis=0)) == pytest.approx(1)


def test_the_order_of_tasks_and_of_tokens_does_not_matter() -> None:
    tasks = some(100)
    turned = [tokens[::-1] for tokens in reversed(tasks)]
    assert vendi(features(tasks)) == pytest.approx(vendi(features(turned)))


def test_features_are_the_same_on_every_machine_and_need_tokens() -> None:
    row = features([["tool a", "tool a", "tool b"]], 16)[0]
    assert sorted(np.flatnonzero(row).tolist()) == [11, 13] and np.linalg.norm(row) == pytest.approx(1)
    with pytest.raises(ValueError, match="task 1 has no tokens"):
        features([["a"], []])

"""Vendi score (Friedman and Dieng 2023) at a fixed number of tasks, of features, and over fixed features.

The score is exp of the entropy of the eigenvalues of K / n, K the cosine similarities of n tasks: as many tasks
that have nothing in common are as diverse. K = X X' has the eigenvalues of the small X' X, which is what is
decomposed here. The score moves with n, with the features and with their number, so all three are part of the
definition, and only scores of one definition compare. Features need no model: tokens hashed to places and signs.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import lru_cache
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

TASKS = 2000
"""n: tasks of a score. A scope with fewer has none."""

FEATURES = 512
"""d: places that tokens are hashed to."""

Matrix: TypeAlias = NDArray[np.float64]


def features(tasks: Sequence[Sequence[str]], count: int = FEATURES) -> Matrix:
    """One row of length 1 per task: each token adds 1 or -1 at one of `count` places, both told by its digest.

    Raises ValueError for a task without tokens.
    """
    rows: NDArray[np.int64] = np.repeat(np.arange(len(tasks)), [len(tokens) for tokens in tasks])
    places = np.array([_place(token, count) for tokens in tasks for token in tokens], np.int64).reshape(-1, 2)
    matrix = np.zeros((len(tasks), count))
    np.add.at(matrix, (rows, places[:, 0]), places[:, 1])
    lengths = np.linalg.norm(matrix, axis=1)
    # Signs may cancel; a task of which nothing is left is like no other.
    empty = [number for number, tokens in enumerate(tasks) if not tokens]
    if empty:
        raise ValueError(f"task {empty[0]} has no tokens")
    return np.divide(matrix, lengths[:, None], out=np.zeros_like(matrix), where=lengths[:, None] > 0)


def vendi(matrix: Matrix) -> float:
    """The score of rows of length 1: between 1 and their number."""
    weights = np.linalg.eigvalsh(matrix.T @ matrix / len(matrix))
    weights = weights[weights > 1e-12]
    return float(np.exp(-(weights * np.log(weights)).sum()))


@lru_cache(maxsize=1 << 17)
def _place(token: str, count: int) -> tuple[int, int]:
    number = int.from_bytes(hashlib.blake2b(token.encode(), digest_size=8).digest(), "big")
    return (number >> 1) % count, 1 if number & 1 else -1

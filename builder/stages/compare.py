"""Compare: stores, releases and other datasets side by side, scored by the same queries.

Of what sets of different size show, only some compares: every metric is also given for one common number of tasks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa

from builder import sql
from builder.errors import SettingsError
from builder.hub.manifest import FILE
from builder.identity import content_id, random_stream
from builder.recipe.diversity import CURVES, METRICS, OURS_ONLY
from builder.recipe.vendi import TASKS as VENDI_TASKS
from builder.stages.batches import write_batch
from builder.stages.datasets import choice, read_dataset, read_release, read_store
from builder.stages.patterning import Labels
from builder.stages.score import measure, rarefaction, vendi_scores
from builder.stages.select import CHOICES

SAMPLES = 10
"""Random samples over which a metric without a curve is averaged."""

SCOPES = ("pool", "sft", "rl")
"""Which tasks of a store or a release: all that repeat no other, or those of a config. Other datasets have a pool."""


@dataclass(frozen=True, slots=True)
class Side:
    """One dataset, opened. `ours` tells what other formats do not: roles, derivations, forms of question."""

    name: str
    connection: duckdb.DuckDBPyConnection
    scope: str
    ours: bool
    tasks: int
    """Tasks of the scope; none repeats another."""
    repeats: int
    """Tasks that were left out because they repeat another."""

    @property
    def metrics(self) -> list[str]:
        """Metrics that its format can tell."""
        return [name for name in METRICS if self.ours or (name not in OURS_ONLY and self._offers(name))]

    def _offers(self, metric: str) -> bool:
        # Without offered tools all toolsets are the empty one, which is no figure.
        nothing = content_id("toolset", [])
        [(sets,)] = self.connection.execute(sql.load("score/offers"), {"nothing": nothing}).fetchall()
        return metric != "unique_toolsets" or bool(sets)


@dataclass(frozen=True, slots=True)
class Figure:
    """A metric of one dataset: over all its tasks, and to expect of `size` of them.

    `low` and `high` bound 95% for what has a curve, and are the least and the most of the samples otherwise.
    """

    metric: str
    whole: float
    at_size: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """Datasets side by side at one number of tasks."""

    size: int
    sides: tuple[Side, ...]
    figures: tuple[dict[str, Figure], ...]
    """By metric, one for each side; a metric that a format cannot tell is absent."""

    @property
    def metrics(self) -> list[str]:
        """All metrics that some side has, in their order."""
        return list(dict.fromkeys(name for figures in self.figures for name in figures))


def compare(
    paths: Sequence[Path], labels: Callable[[], Labels], scope: str = "pool", size: int | None = None
) -> Comparison:
    """Score datasets by the same queries, at the size of the smallest unless a smaller one is named.

    `labels` are asked for when a release is among them.

    Raises SettingsError for a dataset that cannot be read or scored, and for a size over the smallest.
    """
    sides = tuple(open_side(path, labels, scope) for path in paths)
    least = min(sides, key=lambda side: side.tasks)
    if size is not None and size > least.tasks:
        raise SettingsError(
            f"--size {size:,}: {least.name} has {least.tasks:,} tasks that repeat no other (name at most that many)"
        )
    size = size or least.tasks
    return Comparison(size, sides, tuple(_figures(side, size) for side in sides))


def open_side(path: Path, labels: Callable[[], Labels], scope: str = "pool", limit: int | None = None) -> Side:
    """A store, a release folder, or a dataset of another format, in memory."""
    if scope not in SCOPES:
        raise SettingsError(f"there is no scope {scope!r}; there are {', '.join(SCOPES)}")
    if path.suffix == ".duckdb":
        connection, ours = read_store(path), True
    elif (path / FILE).is_file():
        connection, ours = read_release(path, labels()), True
    else:
        connection, ours, scope = read_dataset(path, limit), False, "pool"
    members = connection.execute(sql.load("score/members"), {"scope": scope}).fetchall()
    if not members:
        raise SettingsError(
            f"{path} has no task in the scope {scope} (name another with --scope, or run its selection)"
            if ours
            else f"{path}: no row calls a tool, so there is nothing to compare (name the data with the calls)"
        )
    [(_, repeats)] = connection.execute(sql.load("score/repeats")).fetchall()
    return Side(str(path), connection, scope, ours, len(members), repeats)


def _figures(side: Side, size: int) -> dict[str, Figure]:
    connection, found = side.connection, {}
    samples = [name for name in side.metrics if name not in CURVES]
    spread: dict[str, list[float]] = {name: [] for name in samples}
    for _ in _samples(side, size):
        for name in samples:
            spread[name].append(measure(connection, name, "sample"))
    for name in side.metrics:
        whole = measure(connection, name, side.scope)
        if name in CURVES:
            [(_, expected, low, high)] = rarefaction(connection, side.scope, CURVES[name], [size])
        else:
            expected, low, high = sum(spread[name]) / len(spread[name]), min(spread[name]), max(spread[name])
        found[name] = Figure(name, whole, expected, low, high)
    count = min(size, VENDI_TASKS)
    for name, value in vendi_scores(connection, side.scope, count).items():
        found[name] = Figure(name, value, value, value, value)
    return found


def _samples(side: Side, size: int) -> Iterator[None]:
    """Make the scope `sample` one random sample after the other; all tasks once, where that is the size."""
    tasks = [row[0] for row in side.connection.execute(sql.load("score/members"), {"scope": side.scope}).fetchall()]
    for number in range(1 if size == len(tasks) else SAMPLES):
        chosen = random_stream(number, "compare").sample(tasks, size)
        rows = [choice("sample", place, task) for place, task in enumerate(chosen)]
        write_batch(side.connection, "select/insert", pa.Table.from_pylist(rows, schema=CHOICES))
        yield
        side.connection.execute(sql.load("score/clear_choices"), {"config": "sample"})

"""Over a small real pool, what selection takes is never less diverse than as many random or stratified tasks."""

from __future__ import annotations

import random

import duckdb
import pyarrow as pa
import pytest

from builder.recipe.diversity import METRICS
from builder.recipe.selection import choose
from builder.settings import Settings
from builder.stages.batches import write_batch
from builder.stages.datasets import choice, read_store
from builder.stages.run import run
from builder.stages.score import measure, rarefaction
from builder.stages.select import CHOICES, Row, _candidate, attempt_rows
from builder.store import Store

SIZE = 30
SAMPLES = 10
NOT_COUNTS = {"unseen_shapes", "derivation_shapes"}
"""Larger is no better for the one: it says how much of the source is not seen yet. The other is taken over tasks that
are no report, and of so few each has a shape of its own: it would count those; all derivations are compared instead."""


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[Row], duckdb.DuckDBPyConnection]:
    """Directly solved tasks of 160 draws over the shipped tools, and their tables."""
    path = tmp_path_factory.mktemp("drawn") / "dive.duckdb"
    settings = Settings.profile("smoke").replace({"engine.workers": 1})
    run(settings, path, until="dedup")
    with Store.read(path) as store:
        rows = attempt_rows(store, closed=[])
    direct = {row["task"]: row for row in rows if row["stratum"] == "direct"}
    return list(direct.values()), read_store(path)


def put(connection: duckdb.DuckDBPyConnection, scope: str, tasks: list[str]) -> None:
    rows = [choice(scope, place, task) for place, task in enumerate(tasks)]
    write_batch(connection, "select/insert", pa.Table.from_pylist(rows, schema=CHOICES))


def stratified(rows: list[Row], rng: random.Random) -> list[str]:
    """In turns from the domains."""
    by: dict[str, list[str]] = {}
    for row in rng.sample(rows, len(rows)):
        by.setdefault(row["domain"], []).append(row["task"])
    return [t for turn in range(len(rows)) for found in by.values() for t in found[turn : turn + 1]][:SIZE]


def test_selected_is_never_below(drawn: tuple[list[Row], duckdb.DuckDBPyConnection]) -> None:
    rows, connection = drawn
    assert len(rows) > 2 * SIZE
    chosen = choose([_candidate(row, {}) for row in rows], SIZE)
    put(connection, "selected", [item.candidate.task for item in chosen.rows])
    rng = random.Random(1)
    for number in range(SAMPLES):
        put(connection, f"random {number}", rng.sample([row["task"] for row in rows], SIZE))
        put(connection, f"stratified {number}", stratified(rows, rng))
    below = {}
    for name in (*METRICS, "derivation"):
        if name in NOT_COUNTS:
            continue
        selected = figure(connection, name, "selected")
        for other in ("random", "stratified"):
            mean = sum(figure(connection, name, f"{other} {n}") for n in range(SAMPLES)) / SAMPLES
            if selected < mean:
                below[name, other] = (selected, mean)
    assert below == {}


def figure(connection: duckdb.DuckDBPyConnection, name: str, scope: str) -> float:
    """A metric, or how many different derivations there are."""
    if name in METRICS:
        return measure(connection, name, scope)
    [(_, expected, *_)] = rarefaction(connection, scope, name, [SIZE])
    return expected

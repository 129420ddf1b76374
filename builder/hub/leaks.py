"""Leaks: what a test of a release shares with its training rows, found by SQL over its own files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import duckdb
import pyarrow as pa

from builder.hub.views import query
from builder.recipe.leaks import leak_keys, toolset_key
from builder.records.releases import Problem, SplitCheck
from builder.records.tasks import Task

KEYS = pa.schema([(name, pa.string()) for name in ("id", "seed", "calls", "question", "toolset")])


def register_keys(views: duckdb.DuckDBPyConnection, tasks: Iterable[Task]) -> None:
    """Give the views of a release the table `keys`. `tasks` are at least all that its splits hold."""
    rows = [leak_keys(task) | {"toolset": toolset_key(task)} for task in tasks]
    views.register("keys", pa.Table.from_pylist(rows, schema=KEYS))


def leaks(views: duckdb.DuckDBPyConnection) -> Iterator[Problem]:
    """Rows of tests that training gives away; `views` with `keys`.

    A test shares no task, seed entity, called tools with the same literals, or question with training. In
    `test_unseen_toolset` the set of called tools is new besides; in `test_unseen_tool` and `test_unseen_domain`
    a called tool is one that no training row offers, and in the last so is the domain.
    """
    for kind, row, split, other in query(views, "check_release/leaks"):
        yield Problem(where=split, row=row, reason=f"shares its {kind} with {other} of a training split")
    for split, row, reason in query(views, "check_release/seen"):
        yield Problem(where=split, row=row, reason=reason)


def split_checks(views: duckdb.DuckDBPyConnection) -> tuple[SplitCheck, ...]:
    """What each held-out split has in common with training, counted; `views` with `keys`."""
    rows = query(views, "report/card_tests")
    return tuple(SplitCheck(**dict(zip(SplitCheck.model_fields, row, strict=True))) for row in rows)

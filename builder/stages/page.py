"""The report as one HTML page: tables and plots inside it, nothing fetched from anywhere, light and dark."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

import duckdb

from builder import sql
from builder.recipe import plots
from builder.recipe.diversity import (
    CURVES,
    DEFINITIONS,
    DIVE_METRICS,
    METRICS,
    PUBLISHED,
    PUBLISHED_TASKS,
    VENDI_METRICS,
    curve_sizes,
)
from builder.recipe.plots import COLOURS, Line, Mark, bars, lines
from builder.stages.compare import Comparison
from builder.stages.score import measure, rarefaction, vendi_scores
from builder.store import Store

TOOLS, TOPOLOGIES = 25, 20
"""Rows of the longest tables; a last line sums up the rest."""

STYLE = (
    plots.STYLE
    + """
body { background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto;
  max-width: 72rem; padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-top: 2.2rem; }
p, figcaption { color: var(--faint); margin: .3rem 0; } .wide { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { border-bottom: 1px solid var(--grid); padding: .2rem .7rem; text-align: right; }
th:first-child, td:first-child { text-align: left; } td { overflow-wrap: anywhere; }
.plots { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fill, minmax(20rem, 1fr)); }
figure { margin: 0; } svg { height: auto; width: 100%; }
"""
    + "".join(f"b.s{n} {{ color: var(--s{n}); }}\n" for n in range(COLOURS))
)

Cells = Sequence[object]


@dataclass(frozen=True, slots=True)
class Scope:
    """What the page says of one scope."""

    name: str
    tasks: int
    metrics: dict[str, float]
    curves: dict[str, Line]


def page(path: Path, comparison: Comparison | None = None) -> str:
    """The page of a finished store, with a comparison when one is given. Raises StoreError when it cannot be read."""
    with Store.read(path) as store:
        connection = store.connection
        scopes = [_scope(connection, name, tasks) for name, tasks in store.query("report/scopes")]
        totals = store.query("report/totals", fingerprint=store.fingerprint)
        funnel = store.query("report/funnel", fingerprint=store.fingerprint)
        parts = [
            f"<h1>Diversity of {escape(path.name)}</h1>",
            f"<p>{', '.join(f'{count:,} {escape(what)}' for what, count in totals)}. Definitions {DEFINITIONS}, "
            f"settings {escape(store.fingerprint)}. All figures after the removal of duplicates.</p>",
            *_metrics(scopes),
            *(_compared(comparison) if comparison is not None else ()),
            *_curves(scopes),
            *_tools(connection),
            *_topologies(connection, scopes),
            *_distributions(connection),
            *_funnel(funnel),
        ]
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Diversity of {escape(path.name)}</title>\n<style>{STYLE}</style></head>\n<body>\n"
        + "\n".join(parts)
        + "\n</body>\n</html>\n"
    )


def _scope(connection: duckdb.DuckDBPyConnection, name: str, tasks: int) -> Scope:
    sizes = curve_sizes(tasks)
    curves = {}
    for metric, classes in CURVES.items():
        points = rarefaction(connection, name, classes, sizes)
        curves[metric] = Line(f"{name}, {tasks:,} tasks", ((0.0, 0.0, 0.0, 0.0), *points))
    metrics = {metric: measure(connection, metric, name) for metric in METRICS}
    return Scope(name, tasks, metrics | vendi_scores(connection, name), curves)


def _metrics(scopes: Sequence[Scope]) -> Iterable[str]:
    yield "<h2>Metrics</h2>"
    yield (
        f"<p>DIVE's figures are those of arXiv 2603.11076 for {PUBLISHED_TASKS:,} tasks. Counts grow with the "
        "number of tasks; compare at one size, by the curves.</p>"
    )
    head = ["metric", f"DIVE, {PUBLISHED_TASKS:,}", *(f"{scope.name}, {scope.tasks:,}" for scope in scopes)]
    names = (*METRICS, *VENDI_METRICS)
    rows = [
        [name, _number(PUBLISHED.get(name)), *(_number(scope.metrics.get(name)) for scope in scopes)] for name in names
    ]
    yield _table("metrics", head, rows[: len(DIVE_METRICS)])
    yield "<p>What the six leave out:</p>"
    yield _table("more-metrics", head, rows[len(DIVE_METRICS) :])


def _compared(comparison: Comparison) -> Iterable[str]:
    yield "<h2>Beside other datasets</h2>"
    yield (
        f"<p>To expect of {comparison.size:,} tasks of each, with 95% intervals for what has a curve, and the spread "
        "of samples otherwise. A dash: the format does not tell.</p>"
    )
    head = ["metric", *(f"{side.name}, {side.tasks:,}" for side in comparison.sides)]
    rows: list[Cells] = []
    for metric in comparison.metrics:
        found = [figures.get(metric) for figures in comparison.figures]
        rows.append(
            [
                metric,
                *("-" if f is None else f"{_number(f.at_size)} ({_number(f.low)} to {_number(f.high)})" for f in found),
            ]
        )
    yield _table("comparison", head, rows)


def _curves(scopes: Sequence[Scope]) -> Iterable[str]:
    yield "<h2>Rarefaction</h2>"
    names = " ".join(f'<b class="s{n}">{escape(s.name)}</b>' for n, s in enumerate(scopes))
    yield f"<p>How many different ones to expect among so many random tasks, with a 95% interval: {names}.</p>"
    yield '<div class="plots">'
    most = max((scope.tasks for scope in scopes), default=0)
    for metric in CURVES:
        # A point far to the right of every curve would flatten them all.
        near = metric in PUBLISHED and most >= PUBLISHED_TASKS / 2
        marks = [Mark("DIVE, as published", PUBLISHED_TASKS, PUBLISHED[metric])] if near else []
        drawn = lines(f"Rarefaction of {metric}", [scope.curves[metric] for scope in scopes], "tasks", marks)
        yield f"<figure><figcaption>{metric}</figcaption>{drawn}</figure>"
    yield "</div>"


def _tools(connection: duckdb.DuckDBPyConnection) -> Iterable[str]:
    found = _rows(connection, "report/tool_frequency", "pool")
    total = sum(count for _, count in found)
    yield "<h2>How often tools are called</h2>"
    if not found:
        yield "<p>None is called.</p>"
        return
    curve = tuple((float(rank), float(count), float(count), float(count)) for rank, (_, count) in enumerate(found, 1))
    drawn = lines("Tasks per tool, by rank", [Line("tasks per tool", curve)], "rank of the tool")
    yield f'<div class="plots"><figure><figcaption>tasks per tool, by rank</figcaption>{drawn}</figure></div>'
    rows: list[Cells] = [[tool, f"{count:,}", f"{count / total:.1%}"] for tool, count in found[:TOOLS]]
    rest = found[TOOLS:]
    if rest:
        share = sum(count for _, count in rest)
        rows.append([f"{len(rest):,} more", f"{share:,}", f"{share / total:.1%}"])
    yield _table("tools", ["tool", "tasks", "share of uses"], rows)


def _topologies(connection: duckdb.DuckDBPyConnection, scopes: Sequence[Scope]) -> Iterable[str]:
    yield "<h2>Topologies</h2>"
    yield "<p>R looks something up, P computes; a star is any number of interchangeable calls; 0&gt;1 feeds.</p>"
    mixes: dict[str, dict[str, int]] = {
        scope.name: dict(_rows(connection, "report/topology_mix", scope.name)) for scope in scopes
    }
    order = list(dict.fromkeys(name for mix in mixes.values() for name in mix))
    tasks = {scope.name: scope.tasks for scope in scopes}
    rows: list[Cells] = [
        [name, *(f"{mix.get(name, 0) / tasks[scope]:.1%}" for scope, mix in mixes.items())]
        for name in order[:TOPOLOGIES]
    ]
    rest = order[TOPOLOGIES:]
    if rest:
        shares = (sum(mix.get(name, 0) for name in rest) / tasks[scope] for scope, mix in mixes.items())
        rows.append([f"{len(rest):,} more", *(f"{share:.1%}" for share in shares)])
    yield _table("topologies", ["topology", *mixes], rows)


def _distributions(connection: duckdb.DuckDBPyConnection) -> Iterable[str]:
    found: dict[str, list[tuple[str, float]]] = {}
    for dimension, value, count in _rows(connection, "curves/distributions", "pool"):
        found.setdefault(dimension, []).append((str(value), float(count)))
    yield '<h2>Depth and width</h2><div class="plots">'
    for dimension, rows in found.items():
        drawn = bars(f"Tasks by {dimension}", rows)
        yield f"<figure><figcaption>tasks by {dimension}</figcaption>{drawn}</figure>"
    yield "</div>"


def _funnel(rows: Sequence[tuple[str, str, str, int]]) -> Iterable[str]:
    yield "<h2>Where records went</h2>"
    body = [[f"{stage} {status}", reason or "-", f"{records:,}"] for stage, status, reason, records in rows]
    yield _table("funnel", ["stage", "reason", "records"], body)


def _rows(connection: duckdb.DuckDBPyConnection, query: str, scope: str) -> list[tuple[Any, ...]]:
    return connection.execute(sql.load(query), {"scope": scope}).fetchall()


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:,.0f}" if value >= 1000 else f"{value:,.4g}"


def _table(identity: str, head: Cells, rows: Sequence[Cells]) -> str:
    top = "".join(f"<th>{escape(str(cell))}</th>" for cell in head)
    body = "".join("<tr>" + "".join(f"<td>{escape(str(cell))}</td>" for cell in row) + "</tr>\n" for row in rows)
    return (
        f'<div class="wide"><table id="{identity}"><thead><tr>{top}</tr></thead>\n<tbody>{body}</tbody></table></div>'
    )

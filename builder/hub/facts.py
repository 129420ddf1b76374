"""Facts of the card, each computed once: from the release's own files, the store, and the tool pool."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from builder.hub.leaks import register_keys, split_checks
from builder.hub.manifest import content_digest, lock, split_of
from builder.hub.reading import task_bodies
from builder.hub.rows import ROLES, PoolFacts
from builder.hub.schemas import SCHEMAS
from builder.hub.tokens import tokenizer_name
from builder.hub.views import open_views, query
from builder.recipe.diversity import curve_sizes
from builder.recipe.judging import agreement, judge_pair
from builder.records.attempts import Agreement, JudgePair
from builder.records.decontaminate import BenchmarkFacts
from builder.records.releases import (
    Bar,
    CardFacts,
    Curve,
    DomainFacts,
    DrawnShare,
    FileEntry,
    FunnelStep,
    HeldOutFacts,
    Metric,
    ReleaseDefinition,
    Retention,
    Solved,
    SourceFacts,
    SplitFacts,
    Totals,
)
from builder.records.rows import TaskRow
from builder.records.tasks import Task

RAREFIED = ("toolset", "call_graph", "derivation")
"""Classes of tasks whose curves the card shows."""


@dataclass(frozen=True, slots=True)
class StoreFacts:
    """What only the store knows."""

    metrics: tuple[Metric, ...]
    scopes: dict[str, int]
    curves: tuple[Curve, ...]
    funnel: tuple[FunnelStep, ...]
    retention: tuple[Retention, ...]
    shares: tuple[DrawnShare, ...]
    topologies: tuple[Bar, ...]
    solved: tuple[Solved, ...]
    judges: tuple[Agreement, ...]
    judge_pairs: tuple[JudgePair, ...]


def store_facts(connection: duckdb.DuckDBPyConnection, fingerprint: str) -> StoreFacts:
    """Metrics, curves, funnel and retention from an open store."""
    scopes = dict(query(connection, "report/scopes"))
    return StoreFacts(
        scopes=scopes,
        curves=_curves(connection, scopes.get("pool", 0)),
        metrics=tuple(
            Metric(metric=metric, scope=scope, value=value)
            for metric, scope, value in query(connection, "report/card_metrics")
        ),
        funnel=tuple(
            FunnelStep(stage=stage, status=status, reason=reason, records=records)
            for stage, status, reason, records in query(connection, "report/funnel", fingerprint=fingerprint)
        ),
        retention=tuple(
            Retention(tool=tool, offered=offered, called=called, tasks=tasks, sft=sft, rl=rl)
            for tool, offered, called, tasks, sft, rl in query(
                connection, "report/card_retention", fingerprint=fingerprint
            )
        ),
        shares=tuple(
            DrawnShare(**dict(zip(DrawnShare.model_fields, row, strict=True)))
            for row in query(connection, "report/card_shares", fingerprint=fingerprint)
        ),
        topologies=tuple(
            Bar(dimension="topology", label=topology, rows=tasks)
            for topology, tasks in query(connection, "report/topology_mix", scope="pool")
        ),
        solved=tuple(
            Solved(solver=solver, tasks=tasks, share=share)
            for form, solver, tasks, share in query(connection, "report/baselines")
            if form == "all"
        ),
        judges=tuple(agreement(row) for row in query(connection, "report/judges")),
        judge_pairs=tuple(judge_pair(row) for row in query(connection, "report/judge_pairs")),
    )


def _curves(connection: duckdb.DuckDBPyConnection, tasks: int) -> tuple[Curve, ...]:
    """Rarefaction of the pool; none for a pool without tasks."""
    sizes = curve_sizes(tasks)
    return tuple(
        Curve(
            classes=classes,
            points=tuple(query(connection, "curves/rarefaction", scope="pool", partition=classes, sizes=sizes)),
        )
        for classes in (RAREFIED if sizes else ())
    )


@dataclass(frozen=True, slots=True)
class Origin:
    """How a release came about, beside its rows."""

    settings: Mapping[str, Any]
    command: str
    left_out: Mapping[str, int]
    held_out: HeldOutFacts
    benchmarks: tuple[BenchmarkFacts, ...]


def card_facts(
    folder: Path,
    definition: ReleaseDefinition,
    pool: PoolFacts,
    files: Mapping[str, FileEntry],
    store: StoreFacts,
    origin: Origin,
) -> CardFacts:
    """All facts of the card of the release in `folder`, whose Parquet files are `files`."""
    with open_views(folder) as views:
        totals = query(views, "report/card_totals", short=definition.tokens.short)[0]
        domains = query(views, "report/card_domains")
        bars = query(views, "report/card_bars")
        tools = [row[0] for row in query(views, "report/card_tools")]
        players = query(views, "report/card_roles")
        register_keys(views, _held(folder))
        tests = split_checks(views)
    return CardFacts(
        definition=definition,
        splits=_splits(files, definition),
        tests=tests,
        held_out=origin.held_out,
        benchmarks=origin.benchmarks,
        totals=Totals(**dict(zip(Totals.model_fields, totals, strict=True))),
        domains=tuple(DomainFacts(domain=d, tasks=t, sft=s, rl=r) for d, t, s, r in domains),
        bars=tuple(Bar(dimension=d, label=label, rows=rows) for d, label, rows in bars),
        metrics=store.metrics,
        scopes=store.scopes,
        curves=store.curves,
        funnel=store.funnel,
        retention=store.retention,
        shares=store.shares,
        topologies=store.topologies,
        solved=store.solved,
        sources=_sources(pool, tools),
        left_out=dict(sorted(origin.left_out.items())),
        tokenizer=tokenizer_name(),
        roles=_roles(players),
        judges=store.judges,
        judge_pairs=store.judge_pairs,
        command=origin.command,
        settings=dict(sorted(origin.settings.items())),
        lock=lock(pool, tools).digest,
        content=content_digest(files),
    )


def _held(folder: Path) -> Iterator[Task]:
    """Tasks that some split holds."""
    for body in task_bodies(folder):
        if body["splits"]:
            yield TaskRow.model_validate(body).to_task()


def _roles(players: Iterable[tuple[str, str, int]]) -> dict[str, str]:
    """Who plays each role; where several did, each with its rows."""
    found: dict[str, dict[str, int]] = {}
    for role, player, rows in players:
        found.setdefault(role, {})[player] = rows
    shown = {
        role: next(iter(who)) if len(who) == 1 else ", ".join(f"{player} ({rows:,})" for player, rows in who.items())
        for role, who in found.items()
    }
    return {**ROLES, **shown}


def _splits(files: Mapping[str, FileEntry], definition: ReleaseDefinition) -> tuple[SplitFacts, ...]:
    """Rows and bytes per config and split: configs in their own order, splits in that of the definition."""
    rows: Counter[tuple[str, str]] = Counter()
    size: Counter[tuple[str, str]] = Counter()
    for path, entry in files.items():
        split = split_of(path)
        if split is not None:
            rows[split] += entry.rows or 0
            size[split] += entry.bytes
    configs = list(SCHEMAS)
    splits = list(dict.fromkeys(split for names in definition.splits.values() for split in names))
    places = sorted(rows, key=lambda place: (configs.index(place[0]), splits.index(place[1])))
    return tuple(
        SplitFacts(config=config, split=split, rows=rows[config, split], bytes=size[config, split])
        for config, split in places
    )


def _sources(pool: PoolFacts, tools: list[str]) -> tuple[SourceFacts, ...]:
    """Providers of the catalogue, by id."""
    count = Counter(pool.declared[tool].provider for tool in tools)
    return tuple(
        SourceFacts(
            provider=name,
            title=provider.title,
            source=provider.source,
            packages=tuple(f"{p.name} {p.version} ({p.licence})" for p in provider.packages),
            data_date=provider.data_date,
            licence=provider.data_licence,
            attribution=provider.attribution,
            tools=count[name],
        )
        for name in sorted(count)
        for provider in [pool.providers[name]]
    )

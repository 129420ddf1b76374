"""Look at records of a store or of a release folder: one task with all that is known of it, or a random sample."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from builder.errors import BuilderError, ReleaseError
from builder.hub.manifest import FILE, read_manifest
from builder.hub.reading import bodies
from builder.identity import digest, random_stream
from builder.records.attempts import Agreement, Attempt, JudgePair, Verdict
from builder.records.rows import SftRow, TaskRow
from builder.records.tasks import Draw, Task
from builder.settings import Settings
from builder.stages.cost import Cost, cost, judge_pairs, judges, tries
from builder.stages.run import Report
from builder.store import Store

ALLOWED_UNKNOWN = 1.0
"""A store does not hold the share of failures that its settings allow, so its report judges nothing."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a stage said of a record."""

    stage: str
    status: str
    reason: str
    detail: str


@dataclass(frozen=True, slots=True)
class Look:
    """All that is known of one task; of a draw that gave none, the draw and why."""

    draw: Draw | None = None
    task: Task | None = None
    attempts: tuple[tuple[Attempt, Verdict | None], ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    """Empty for a release, which holds only what was kept."""
    duplicates: tuple[tuple[str, str, float], ...] = ()
    """Tasks that this one repeats: id, kind, similarity."""
    splits: tuple[str, ...] = ()
    """Splits that hold rows of the task: `sft/train`."""


def look(source: Path, identity: str) -> Look:
    """The task (or draw) whose id is, or begins with, `identity`, in a store or release folder."""
    if source.is_dir():
        return _in_release(source, identity)
    with Store.read(source) as store:
        return _in_store(store, identity)


def seed_of(source: Path, text: str) -> int:
    """The seed that the text names: a whole number, or `manifest` for one that the release itself decides.

    A sheet drawn by the digest of the manifest was not picked by anybody. Raises BuilderError for anything else.
    """
    if text == "manifest":
        if not source.is_dir():
            raise BuilderError(f"{source} is a store and has no manifest: name a release folder, or a whole number")
        _require_release(source)
        return int(digest((source / FILE).read_text(encoding="utf-8"))[:12], 16)
    try:
        return int(text)
    except ValueError:
        raise BuilderError(f"--seed {text!r} is no seed: give a whole number, or `manifest`") from None


def sample(source: Path, count: int, seed: int = 1, stratum: str | None = None) -> list[Task]:
    """`count` random verified tasks, or all when there are fewer; the same ones for the same seed.

    With a stratum, only tasks with an attempt of it: of a release, with an `sft` row. Raises BuilderError when there
    is none.
    """
    if source.is_dir():
        _require_release(source)
        ids = sorted(_ids(source))
        if stratum is not None:
            played = {row["source_task_id"] for row in _rows(source, "sft", "stratum", {stratum})}
            ids = _some([identity for identity in ids if identity in played], stratum, source)
        chosen = _chosen(ids, count, seed)
        found = {row["id"]: TaskRow.model_validate(row).to_task() for row in _rows(source, "tasks", "id", set(chosen))}
        return [found[identity] for identity in chosen]
    with Store.read(source) as store:
        ids = [row[0] for row in store.query("show/verified")]
        if stratum is not None:
            played = {row[0] for row in store.query("show/played", stratum=stratum)}
            ids = _some([identity for identity in ids if identity in played], stratum, source)
        return list(store.tasks(_chosen(ids, count, seed)))


def store_report(path: Path) -> tuple[Report, list[tuple[str, str, float]]]:
    """Totals and funnel of a store, and its diversity metrics: name, scope, value."""
    with Store.read(path) as store:
        totals = dict(store.query("report/totals", fingerprint=store.fingerprint))
        rows = store.query("report/funnel", fingerprint=store.fingerprint)
        funnel = tuple((stage, status, reason, records) for stage, status, reason, records in rows)
        metrics = [(name, scope, value) for name, scope, value in store.query("report/card_metrics")]
    return Report(totals, funnel, ALLOWED_UNKNOWN), metrics


def store_shares(path: Path) -> list[tuple[Any, ...]]:
    """What became of the draws of each domain and form: kind, part, draws, verified, tasks of the pool, sft, rl."""
    with Store.read(path) as store:
        return store.query("report/card_shares", fingerprint=store.fingerprint)


def store_difficulty(path: Path) -> tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]:
    """What the baseline solvers reach: by K (K, solver, tasks, distinct shapes, share), and by frame (frame, solver,
    tasks, share). Empty where they were not run."""
    with Store.read(path) as store:
        if ("baselines",) not in store.query("queue/table_names"):
            return [], []
        return store.query("report/rounds"), store.query("report/baselines")


@dataclass(frozen=True, slots=True)
class ModelWork:
    """What models did in a store. All are empty where none had a part in it."""

    costs: list[Cost] = field(default_factory=list)
    tries: list[tuple[str, str, str, int]] = field(default_factory=list)
    """Stage, model, reason, how many."""
    judges: list[Agreement] = field(default_factory=list)
    pairs: list[JudgePair] = field(default_factory=list)


def store_models(path: Path, settings: Settings) -> ModelWork:
    """What models cost in a store, by the prices of the settings, what came of their tries, how judges agree."""
    with Store.read(path) as store:
        # A store of an earlier version may be read as it is, and no model had a part in it.
        if ("spending",) not in store.query("queue/table_names"):
            return ModelWork()
        known = ("judgements",) in store.query("queue/table_names")
        return ModelWork(
            cost(store, settings.model.prices, settings.model.currency),
            tries(store),
            judges(store) if known else [],
            judge_pairs(store) if known else [],
        )


def _some(ids: list[str], stratum: str, source: Path) -> list[str]:
    if not ids:
        raise BuilderError(
            f"{source} has no task with an attempt of stratum {stratum!r} (direct, recovery, detour or unanswerable)"
        )
    return ids


def _chosen(ids: list[str], count: int, seed: int) -> list[str]:
    return random_stream(seed, "sample").sample(ids, min(count, len(ids)))


def _one(found: Iterable[str], identity: str, source: Path) -> str:
    """The one id meant by a beginning."""
    ids = sorted(set(found))
    if identity in ids or len(ids) == 1:
        return identity if identity in ids else ids[0]
    if not ids:
        raise BuilderError(f"{source} has no task or draw {identity}: `dive-builder sample` shows some ids")
    raise BuilderError(f"{identity} is the beginning of several ids: {', '.join(ids[:5])}{' ...' if ids[5:] else ''}")


def _in_store(store: Store, identity: str) -> Look:
    found = [row[0] for name in ("tasks", "draws") for row in store.query(f"show/find_{name}", beginning=identity)]
    one = _one(found, identity, store.path)
    if one in {row[0] for row in store.query("show/find_draws", beginning=one)}:
        draw = Draw.model_validate_json(store.bodies("draws", [one])[0][1])
        return Look(draw=draw, outcomes=_outcomes(store, [one]))
    task = next(store.tasks([one]))
    judged = [
        (attempt, None if correct is None else Verdict(attempt=attempt.id, task=one, correct=correct, reason=reason))
        for body, correct, reason in store.query("show/attempts", task=one)
        for attempt in [Attempt.model_validate_json(body)]
    ]
    return Look(
        draw=Draw.model_validate_json(store.bodies("draws", [task.draw])[0][1]),
        task=task,
        attempts=tuple(judged),
        outcomes=_outcomes(store, [one, task.draw]),
        duplicates=tuple((kept, kind, near) for kept, kind, near in store.query("show/duplicates", task=one)),
        splits=tuple(sorted({f"{config}/{split}" for config, split, *_ in store.query("show/choices", task=one)})),
    )


def _outcomes(store: Store, records: list[str]) -> tuple[Outcome, ...]:
    return tuple(Outcome(*row) for row in store.query("show/outcomes", records=records))


def _in_release(folder: Path, identity: str) -> Look:
    _require_release(folder)
    one = _one([found for found in _ids(folder) if found.startswith(identity)], identity, folder)
    row = TaskRow.model_validate(next(_rows(folder, "tasks", "id", {one})))
    names = {tool.rpartition(".")[2]: tool for tool in row.toolset}
    attempts = [
        (_attempt(SftRow.model_validate(body), names), None) for body in _rows(folder, "sft", "source_task_id", {one})
    ]
    return Look(task=row.to_task(), attempts=tuple(attempts), splits=row.splits)


def _attempt(row: SftRow, names: dict[str, str]) -> Attempt:
    return Attempt(
        id=row.id,
        task=row.source_task_id,
        stratum=row.stratum,  # type: ignore[arg-type]
        solver=row.generator_model,
        toolset=tuple(names.get(tool["function"]["name"], tool["function"]["name"]) for tool in row.tools),
        messages=row.messages,
        parallel=row.parallel,
        num_calls=row.num_tool_calls,
    )


def _require_release(folder: Path) -> None:
    read_manifest(folder)
    if not any((folder / "tasks").glob("*.parquet")):
        raise ReleaseError(f"{folder} has a {FILE} and no tasks: take a whole copy of the release")


def _ids(folder: Path) -> Iterator[str]:
    for path in sorted((folder / "tasks").glob("*.parquet")):
        yield from pq.read_table(path, columns=["id"])["id"].to_pylist()


def _rows(folder: Path, config: str, column: str, wanted: set[str]) -> Iterator[dict[str, Any]]:
    for path in sorted((folder / config).glob("*.parquet")):
        yield from (body for body in bodies(path) if body[column] in wanted)


def refusals(outcome: Outcome) -> list[tuple[int, str, str]]:
    """Round, reason and detail of each refusal that a synthesis recorded; none where the detail is plain text."""
    try:
        listed = json.loads(outcome.detail) if outcome.detail else []
    except ValueError:
        return []
    return [(item["round"], item["reason"], item["detail"]) for item in listed if isinstance(item, dict)]

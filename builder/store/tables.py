"""Records to rows of the store's tables, and rows into them in one statement per table."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import duckdb
import pyarrow as pa

from builder import sql
from builder.identity import canonical_json
from builder.records.attempts import Attempt, Verdict
from builder.records.tasks import Draw, EvidenceCall, Round, Seed, Task

Row = dict[str, Any]
Rows = dict[str, list[Row]]
"""Rows by table; what one transaction writes."""

_STRING, _INT, _BOOL, _LONG, _REAL = pa.string(), pa.int32(), pa.bool_(), pa.int64(), pa.float64()

SCHEMAS: dict[str, pa.Schema] = {
    "draws": pa.schema(
        {
            "id": _STRING,
            "wave": _INT,
            "idx": _INT,
            "exemplar": _STRING,
            "domain": _STRING,
            "seed_type": _STRING,
            "seed": _STRING,
            "body": _STRING,
        }
    ),
    "calls": pa.schema({"draw": _STRING, "id": _STRING, "key": _STRING, "tool": _STRING, "ok": _BOOL, "body": _STRING}),
    "derivations": pa.schema({"draw": _STRING, "round": _INT, "move": _STRING, "body": _STRING}),
    "tasks": pa.schema(
        {
            "id": _STRING,
            "draw": _STRING,
            "domain": _STRING,
            "exemplar": _STRING,
            "seed_type": _STRING,
            "seed": _STRING,
            "question": _STRING,
            "answer_kind": _STRING,
            "num_calls": _INT,
            "depth": _INT,
            "width": _INT,
            "tools": pa.list_(_STRING),
            "domains": pa.list_(_STRING),
            "body": _STRING,
        }
    ),
    "attempts": pa.schema(
        {
            "id": _STRING,
            "task": _STRING,
            "stratum": _STRING,
            "solver": _STRING,
            "parallel": _BOOL,
            "num_calls": _INT,
            "body": _STRING,
        }
    ),
    "verdicts": pa.schema({"attempt": _STRING, "task": _STRING, "correct": _BOOL, "reason": _STRING}),
    "replies": pa.schema({"key": _STRING, "model": _STRING, "body": _STRING}),
    "spending": pa.schema(
        {
            "stage": _STRING,
            "record": _STRING,
            "model": _STRING,
            "prompt_tokens": _LONG,
            "completion_tokens": _LONG,
            "seconds": _REAL,
            "counted": _BOOL,
        }
    ),
    "tries": pa.schema(
        {
            "stage": _STRING,
            "record": _STRING,
            "number": _INT,
            "model": _STRING,
            "accepted": _BOOL,
            "reason": _STRING,
            "detail": _STRING,
        }
    ),
    "wordings": pa.schema({"task": _STRING, "question": _STRING, "model": _STRING}),
    "pass_rates": pa.schema(
        {
            "task": _STRING,
            "solver": _STRING,
            "pass_n": _INT,
            "passed": _INT,
            "pass_rate": _REAL,
            "low": _REAL,
            "high": _REAL,
        }
    ),
    "judgements": pa.schema(
        {
            "attempt": _STRING,
            "task": _STRING,
            "model": _STRING,
            "decidable": _BOOL,
            "comparator": _BOOL,
            "verdict": _BOOL,
        }
    ),
    "difficulties": pa.schema(
        {
            "task": _STRING,
            "depth": _INT,
            "width": _INT,
            "calls": _INT,
            "operators": _INT,
            "tools": _INT,
            "domains": _INT,
            "distractor_similarity": _REAL,
            "hidden_values": _INT,
            "answer_bits": _REAL,
            "bands": pa.list_(_STRING),
        }
    ),
    "baselines": pa.schema(
        {
            "task": _STRING,
            "round": _INT,
            "shape": _STRING,
            "solver": _STRING,
            "solved": _BOOL,
            "calls": _INT,
        }
    ),
    "outcomes": pa.schema(
        {
            "stage": _STRING,
            "record": _STRING,
            "fingerprint": _STRING,
            "status": _STRING,
            "reason": _STRING,
            "detail": _STRING,
            # Not stored: the task that a draw gave, by which a repeat is recognised.
            "task": _STRING,
        }
    ),
}
"""Tables that stages write by batches, in the order of writing: outcomes look at the tasks before them."""


def insert(cursor: duckdb.DuckDBPyConnection, rows: Rows) -> None:
    """Insert a batch, one statement per table. The caller holds the transaction."""
    for table in rows.keys() - SCHEMAS.keys():
        raise ValueError(f"no table {table} is written by batches")
    for table, schema in SCHEMAS.items():
        if rows.get(table):
            batch = pa.Table.from_pylist(rows[table], schema=schema)
            batch = batch.append_column("position", pa.array(range(batch.num_rows), pa.int32()))
            cursor.register("batch", batch)
            cursor.execute(sql.load(f"queue/insert_{table}"))
            cursor.unregister("batch")


def merge(parts: Iterable[Rows]) -> Rows:
    """One batch of several, in order."""
    merged: Rows = {}
    for part in parts:
        for table, rows in part.items():
            merged.setdefault(table, []).extend(rows)
    return merged


def seed_text(seed: Seed) -> str:
    """The `seed` column: the value as text."""
    return seed.value if isinstance(seed.value, str) else canonical_json(seed.value)


def draw_row(draw: Draw) -> Row:
    return {
        "id": draw.id,
        "wave": draw.wave,
        "idx": draw.index,
        "exemplar": draw.exemplar,
        "domain": draw.domain,
        "seed_type": draw.seed.type,
        "seed": seed_text(draw.seed),
        "body": draw.model_dump_json(),
    }


def call_row(draw: str, call: EvidenceCall) -> Row:
    return {
        "draw": draw,
        "id": call.id,
        "key": call.key,
        "tool": call.tool,
        "ok": call.result.keys() != {"error"},
        "body": call.model_dump_json(),
    }


def derivation_row(draw: str, kept: Round) -> Row:
    return {"draw": draw, "round": kept.number, "move": kept.move, "body": kept.model_dump_json()}


def task_row(task: Task) -> Row:
    return {
        "id": task.id,
        "draw": task.draw,
        "domain": task.domain,
        "exemplar": task.exemplar,
        "seed_type": task.seed.type,
        "seed": seed_text(task.seed),
        "question": task.question,
        "answer_kind": task.answer.spec.kind,
        "num_calls": len(task.calls),
        "depth": task.depth,
        "width": task.width,
        "tools": list(task.tools_used),
        "domains": list(task.domains),
        "body": task.model_dump_json(by_alias=True),
    }


def attempt_row(attempt: Attempt) -> Row:
    columns = ("id", "task", "stratum", "solver", "parallel", "num_calls")
    return {name: getattr(attempt, name) for name in columns} | {"body": attempt.model_dump_json()}


def verdict_row(verdict: Verdict) -> Row:
    return verdict.model_dump()


def reworded(body: str, question: str, model: str) -> str:
    """A task's body with another wording of its question, which is also that of its last round."""
    task = Task.model_validate_json(body)
    last = task.rounds[-1].model_copy(update={"question": question})
    changes = {"question": question, "worded_by": model, "rounds": (*task.rounds[:-1], last)}
    return task.model_copy(update=changes).model_dump_json(by_alias=True)

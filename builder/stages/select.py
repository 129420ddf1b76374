"""Select: the rows of a release, by config and split, from verified tasks that repeat no other."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from builder import sql
from builder.identity import canonical_json
from builder.recipe.selection import Candidate, Selection, choose, features
from builder.recipe.splits import groups, held_out
from builder.settings import SelectSettings, Settings
from builder.stages.dedup import write_batch
from builder.stages.definition import load_definition
from builder.stages.export import token_counts
from builder.stages.score import write_scores
from builder.stages.workbench import open_pool
from builder.store import Store
from builder.tools.pool import ToolPool

CHOICES = pa.schema(
    [
        ("config", pa.string()),
        ("split", pa.string()),
        ("position", pa.int32()),
        ("task", pa.string()),
        ("attempt", pa.string()),
        ("gain", pa.float64()),
    ]
)

NOTES = pa.schema([("record", pa.string()), ("reason", pa.string()), ("detail", pa.string())])

ROOM = 1.3
"""Tasks per row asked for, below which splits are made smaller."""

COLUMNS = (
    "row", "task", "stratum", "domain", "exemplar", "seed_type", "seed", "tools", "normal_text",
    "call_sequence", "shape", "topology", "toolset", "literals", "answer",
)  # fmt: skip
"""Columns of `sql/select/attempts`."""

Row = dict[str, Any]


def select(store: Store, settings: Settings) -> None:
    """Fill `choices` anew, in one transaction, and score what was chosen."""
    pool = open_pool(settings)
    rows = [dict(zip(COLUMNS, row, strict=True)) for row in store.query("select/attempts", closed=closed_tools(pool))]
    limit = load_definition().tokens.limit
    lengths: dict[str, int] = {}
    while True:
        plan = Plan.of([row for row in rows if lengths.get(row["row"], 0) <= limit], settings.select)
        fresh = sorted(plan.attempts() - lengths.keys())
        if not fresh:
            break
        # Only what is chosen is counted: an attempt that turns out too long makes room for another choice.
        lengths |= token_counts(store, pool, fresh)
        if all(lengths[attempt] <= limit for attempt in fresh):
            break
    with store.transaction() as connection:
        connection.execute(sql.load("select/clear"))
        write_batch(connection, "select/insert", pa.Table.from_pylist(list(plan.choices()), schema=CHOICES))
        write_scores(connection, ["sft", "rl"])
        connection.register("batch", pa.Table.from_pylist(list(plan.notes()), schema=NOTES))
        connection.execute(sql.load("select/outcomes"), {"fingerprint": store.fingerprint})
        connection.unregister("batch")


def closed_tools(pool: ToolPool) -> list[str]:
    """Tools over data that a release may not pass on."""
    providers = pool.providers
    return sorted(tool for tool, spec in pool.declared.items() if not providers[spec.provider].redistributable)


@dataclass(slots=True)
class Plan:
    """Chosen rows by config and split."""

    wanted: dict[tuple[str, str], int]
    chosen: dict[tuple[str, str], Selection] = field(default_factory=dict)

    @classmethod
    def of(cls, rows: Sequence[Row], sizes: SelectSettings) -> Plan:
        """Held-out splits first, from whole groups of tasks; then `rl`, the smaller, and `sft` from what is left.

        No task is in two splits. A group with a held-out row gives rows to that split alone.
        """
        wanted = {
            ("rl", "test"): sizes.rl_test,
            ("sft", "validation"): sizes.sft_validation,
            ("rl", "train"): sizes.rl,
            ("sft", "train"): sizes.sft,
        }
        plan, tasks = cls(wanted), {row["task"] for row in rows}
        # Too small a pool is shared out in proportion, with some room for what held-out groups take along.
        share = min(1.0, len(tasks) / (ROOM * max(1, sum(wanted.values()))))
        group_of = groups({row["task"]: _keys(row) for row in rows})
        closed: set[str] = set()
        """Groups with held-out rows."""
        taken: set[str] = set()
        """Tasks that are chosen already."""
        for (config, split), asked in wanted.items():
            size = asked if (config, split) == ("sft", "train") else math.ceil(asked * share)
            usable = [r for r in _rows_of(config, rows) if r["task"] not in taken and group_of[r["task"]] not in closed]
            if split != "train":
                side = held_out(group_of, dict.fromkeys(row["task"] for row in usable), size)
                usable = [row for row in usable if row["task"] in side]
            selection = choose([_candidate(row) for row in usable], size)
            plan.chosen[config, split] = selection
            found = {item.candidate.task for item in selection.rows}
            taken |= found
            if split != "train":
                closed |= {group_of[task] for task in found}
        return plan

    def attempts(self) -> set[str]:
        """Chosen attempts of `sft`."""
        return {c["attempt"] for c in self.choices() if c["attempt"] is not None}

    def choices(self) -> Iterator[Row]:
        """Rows of the table `choices`."""
        for (config, split), selection in sorted(self.chosen.items()):
            for position, taken in enumerate(selection.rows):
                attempt = taken.candidate.row if config == "sft" else None
                row = {"config": config, "split": split, "position": position, "task": taken.candidate.task}
                yield row | {"attempt": attempt, "gain": taken.gain}

    def notes(self) -> Iterator[Row]:
        """What did not come out as asked for."""
        for (config, split), selection in sorted(self.chosen.items()):
            wanted, found = self.wanted[config, split], len(selection.rows)
            if found < wanted:
                detail = f"{wanted} rows were asked for, the pool gives {found}"
                yield {"record": f"{config}/{split}", "reason": "short", "detail": detail}
            elif selection.slack > 1:
                detail = f"quotas were stretched {selection.slack:g} times to find {wanted} rows"
                yield {"record": f"{config}/{split}", "reason": "stretched", "detail": detail}


def _rows_of(config: str, rows: Sequence[Row]) -> list[Row]:
    """A task to explore is one that was solved plainly; every accepted attempt may be imitated."""
    if config == "sft":
        return list(rows)
    direct = defaultdict(list)
    for row in rows:
        if row["stratum"] == "direct":
            direct[row["task"]].append(row)
    return [min(found, key=lambda row: str(row["row"])) for found in direct.values()]


def _keys(row: Mapping[str, Any]) -> list[str]:
    """What must not stand on both sides of a split."""
    return [
        canonical_json(["seed", row["seed_type"], row["seed"]]),
        canonical_json(["calls", row["tools"], row["literals"]]),
        canonical_json(["text", row["normal_text"]]),
    ]


def _candidate(row: Row) -> Candidate:
    one = {name: [row[name]] for name in ("shape", "topology", "toolset", "exemplar", "domain", "stratum")}
    parts = one | {
        "tool": row["tools"],
        "sequence": [row["call_sequence"]],
        "seed": [canonical_json([row["seed_type"], row["seed"]])],
    }
    return Candidate(
        row["row"], row["task"], row["domain"], row["exemplar"], row["stratum"], row["answer"], features(parts)
    )

"""Select: the rows of a release, by config and split, from verified tasks that repeat no other."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from builder import sql
from builder.identity import canonical_json
from builder.recipe.baselines import WEAK
from builder.recipe.passing import Band
from builder.recipe.selection import Candidate, Feature, Selection, choose, features
from builder.recipe.splits import Unseen, groups, held_out, unseen
from builder.records.releases import ReleaseDefinition
from builder.settings import SelectSettings, Settings
from builder.stages.batches import write_batch
from builder.stages.definition import load_definition
from builder.stages.export import may_be_long, token_counts
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

SIZES = {
    ("rl", "test_unseen_domain"): "rl_test_unseen_domain",
    ("rl", "test_unseen_tool"): "rl_test_unseen_tool",
    ("rl", "test_unseen_toolset"): "rl_test_unseen_toolset",
    ("rl", "test"): "rl_test",
    ("sft", "validation"): "sft_validation",
    ("rl", "train"): "rl",
    ("sft", "train"): "sft",
}
"""Splits in the order of their choice, with the settings of their rows."""

COLUMNS = (
    "row", "task", "stratum", "domain", "exemplar", "seed_type", "seed", "tools", "normal_text",
    "call_sequence", "shape", "topology", "toolset", "literals", "answer",
    "solved_by", "bands", "pass_rate", "frame", "type_paths", "operators", "depth", "width",
    "derivation", "joined",
)  # fmt: skip
"""Columns of `sql/select/attempts`. Lists come as tuples."""

Row = dict[str, Any]


def select(store: Store, settings: Settings) -> None:
    """Fill `choices` anew, in one transaction, and score what was chosen."""
    pool = open_pool(settings)
    rows = attempt_rows(store, closed_tools(pool))
    definition = load_definition()
    limit = definition.tokens.limit
    lengths: dict[str, int] = {}
    held = unseen(pool, settings.held_out, settings.run_seed)
    while True:
        plan = Plan.of([row for row in rows if lengths.get(row["row"], 0) <= limit], settings.select, held, definition)
        fresh = sorted(plan.attempts() - lengths.keys())
        if not fresh:
            break
        # Only what is chosen, and long, is counted: an attempt that turns out too long makes room for another choice.
        lengths |= dict.fromkeys(fresh, 0) | token_counts(store, pool, may_be_long(store, pool, fresh, limit))
        if all(lengths[attempt] <= limit for attempt in fresh):
            break
    with store.transaction() as connection:
        connection.execute(sql.load("select/clear"))
        write_batch(connection, "select/insert", pa.Table.from_pylist(list(plan.choices()), schema=CHOICES))
        write_scores(connection, ["sft", "rl"])
        notes = pa.Table.from_pylist(list(plan.notes()), schema=NOTES)
        write_batch(connection, "select/outcomes", notes, fingerprint=store.fingerprint)


def attempt_rows(store: Store, closed: Sequence[str]) -> list[Row]:
    """What may be chosen, with what splits and selection look at: COLUMNS, and the `offered` tools."""
    # A hundred thousand rows have few different values: each is kept once.
    known: dict[Any, Any] = {}

    def once(value: Any) -> Any:
        if isinstance(value, list):
            value = tuple(once(item) for item in value)
        # Numbers stay: 1, 1.0 and True are one key, and a depth would come back as a pass rate.
        return known.setdefault(value, value) if isinstance(value, (str, tuple)) else value

    offered = {once(toolset): once(tools) for toolset, tools in store.query("select/toolsets")}
    found = []
    for values in store.stream("select/attempts", closed=closed):
        row = dict(zip(COLUMNS, map(once, values), strict=True))
        found.append(row | {"offered": offered[row["toolset"]]})
    return found


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
    def of(cls, rows: Sequence[Row], sizes: SelectSettings, held: Unseen, definition: ReleaseDefinition) -> Plan:
        """Held-out splits first, from whole groups of tasks; then `rl`, the smaller, and `sft` from what is left.

        No task is in two splits. A group with a held-out row gives rows to that split alone.
        """
        plan = cls({place: getattr(sizes, name) for place, name in SIZES.items()})
        strata = definition.strata.model_dump()
        band = Band(definition.frontier.low, definition.frontier.high)
        tasks = {row["task"] for row in rows}
        # Too small a pool is shared out in proportion, with some room for what held-out groups take along.
        share = min(1.0, len(tasks) / (ROOM * max(1, sum(plan.wanted.values()))))
        group_of = groups({row["task"]: _keys(row) for row in rows})
        called = {row["task"]: canonical_json(row["tools"]) for row in rows}
        trainable = {row["task"] for row in rows if not _barred(row, held)}
        taken: set[str] = set()
        """Tasks that are chosen already."""
        known: dict[Feature, Feature] = {}
        candidates = {row["row"]: _candidate(row, known) for row in rows}
        for place, asked in plan.wanted.items():
            config, split = place
            size = asked if place == ("sft", "train") else math.ceil(asked * share)
            free = [row for row in _rows_of(config, rows, band) if row["task"] not in taken]
            usable = [row for row in free if _suits(row, split, held, trainable)]
            if split != "train":
                kin = called if split == "test_unseen_toolset" else group_of
                side = held_out(kin, dict.fromkeys(row["task"] for row in usable), size, trainable)
                usable = [row for row in usable if row["task"] in side]
            selection = choose([candidates[row["row"]] for row in usable], size, strata)
            plan.chosen[place] = selection
            found = {item.candidate.task for item in selection.rows}
            taken |= found
            if split != "train":
                trainable -= _kin(group_of, found)
            if split == "test_unseen_toolset":
                trainable -= _kin(called, found)
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


def beside(rows: Sequence[Row], held: Unseen, tests: Mapping[str, Set[str]]) -> set[str]:
    """Tasks that may be trained on beside tests: `tests` has their tasks by split."""
    group_of = groups({row["task"]: _keys(row) for row in rows})
    called = {row["task"]: canonical_json(row["tools"]) for row in rows}
    trainable = {row["task"] for row in rows if not _barred(row, held)}
    for split, tasks in tests.items():
        known = tasks & group_of.keys()
        trainable -= _kin(group_of, known)
        if split == "test_unseen_toolset":
            trainable -= _kin(called, known)
    return trainable


def _rows_of(config: str, rows: Sequence[Row], band: Band) -> list[Row]:
    """Every accepted attempt may be imitated; a task to explore is one that the oracle solves and no weak one, and
    that a model which played it solves at times."""
    if config == "sft":
        return list(rows)
    direct = defaultdict(list)
    for row in rows:
        # A task on which the solvers were not run has passed nothing.
        solved_by = set(row["solved_by"] or ())
        frontier = row["pass_rate"] is None or band.place(row["pass_rate"]) == 0
        if frontier and row["stratum"] == "direct" and "oracle" in solved_by and not solved_by & WEAK:
            direct[row["task"]].append(row)
    return [min(found, key=lambda row: str(row["row"])) for found in direct.values()]


def _barred(row: Row, held: Unseen) -> bool:
    """Whether a training row would show what is held out."""
    return row["domain"] == held.domain or not held.barred.isdisjoint(row["offered"])


def _suits(row: Row, split: str, held: Unseen, trainable: Set[str]) -> bool:
    """Whether a task may stand in a split, by what it calls and offers."""
    if split == "test_unseen_domain":
        return row["domain"] == held.domain and not held.domain_tools.isdisjoint(row["tools"])
    if split == "test_unseen_tool":
        return row["domain"] != held.domain and not held.tools.isdisjoint(row["tools"])
    return row["task"] in trainable


def _kin(group_of: Mapping[str, str], tasks: Set[str]) -> set[str]:
    """Tasks in a group with one of `tasks`."""
    shared = {group_of[task] for task in tasks}
    return {task for task, group in group_of.items() if group in shared}


def _keys(row: Mapping[str, Any]) -> list[str]:
    """What must not stand on both sides of a split."""
    return [
        canonical_json(["seed", row["seed_type"], row["seed"]]),
        canonical_json(["calls", row["tools"], row["literals"]]),
        canonical_json(["text", row["normal_text"]]),
    ]


def _candidate(row: Row, known: dict[Feature, Feature]) -> Candidate:
    """`known` holds each feature once, for all rows that have it."""
    one = {name: [row[name]] for name in ("shape", "topology", "toolset", "exemplar", "domain", "stratum")}
    parts = one | {
        "tool": row["tools"],
        "sequence": [row["call_sequence"]],
        "seed": [canonical_json([row["seed_type"], row["seed"]])],
        "difficulty": row["bands"] or (),
        "frame": [row["frame"]],
        "type_path": row["type_paths"],
        "operator": row["operators"],
        "depth": [str(row["depth"])],
        "width": [str(row["width"])],
        # As the metrics have it: a report adds no shape of derivation, and what it alone joins no shape.
        "derivation": [] if row["answer"].startswith('["record"') else [row["derivation"]],
        "joined": [row["shape"]] if row["joined"] else [],
    }
    found = tuple(known.setdefault(feature, feature) for feature in features(parts))
    return Candidate(row["row"], row["task"], row["domain"], row["exemplar"], row["stratum"], row["answer"], found)

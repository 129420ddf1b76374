"""Decontaminate: tasks whose question is a benchmark's, by deny lists of hashes. A part of `dedup`, and of `verify`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import duckdb
import pyarrow as pa

from builder import sql
from builder.errors import ReleaseError, SettingsError
from builder.hub.decontaminate import (
    DenyList,
    open_deny_lists,
    read_texts,
    text_hits,
    tool_hits,
    write_deny_list,
)
from builder.hub.views import query
from builder.identity import digest
from builder.recipe.decontaminate import WORDS, Hashed, text_hashes, tool_hashes
from builder.records.decontaminate import BenchmarkFacts, DenyHeader
from builder.records.releases import Problem
from builder.records.tasks import Task
from builder.settings import Settings
from builder.stages.batches import write_batch
from builder.store import Store

HITS = pa.schema([("task", pa.string()), ("benchmark", pa.string()), ("kind", pa.string()), ("dropped", pa.bool_())])


def deny_lists(settings: Settings) -> list[DenyList]:
    """The lists that the settings name, if they name any. Raises ReleaseError for a folder without sound ones."""
    folder = settings.decontaminate.lists
    return open_deny_lists(Path(folder)) if folder is not None else []


def lists_digest(settings: Settings) -> str | None:
    """Digest of the lists' contents: they decide which tasks there are. None without lists."""
    lists = deny_lists(settings)
    return digest(sorted(each.digest for each in lists)) if lists else None


def mark_hits(store: Store, connection: duckdb.DuckDBPyConnection, tasks: Sequence[str], settings: Settings) -> None:
    """Fill `hits` anew. The caller holds the transaction. Raises ReleaseError on a hit that is to fail the run."""
    options = settings.decontaminate
    connection.execute(sql.load("decontaminate/clear"))
    lists = deny_lists(settings)
    if not lists:
        return
    found = text_hits(lists, _questions(store.tasks(tasks)))
    if found and options.on_hit == "fail":
        first = found[0]
        raise ReleaseError(
            f"tasks in a deny list: {len({hit.id for hit in found})}, the first {first.id} in {first.benchmark} "
            f'({first.kind}); set decontaminate.on_hit to "drop" to leave them out'
        )
    rows = [
        {"task": hit.id, "benchmark": hit.benchmark, "kind": hit.kind, "dropped": options.on_hit == "drop"}
        for hit in found
    ]
    write_batch(connection, "decontaminate/insert", pa.Table.from_pylist(rows, schema=HITS))
    connection.execute(sql.load("decontaminate/outcomes"), {"fingerprint": store.fingerprint})


def benchmark_facts(store: Store, lists: Iterable[DenyList], names: Iterable[str]) -> tuple[BenchmarkFacts, ...]:
    """What the lists found in a store's tasks, and in the names of a catalogue's tools."""
    counts = {benchmark: row for benchmark, *row in query(store.connection, "decontaminate/counts")}
    shared: dict[str, list[str]] = {}
    opened = list(lists)
    for hit in tool_hits(opened, names):
        shared.setdefault(hit.benchmark, []).append(hit.id)
    facts = []
    for each in opened:
        exact, ngram, dropped = counts.get(each.header.name, (0, 0, 0))
        facts.append(
            BenchmarkFacts(
                name=each.header.name, source=each.header.source, digest=each.digest, texts=each.header.texts,
                exact=exact, ngram=ngram, dropped=dropped, tools=tuple(shared.get(each.header.name, ())),
            )
        )  # fmt: skip
    return tuple(facts)


def contaminated(lists: Sequence[DenyList], tasks: Iterable[Task], on_hit: str) -> Iterator[Problem]:
    """Tasks of a release that a list hits; none where the release was made to report them only."""
    if lists and on_hit != "report":
        for hit in text_hits(lists, _questions(tasks)):
            yield Problem(where="tasks", row=hit.id, reason=f"is in the deny list {hit.benchmark} ({hit.kind})")


def hash_file(
    path: Path, out: Path, name: str, source: str, columns: tuple[Sequence[str], Sequence[str]]
) -> tuple[DenyHeader, int]:
    """Hash a JSONL or Parquet file to the deny list `out/NAME.parquet`; its header and number of hashes.

    `columns` are those of texts and those of tool names. Raises ReleaseError when they hold neither, and
    SettingsError for a name that is none.
    """
    hashes: set[Hashed] = set()
    counts = [0, 0]
    for place, kind in enumerate((text_hashes, tool_hashes)):
        for text in read_texts(path, columns[place]):
            counts[place] += 1
            hashes.update(kind(text))
    if not hashes:
        named = ", ".join([*columns[0], *columns[1]])
        raise ReleaseError(f"{path}: no text in {named or 'no column'} (name columns with --text and --tool-names)")
    try:
        header = DenyHeader(name=name, source=source, texts=counts[0], tools=counts[1], words=WORDS)
    except ValueError:
        raise SettingsError(
            f"--name {name!r}, --source {source!r}: a name has letters, digits, dots, hyphens and underscores, and a "
            "source some words"
        ) from None
    return header, write_deny_list(out / f"{name}.parquet", header, hashes)


def _questions(tasks: Iterable[Task]) -> Iterator[tuple[str, str]]:
    """The question of each task, and those of its rounds: all are in a release."""
    for task in tasks:
        for text in dict.fromkeys((task.question, *(part.question for part in task.rounds))):
            yield task.id, text

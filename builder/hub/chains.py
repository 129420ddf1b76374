"""A page of real chains between domains, from the tasks of a release: `docs/tools/chains.md`.

    python -m builder.hub.chains RELEASE > docs/tools/chains.md

A chain is a path of calls of which each takes a value that the one before gave. Shown are chains in which tools of
two domains exchange a value; bare arithmetic does not count as a domain.
"""

from __future__ import annotations

import itertools
import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from builder.errors import ReleaseError
from builder.hub.reading import bodies
from builder.identity import random_stream
from builder.records.base import DOMAINS

COUNT = 25
SEED = 1
"""Which of the chains that serve equally well are shown."""

NEUTRAL = "general.mathematics."
"""Tools of every domain: what passes through them alone does not cross."""

QUESTION, VALUE = 170, 28
"""Characters of a question and of a passed value that are shown."""


@dataclass(frozen=True, slots=True)
class Chain:
    """One task's longest path that crosses between domains."""

    domain: str
    exemplar: str
    task: str
    question: str
    answer: str
    tools: tuple[str, ...]
    values: tuple[str, ...]
    """What passes from each tool to the next: one less than tools."""

    @property
    def crossings(self) -> frozenset[tuple[str, str]]:
        """Pairs of neighbouring tools of two domains."""
        return frozenset(pair for pair in itertools.pairwise(self.tools) if _crosses(*pair))

    @property
    def domains(self) -> frozenset[str]:
        return frozenset(tool.partition(".")[0] for pair in self.crossings for tool in pair)


def chains_page(release: Path, count: int = COUNT, seed: int = SEED) -> str:
    """The page of `count` chains. Raises ReleaseError when the release holds fewer, or lacks a domain."""
    files = sorted(release.glob("tasks/**/*.parquet"))
    if not files:
        raise ReleaseError(f"{release}: expected a release with a `tasks` config, found no Parquet file of it")
    found = [chain for path in files for chain in map(_chain, bodies(path)) if chain is not None]
    chosen = choose(found, count, seed)
    lacking = [domain for domain in DOMAINS if not any(domain in chain.domains for chain in chosen)]
    if len(chosen) < count or lacking:
        without = f", none of {', '.join(lacking)}" if lacking else ""
        raise ReleaseError(f"{release}: expected {count} chains of all domains, found {len(chosen)}{without}")
    rows = [_row(str(number), chain) for number, chain in enumerate(chosen, 1)]
    head = [
        "# Chains between domains\n",
        f"{count} tasks of a release (run seed {_run_seed(release)}), chosen with seed {seed}: in each, tools of two",
        "domains exchange a value.",
        "Read `tool` → *value* → `tool`. Only the longest such path of a task is shown; calls beside it are left out.",
        "Made by `make chains` from `release/`; do not edit.\n",
        "| | question | chain | answer |",
        "| --- | --- | --- | --- |",
    ]
    return "\n".join([*head, *rows, ""])


def _run_seed(release: Path) -> int:
    return int(json.loads((release / "manifest.json").read_text(encoding="utf-8"))["settings"]["run_seed"])


def choose(found: Sequence[Chain], count: int, seed: int) -> list[Chain]:
    """Up to `count` chains, the domains in turn: each of another scenario and with a crossing not shown yet."""
    order = sorted(found, key=lambda chain: chain.task)
    random_stream(seed, "chains").shuffle(order)
    order.sort(key=lambda chain: (-len(chain.domains), -len(chain.tools)))
    chosen: list[Chain] = []
    shown: set[tuple[str, str]] = set()
    exemplars: set[str] = set()
    while len(chosen) < count:
        before = len(chosen)
        for domain in DOMAINS:
            suits = (c for c in order if c.domain == domain and c.exemplar not in exemplars and c.crossings - shown)
            chain = next(suits, None)
            if chain is not None and len(chosen) < count:
                chosen.append(chain)
                exemplars.add(chain.exemplar)
                shown |= chain.crossings
        if len(chosen) == before:
            break
    return chosen


def _answer(answer: dict[str, Any]) -> str:
    """The value with its unit."""
    value, unit = answer["value"], answer["spec"].get("unit") or ""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return f"{text} {unit}".strip()


def _chain(row: dict[str, Any]) -> Chain | None:
    """The path of a task with the most crossings, the longest of these; None for a task without any."""
    calls = {call["id"]: call for call in json.loads(row["calls"])}
    best: tuple[list[str], list[str]] = ([], [])
    for path, values in _paths(calls):
        if _rank(path, calls) > _rank(best[0], calls):
            best = (path, values)
    tools = tuple(calls[call]["tool"] for call in best[0])
    answer = _answer(json.loads(row["answer"]))
    chain = Chain(row["domain"], row["exemplar"], row["id"], row["question"], answer, tools, tuple(best[1]))
    return chain if chain.crossings else None


def _rank(path: Iterable[str], calls: dict[str, Any]) -> tuple[int, int]:
    tools = [calls[call]["tool"] for call in path]
    return sum(_crosses(a, b) for a, b in itertools.pairwise(tools)), len(tools)


def _paths(calls: dict[str, Any]) -> Iterator[tuple[list[str], list[str]]]:
    """All paths along values that pass from call to call, with the values. Derivations have a dozen calls at most."""
    ending: dict[str, list[tuple[list[str], list[str]]]] = {}
    for name, call in calls.items():
        ending[name] = [([name], [])]
        for parameter, source in call["sources"].items():
            if isinstance(source, dict) and source.get("call") in ending:
                value = _short(call["arguments"][parameter])
                ending[name] += [([*path, name], [*values, value]) for path, values in ending[source["call"]]]
        yield from ending[name]


def _crosses(one: str, other: str) -> bool:
    return (
        not one.startswith(NEUTRAL)
        and not other.startswith(NEUTRAL)
        and one.partition(".")[0] != other.partition(".")[0]
    )


def _row(number: str, chain: Chain) -> str:
    links = [f"`{chain.tools[0]}`"]
    for value, tool in zip(chain.values, chain.tools[1:], strict=True):
        links += [f"*{value}*", f"`{tool}`"]
    cells = (number, _cut(chain.question, QUESTION), " → ".join(links), _cut(chain.answer, 60))
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _short(value: Any) -> str:
    return _cut(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False), VALUE)


def _cut(text: str, length: int) -> str:
    line = " ".join(text.split())
    return line if len(line) <= length else line[: length - 1].rstrip() + "…"


if __name__ == "__main__":
    sys.stdout.write(chains_page(Path(sys.argv[1])))

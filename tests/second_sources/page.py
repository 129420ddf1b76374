"""The page that tells what the comparison with second sources found."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Iterable, Mapping, Sequence

from tests.second_sources.comparing import Outcome, Value

HEAD = """\
# Source tables against second sources

Written by `make second-sources`; do not edit.

A gate proves that an answer follows from what a tool returned, not that the tool's table is right. So values are drawn
from the tables of our providers and compared with a source that has its values from elsewhere: {values} values of
{tables} source tables, or tools that compute, in {domains} domains, drawn with seed {seed}, against {seconds} second
sources. `python -m tests.second_sources --draws 0` compares all that both sides have and prints what differs.

*Same*: equal at the decimals at which answers are asked, or the same text. *Close*: numbers within a tolerance whose
reason is given below; texts that differ in spelling. Whatever is *different* was followed up, or the command fails.
"""


def page(outcomes: Sequence[Outcome], seed: int) -> str:
    """The whole page, in the order of the outcomes."""
    tables = {outcome.comparison.table for outcome in outcomes}
    head = HEAD.format(
        values=f"{sum(len(outcome.pairs) for outcome in outcomes):,}",
        tables=len(tables),
        domains=len({table.partition(".")[0] for table in tables}),
        seed=seed,
        seconds=len({outcome.comparison.second for outcome in outcomes}),
    )
    parts = [head, _summary(outcomes), _different(outcomes), _mended(outcomes), _followed(outcomes), _sources(outcomes)]
    return "\n".join(part for part in parts if part)


def line(outcome: Outcome) -> str:
    """One comparison in a line of the terminal."""
    counts = ", ".join(f"{outcome.count(verdict)} {verdict}" for verdict in ("same", "close", "different"))  # type: ignore[arg-type]
    return f"{outcome.comparison.name}: {counts} of {len(outcome.pairs)}"


def _summary(outcomes: Sequence[Outcome]) -> str:
    rows = [
        (
            f"`{outcome.comparison.table}` {outcome.comparison.field}",
            outcome.comparison.second,
            f"{outcome.shared:,}",
            str(len(outcome.pairs)),
            *(str(outcome.count(verdict)) for verdict in ("same", "close", "different")),  # type: ignore[arg-type]
            "-" if outcome.worst is None else f"{outcome.worst:.2g}",
        )
        for outcome in outcomes
    ]
    counts = [outcome.count(verdict) for verdict in ("same", "close", "different") for outcome in outcomes]  # type: ignore[arg-type]
    each = len(outcomes)
    total = ("all", "", "", str(sum(counts)), *(str(sum(counts[n * each : (n + 1) * each])) for n in range(3)), "")
    names = ("source table and field", "second source", "values of both", "compared", "same", "close", "different")
    note = "The worst difference is relative, of numbers alone.\n"
    return note + "\n" + _table((*names, "worst difference"), "llrrrrrr", [*rows, total])


def _different(outcomes: Sequence[Outcome]) -> str:
    rows = [
        (_field(outcome), pair.key, *_both(pair.ours, pair.theirs), pair.followed or "**open**")
        for outcome in outcomes
        for pair in outcome.pairs
        if pair.verdict == "different"
    ]
    if not rows:
        return ""
    return "## Drawn values that differ\n\n" + _table(("field", "key", "ours", "theirs", "followed up"), "lllll", rows)


def _mended(outcomes: Sequence[Outcome]) -> str:
    rows = [(_field(o), keys, text) for o in outcomes for text, keys in _by_text(o.comparison.mended)]
    if not rows:
        return ""
    return (
        "## Values of ours that were wrong\n\n"
        "Found by comparing all that both sides have, and mended or left out. A comparison fails when one comes back."
        "\n\n" + _table(("field", "keys", "what was wrong"), "lll", rows)
    )


def _followed(outcomes: Sequence[Outcome]) -> str:
    rows = [(_field(o), keys, text) for o in outcomes for text, keys in _by_text(o.comparison.followed)]
    if not rows:
        return ""
    return "## All differences that were followed up\n\nDrawn this time or not. It says who is right.\n\n" + _table(
        ("field", "keys", "found"), "lll", rows
    )


def _sources(outcomes: Sequence[Outcome]) -> str:
    rows = [
        (
            _field(outcome),
            f"{outcome.comparison.second} {importlib.metadata.version(outcome.comparison.second)}",
            outcome.comparison.origin,
            _tolerance(outcome),
        )
        for outcome in outcomes
    ]
    names = ("field", "second source", "where it has its values from", "what counts as close")
    return "## Why the second sources are independent\n\n" + _table(names, "llll", rows)


def _tolerance(outcome: Outcome) -> str:
    comparison = outcome.comparison
    sizes = [f"{comparison.within:.2g} of the value"] if comparison.within else []
    sizes += [f"{comparison.apart:g}"] if comparison.apart else []
    return f"{' or '.join(sizes)}: {comparison.reason}" if sizes else "-"


def _field(outcome: Outcome) -> str:
    return f"`{outcome.comparison.table}` {outcome.comparison.field}"


def _by_text(notes: Mapping[str, str]) -> Iterable[tuple[str, str]]:
    """Each note once, with all its keys."""
    keys: dict[str, list[str]] = {}
    for key, text in notes.items():
        keys.setdefault(text, []).append(key)
    return [(text, ", ".join(found)) for text, found in keys.items()]


def _both(ours: Value, theirs: Value) -> tuple[str, str]:
    """Both as text; of sets only what the other lacks."""
    if isinstance(ours, frozenset) and isinstance(theirs, frozenset):
        return _more(ours - theirs), _more(theirs - ours)
    return _shown(ours), _shown(theirs)


def _more(only: frozenset[str]) -> str:
    return f"also {', '.join(sorted(only))}" if only else "no more"


def _shown(value: Value) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.10g}" if isinstance(value, (int, float)) else value


def _table(names: Sequence[str], align: str, rows: Iterable[Sequence[str]]) -> str:
    rule = ["---:" if side == "r" else "---" for side in align]
    lines = [names, rule, *([cell.replace("|", "\\|") for cell in row] for row in rows)]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)

"""The card's plots: SVG files of the release, each with one sentence that says what it shows.

Everything comes from the card's facts, and coordinates have one decimal: the same facts give the same bytes.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from builder.recipe.plots import Line, alone, bars, lines, lying
from builder.records.releases import CardFacts, Curve

FOLDER = "plots"

WIDTH, TALL, ROW = 640, 260, 20
"""Pixels: width of every plot, height of one with axes, height of a lying bar."""

FRAMES = 20
"""Bars of the longest plot; a last line sums up the rest."""

CLASSES = {"toolset": "toolsets", "call_graph": "call graphs", "derivation": "derivation shapes"}
"""What the curves count, in words."""


@dataclass(frozen=True, slots=True)
class Plot:
    """One plot, and what it shows in one sentence."""

    finding: str
    svg: str


def write_plots(folder: Path, facts: CardFacts) -> list[str]:
    """Write the plots of a release to `plots/`; the paths written, relative to the release folder."""
    written = []
    (folder / FOLDER).mkdir(exist_ok=True)
    for name, draw in PLOTS.items():
        plot = draw(facts)
        if plot is not None:
            path = path_of(name)
            (folder / path).write_text(plot.svg, encoding="utf-8", newline="\n")
            written.append(path)
    return sorted(written)


def image(facts: CardFacts, name: str) -> str:
    """The plot as an image of the card, its finding the text for those who do not see it; or why there is none."""
    plot = PLOTS[name](facts)
    if plot is None:
        return f"There is no plot of the {name}: the store of this build does not tell it."
    return f"![{_plain(plot.finding)}]({path_of(name)})"


def path_of(name: str) -> str:
    return f"{FOLDER}/{name}.svg"


def _plain(text: str) -> str:
    """Text in which Markdown finds no mark."""
    return re.sub(r"([\\\[\]`*<])", r"\\\1", text)


def domains(facts: CardFacts) -> Plot:
    """Shares of the domains in `tasks`."""
    found = [(domain.domain, domain.tasks) for domain in facts.domains]
    whole = sum(count for _, count in found)
    most, least = max(found, key=_count), min(found, key=_count)
    finding = f"All {whole:,} tasks are of one domain, {most[0]}."
    if len(found) > 1:
        finding = (
            f"The {whole:,} tasks are of {len(found)} domains, from {_share(least[1], whole)} in {least[0]} "
            f"to {_share(most[1], whole)} in {most[0]}."
        )
    return _lying("Tasks by domain", finding, _shared(found, whole))


def frames(facts: CardFacts) -> Plot:
    """Shares of the frames of question in `tasks`, the commonest first."""
    found = sorted(_bars(facts, "Frame of the question"), key=_count, reverse=True)
    whole = sum(count for _, count in found)
    finding = (
        f"The questions have {_counted(len(found), 'frame')}; the commonest, {found[0][0]}, "
        f"makes {_share(found[0][1], whole)} of the tasks"
    )
    if len(found) > 5:
        finding += f", the five commonest together {_share(sum(count for _, count in found[:5]), whole)}"
    rows, rest = _shared(found[:FRAMES], whole), found[FRAMES:]
    if rest:
        together = sum(count for _, count in rest)
        # No bar: it would be the longest, of no frame at all.
        rows.append((f"{len(rest)} more together", 0.0, f"{together:,} ({_share(together, whole)})"))
    return _lying("Tasks by frame of the question", f"{finding}.", rows)


def calls(facts: CardFacts) -> Plot:
    """How many calls the tasks of `tasks` take."""
    found = {int(label): count for label, count in _bars(facts, "Calls per task")}
    least, most = min(found), max(found)
    rows = [(str(number), float(found.get(number, 0))) for number in range(least, most + 1)]
    several = sum(count for number, count in found.items() if number >= 5)
    span = f"{least} to {most}" if least < most else f"{most}"
    five = f"{_share(several, sum(found.values()))} of them take" if several else "none takes"
    finding = f"Tasks take {span} calls; {five} five or more."
    size = (WIDTH, TALL)
    return Plot(finding, alone("Tasks by number of calls", finding, [("", bars(finding, rows, "calls", size))], size))


def funnel(facts: CardFacts) -> Plot | None:
    """How many records are left after each step, from the draws to what was chosen."""
    steps = _steps(facts)
    if not steps:
        return None
    (first, whole), *later = steps
    finding = f"{first.capitalize()}: {whole:,}"
    finding += "".join(f"; {name}: {count:,} ({_share(count, whole)})" for name, count in later)
    return _lying("What is left after each step", f"{finding}.", _shared(steps, whole))


CHOSEN = {"sft": "chosen for sft", "rl": "chosen for rl"}
"""The last steps by scope: what was chosen from the pool for each config."""


def _steps(facts: CardFacts) -> list[tuple[str, int]]:
    """Steps that the store tells of, in their order, with what each left."""
    drawn = sum(step.records for step in facts.funnel if step.stage == "synthesize")
    done = Counter[str]()
    for step in facts.funnel:
        done[step.stage] += step.records if step.status == "done" else 0
    steps = [
        ("drawn", drawn),
        ("became a task", done["synthesize"]),
        ("replayed to the same answer", done["verify"]),
        ("in the pool, without repeats", facts.scopes.get("pool", 0)),
        *((name, facts.scopes.get(scope, 0)) for scope, name in CHOSEN.items()),
    ]
    return [(name, count) for name, count in steps if count]


def rarefaction(facts: CardFacts) -> Plot | None:
    """How many different ones to expect among so many random tasks of the pool, with their 95% intervals."""
    if not facts.curves:
        return None
    tasks = facts.curves[0].points[-1][0]
    half = min((point[0] for point in facts.curves[0].points), key=lambda size: abs(size - tasks / 2))
    counts = [f"{round(curve.points[-1][1]):,} {CLASSES[curve.classes]}" for curve in facts.curves]
    finding = (
        f"The pool's {tasks:,} tasks have {_listed(counts)}; among {half:,} random ones expect "
        f"{_listed([_expected(curve, half) for curve in facts.curves])}; in brackets 95% intervals."
    )
    size = (WIDTH // len(counts), TALL)
    panels = []
    for curve, count in zip(facts.curves, counts, strict=True):
        line = Line(CLASSES[curve.classes], ((0.0, 0.0, 0.0, 0.0), *curve.points))
        panels.append((count, lines(count, [line], "random tasks", size=size)))
    return Plot(finding, alone("Different ones among random tasks, with 95% intervals", finding, panels, size))


PLOTS: dict[str, Callable[[CardFacts], Plot | None]] = {
    "domains": domains,
    "frames": frames,
    "calls": calls,
    "funnel": funnel,
    "rarefaction": rarefaction,
}
"""Plots by the stem of their file; one that the facts do not tell is None."""


def _expected(curve: Curve, size: int) -> str:
    _, expected, low, high = next(point for point in curve.points if point[0] == size)
    text, bounds = f"{round(expected):,} {CLASSES[curve.classes]}", (round(low), min(size, round(high)))
    return text if bounds[0] == bounds[1] else f"{text} ({bounds[0]:,} to {bounds[1]:,})"


def _bars(facts: CardFacts, dimension: str) -> list[tuple[str, int]]:
    return [(bar.label, bar.rows) for bar in facts.bars if bar.dimension == dimension]


def _shared(rows: Sequence[tuple[str, int]], whole: int) -> list[tuple[str, float, str]]:
    return [(name, float(count), f"{count:,} ({_share(count, whole)})") for name, count in rows]


def _lying(heading: str, finding: str, rows: Sequence[tuple[str, float, str]]) -> Plot:
    size = (WIDTH, ROW * len(rows))
    return Plot(finding, alone(heading, finding, [("", lying(finding, rows, size))], size))


def _count(row: tuple[str, int]) -> int:
    return row[1]


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f}%"


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'s' if count != 1 else ''}"


def _listed(parts: Sequence[str]) -> str:
    return f"{', '.join(parts[:-1])} and {parts[-1]}" if len(parts) > 1 else parts[0]

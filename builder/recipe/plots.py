"""Plots as SVG: text in, text out. Inside a page or a file, `STYLE` gives them their colours, light and dark.

All coordinates have one decimal, so the same figures give the same bytes.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

COLOURS = 6
"""Series have the classes `s0` to `s5`; more start again."""

STYLE = """
:root { color-scheme: light dark; --paper: #fff; --ink: #1b1f24; --faint: #667; --grid: #dde1e6; --bar: #3b6ea5;
  --s0: #1f6feb; --s1: #c2570c; --s2: #1a7f37; --s3: #8250df; --s4: #bf3989; --s5: #57606a; }
@media (prefers-color-scheme: dark) { :root { --paper: #14171b; --ink: #e6e8eb; --faint: #9aa4b0; --grid: #333a42;
  --bar: #79a8dc; --s0: #6cb6ff; --s1: #f0a060; --s2: #6bc46d; --s3: #c297ff; --s4: #f59fd0; --s5: #a8b3bf; } }
.grid { stroke: var(--grid); } .tick, .label { fill: var(--faint); font-size: 11px; text-anchor: middle; }
.tick.y { text-anchor: end; } .bar { fill: var(--bar); } .mark { fill: none; stroke: var(--ink); stroke-width: 2; }
.line { fill: none; stroke-width: 2; } .band { opacity: .18; stroke: none; }
.name { fill: var(--ink); font-size: 12px; text-anchor: end; } .value { fill: var(--faint); font-size: 12px; }
""" + "".join(f".line.s{n} {{ stroke: var(--s{n}); }} .band.s{n} {{ fill: var(--s{n}); }}\n" for n in range(COLOURS))
"""Colours and strokes of all plots, for the `<style>` of a page or of a file."""

_FILE_STYLE = """/* A fine line, so that a narrow interval shows around it. */
.line { stroke-width: 1; } .band { opacity: .35; }
text { font-family: system-ui, sans-serif; } .paper { fill: var(--paper); }
.heading { fill: var(--ink); font-size: 14px; font-weight: 600; } .caption { fill: var(--ink); font-size: 12px; }
"""

_HEAD, _CAPTION, _EDGE = 34, 20, 10
"""Room in pixels of a file's heading, of its captions, and around the plots."""

_NAMES, _VALUES = 190, 110
"""Room in pixels for the names and the values beside lying bars."""

_LEFT, _RIGHT, _TOP, _BOTTOM = 52, 22, 10, 34
"""Room in pixels around a plot for its axes."""


@dataclass(frozen=True, slots=True)
class Line:
    """One series: x, y, and the bounds of y where there are any."""

    name: str
    points: tuple[tuple[float, float, float, float], ...]


@dataclass(frozen=True, slots=True)
class Mark:
    """A single point with a name."""

    name: str
    x: float
    y: float


def lines(
    title: str, series: Sequence[Line], x_label: str, marks: Sequence[Mark] = (), size: tuple[int, int] = (360, 230)
) -> str:
    """Lines over an axis from zero, with their intervals as bands. `title` is what a screen reader says."""
    width, height = size
    x_max = max([p[0] for line in series for p in line.points] + [m.x for m in marks], default=1.0)
    y_max = max([p[3] for line in series for p in line.points] + [m.y for m in marks], default=1.0)
    x_ticks, y_ticks = ticks(x_max), ticks(y_max)

    def place(x: float, y: float) -> str:
        across = _LEFT + x / x_ticks[-1] * (width - _LEFT - _RIGHT)
        return f"{across:.1f},{height - _BOTTOM - y / y_ticks[-1] * (height - _TOP - _BOTTOM):.1f}"

    parts = [_axes(size, x_ticks, y_ticks, x_label)]
    for number, line in enumerate(series):
        colour = f"s{number % COLOURS}"
        band = [place(x, high) for x, _, _, high in line.points]
        band += [place(x, max(0.0, low)) for x, _, low, _ in reversed(line.points)]
        parts.append(f'<polygon class="band {colour}" points="{" ".join(band)}"/>')
        path = " ".join(place(x, y) for x, y, _, _ in line.points)
        parts.append(f'<polyline class="line {colour}" points="{path}"><title>{escape(line.name)}</title></polyline>')
    for mark in marks:
        across, down = place(mark.x, mark.y).split(",")
        parts.append(
            f'<circle class="mark" cx="{across}" cy="{down}" r="4"><title>{escape(mark.name)}</title></circle>'
        )
    return _svg(title, size, parts)


def bars(title: str, rows: Sequence[tuple[str, float]], x_label: str = "", size: tuple[int, int] = (360, 230)) -> str:
    """Upright bars, one for each row, labelled below; where bars are narrow, not all of them."""
    width, height = size
    y_ticks = ticks(max((value for _, value in rows), default=1.0))
    step = (width - _LEFT - _RIGHT) / max(1, len(rows))
    # A label of two figures takes 16 pixels.
    every = max(1, math.ceil(16 / step))
    parts = [_axes(size, [0.0], y_ticks, x_label)]
    for number, (name, value) in enumerate(rows):
        tall = value / y_ticks[-1] * (height - _TOP - _BOTTOM)
        left = _LEFT + number * step + step * 0.1
        parts.append(
            f'<rect class="bar" x="{left:.1f}" y="{height - _BOTTOM - tall:.1f}" width="{step * 0.8:.1f}"'
            f' height="{tall:.1f}"><title>{escape(name)}: {value:,.6g}</title></rect>'
        )
        if number % every == 0:
            parts.append(
                f'<text class="tick" x="{left + step * 0.4:.1f}" y="{height - _BOTTOM + 14}">{escape(name)}</text>'
            )
    return _svg(title, size, parts)


def lying(title: str, rows: Sequence[tuple[str, float, str]], size: tuple[int, int]) -> str:
    """Lying bars over a common zero, one for each row: its name before the bar, the text of its value behind."""
    width, height = size
    step = height / max(1, len(rows))
    most = max((value for _, value, _ in rows), default=0.0) or 1.0
    parts = []
    for number, (name, value, text) in enumerate(rows):
        long, top = value / most * (width - _NAMES - _VALUES), number * step
        baseline = f"{top + step / 2 + 4:.1f}"
        parts.append(f'<text class="name" x="{_NAMES - 8}" y="{baseline}">{escape(name)}</text>')
        parts.append(
            f'<rect class="bar" x="{_NAMES}" y="{top + step * 0.12:.1f}" width="{long:.1f}"'
            f' height="{step * 0.76:.1f}"/>'
        )
        parts.append(f'<text class="value" x="{_NAMES + long + 6:.1f}" y="{baseline}">{escape(text)}</text>')
    return _svg(title, size, parts)


def alone(heading: str, title: str, panels: Sequence[tuple[str, str]], size: tuple[int, int]) -> str:
    """Plots of one size side by side, each below its caption, as a file that needs nothing from anywhere.

    `title` is what a screen reader says. An image cannot know the page around it, whose colours may be chosen apart
    from the reader's machine: over a background of its own it is readable on a light and on a dark one.
    """
    top = _HEAD + (_CAPTION if any(caption for caption, _ in panels) else 0)
    width, height = size[0] * len(panels) + 2 * _EDGE, size[1] + top + _EDGE
    parts = [f'<text class="heading" x="{_EDGE}" y="22">{escape(heading)}</text>']
    for number, (caption, plot) in enumerate(panels):
        left = _EDGE + number * size[0]
        if caption:
            parts.append(f'<text class="caption" x="{left}" y="{_HEAD + 9}">{escape(caption)}</text>')
        parts.append(f'<g transform="translate({left} {top})">{plot}</g>')
    inside = "\n".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
        f' role="img" aria-label="{escape(title)}">\n<title>{escape(title)}</title>\n'
        f"<style>{STYLE}{_FILE_STYLE}</style>\n"
        f'<rect class="paper" width="{width}" height="{height}" rx="6"/>\n{inside}\n</svg>\n'
    )


def ticks(most: float, about: int = 4) -> list[float]:
    """Round numbers from zero to `most` or just over it: steps of 1, 2 or 5 times a power of ten."""
    if not most > 0:
        return [0.0, 1.0]
    rough = most / about
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough * 0.999)
    return [round(step * number, 12) for number in range(math.ceil(most / step - 1e-9) + 1)]


def _axes(size: tuple[int, int], x_ticks: Sequence[float], y_ticks: Sequence[float], x_label: str) -> str:
    width, height = size
    bottom, across, tall = height - _BOTTOM, width - _LEFT - _RIGHT, height - _TOP - _BOTTOM
    parts = []
    for y in y_ticks:
        down = bottom - y / y_ticks[-1] * tall
        parts.append(f'<line class="grid" x1="{_LEFT}" x2="{width - _RIGHT}" y1="{down:.1f}" y2="{down:.1f}"/>')
        parts.append(f'<text class="tick y" x="{_LEFT - 5}" y="{down + 4:.1f}">{_short(y)}</text>')
    for x in x_ticks if len(x_ticks) > 1 else ():
        parts.append(
            f'<text class="tick" x="{_LEFT + x / x_ticks[-1] * across:.1f}" y="{bottom + 14}">{_short(x)}</text>'
        )
    parts.append(f'<text class="label" x="{_LEFT + across / 2:.1f}" y="{height - 4}">{escape(x_label)}</text>')
    return "".join(parts)


def _short(value: float) -> str:
    return f"{value / 1000:g}k" if value >= 10_000 else f"{value:g}"


def _svg(title: str, size: tuple[int, int], parts: Sequence[str]) -> str:
    inside = "".join(parts)
    box = f'width="{size[0]}" height="{size[1]}" viewBox="0 0 {size[0]} {size[1]}"'
    return f'<svg {box} role="img" aria-label="{escape(title)}">{inside}</svg>'

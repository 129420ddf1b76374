"""Plots as inline SVG: text in, text out. Colours are CSS variables of the page, so light and dark are its matter."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

COLOURS = 6
"""Series have the classes `s0` to `s5`; more start again."""

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


def bars(title: str, rows: Sequence[tuple[str, float]], size: tuple[int, int] = (360, 230)) -> str:
    """Upright bars, one for each row, labelled below."""
    width, height = size
    y_ticks = ticks(max((value for _, value in rows), default=1.0))
    step = (width - _LEFT - _RIGHT) / max(1, len(rows))
    parts = [_axes(size, [0.0], y_ticks, "")]
    for number, (name, value) in enumerate(rows):
        tall = value / y_ticks[-1] * (height - _TOP - _BOTTOM)
        left = _LEFT + number * step + step * 0.1
        parts.append(
            f'<rect class="bar" x="{left:.1f}" y="{height - _BOTTOM - tall:.1f}" width="{step * 0.8:.1f}"'
            f' height="{tall:.1f}"><title>{escape(name)}: {value:,.6g}</title></rect>'
        )
        parts.append(
            f'<text class="tick" x="{left + step * 0.4:.1f}" y="{height - _BOTTOM + 14}">{escape(name)}</text>'
        )
    return _svg(title, size, parts)


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
    return f'<svg viewBox="0 0 {size[0]} {size[1]}" role="img" aria-label="{escape(title)}">{inside}</svg>'

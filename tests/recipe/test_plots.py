"""Ticks are round, and plots are well-formed."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from builder.recipe.plots import Line, Mark, bars, lines, ticks


@pytest.mark.parametrize(
    ("most", "expected"),
    [
        (4, [0, 1, 2, 3, 4]),
        (7, [0, 2, 4, 6, 8]),
        (46_398, [0, 20_000, 40_000, 60_000]),
        (0.3, [0, 0.1, 0.2, 0.3]),
        (0, [0, 1]),
    ],
)
def test_ticks(most: float, expected: list[float]) -> None:
    assert ticks(most) == pytest.approx(expected)


def test_lines_are_drawn_to_scale_with_names_escaped() -> None:
    line = Line("a < b", ((0, 0, 0, 0), (4, 2, 1, 4)))
    root = ElementTree.fromstring(lines("T & U", [line], "tasks", [Mark("there", 2, 4)], size=(374, 244)))
    assert root.attrib["aria-label"] == "T & U"
    path = next(part for part in root if part.attrib.get("class") == "line s0")
    # 300 pixels across from 52, 200 down from 10: the last point is all the way right, half-way up.
    assert path.attrib["points"] == "52.0,210.0 352.0,110.0" and path[0].text == "a < b"
    band = next(part for part in root if part.attrib.get("class") == "band s0")
    assert band.attrib["points"].split()[1:3] == ["352.0,10.0", "352.0,160.0"]
    mark = next(part for part in root if part.tag == "circle")
    assert (mark.attrib["cx"], mark.attrib["cy"]) == ("202.0", "10.0")


def test_bars() -> None:
    root = ElementTree.fromstring(bars("B", [("1", 4.0), ("2", 2.0)], size=(374, 244)))
    found = [part for part in root if part.attrib.get("class") == "bar"]
    assert [(bar.attrib["height"], bar[0].text) for bar in found] == [("200.0", "1: 4"), ("100.0", "2: 2")]
    assert ElementTree.fromstring(bars("none", [])).tag == "svg"

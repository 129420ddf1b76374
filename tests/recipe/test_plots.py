"""Ticks are round, and plots are well-formed."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from builder.recipe.plots import Line, Mark, alone, bars, lines, lying, ticks


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


def test_narrow_bars_have_every_second_label_or_fewer() -> None:
    # 300 pixels: ten for each bar, and sixteen for a label.
    root = ElementTree.fromstring(bars("B", [(f"n{n}", 1.0) for n in range(30)], "calls", size=(374, 244)))
    names = [part.text for part in root if part.tag == "text" and (part.text or "").startswith("n")]
    assert names == [f"n{n}" for n in range(0, 30, 2)]
    assert [part.text for part in root if part.attrib.get("class") == "label"] == ["calls"]


def test_lying_bars_are_to_scale_with_their_texts() -> None:
    root = ElementTree.fromstring(lying("L", [("a & b", 4.0, "four"), ("c", 1.0, "one")], size=(500, 40)))
    found = [(bar.attrib["x"], bar.attrib["width"], bar.attrib["y"]) for bar in root if bar.tag == "rect"]
    # 200 pixels between names and values; rows of 20.
    assert found == [("190", "200.0", "2.4"), ("190", "50.0", "22.4")]
    assert [part.text for part in root if part.tag == "text"] == ["a & b", "four", "c", "one"]
    assert ElementTree.fromstring(lying("none", [("a", 0.0, "0")], size=(500, 20))).tag == "svg"


def test_a_file_holds_its_panels_side_by_side() -> None:
    svg = "{http://www.w3.org/2000/svg}"
    plot = bars("B", [("1", 4.0)])
    root = ElementTree.fromstring(alone("H", "says <this>", [("left", plot), ("right", plot)], (360, 230)))
    assert root.attrib["aria-label"] == root.findtext(f"{svg}title") == "says <this>"
    assert [text.text for text in root.findall(f"{svg}text")] == ["H", "left", "right"]
    assert [part.attrib["transform"] for part in root.findall(f"{svg}g")] == ["translate(10 54)", "translate(370 54)"]
    assert (root.attrib["width"], root.attrib["height"]) == ("740", "294")
    bare = ElementTree.fromstring(alone("H", "T", [("", plot)], (360, 230)))
    assert [text.text for text in bare.findall(f"{svg}text")] == ["H"]

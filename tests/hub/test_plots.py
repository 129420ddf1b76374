"""The card's plots: files of the release that need nothing from anywhere, the same each time, with their findings."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from builder.hub.facts import store_facts
from builder.hub.manifest import read_manifest
from builder.hub.plots import FRAMES, PLOTS, image, write_plots
from builder.records.releases import Bar, CardFacts, Curve, DomainFacts, FunnelStep
from builder.stages.check_release import check_release
from tests.releases import bench, build, tiny_executor
from tests.sql.tables import add, add_task, empty_store

SVG = "{http://www.w3.org/2000/svg}"


def facts(**changed: Any) -> CardFacts:
    """Facts of 40 tasks, as far as plots read them."""
    curve = ((10, 9.04, 8.1, 10.2), (20, 16.0, 14.6, 17.4), (40, 25.0, 25.0, 25.0))
    frames = [("ratio", 12), ("a<b", 10), *((f"frame{number}", 1) for number in range(18))]
    values: dict[str, Any] = {
        "domains": tuple(DomainFacts(domain=name, tasks=n, sft=5, rl=1) for name, n in (("general", 30), ("m&m", 10))),
        "bars": (
            *(Bar(dimension="Calls per task", label=label, rows=rows) for label, rows in (("2", 30), ("5", 10))),
            *(Bar(dimension="Frame of the question", label=label, rows=rows) for label, rows in frames),
        ),
        "scopes": {"pool": 40, "sft": 10},
        "curves": (
            Curve(classes="toolset", points=tuple((k, float(k), float(k), float(k)) for k in (10, 20, 40))),
            Curve(classes="call_graph", points=curve),
        ),
        "funnel": (
            FunnelStep(stage="synthesize", status="done", reason="", records=45),
            FunnelStep(stage="synthesize", status="failed", reason="law:purpose", records=55),
            FunnelStep(stage="verify", status="done", reason="", records=44),
        ),
    }  # fmt: skip
    return CardFacts.model_construct(**{**values, **changed})


def drawn(name: str, of: CardFacts) -> ElementTree.Element:
    plot = PLOTS[name](of)
    assert plot is not None
    return ElementTree.fromstring(plot.svg)


def texts(root: ElementTree.Element) -> list[str]:
    return [text.text for text in root.iter(f"{SVG}text") if text.text]


def finding(name: str, of: CardFacts) -> str:
    plot = PLOTS[name](of)
    assert plot is not None
    return plot.finding


def test_findings_are_the_figures() -> None:
    found = facts()
    assert finding("domains", found) == "The 40 tasks are of 2 domains, from 25.0% in m&m to 75.0% in general."
    assert finding("frames", found) == (
        "The questions have 20 frames; the commonest, ratio, makes 30.0% of the tasks, "
        "the five commonest together 62.5%."
    )
    assert finding("calls", found) == "Tasks take 2 to 5 calls; 25.0% of them take five or more."
    assert finding("funnel", found) == (
        "Drawn: 100; became a task: 45 (45.0%); replayed to the same answer: 44 (44.0%); "
        "in the pool, without repeats: 40 (40.0%); chosen for sft: 10 (10.0%)."
    )
    assert finding("rarefaction", found) == (
        "The pool's 40 tasks have 40 toolsets and 25 call graphs; among 20 random ones expect "
        "20 toolsets and 16 call graphs (15 to 17); in brackets 95% intervals."
    )


def test_findings_where_there_is_one_of_a_kind() -> None:
    bars = (
        Bar(dimension="Calls per task", label="3", rows=4),
        Bar(dimension="Frame of the question", label="a", rows=4),
    )
    single = facts(bars=bars, domains=(DomainFacts(domain="general", tasks=4, sft=1, rl=1),))
    assert finding("calls", single) == "Tasks take 3 calls; none takes five or more."
    assert finding("frames", single) == "The questions have 1 frame; the commonest, a, makes 100.0% of the tasks."
    assert finding("domains", single) == "All 4 tasks are of one domain, general."


@pytest.mark.parametrize("name", PLOTS)
def test_a_plot_is_a_whole_file_with_its_texts(name: str) -> None:
    plot = PLOTS[name](facts())
    assert plot is not None and plot == PLOTS[name](facts())
    root = ElementTree.fromstring(plot.svg)
    assert root.tag == f"{SVG}svg" and root.attrib["role"] == "img"
    assert root.attrib["aria-label"] == root.findtext(f"{SVG}title") == plot.finding
    assert "prefers-color-scheme: dark" in (root.findtext(f"{SVG}style") or "")
    assert root.find(f"{SVG}rect[@class='paper']") is not None
    # Nothing is loaded from anywhere, and nothing runs.
    assert not re.search(r"href|url\(|@import|<script|<image|<use|\bon\w+=", plot.svg)
    assert re.findall(r"\w+://[^\"]+", plot.svg) == ["http://www.w3.org/2000/svg"]
    # One decimal at most, whatever the figures.
    assert not re.search(r"(points|x|y|x1|x2|y1|y2|width|height)=\"[^\"]*\.\d\d", plot.svg)


def test_bars_have_names_and_values() -> None:
    domains = drawn("domains", facts())
    assert texts(domains) == ["Tasks by domain", "general", "30 (75.0%)", "m&m", "10 (25.0%)"]
    long, short = (float(bar.attrib["width"]) for bar in domains.iter(f"{SVG}rect") if bar.attrib["class"] == "bar")
    assert long == pytest.approx(3 * short, abs=0.2)


def test_no_number_of_calls_is_skipped() -> None:
    titles = [title.text for bar in drawn("calls", facts()).iter(f"{SVG}rect") for title in bar]
    assert titles == ["2: 30", "3: 0", "4: 0", "5: 10"]


def test_frames_beyond_the_limit_are_one_line_without_a_bar() -> None:
    many = tuple(Bar(dimension="Frame of the question", label=f"f{n}", rows=100 - n) for n in range(FRAMES + 3))
    root = drawn("frames", facts(bars=many))
    assert texts(root)[-2] == "3 more together"
    widths = [bar.attrib["width"] for bar in root.iter(f"{SVG}rect") if bar.attrib["class"] == "bar"]
    assert len(widths) == FRAMES + 1 and widths[-1] == "0.0"


def test_an_interval_is_drawn_as_a_band() -> None:
    toolsets, graphs = (band.attrib["points"].split() for band in drawn("rarefaction", facts()).iter(f"{SVG}polygon"))
    # Low bounds come back along the high ones: no height where the two are one, and some where they are not.
    assert toolsets[:4] == toolsets[4:][::-1]
    (across, high), (below, low) = (point.split(",") for point in (graphs[2], graphs[5]))
    assert across == below and float(high) < float(low)


def test_a_plot_that_the_facts_do_not_tell_is_no_file(tmp_path: Path) -> None:
    bare = facts(curves=(), funnel=(), scopes={})
    assert write_plots(tmp_path, bare) == ["plots/calls.svg", "plots/domains.svg", "plots/frames.svg"]
    assert sorted(path.name for path in (tmp_path / "plots").iterdir()) == ["calls.svg", "domains.svg", "frames.svg"]
    assert "no plot of the rarefaction" in image(bare, "rarefaction")


def test_the_card_shows_a_finding_as_text_in_which_markdown_finds_no_mark() -> None:
    bars = tuple(Bar(dimension="Frame of the question", label=label, rows=1) for label in ("a[*]b",))
    assert image(facts(bars=bars), "frames").startswith(
        "![The questions have 1 frame; the commonest, a\\[\\*\\]b, makes"
    )


def test_curves_come_from_the_pool_of_the_store() -> None:
    with empty_store() as connection:
        assert store_facts(connection, "f").curves == ()
        add_task(connection, "t1", call_graph="g")
        add_task(connection, "t2", call_graph="g")
        add_task(connection, "t3", call_graph="h")
        add(connection, "choices", ("rl", "train", 0, "t1", None, 1.0))
        found = store_facts(connection, "f")
    assert found.scopes == {"pool": 3, "rl": 1}
    curves = {curve.classes: curve.points for curve in found.curves}
    assert list(curves) == ["toolset", "call_graph", "derivation"]
    # Two of three tasks drawn: g and h with 2 of 3 pairs, g alone with 1 of 3.
    assert [point[:1] for point in curves["call_graph"]] == [(1,), (2,), (3,)]
    assert [point[1] for point in curves["call_graph"]] == pytest.approx([1, 5 / 3, 2])
    assert [point[1] for point in curves["toolset"]] == pytest.approx([1, 2, 3])


def test_they_are_files_of_the_release_that_verify_checks(release: Path, tmp_path: Path) -> None:
    executor = tiny_executor(tmp_path / "cache")
    listed = {path for path in read_manifest(release).files if path.startswith("plots/")}
    assert listed == {f"plots/{name}.svg" for name in ("calls", "domains", "frames", "funnel")}
    card = (release / "README.md").read_text(encoding="utf-8")
    assert set(re.findall(r"!\[[^]]+\]\(([^)]+)\)", card)) == listed
    assert check_release(release, executor.pool, bench(executor)).problems == ()
    file = release / "plots" / "funnel.svg"
    whole = file.read_bytes()
    file.write_bytes(whole.replace(b"drawn", b"DRAWN").replace(b"16", b"61"))
    try:
        problems = check_release(release, executor.pool, bench(executor)).problems
    finally:
        file.write_bytes(whole)
    assert [(problem.where, problem.reason.split(":")[0]) for problem in problems] == [
        ("plots/funnel.svg", "was altered")
    ]


def test_the_same_store_gives_the_same_bytes(release: Path, tmp_path: Path) -> None:
    again = build(tmp_path, tiny_executor(tmp_path / "cache"))
    for path in (release / "plots").iterdir():
        assert (again / "plots" / path.name).read_bytes() == path.read_bytes(), path.name

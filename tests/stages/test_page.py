"""The report page: what a browser shows of it. Chromium opens it where there is one; its text is read in any case."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import pytest

from builder.recipe.diversity import CURVES, METRICS, PUBLISHED
from builder.stages.dedup import dedup
from builder.stages.page import page
from builder.stages.score import measure
from builder.stages.select import select
from tests.stages.comparing import small

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


class Reader(HTMLParser):
    """Tables by id, the texts outside of them, and every tag with its attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tables: dict[str, list[list[str]]] = {}
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self._table: list[list[str]] | None = None
        self._cell = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.tags.append((tag, found))
        if tag == "table":
            self._table = self.tables[str(found["id"])] = []
        elif tag == "tr" and self._table is not None:
            self._table.append([])
        elif tag in ("td", "th") and self._table is not None:
            self._table[-1].append("")
            self._cell = True

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th"):
            self._cell = False
        elif tag == "table":
            self._table = None

    def handle_data(self, data: str) -> None:
        if self._cell and self._table is not None:
            self._table[-1][-1] += data


def as_written(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def in_chromium(path: Path) -> str:
    """The page as the browser holds it once it is loaded."""
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine")
    words = [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--dump-dom", f"--user-data-dir={path.parent}/c"]
    return subprocess.run([*words, path.as_uri()], capture_output=True, text=True, timeout=120, check=True).stdout


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, float]]:
    """A page, and the pool's metrics as the queries give them."""
    folder = tmp_path_factory.mktemp("page")
    found = small(folder, sft=6, sft_validation=1, rl=2, rl_test=1)
    dedup(found.store, found.settings)
    select(found.store, found.settings)
    metrics = {name: measure(found.store.connection, name, "pool") for name in METRICS}
    found.store.close()
    path = folder / "report.html"
    path.write_text(page(folder / "dive.duckdb"), encoding="utf-8")
    return path, metrics


@pytest.mark.parametrize("read", [as_written, in_chromium])
def test_what_is_on_the_page(made: tuple[Path, dict[str, float]], read: Callable[[Path], str]) -> None:
    path, metrics = made
    reader = Reader(read(path))
    head, *rows = reader.tables["metrics"]
    assert head == ["metric", "DIVE, 48,000", "pool, 16", "sft, 7", "rl, 3"]
    assert [row[0] for row in rows] == list(PUBLISHED)
    for name, published, pool, *_ in rows:
        assert float(published.replace(",", "")) == PUBLISHED[name]
        assert float(pool.replace(",", "")) == pytest.approx(metrics[name], rel=1e-3)
    shown = {row[0]: row[2] for row in reader.tables["more-metrics"][1:]}
    assert shown.keys() >= set(METRICS) - set(PUBLISHED)
    labels = [attributes.get("aria-label") for tag, attributes in reader.tags if tag == "svg"]
    assert labels[: len(CURVES)] == [f"Rarefaction of {name}" for name in CURVES]
    assert {"Tasks per tool, by rank", "Tasks by calls", "Tasks by depth", "Tasks by width"} <= set(labels)
    lines = [attributes for tag, attributes in reader.tags if tag == "polyline"]
    assert len(lines) == len(CURVES) * 3 + 1
    assert [row[:2] for row in reader.tables["tools"][1:]] == [
        ["general.atlas.divide", "16"],
        ["general.atlas.island_profile", "16"],
    ]
    assert reader.tables["topologies"][1][1] == "50.0%"
    assert ["verify done", "-", "16"] in reader.tables["funnel"]


def test_nothing_is_fetched_and_dark_is_provided_for(made: tuple[Path, dict[str, float]]) -> None:
    text = as_written(made[0])
    assert "prefers-color-scheme: dark" in text
    assert not re.search(r"\b(?:src|href)=|url\(|@import|https?://", text)
    assert not {tag for tag, _ in Reader(text).tags} & {"script", "link", "img", "iframe"}


def test_each_colour_of_the_light_page_has_a_dark_one(made: tuple[Path, dict[str, float]]) -> None:
    light, dark = re.findall(r":root \{(.*?)\}", as_written(made[0]), re.DOTALL)[:2]
    names = [set(re.findall(r"--[\w-]+(?=:)", text)) for text in (light, dark)]
    assert names[0] == names[1] != set()

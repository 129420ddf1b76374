"""The card as people see it: as a page, its plots measured in Chromium, where there is one, on light and on dark."""

from __future__ import annotations

import base64
import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from markdown_it import MarkdownIt

from builder.hub.plots import PLOTS, write_plots
from tests.hub.test_plots import facts

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")

WIDTH = 900
"""Pixels that the Hub and GitHub give a card on a usual screen."""

STYLE = f"""
:root {{ color-scheme: light dark; }} body {{ margin: 0; font: 16px sans-serif; }} article {{ width: {WIDTH}px; }}
td, th {{ padding: 6px 13px; border: 1px solid; }} pre, code {{ font-size: 13px; overflow: auto; }}
img {{ max-width: 100%; }}
table {{ display: block; width: max-content; max-width: 100%; overflow: auto; border-collapse: collapse; }}
"""

MEASURE = """
const shades = image => {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [image.naturalWidth, image.naturalHeight];
  const context = canvas.getContext("2d");
  context.drawImage(image, 0, 0);
  const data = context.getImageData(0, 0, canvas.width, canvas.height).data;
  const linear = part => (part /= 255) <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  const shade = at => 0.2126 * linear(data[at]) + 0.7152 * linear(data[at + 1]) + 0.0722 * linear(data[at + 2]);
  const all = [];
  for (let at = 0; at < data.length; at += 4) if (data[at + 3] === 255) all.push(shade(at));
  // The middle of the upper edge is paper in every plot.
  const paper = shade(4 * (2 * canvas.width + Math.floor(canvas.width / 2)));
  return { paper, darkest: all.reduce((a, b) => Math.min(a, b)), lightest: all.reduce((a, b) => Math.max(a, b)) };
};
const wide = what => [...document.querySelectorAll(what)].filter(e => e.scrollWidth > e.clientWidth + 1)
  .map(e => e.innerText.slice(0, 60));
window.onload = () => {
  const found = { plots: {}, wide: [...wide("table"), ...wide("pre")], empty: [],
    dark: matchMedia("(prefers-color-scheme: dark)").matches };
  for (const image of document.images) found.plots[image.id] = shades(image);
  for (const title of document.querySelectorAll("h2, h3")) {
    const next = title.nextElementSibling;
    if (!next || (/^H[12]$/.test(next.tagName))) found.empty.push(title.innerText);
  }
  document.body.innerHTML = "";
  document.body.append(JSON.stringify(found));
};
"""


def body_of(card: Path) -> str:
    """The card without its front matter, as HTML; tables as GitHub writes them."""
    text = card.read_text(encoding="utf-8").split("---\n", 2)[2]
    return str(MarkdownIt("commonmark", {"html": True}).enable("table").render(text))


def measured(body: str, folder: Path, scheme: str) -> dict[str, Any]:
    """What Chromium finds on the page under the preferred colour scheme, `light` or `dark`; details unfolded."""
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine")
    page = folder / f"{scheme}.html"
    head = f"<!doctype html><meta charset='utf-8'><style>{STYLE}</style><script>{MEASURE}</script>"
    body = body.replace("<details>", "<details open>")
    page.write_text(f"{head}<article>{body}</article>", encoding="utf-8")
    words = [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--dump-dom", f"--user-data-dir={folder}/c"]
    words += [f"--blink-settings=preferredColorScheme={['dark', 'light'].index(scheme)}", "--window-size=1000,1000"]
    done = subprocess.run([*words, page.as_uri()], capture_output=True, text=True, timeout=120, check=True)
    [found] = re.findall(r"<body>(\{.*\})</body>", done.stdout)
    measures: dict[str, Any] = json.loads(found)
    assert measures["dark"] == (scheme == "dark")
    return measures


def image_of(path: Path) -> str:
    """An image that the page may look into: a file of another address it may only show."""
    data = base64.b64encode(path.read_bytes()).decode("ascii")
    return f'<img id="{path.stem}" src="data:image/svg+xml;base64,{data}">'


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_plots_are_readable(tmp_path: Path, scheme: str) -> None:
    """Every plot is on paper of the scheme, and something on it stands out as WCAG asks of text, 4.5 to 1."""
    paths = [tmp_path / path for path in write_plots(tmp_path, facts())]
    found = measured("".join(image_of(path) for path in paths), tmp_path, scheme)["plots"]
    assert found.keys() == PLOTS.keys()
    for shades in found.values():
        assert (shades["paper"] < 0.05) if scheme == "dark" else (shades["paper"] > 0.9)
        ink = shades["lightest"] if scheme == "dark" else shades["darkest"]
        assert (max(ink, shades["paper"]) + 0.05) / (min(ink, shades["paper"]) + 0.05) >= 4.5


def test_the_page_holds_every_part_within_its_width(release: Path, tmp_path: Path) -> None:
    body = body_of(release / "README.md")
    listed = {path.name for path in (release / "plots").iterdir()}
    shown = re.findall(r'<img src="plots/([^"]+)" alt="([^"]+)"', body)
    assert {name for name, _ in shown} == listed and all(alt.endswith(".") for _, alt in shown)
    assert body.count("<details>") == body.count("</details>") > 3
    found = measured(re.sub("<img[^>]*>", "", body), tmp_path, "light")
    assert found["wide"] == [] and found["empty"] == []

"""Generated documentation is what its source gives, and no page names a command or file that is not there."""

from __future__ import annotations

import os
import re
import tomllib
from pathlib import Path

import pytest

from builder.cli.parser import build_parser
from builder.cli.reference import children, reference
from builder.resources import tool_specs_dir
from builder.testing.frames_page import frames_page
from builder.tools.loading import SpecFiles
from builder.tools.pages import CHAINS, extras_of, tool_pages
from builder.tools.schemas import schema_text, schemas
from builder.tools.tables import TableCache, default_cache_folder

ROOT = Path(__file__).parent.parent

PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / ".github").rglob("*.md")])

SOURCES = sorted(
    path
    for folder, pattern in (("builder", "*.py"), ("dataset_card", "*"), (".github", "*.yml"))
    for path in (ROOT / folder).rglob(pattern)
    if path.is_file() and "__pycache__" not in path.parts
)


def same(path: Path, text: str, update: bool) -> None:
    """The file holds the text, or gets it with --update-golden (`make docs`)."""
    if update:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
    assert path.is_file(), f"{path} is missing: run `make docs`"
    assert text == path.read_text(encoding="utf-8"), f"{path} is out of date: run `make docs` and review the change"


def test_the_command_line_is_documented(update_golden: bool) -> None:
    same(ROOT / "docs" / "cli.md", reference(), update_golden)


@pytest.mark.slow
def test_the_frames_are_documented(update_golden: bool) -> None:
    cache = TableCache(default_cache_folder(dict(os.environ)))
    same(ROOT / "docs" / "frames.md", frames_page(tool_specs_dir(), cache), update_golden)


TOOL_PAGES = tool_pages(
    SpecFiles(tool_specs_dir()), extras_of(tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8")))
)


@pytest.mark.parametrize("name", sorted(TOOL_PAGES))
def test_the_tools_are_documented(name: str, update_golden: bool) -> None:
    same(ROOT / "docs" / "tools" / name, TOOL_PAGES[name], update_golden)


def test_no_page_of_tools_is_left_over() -> None:
    assert {path.name for path in (ROOT / "docs" / "tools").iterdir()} == {*TOOL_PAGES, CHAINS}


@pytest.mark.parametrize("name", sorted(schemas()))
def test_editors_get_the_schemas(name: str, update_golden: bool) -> None:
    same(ROOT / "docs" / "schemas" / f"{name}.schema.json", schema_text(schemas()[name]), update_golden)


def verbs_named(text: str) -> set[tuple[str, str]]:
    """Verb and word after it of each command that a text names in backticks, or at the start of a line."""
    found = re.findall(r"(?:`|^\s*|: )dive-builder ([a-z]+)(?: ([a-z-]+))?", text, re.MULTILINE)
    return {(verb, word) for verb, word in found}


def unknown(text: str) -> list[str]:
    verbs = children(build_parser())
    bad = []
    for verb, word in sorted(verbs_named(text)):
        if verb not in verbs:
            bad.append(verb)
        elif (inner := children(verbs[verb])) and word and word not in inner:
            bad.append(f"{verb} {word}")
    return bad


@pytest.mark.parametrize("path", [*PAGES, *SOURCES], ids=lambda path: path.relative_to(ROOT).as_posix())
def test_commands_that_are_named_exist(path: Path) -> None:
    assert unknown(path.read_text(encoding="utf-8")) == []


def test_a_stale_command_is_found() -> None:
    assert unknown("run `dive-builder tools lint` or\n    dive-builder relase --out x\n") == ["relase", "tools lint"]
    assert unknown("`dive-builder tools check PATH`, `dive-builder run --until draw`") == []


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_links_between_pages_lead_somewhere(path: Path) -> None:
    targets = re.findall(r"\]\((?!https?:|#|mailto:)([^)#\s]+)", path.read_text(encoding="utf-8"))
    assert [target for target in targets if not (path.parent / target).exists()] == []

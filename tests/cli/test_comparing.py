"""`report --compare` and `report --html`: stores, releases and other data side by side; one clear error each."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from builder.cli import main
from builder.stages.dedup import dedup
from builder.store import Store
from tests.releases import build, tiny_executor
from tests.stages.comparing import small
from tests.stages.test_compare import OPENAI, TOUCAN, XLAM, write


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a store after dedup (`dive.duckdb`) and a release of the same tasks (`release/`)."""
    folder = tmp_path_factory.mktemp("made")
    build(folder, tiny_executor(folder / "cache"))
    found = small(folder)
    dedup(found.store, found.settings)
    found.store.close()
    return folder


def said(capsys: pytest.CaptureFixture[str], *words: object) -> str:
    assert main(["report", *map(str, words)]) == 0
    return capsys.readouterr().out


def refused(capsys: pytest.CaptureFixture[str], *words: object) -> str:
    assert main(["report", *map(str, words)]) == 2
    return capsys.readouterr().err


def figures(dataset: dict[str, Any]) -> dict[str, tuple[float, float]]:
    return {f["metric"]: (f["whole"], f["at_size"]) for f in dataset["metrics"]}


def test_a_store_and_its_release_have_the_same_figures(made: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = said(capsys, "--compare", made / "dive.duckdb", made / "release", "--json")
    store, release = json.loads(text)["datasets"]
    assert store["tasks"] == release["tasks"] == 16
    # The tiny pool is not the shipped one, so its fields and types are known to neither.
    assert figures(store).keys() == figures(release).keys()
    for name in ("unique_call_graphs", "tools_covered", "effective_tools", "depth_entropy", "vendi_words"):
        assert figures(store)[name] == figures(release)[name], name


def test_other_formats_show_a_dash_for_what_they_do_not_tell(
    made: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [{**XLAM, "query": f"How is it in {place}?"} for place in ("Lima", "Cusco", "Puno")]
    other = write(tmp_path, *rows, rows[0])
    text = said(capsys, "--compare", made / "dive.duckdb", other)
    lines = {line.split()[0]: line.split()[1:] for line in text.splitlines() if line.strip()}
    assert lines["tasks"] == ["16", "3"] and lines["repeats"][-2:] == ["0", "1"]
    assert lines["topology_classes"][-1] == lines["frame_entropy"][-1] == "-"
    # xLAM's four rows call both tools each; of the store's 16 tasks any 3 call both as well.
    assert lines["tools_covered"] == ["2", "[2,", "2]", "2", "2", "[2,", "2]", "2"]
    assert "to expect of 3 tasks" in text


def test_a_smaller_size_and_a_scope(made: Path, capsys: pytest.CaptureFixture[str]) -> None:
    release = made / "release"
    found = json.loads(said(capsys, "--compare", release, "--size", 2, "--scope", "rl", "--json"))
    assert found["size"] == 2 and found["datasets"][0]["scope"] == "rl"
    assert found["datasets"][0]["tasks"] < 16


def test_without_offered_tools_there_are_no_toolsets(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plain = {"messages": OPENAI["messages"]}
    found = json.loads(said(capsys, "--compare", write(tmp_path, plain), "--json"))
    assert "unique_toolsets" not in figures(found["datasets"][0])
    assert figures(found["datasets"][0])["called_toolsets"] == (1, 1)
    assert figures(found["datasets"][0])["depth_entropy"] == (0, 0)


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (["{"], "row 1: broken JSON"),
        ([{"text": "x"}], "row 1: no known format has the columns text"),
        ([{**XLAM, "answers": '[{"name": "", "arguments": {}}]'}], 'row 1: "" is no name of a tool'),
        ([{**XLAM, "tools": '[{"name": null}]'}], "row 1: null is no name of a tool"),
        ([{**TOUCAN, "messages": "[]"}], "no row calls a tool"),
    ],
    ids=["json", "columns", "no name", "null name", "no calls"],
)
def test_broken_data_is_one_clear_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], rows: list[Any], message: str
) -> None:
    assert message in refused(capsys, "--compare", write(tmp_path, *rows))


def test_what_cannot_be_compared_is_said(made: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    store = made / "dive.duckdb"
    assert "has 16 tasks that repeat no other" in refused(capsys, "--compare", store, "--size", 17)
    assert "no scope 'train'; there are pool, sft, rl" in refused(capsys, "--compare", store, "--scope", "train")
    assert "name data with --compare" in refused(capsys, "--size", 3)
    assert "cannot be read" in refused(capsys, "--compare", tmp_path / "absent.jsonl")
    with Store.open(tmp_path / "new.duckdb", "v1-new"):
        pass
    assert "no patterns of this version" in refused(capsys, "--compare", tmp_path / "new.duckdb")


def test_the_page_is_written(made: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page, other = tmp_path / "report.html", write(tmp_path, XLAM, OPENAI)
    said(capsys, "--store", made / "dive.duckdb", "--html", page, "--compare", made / "release", other)
    text = page.read_text(encoding="utf-8")
    assert "Beside other datasets" in text and str(other) in text

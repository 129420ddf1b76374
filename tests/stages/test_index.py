"""A release against an index of earlier ones, and the command that shows it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from builder.cli import main
from builder.errors import ReleaseError
from builder.hub.reading import task_bodies
from builder.recipe.patterns import normal_text
from builder.stages.index import near_earlier
from builder.store.index import add_texts, open_index
from tests.releases import build, tiny_executor


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("released")
    return build(folder, tiny_executor(folder / "cache"))


def earlier(released: Path, folder: Path) -> str:
    """An index with one task under another id and in slightly other words; the id of the task."""
    body = next(task_bodies(released))
    add_texts(folder, open_index(folder), ["before"], [normal_text("Well " + body["question"])])
    return str(body["id"])


def test_what_is_worded_as_an_earlier_task_is_told(released: Path, tmp_path: Path) -> None:
    task = earlier(released, tmp_path)
    found = near_earlier(released, tmp_path)
    assert task in {pair[0] for pair in found.pairs}
    assert {pair[1] for pair in found.pairs} == {"before"}
    assert (found.tasks, found.known, found.added) == (16, 1, 0)


def test_a_release_that_was_added_is_no_copy_of_itself(released: Path, tmp_path: Path) -> None:
    texts = {normal_text(body["question"]) for body in task_bodies(released)}
    assert near_earlier(released, tmp_path, add=True).added == len(texts)
    again = near_earlier(released, tmp_path, add=True)
    assert (again.pairs, again.known, again.added) == ((), len(texts), 0)


def test_the_command_prints_pairs_and_adds(released: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    task = earlier(released, tmp_path)
    assert main(["near", str(released), "--index", str(tmp_path), "--json"]) == 0
    assert {"task": task, "earlier": "before"}.items() <= json.loads(capsys.readouterr().out)[0].items()
    assert main(["near", str(released), "--index", str(tmp_path), "--add"]) == 0
    printed = capsys.readouterr().out
    assert f"{task}  before" in printed and "of 16 tasks are worded nearly as one of 1 earlier texts; " in printed


def test_a_folder_that_is_no_release(tmp_path: Path) -> None:
    with pytest.raises(ReleaseError, match="is no folder"):
        near_earlier(tmp_path / "absent", tmp_path / "index")

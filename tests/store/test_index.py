"""An index in a folder: read again it finds the same, and what is no part of it is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from builder.errors import StoreError
from builder.recipe.index import Index, Rules
from builder.store.index import add_texts, open_index

TEXTS = [" ".join(f"w{number + place}" for number in range(30)) for place in range(0, 200, 20)]


def made(folder: Path) -> Path:
    index = open_index(folder)
    assert add_texts(folder, index, [f"t{place}" for place in range(6)], TEXTS[:6]) == 6
    assert add_texts(folder, index, [f"t{place}" for place in range(5, 10)], TEXTS[5:]) == 4
    return folder


def test_an_index_that_is_opened_again_finds_the_same(tmp_path: Path) -> None:
    folder, index = made(tmp_path / "index"), Index()
    index.add([f"t{place}" for place in range(6)], TEXTS[:6])
    index.add([f"t{place}" for place in range(6, 10)], TEXTS[6:])
    sought = [text.replace("w45", "other") for text in TEXTS]
    found = open_index(folder).find(sought)
    assert found == index.find(sought)
    assert {(n, name) for n, name, _ in found.earlier} == {(n, f"t{n}") for n in range(10)}


def test_nothing_new_makes_no_file(tmp_path: Path) -> None:
    index = open_index(made(tmp_path))
    assert add_texts(tmp_path, index, ["again"], TEXTS[:1]) == 0
    assert add_texts(tmp_path, index, ["new"], ["other words"]) == 1
    assert [len(part) for part in open_index(tmp_path).parts] == [6, 4, 1]


def test_the_same_texts_give_the_same_bytes(tmp_path: Path) -> None:
    first, second = made(tmp_path / "a"), made(tmp_path / "b")
    files = [path.name for path in sorted(first.iterdir())]
    assert files == ["000000.arrow", "000001.arrow"]
    assert [(first / name).read_bytes() for name in files] == [(second / name).read_bytes() for name in files]


def test_other_rules_are_refused(tmp_path: Path) -> None:
    folder = made(tmp_path)
    with pytest.raises(StoreError, match=r"000000\.arrow: was made by Rules\(anchors=24.*not Rules\(anchors=8"):
        open_index(folder, Rules(anchors=8))
    with pytest.raises(StoreError, match="version=2"):
        open_index(folder, Rules(version=2))


@pytest.mark.parametrize("spoiled", [b"", b"words", b"ARROW1\0\0"])
def test_a_file_that_is_no_part_of_an_index_is_refused(tmp_path: Path, spoiled: bytes) -> None:
    (made(tmp_path) / "000001.arrow").write_bytes(spoiled)
    with pytest.raises(StoreError, match=r"000001\.arrow"):
        open_index(tmp_path)


def test_a_file_that_is_cut_short_is_refused(tmp_path: Path) -> None:
    path = made(tmp_path) / "000001.arrow"
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(StoreError, match=r"000001\.arrow: is no part of an index"):
        open_index(tmp_path)


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    (made(tmp_path) / "000000.arrow").unlink()
    with pytest.raises(StoreError, match=r"000000\.arrow is missing"):
        open_index(tmp_path)


def test_of_two_that_add_at_once_the_second_is_refused(tmp_path: Path) -> None:
    first, second = open_index(tmp_path), open_index(tmp_path)
    add_texts(tmp_path, first, ["a"], TEXTS[:1])
    with pytest.raises(StoreError, match="another process has added texts"):
        add_texts(tmp_path, second, ["b"], TEXTS[1:2])
    assert [path.name for path in tmp_path.iterdir()] == ["000000.arrow"]
    assert open_index(tmp_path).parts[0].ids.to_pylist() == ["a"]

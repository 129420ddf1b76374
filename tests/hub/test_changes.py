"""Content-defined chunks, version rules, and what five per cent more rows cost a store that has the rest."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path

import pytest

from builder.errors import ReleaseError
from builder.hub.chunks import AVERAGE, chunks, new_bytes
from builder.hub.export import Split
from builder.hub.manifest import file_entry
from builder.recipe.versions import lowest, parse, require_bump, require_higher
from builder.records.releases import FileEntry
from builder.records.versions import NewBytes
from builder.stages.definition import load_definition

LIMITS = load_definition().files


def test_equal_stretches_give_equal_chunks_wherever_they_lie() -> None:
    body = random.Random(1).randbytes(3_000_000)
    old, new = list(chunks(body)), list(chunks(b"something before" + body))
    assert b"".join(digest for digest, _ in old[2:]) in b"".join(digest for digest, _ in new)
    sizes = [size for _, size in old]
    assert sum(sizes) == len(body)
    assert all(AVERAGE // 8 <= size <= AVERAGE * 2 for size in sizes[:-1])
    assert AVERAGE / 2 < sum(sizes) / len(sizes) < AVERAGE * 2


def test_chunks_do_not_depend_on_how_a_file_is_read() -> None:
    # Longer than a block of the rolling hash, and without a single place to cut in its middle.
    body = random.Random(2).randbytes(4_300_000) + bytes(500_000)
    assert sum(size for _, size in chunks(body)) == len(body)
    assert list(chunks(body)) == list(chunks(body))
    assert list(chunks(b"")) == []


def _rows(count: int) -> list[dict[str, object]]:
    """Rows of `sft_hermes` with as much in them as real ones have once packed."""
    words = random.Random(3)
    return [
        {"id": f"attempt_{n:05d}", "messages": [{"role": "user", "content": words.randbytes(500).hex()}]}
        for n in range(count)
    ]


def _write(
    folder: Path, rows: Sequence[dict[str, object]], groups: dict[str, int] | None = None
) -> dict[str, FileEntry]:
    split = Split(folder, "sft_hermes/train", LIMITS, groups or {})
    for row in rows:
        split.add(row)
    return {path: file_entry(folder / path, count) for path, count in split.close().items()}


def _share(tmp_path: Path, rows: Sequence[dict[str, object]], groups: dict[str, int] | None = None) -> float:
    before = _write(tmp_path / "a", _rows(2500))
    return new_bytes(tmp_path / "a", before, tmp_path / "b", _write(tmp_path / "b", rows, groups)).share


GROUPS = {f"attempt_{n:05d}": n // 1000 for n in range(2500)}


def test_five_per_cent_more_rows_cost_at_most_ten_per_cent(tmp_path: Path) -> None:
    assert 0.04 < _share(tmp_path, _rows(2625), GROUPS) <= 0.10


def test_the_same_rows_cost_nothing(tmp_path: Path) -> None:
    assert _share(tmp_path, _rows(2500), GROUPS) == 0


def test_a_retired_row_costs_no_row_group_before_its_own(tmp_path: Path) -> None:
    rows = _rows(2500)
    assert 0 < _share(tmp_path, [*rows[:2100], *rows[2101:]], GROUPS) < 0.25


def test_rows_in_another_order_cost_nearly_everything(tmp_path: Path) -> None:
    assert _share(tmp_path, _rows(2625)[::-1]) > 0.8


def test_a_share_of_nothing_is_nothing() -> None:
    assert NewBytes(total=0, new=0).share == 0.0


@pytest.mark.parametrize("text", ["1.0", "v1.0.0", "1.0.0-rc1", "01.0.0", "1.0.0\n", "", "one"])
def test_what_is_no_version_is_said(text: str) -> None:
    with pytest.raises(ReleaseError, match="is no version"):
        parse(text)


@pytest.mark.parametrize(("new", "words"), [("1.2.3", "exists"), ("1.2.2", "is lower"), ("0.9.9", "is lower")])
def test_a_version_rises(new: str, words: str) -> None:
    require_higher("1.10.0", "1.9.9")
    with pytest.raises(ReleaseError, match=words):
        require_higher(new, "1.2.3")


@pytest.mark.parametrize(
    ("new", "needs", "fits"),
    [
        ("2.0.0", "major", True), ("1.3.0", "major", False), ("1.2.4", "major", False),
        ("2.0.0", "minor", True), ("1.3.0", "minor", True), ("1.2.4", "minor", False),
        ("1.2.4", "patch", True), ("3.4.5", "patch", True),
    ],
)  # fmt: skip
def test_the_right_number_rises(new: str, needs: str, fits: bool) -> None:
    if fits:
        require_bump(new, "1.2.3", needs, ["why"])  # type: ignore[arg-type]
        return
    with pytest.raises(
        ReleaseError, match=rf"why\. That needs a new {needs} version: at least {lowest('1.2.3', needs)}"
    ):  # type: ignore[arg-type]
        require_bump(new, "1.2.3", needs, ["why"])  # type: ignore[arg-type]

"""Chains between domains: what passes from call to call, chosen the same way each time, and never made up."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from builder.errors import ReleaseError
from builder.hub.chains import chains_page

DOMAINS = ("general", "academic", "financial", "medical", "biological")


def call(number: int, tool: str, arguments: dict[str, Any], **sources: int) -> dict[str, Any]:
    """A call whose named arguments come from earlier calls; all others are literals."""
    came = {
        name: {"call": f"c{sources[name]}", "path": "/x"} if name in sources else {"literal": True}
        for name in arguments
    }
    return {"id": f"c{number}", "tool": tool, "arguments": arguments, "sources": came}


def task(domain: str, number: int, *calls: dict[str, Any]) -> dict[str, str]:
    return {
        "id": f"{domain}{number}",
        "domain": domain,
        "exemplar": f"{domain}.scenario_{number}",
        "question": f"What | of\n{domain}?",
        "answer": json.dumps({"value": 42, "spec": {"kind": "number", "unit": "kg"}}),
        "calls": json.dumps(calls),
    }


def crossing(domain: str, number: int) -> dict[str, str]:
    """A task of three calls: a value goes to another domain, then through arithmetic."""
    other = DOMAINS[(DOMAINS.index(domain) + 1) % len(DOMAINS)]
    return task(
        domain,
        number,
        call(1, f"{domain}.one.look_{number}", {"name": "Gozo"}),
        call(2, f"{other}.two.take_{number}", {"country": "Malta"}, country=1),
        call(3, "general.mathematics.calculate", {"a": 39300, "b": 2}, a=2),
    )


def release(folder: Path, rows: list[dict[str, str]]) -> Path:
    (folder / "tasks").mkdir()
    (folder / "manifest.json").write_text('{"settings": {"run_seed": 7}}', encoding="utf-8")
    pq.write_table(pa.Table.from_pylist(rows), folder / "tasks" / "train-00000-of-00001.parquet")
    return folder


def test_a_row_shows_tools_and_what_passes_between_them(tmp_path: Path) -> None:
    page = chains_page(release(tmp_path, [crossing(domain, 1) for domain in DOMAINS]), count=5)
    chain = "`general.one.look_1` → *Malta* → `academic.two.take_1` → *39300* → `general.mathematics.calculate`"
    assert f"| 1 | What \\| of general? | {chain} | 42 kg |" in page.splitlines()
    assert "(run seed 7), chosen with seed 1" in page
    assert len([line for line in page.splitlines() if line.startswith("| ")]) == 2 + 5


def test_the_same_release_and_seed_give_the_same_page(tmp_path: Path) -> None:
    rows = [crossing(domain, number) for domain in DOMAINS for number in range(6)]
    folder = release(tmp_path, rows)
    assert chains_page(folder, count=10) == chains_page(folder, count=10)
    assert chains_page(folder, count=10) != chains_page(folder, count=10, seed=2)


def test_arithmetic_alone_does_not_cross(tmp_path: Path) -> None:
    rows = [
        task("medical", 1, call(1, "medical.a.look", {"x": 1}), call(2, "general.mathematics.calculate", {"a": 2}, a=1))
    ]
    with pytest.raises(ReleaseError, match="expected 1 chains of all domains, found 0"):
        chains_page(release(tmp_path, rows), count=1)


def test_too_few_chains_or_no_tasks_are_an_error(tmp_path: Path) -> None:
    with pytest.raises(ReleaseError, match="no Parquet file"):
        chains_page(tmp_path)
    with pytest.raises(ReleaseError, match="found 1, none of financial, medical, biological"):
        chains_page(release(tmp_path, [crossing("general", 1)]), count=2)

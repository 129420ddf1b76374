"""One call: its deadline, and what a tool that runs past it leaves behind."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from builder.errors import ToolDefect
from builder.records.tools import Call
from builder.testing.small_recipe import DIVIDE, tiny_pool
from builder.tools.executor import Executor
from builder.tools.pool import ToolPool
from builder.tools.tables import TableCache

HANGS = Call(DIVIDE, {"dividend": 1, "divisor": 13})
WORKS = Call(DIVIDE, {"dividend": 9, "divisor": 3})


@pytest.fixture
def pool(tmp_path: Path) -> ToolPool:
    """The tiny pool with a `divide` that never ends for 13."""
    specs = tmp_path / "specs"
    shutil.copytree(tiny_pool(), specs)
    functions = specs / "general" / "atlas" / "functions.py"
    text = functions.read_text(encoding="utf-8")
    head, found, rest = text.partition("def divide(")
    assert found
    signature, _, body = rest.partition(":\n")
    loop = "    while divisor == 13:\n        pass\n"
    functions.write_text(f"{head}{found}{signature}:\n{loop}{body}", encoding="utf-8")
    return ToolPool(specs, TableCache(tmp_path / "tables"))


def test_a_call_past_its_deadline_is_a_defect_that_names_the_tool(pool: ToolPool) -> None:
    executor = Executor(pool, deadline=0.05)
    assert executor.execute(WORKS).ok
    with pytest.raises(ToolDefect, match=rf"{DIVIDE} took more than 0.05 s.*pool.quarantine") as defect:
        executor.execute(HANGS)
    assert defect.value.kind == "timeout"
    assert executor.execute(WORKS).ok


def test_each_executor_keeps_its_own_deadline(pool: ToolPool) -> None:
    short, long = Executor(pool, deadline=0.05), Executor(pool, deadline=0.1)
    for executor, seconds in ((short, "0.05"), (long, "0.1"), (short, "0.05")):
        with pytest.raises(ToolDefect, match=f"more than {seconds} s"):
            executor.execute(HANGS)


def test_nothing_rings_after_a_call(pool: ToolPool) -> None:
    executor = Executor(pool, deadline=0.02)
    assert executor.execute(WORKS).ok
    total = sum(range(2_000_000))
    assert total > 0 and executor.execute(WORKS).ok

"""One call: its deadline, and what a tool that runs past it leaves behind."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from builder.errors import ToolDefect, ToolError
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


def test_a_wrong_argument_is_told_with_what_is_allowed(tmp_path: Path) -> None:
    specs = Path(shutil.copytree(tiny_pool(), tmp_path / "specs"))
    spec = specs / "general" / "atlas" / "divide.toml"
    text = spec.read_text(encoding="utf-8")
    text = text.replace("[parameters.divisor]", "[parameters.divisor]\nminimum = -5\nmaximum = 20", 1)
    spec.write_text(text.replace("[parameters.dividend]", "[parameters.dividend]\nenum = [3, 9]", 1), encoding="utf-8")
    executor = Executor(ToolPool(specs, TableCache(tmp_path / "tables")))
    errors = [
        executor.execute(Call(DIVIDE, arguments)).error
        for arguments in ({"dividend": 9, "divisor": 99}, {"dividend": 4, "divisor": 3}, {"dividend": 9})
    ]
    assert [error and error["kind"] for error in errors] == ["invalid_arguments"] * 3
    assert [error and error["details"] for error in errors] == [
        {"minimum": -5, "maximum": 20},
        {"allowed": [3, 9]},
        {"parameters": ["dividend", "divisor"]},
    ]


def test_a_whole_number_written_with_a_point_reaches_the_adapter_as_an_integer(tmp_path: Path) -> None:
    specs = Path(shutil.copytree(tiny_pool(), tmp_path / "specs"))
    spec = specs / "general" / "atlas" / "divide.toml"
    text = spec.read_text(encoding="utf-8")
    head, divisor, rest = text.partition("[parameters.divisor]")
    spec.write_text(head + divisor + rest.replace('type = "number"', 'type = "inhabitants"', 1), encoding="utf-8")
    functions = specs / "general" / "atlas" / "functions.py"
    text = functions.read_text(encoding="utf-8")
    functions.write_text(text.replace("dividend / divisor", "dividend / len(range(divisor))"), encoding="utf-8")
    executor = Executor(ToolPool(specs, TableCache(tmp_path / "tables")))
    assert executor.execute(Call(DIVIDE, {"dividend": 9, "divisor": 3.0})).value == {"quotient": 3.0}


def test_a_call_is_completed_as_its_tool_gets_it(tmp_path: Path) -> None:
    specs = Path(shutil.copytree(tiny_pool(), tmp_path / "specs"))
    spec = specs / "general" / "atlas" / "divide.toml"
    text = spec.read_text(encoding="utf-8")
    head, divisor, rest = text.partition("[parameters.divisor]")
    option = rest.replace('type = "number"', 'type = "inhabitants"\nrequired = false\ndefault = 2', 1)
    spec.write_text(head + divisor + option, encoding="utf-8")
    executor = Executor(ToolPool(specs, TableCache(tmp_path / "tables")))
    whole = Call(DIVIDE, {"dividend": 9, "divisor": 2})
    assert executor.complete(Call(DIVIDE, {"dividend": 9})) == whole
    assert executor.complete(Call(DIVIDE, {"dividend": 9, "divisor": 2.0})) == whole
    for call, kind in ((Call(DIVIDE, {}), "invalid_arguments"), (Call("general.atlas.none", {}), "unknown_tool")):
        with pytest.raises(ToolError) as caught:
            executor.complete(call)
        assert caught.value.kind == kind

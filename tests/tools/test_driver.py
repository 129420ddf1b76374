"""The driver feeds results back until the recipe returns, and lets no broken tool look like a failed call."""

from __future__ import annotations

from collections.abc import Generator

import pytest

from builder.errors import ToolDefect
from builder.records.tools import Call, Result
from builder.tools.driver import drive


class Doubling:
    """Stands for an executor: doubles a number, and has a tool that is broken."""

    def execute(self, call: Call) -> Result:
        if call.tool == "broken":
            raise ToolDefect("bad_result", "broken broke its promise")
        return Result(value={"twice": 2 * call.arguments["x"]})


def test_results_go_back_to_the_generator() -> None:
    def recipe() -> Generator[Call, Result, list[int]]:
        seen = []
        for x in (1, 2, 3):
            result = yield Call("double", {"x": x})
            assert result.value is not None
            seen.append(result.value["twice"])
        return seen

    assert drive(recipe(), Doubling()) == [2, 4, 6]


def test_a_recipe_without_calls_returns_at_once() -> None:
    def recipe() -> Generator[Call, Result, str]:
        return "nothing to do"
        yield

    assert drive(recipe(), Doubling()) == "nothing to do"


def test_a_defect_passes_the_generator_by() -> None:
    closed = []

    def recipe() -> Generator[Call, Result, str]:
        try:
            yield Call("broken", {})
        except ToolDefect:
            return "the recipe shrugged it off"
        finally:
            closed.append(True)
        return "done"

    with pytest.raises(ToolDefect, match="broke its promise"):
        drive(recipe(), Doubling())
    assert closed == [True]

"""Drive a recipe's generator: it yields calls, and receives what they gave."""

from __future__ import annotations

from collections.abc import Generator
from typing import Protocol, TypeVar

from builder.records.tools import Call, Result

Made = TypeVar("Made")


class Executes(Protocol):
    """Runs one call; `builder.tools.executor.Executor` does."""

    def execute(self, call: Call) -> Result: ...


def drive(generator: Generator[Call, Result, Made], executor: Executes) -> Made:
    """Run the generator to its end and return what it returns.

    Whatever a call raises (a ToolDefect) passes through here and not through the generator: the
    recipe never gets to treat a broken tool as a failed call.
    """
    try:
        call = next(generator)
        while True:
            result = executor.execute(call)
            call = generator.send(result)
    except StopIteration as stop:
        return stop.value  # type: ignore[no-any-return]
    finally:
        generator.close()

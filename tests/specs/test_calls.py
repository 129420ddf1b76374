"""Every tool on a hundred drawn calls: nearly all work, the rest fail with a structured error, none breaks the tool.

`make test-all-tools` runs this with the data packages of all domains; tools whose packages are absent are skipped.
"""

from __future__ import annotations

import os
from collections import Counter

import pytest

from builder.errors import ToolError
from builder.identity import random_stream
from builder.records.tools import Call, Result
from builder.resources import tool_specs_dir
from builder.tools.arguments import ArgumentSource
from builder.tools.executor import Executor
from builder.tools.loading import SpecFiles
from builder.tools.pool import ToolPool
from builder.tools.tables import TableCache, default_cache_folder

ROOT = tool_specs_dir()
FILES = SpecFiles(ROOT)

CALLS, WORKING = 100, 95
"""Calls drawn for each tool, and how many of them must work."""

SEED = 1

EXPECTED = frozenset({"invalid_arguments", "invalid_value", "not_found", "not_supported", "out_of_range"})
"""What a sound tool may answer; `exception` is a traceback that an adapter let through."""


@pytest.fixture(scope="module")
def pool() -> ToolPool:
    return ToolPool(ROOT, TableCache(default_cache_folder(dict(os.environ))), restricted=True)


@pytest.fixture(scope="module")
def source(pool: ToolPool) -> ArgumentSource:
    return ArgumentSource(pool)


@pytest.fixture(scope="module")
def executor(pool: ToolPool) -> Executor:
    return Executor(pool, cache=CALLS)


def outcome(executor: Executor, call: Call) -> Result:
    try:
        return executor.execute(call)
    except ToolError as error:
        pytest.fail(f"{call.tool} is broken by {call.arguments}: {error.message}")


@pytest.mark.slow
@pytest.mark.parametrize("tool", sorted(FILES.tools))
def test_drawn_calls_work(pool: ToolPool, source: ArgumentSource, executor: Executor, tool: str) -> None:
    spec = pool.declared[tool]
    if tool not in pool.tools:
        pytest.skip(pool.why_not(tool))
    if spec.kind == "http":
        pytest.skip("a service is asked only what is recorded")
    failures: list[tuple[str, str]] = []
    for number in range(CALLS):
        call = Call(tool, source.draw(spec, random_stream(SEED, "calls", tool, number)))
        result = outcome(executor, call)
        if result.error is not None:
            failures.append((str(result.error["kind"]), f"{result.error['message']} {call.arguments}"))
    assert {kind for kind, _ in failures} <= EXPECTED, failures
    assert all(message.strip() for _, message in failures)
    assert len(failures) <= CALLS - WORKING, f"{Counter(kind for kind, _ in failures)}, such as {failures[:5]}"

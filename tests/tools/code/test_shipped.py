"""The shipped code tools: their examples give what is recorded, in every sandbox that holds here."""

from __future__ import annotations

import json
import os
import sys

import pytest

from builder.resources import tool_specs_dir
from builder.tools.executor import Executor
from builder.tools.loading import SpecFiles
from builder.tools.pool import ToolPool
from builder.tools.recording import recorded_path, run_recorded
from builder.tools.sound import sound_pool
from builder.tools.tables import TableCache, default_cache_folder
from tests.tools.code.programs import in_sandbox
from tests.tools.sandbox.holding import holding

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the sandbox needs Linux")

ROOT = tool_specs_dir()
PROGRAMS = sorted(tool for tool, spec in SpecFiles(ROOT).tools.items() if spec.kind == "code")


@pytest.fixture(scope="module")
def pool() -> ToolPool:
    return sound_pool(ROOT, TableCache(default_cache_folder(dict(os.environ))), waiting=True).pool


@pytest.mark.parametrize("tool", PROGRAMS)
def test_examples_give_what_is_recorded(pool: ToolPool, tool: str) -> None:
    if tool not in pool.tools:
        pytest.skip(pool.why_not(tool))
    kept = json.loads(recorded_path(ROOT, tool).read_text(encoding="utf-8"))
    for sandbox in holding():
        executor = Executor(in_sandbox(pool, lambda sandbox=sandbox: sandbox))  # type: ignore[misc]
        assert json.loads(json.dumps(run_recorded(executor, pool.tools[tool]))) == kept["examples"]


def test_there_are_a_program_a_query_and_a_solver() -> None:
    assert {tool.rpartition(".")[2] for tool in PROGRAMS} >= {"run_python", "query_rows", "solve_equation"}

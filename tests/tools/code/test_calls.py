"""Code tools from spec to result, again to the same result, and all the ways in which a program may fail."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from builder.errors import SandboxError, ToolDefect
from builder.records.tools import Call, Result
from builder.stages.programs import sandbox_facts
from builder.tools.audit import audit
from builder.tools.catalogue import catalogue
from builder.tools.code.calling import CodeTools
from builder.tools.code.unused import WHY
from builder.tools.executor import Executor
from builder.tools.pool import ToolPool
from builder.tools.recording import record_all, recorded_path
from builder.tools.sandbox.policy import Limits
from builder.tools.sandbox.selftest import Sandbox, sandbox
from builder.tools.sound import sound_pool
from builder.tools.tables import TableCache
from tests.tools.code.programs import QUERY, ROOTS, RUN, TOTALS, code_specs, in_sandbox
from tests.tools.sandbox.holding import holding

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the sandbox needs Linux")


@pytest.fixture(scope="module")
def specs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return code_specs(tmp_path_factory.mktemp("code") / "specs")


@pytest.fixture(scope="module")
def pool(specs: Path) -> ToolPool:
    found = sound_pool(specs, TableCache(specs.parent / "cache"), waiting=True).pool
    # Some of these programs never end, and need not take as long for it as they may.
    found.code = CodeTools(found.providers, found.types, sandbox, Limits(wall=6.0, cpu=1.5))  # type: ignore[misc]
    return found


@pytest.fixture(scope="module")
def executor(pool: ToolPool) -> Executor:
    return Executor(pool)


def call(executor: Executor, tool: str, **arguments: object) -> Result:
    return executor.execute(Call(tool, arguments))


def kind(result: Result) -> str:
    assert result.error is not None, result
    return str(result.error["kind"])


def test_a_fixed_program_gives_the_declared_fields(executor: Executor) -> None:
    assert call(executor, ROOTS, values=[4, 9, 2]).value == {"roots": [3.0, 2.0, 1.4142135623730951], "count": 3}


def test_a_fixed_program_refuses_arguments_by_exceptions(executor: Executor) -> None:
    refused = call(executor, ROOTS, values=[-1]).error
    assert refused == {"kind": "invalid_value", "message": "a negative number has no real root"}
    absent = call(executor, ROOTS, values=[13]).error
    assert absent == {"kind": "not_found", "message": "nobody knows the root of 13"}


@pytest.mark.parametrize(("value", "says"), [(17, "quarantine"), (19, "printed no JSON"), (23, "printed no roots")])
def test_a_fixed_program_that_breaks_its_word_is_a_defect(executor: Executor, value: int, says: str) -> None:
    with pytest.raises(ToolDefect, match=says):
        call(executor, ROOTS, values=[value])


def test_a_fixed_program_is_held_as_well(executor: Executor) -> None:
    assert kind(call(executor, ROOTS, values=[29])) == "refused"


def test_a_callers_program_gives_what_it_prints(executor: Executor) -> None:
    assert call(executor, RUN, program="print('a')\nprint('b', end='  \\n\\n')").value == {"output": "a\nb"}
    assert call(executor, RUN, program="import numpy\nprint(numpy.arange(4).sum())").value == {"output": "6"}


@pytest.mark.parametrize(
    ("program", "expected", "says"),
    [
        ("x = 1", "bad_program", "printed nothing"),
        ("print(", "bad_program", "SyntaxError"),
        ("raise LookupError('x')", "bad_program", "LookupError: x (line 1)"),
        ("import pandas", "bad_program", "No module named 'pandas'"),
        ("import pydantic", "bad_program", "No module named 'pydantic'"),
        ("import socket\nsocket.socket()", "refused", "not allowed in the sandbox"),
        ("x = [0] * 10**9", "memory", "MemoryError"),
        ("print('x' * 2**21)", "output_too_large", "bytes"),
        ("print('\\0' * " + "1" * 20_001 + ")", "invalid_value", "at most 20000 characters"),
        ("x\0", "invalid_value", "no zero byte"),
    ],
)
def test_a_callers_program_fails_with_a_kind_and_words(
    executor: Executor, program: str, expected: str, says: str
) -> None:
    result = call(executor, RUN, program=program)
    assert kind(result) == expected
    assert result.error is not None and says in str(result.error["message"])


def test_rows_get_the_types_that_all_values_have(executor: Executor) -> None:
    csv = 'name,day,count,share\n"a, b",2026-01-31,3,0.5\n"c",2026-02-28,,1e3\n'
    query = "SELECT name, day + 1, count, share * 2, typeof(count) FROM data ORDER BY day"
    assert call(executor, QUERY, csv=csv, query=query).value == {
        "rows": ['["a, b","2026-02-01",3,1.0,"BIGINT"]', '["c","2026-03-01",null,2000.0,"BIGINT"]']
    }


@pytest.mark.parametrize(
    ("query", "expected", "says"),
    [
        ("SELECT b FROM data", "bad_program", "b"),
        ("SELECT 1; SELECT 2", "bad_program", "one SELECT"),
        ("DROP TABLE data", "bad_program", "one SELECT"),
        ("SELECT * FROM read_text('/etc/passwd')", "bad_program", "disabled"),
        ("SELECT * FROM read_csv('http://127.0.0.1/a.csv')", "bad_program", ""),
        ("SELECT * FROM glob('/*')", "bad_program", "disabled"),
        ("COPY data TO 'x.csv'", "bad_program", "one SELECT"),
        ("ATTACH 'x.db'", "bad_program", "one SELECT"),
        ("INSTALL httpfs", "bad_program", "one SELECT"),
        ("SET threads = 4", "bad_program", "one SELECT"),
        ("PRAGMA database_list", "bad_program", "one SELECT"),
        ("SELECT * FROM sys", "bad_program", ""),
        ("SELECT getenv('HOME')", "bad_program", ""),
        ("SELECT * FROM range(2000)", "bad_program", "more than 1000 rows"),
        ("SELECT 'nan'::DOUBLE", "bad_program", "no number"),
        ("SELECT count(*) FROM range(100000) a, range(100000) b, range(1000) c", "timeout", "processor time"),
    ],
)
def test_a_query_can_only_read_its_rows(executor: Executor, query: str, expected: str, says: str) -> None:
    result = call(executor, QUERY, csv="a\n1", query=query)
    assert kind(result) == expected, result
    assert result.error is not None and says in str(result.error["message"]), result


@pytest.mark.parametrize(("query", "row"), [("SELECT '$csv'", '["$csv"]'), ("SELECT $csv", '["a\\n1"]')])
def test_only_what_a_query_names_is_a_parameter_of_it(executor: Executor, query: str, row: str) -> None:
    assert call(executor, QUERY, csv="a\n1", query=query).value == {"rows": [row]}


@pytest.mark.parametrize("csv", ["a", "a,b\n1", "a,A\n1,2", "a,\n1,2", 'a\n"1', ""])
def test_rows_that_make_no_table_are_told(executor: Executor, csv: str) -> None:
    assert kind(call(executor, QUERY, csv=csv, query="SELECT 1")) == "invalid_value"


def test_a_column_may_have_any_name(executor: Executor) -> None:
    query = 'SELECT "x"") FROM data; --", "order" FROM data'
    result = call(executor, QUERY, csv='"x"") FROM data; --",order\n1,2', query=query)
    assert result.value == {"rows": ["[1,2]"]}


def test_a_fixed_query_reads_lists_and_values(executor: Executor) -> None:
    result = call(executor, TOTALS, labels=["a", "b", "a", "c"], values=[1, 2, 3.5, 9], limit=3)
    assert result.value == {"labels": ["a", "c"], "totals": [4.5, 9.0]}
    unequal = call(executor, TOTALS, labels=["a"], values=[1, 2], limit=0).error
    assert unequal is not None and unequal["kind"] == "invalid_value"
    assert "label 1, value 2" in str(unequal["message"])


def test_the_same_call_gives_the_same_in_every_sandbox(pool: ToolPool) -> None:
    calls = [
        Call(ROOTS, {"values": [2, 3, 5]}),
        Call(RUN, {"program": "import random, numpy\nprint(random.random(), numpy.random.rand(), hash('a'))"}),
        Call(RUN, {"program": "{}[1]"}),
        Call(QUERY, {"csv": "a\n3\n1\n2", "query": "SELECT a, random() FROM data ORDER BY a"}),
    ]
    found = []
    for one in [*holding(), *holding()]:
        other = Executor(in_sandbox(pool, lambda one=one: one))  # type: ignore[misc]
        found.append([other.execute(each) for each in calls])
    assert all(one == found[0] for one in found)
    assert [result.ok for result in found[0]] == [True, True, False, True]


def test_examples_are_recorded_and_replayed(tmp_path: Path) -> None:
    specs, cache = code_specs(tmp_path / "specs"), TableCache(tmp_path / "cache")
    record_all(specs, cache)
    kept = json.loads(recorded_path(specs, ROOTS).read_text(encoding="utf-8"))
    assert kept["examples"][0]["result"] == {"count": 2, "roots": [3.0, 2.0]}
    found = audit(specs, cache, "general/programs")
    assert (found.problems, found.tools, found.examples, found.skipped) == ((), 4, 9, {})
    # What a tool gives otherwise now is told.
    file = specs / "general" / "programs" / "square_roots.toml"
    file.write_text(file.read_text(encoding="utf-8").replace("reverse=True", "reverse=False"), encoding="utf-8")
    (problem,) = audit(specs, cache, "general/programs").problems
    assert "expected [3.0, 2.0], found [2.0, 3.0]" in problem.problem


def test_a_tool_is_drawn_only_where_a_scenario_calls_it(tmp_path: Path) -> None:
    specs, cache = code_specs(tmp_path / "specs"), TableCache(tmp_path / "cache")
    pool = ToolPool(specs, cache)
    assert ROOTS not in pool.tools and pool.why_not(ROOTS) == WHY and sandbox_facts(pool) is None
    assert {tool.id: tool.state for tool in catalogue(specs)}[ROOTS] == "unused"
    scenario = specs / "exemplars" / "general" / "root_of_number.toml"
    scenario.parent.mkdir(parents=True)
    scenario.write_text(f'# to be written: it calls "{ROOTS}"', encoding="utf-8")
    assert {tool.id: tool.state for tool in catalogue(specs)}[ROOTS] == "active"
    sound = sound_pool(specs, cache).pool
    assert ROOTS in sound.tools and RUN not in sound.tools
    facts = sandbox_facts(sound)
    assert facts is not None and set(facts) == {"variant", "version", "policy"}


def test_without_a_sandbox_a_run_is_refused_at_its_start_and_a_check_says_so(pool: ToolPool) -> None:
    def none() -> Sandbox:
        raise SandboxError("no sandbox holds here, so no program of a tool is run: bwrap: not installed")

    other = in_sandbox(pool, none)
    with pytest.raises(SandboxError, match="no sandbox holds here"):
        sandbox_facts(other)
    with pytest.raises(SandboxError, match="no sandbox holds here"):
        call(Executor(other), ROOTS, values=[1])


def test_evidence_is_of_the_program_and_not_of_its_words(tmp_path: Path) -> None:
    specs, cache = code_specs(tmp_path / "specs"), TableCache(tmp_path / "cache")

    def key() -> str:
        return Executor(sound_pool(specs, cache, waiting=True).pool).key(Call(ROOTS, {"values": [1]}))

    before, file = key(), specs / "general" / "programs" / "square_roots.toml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("Square roots of numbers", "Roots of numbers"), encoding="utf-8")
    assert key() == before
    file.write_text(text.replace("reverse=True", "reverse=False"), encoding="utf-8")
    assert key() != before
